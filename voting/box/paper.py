"""A paper ballot as two clerks read it."""

from dataclasses import dataclass
from typing import Any

from tally.model import Agenda
from voting.ballot.choices import choice_vector
from voting.ballot.refusals import NotYourUnit, UnknownUnit
from voting.ballot.verify import require_kept
from voting.box.refusals import UnreadablePaper
from voting.kernel import canonical
from voting.roster.document import RosterDocument

FORMAT = "yezhu-paper/1"


@dataclass(frozen=True, slots=True)
class PaperBallot:
    """One paper ballot.

    ``serial`` is the number printed on ballot and stub. ``void_reason`` is empty for a valid
    ballot. ``choices`` are as on a phone, with ``blank``, ``void`` and ``follow_majority`` as
    further marks.
    """

    serial: str
    units: tuple[str, ...]
    choices: dict[str, Any]
    void_reason: str

    def to_bytes(self) -> bytes:
        """Write the canonical text that both entries must share and that the log commits to."""
        return canonical.encode(
            {
                "choices": self.choices,
                "format": FORMAT,
                "serial": self.serial,
                "units": list(self.units),
                "void_reason": self.void_reason,
            }
        )


def parse(data: bytes) -> PaperBallot:
    """Read what :meth:`PaperBallot.to_bytes` wrote.

    Raises
    ------
    NotCanonical, UnreadablePaper
    """
    match canonical.decode(data):
        case {
            "choices": dict(choices),
            "format": "yezhu-paper/1",
            "serial": str(serial),
            "units": [str(), *_] as units,
            "void_reason": str(void_reason),
            **more,
        } if not more and serial and all(isinstance(unit, str) for unit in units):
            return PaperBallot(serial, tuple(units), choices, void_reason)
        case _:
            raise UnreadablePaper("纸质表决票的录入不完整")


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper ballot in codes: units by place in the roster, choices by question."""

    group: int
    unit_codes: tuple[int, ...]
    choices: tuple[int, ...]


def read(paper: PaperBallot, agenda: Agenda, roster: RosterDocument) -> ReadPaper:
    """Check an entry against the roster and the agenda.

    Raises
    ------
    UnreadablePaper, UnknownUnit, UnitRemoved, NotYourUnit, UnreadableChoice
    """
    if not paper.serial.strip() or not paper.units:
        raise UnreadablePaper("纸质表决票须有编号和至少一套房屋")
    if sorted(set(paper.units)) != list(paper.units):
        raise UnreadablePaper("所列房屋须排序且不重复")
    unknown = [unit for unit in paper.units if unit not in roster.unit_code]
    if unknown:
        raise UnknownUnit(f"业主清册中没有房屋 {'、'.join(unknown)}")
    codes = tuple(roster.unit_code[unit] for unit in paper.units)
    require_kept(codes, roster)
    groups = {roster.units[code].group for code in codes}
    if len(groups) != 1:
        raise NotYourUnit("一张表决票只能列同一产权组合的房屋")
    return ReadPaper(groups.pop(), codes, choice_vector(agenda, paper.choices, paper=True))
