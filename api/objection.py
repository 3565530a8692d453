"""An objection to a roster, as the interface shows it to whoever filed or answers it."""

from pydantic import BaseModel, Field

from voting.kernel.clock import timestamp
from voting.roster.objection import Concern, Objection, ObjectionState, Outcome


class ObjectionStateOut(BaseModel):
    """Where an objection stands."""

    objection_id: str
    unit: str
    concern: Concern
    by_owner: bool = Field(description="业主证明身份后提出；否则由工作人员按纸质材料录入")
    filed_at: str
    outcome: Outcome | None = Field(description="lapsed：保存期满仍未答复，内容已删除")
    answered_at: str | None


class ObjectionOut(ObjectionStateOut):
    """An objection with its words and the answer."""

    text: str
    answer: str
    answer_salt: str


def state_out(state: ObjectionState) -> ObjectionStateOut:
    """Write where an objection stands."""
    return ObjectionStateOut(
        objection_id=state.objection_id,
        unit=state.unit,
        concern=state.concern,
        by_owner=state.by_owner,
        filed_at=timestamp(state.filed_at),
        outcome=state.outcome,
        answered_at=None if state.answered_at is None else timestamp(state.answered_at),
    )


def objection_out(objection: Objection) -> ObjectionOut:
    """Write an objection with its words."""
    return ObjectionOut(
        **state_out(objection.state).model_dump(),
        text=objection.text,
        answer=objection.answer,
        answer_salt=objection.answer_salt,
    )
