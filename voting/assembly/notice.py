"""The notice: agenda, roster, rules and window, pinned by one digest inside every ballot."""

from dataclasses import dataclass
from datetime import datetime

from tally.model import Agenda
from voting.assembly.agenda import agenda_document, parse_agenda
from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp, timestamp

FORMAT = "yezhu-notice/1"


@dataclass(frozen=True, slots=True)
class Notice:
    """A published notice. ``area_cm2`` in cm²; ``heads`` and ``units`` of the whole roster."""

    assembly_id: str
    community: str
    agenda: Agenda
    roster_id: str
    roster_digest: str
    units: int
    heads: int
    area_cm2: int
    published_at: datetime

    def to_bytes(self) -> bytes:
        """Write the canonical JSON whose SHA-256 every ballot carries."""
        return canonical.encode(
            {
                "agenda": agenda_document(self.agenda),
                "assembly": self.assembly_id,
                "community": self.community,
                "format": FORMAT,
                "published_at": timestamp(self.published_at),
                "roster": {
                    "area_cm2": self.area_cm2,
                    "digest": self.roster_digest,
                    "heads": self.heads,
                    "id": self.roster_id,
                    "units": self.units,
                },
            }
        )


def parse(data: bytes) -> Notice:
    """Read a notice back.

    Raises
    ------
    NotCanonical, AgendaUnreadable
    """
    match canonical.decode(data):
        case {
            "agenda": dict(agenda),
            "assembly": str(assembly_id),
            "community": str(community),
            "format": "yezhu-notice/1",
            "published_at": str(published_at),
            "roster": {
                "area_cm2": int(area_cm2),
                "digest": str(roster_digest),
                "heads": int(heads),
                "id": str(roster_id),
                "units": int(units),
            },
        } if not any(isinstance(figure, bool) for figure in (area_cm2, heads, units)):
            notice = Notice(
                assembly_id,
                community,
                parse_agenda(canonical.encode(agenda)),
                roster_id,
                roster_digest,
                units,
                heads,
                area_cm2,
                _moment(published_at),
            )
        case _:
            raise canonical.NotCanonical("会议通知的结构不对")
    if notice.to_bytes() != data:
        raise canonical.NotCanonical("会议通知含有多余内容")
    return notice


def _moment(text: str) -> datetime:
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise canonical.NotCanonical("会议通知的时间写法不对") from error
