"""An owner's objection to a published roster, and what became of it (BJ art. 32)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp, timestamp
from voting.kernel.refusal import Refusal

PAYLOAD_TYPE = "application/vnd.yezhu.objection.v1+json"
LONGEST_TEXT, LONGEST_UNIT = 1000, 64


class Concern(StrEnum):
    """What the objection is about."""

    AREA = "area"
    OWNER = "owner"
    KIND = "kind"
    GROUP = "group"
    """Which units are counted as one head."""
    MISSING = "missing"
    """A unit that is not on the list."""
    OTHER = "other"


class Outcome(StrEnum):
    """How an objection was settled; each with a reason in writing."""

    ACCEPTED = "accepted"
    """Right: an amendment follows or has followed."""
    DECLINED = "declined"
    """Wrong, and why."""
    SET_ASIDE = "set-aside"
    """Not settled; a reasoned decision to freeze all the same."""
    LAPSED = "lapsed"
    """Never answered while it was kept: its words were erased at the end of the retention period.

    Nobody can choose it for an answer; the register shows that there was none.
    """


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an owner says. ``unit`` is a unit key, which a missing unit has on no roster yet."""

    unit: str
    concern: Concern
    text: str

    def to_bytes(self) -> bytes:
        """Write the text that is sealed, and that the register commits to."""
        return canonical.encode(
            {"concern": self.concern.value, "text": self.text, "unit": self.unit}
        )


@dataclass(frozen=True, slots=True)
class ObjectionState:
    """An objection without its words. ``by_owner``: proved, not entered by staff from paper."""

    objection_id: str
    roster_id: str
    unit: str
    concern: Concern
    by_owner: bool
    filed_at: datetime
    commitment: str
    outcome: Outcome | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection with its words and the answer's, opened for somebody who may read them.

    ``answer_salt`` is hexadecimal: with it the register proves outcome and reason. It is empty
    before the answer, and of answers that the register does not commit to.
    """

    state: ObjectionState
    text: str
    answer: str
    answer_salt: str


class UnknownObjection(Refusal):
    """No objection has this id."""

    code = "unknown-objection"


class ObjectionAnswered(Refusal):
    """An answer is not given twice."""

    code = "objection-answered"


class ReasonRequired(Refusal):
    """An answer without a reason is none."""

    code = "reason-required"


class UnreadableObjection(Refusal):
    """The signed message is no objection to this roster."""

    code = "unreadable-objection"


def answer_bytes(outcome: Outcome, reason: str) -> bytes:
    """Write the answer that the register commits to."""
    return canonical.encode({"outcome": outcome.value, "reason": reason})


def payload(roster_id: str, complaint: Complaint, at: datetime) -> bytes:
    """Write what an enrolled phone signs to object."""
    return canonical.encode(
        {
            "at": timestamp(at),
            "concern": complaint.concern.value,
            "roster": roster_id,
            "text": complaint.text,
            "unit": complaint.unit,
        }
    )


def parse(data: bytes, roster_id: str) -> tuple[Complaint, datetime]:
    """Read what :func:`payload` wrote, and when it was signed.

    Raises
    ------
    NotCanonical, UnreadableObjection
    """
    match canonical.decode(data):
        case {
            "at": str(at),
            "concern": str(concern),
            "roster": str(roster),
            "text": str(text),
            "unit": str(unit),
            **more,
        } if (
            not more
            and roster == roster_id
            and 0 < len(text) <= LONGEST_TEXT
            and 0 < len(unit) <= LONGEST_UNIT
            and unit.isprintable()
        ):
            try:
                return Complaint(unit, Concern(concern), text), parse_timestamp(at)
            except ValueError as error:
                raise UnreadableObjection("异议的类别或时间写法不对") from error
        case _:
            raise UnreadableObjection("异议的内容不对，或不是针对这份业主清册")
