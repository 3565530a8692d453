"""Objections as staff handle them: from paper, read, answered."""

from typing import Annotated, Literal

from fastapi import Depends
from pydantic import BaseModel, Field

from api.access import Convener, ConvenerOrSupervisor, router, staff
from api.context import InService, UnitKey
from api.objection import ObjectionOut, ObjectionStateOut, objection_out, state_out
from voting.roster.objection import (
    LONGEST_TEXT,
    Complaint,
    Concern,
    Outcome,
)
from voting.staff.model import Account, Role

routes = router(prefix="/v1/rosters/{roster_id}", tags=["业主清册"])


class PaperComplaint(BaseModel):
    """An objection that came on paper."""

    unit: UnitKey
    concern: Concern
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class AnswerIn(BaseModel):
    """How an objection is settled, and why."""

    outcome: Literal[Outcome.ACCEPTED, Outcome.DECLINED, Outcome.SET_ASIDE] = Field(
        description="accepted 采纳；declined 不采纳；set-aside 未作答复而决定冻结，须写明理由"
    )
    reason: str = Field(min_length=1, max_length=LONGEST_TEXT)


@routes.post("/paper-objections", status_code=201)
def enter(
    roster_id: str,
    body: PaperComplaint,
    service: InService,
    account: Annotated[Account, Depends(staff(Role.CONVENER, Role.CLERK))],
) -> ObjectionStateOut:
    """录入一件书面异议。"""
    complaint = Complaint(body.unit, body.concern, body.text)
    state, _ = service.rosters.objections.file(roster_id, complaint, entered_by=account.account_id)
    return state_out(state)


@routes.get("/objections")
def listing(
    roster_id: str,
    service: InService,
    account: ConvenerOrSupervisor,
) -> list[ObjectionOut]:
    """列出异议与答复；内容加密保存，每次查看都记入登记簿。"""
    found = service.rosters.objections.read(roster_id, by=account.account_id)
    return [objection_out(objection) for objection in found]


@routes.post("/objections/{objection_id}/answer")
def answer(
    roster_id: str,
    objection_id: str,
    body: AnswerIn,
    service: InService,
    account: Convener,
) -> ObjectionStateOut:
    """答复一件异议，或写明理由决定不再答复。"""
    state = service.rosters.objections.answer(
        roster_id, objection_id, body.outcome, body.reason, by=account.account_id
    )
    return state_out(state)
