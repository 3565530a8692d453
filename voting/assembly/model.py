"""An assembly's life, and the frozen facts that its ballots are checked against."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tally.model import Agenda


class State(StrEnum):
    """Where in its life an assembly is; it only ever moves down this list."""

    DRAFT = "draft"
    NOTICED = "noticed"
    OPEN = "open"
    CLOSED = "closed"
    CERTIFIED = "certified"


@dataclass(frozen=True)
class Poll:
    """What a published notice pins, and where the assembly stands now."""

    assembly_id: str
    state: State
    community: str
    agenda: Agenda
    notice_digest: str
    roster_id: str
    roster_digest: str
    opens_at: datetime
    closes_at: datetime
    published_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None

    def accepts_ballots(self, at: datetime) -> bool:
        """Whether a ballot arriving at this moment counts; the last second is still in."""
        return self.state is State.OPEN and self.opens_at <= at <= self.closes_at
