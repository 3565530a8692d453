"""A paper ballot as two clerks read it, and its numbered checks.

====  ==========================================================  ==========================
no.   check                                                       refusal
====  ==========================================================  ==========================
1     a number, units that are sorted, each once, and a reason    ``unreadable-paper``
      that says something if it is void; without units it is
      void, and nothing else is read on it (C-19)
2     every unit is on the roster                                 ``unknown-unit``
3     no correction has taken a unit off it                       ``unit-removed``
4     all units belong to one owner group                         ``not-your-unit``
5     every item is answered with a mark that paper knows         ``unreadable-choice``
6     signed by owner, guardian or proxy; an owners'              ``carried-not-cast``,
      representative only carries (W-13)                          ``unreadable-authority``
7     the authority is in force on the day of arrival, and its    ``authority-not-in-force``,
      agent not of the property company (W-11, W-12)              ``property-staff``
8     a proxy answers only the matters he was given (W-11)        ``beyond-authority``
9     his agent signs for no more owners than usual (W-12)        ``too-many-principals``
====  ==========================================================  ==========================

Number 9 counts the owners whom the roster has him vote for by phone as well; no verifier can, as
bundles name him there by a number, not by the digest on paper.

A paper that is void as a whole counts for nobody, and so 7 to 9 are not asked of it. What an
owner answers for himself always goes before what his agent brings later, where the first valid
ballot stands; an authority he has withdrawn is a reason to enter the paper as void (art. 173).

Of a paper without units nobody can tell for whom it speaks: its units cannot be read, are not on
the roster, or are those of several owner groups. It is for no unit, and so it takes no place, gives
way to nothing and lets nobody take part; but it is in the account of what was handed in.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tally.model import Agenda, Choice
from voting.ballot.choices import choice_vector
from voting.ballot.refusals import NotYourUnit, UnknownUnit
from voting.ballot.verify import require_kept
from voting.box import authority as authorities
from voting.box.authority import OWNER, Authority, Proxy
from voting.box.refusals import BeyondAuthority, UnreadablePaper
from voting.kernel import canonical
from voting.roster.document import RosterDocument

FORMAT, FURTHER_FORMAT, UNITLESS_FORMAT = "yezhu-paper/1", "yezhu-paper/2", "yezhu-paper/3"
"""A paper that the owner signed and that has no scan is written in the first, as ever.

The third is of papers without units.
"""

_AS_WRITTEN = "，请对照原票更正；原票确是这样写的，房屋留空并写明作废原因后录入"
_WITHOUT_UNITS = (
    "纸质表决票须写明房屋；原票上认不出是哪套房屋、不在清册中，或列了不同业主的房屋的，"
    "房屋留空，写明作废原因，不录选择、签名身份和委托"
)
"""What a clerk does with a paper of which nobody can tell for whom it speaks."""


@dataclass(frozen=True, slots=True)
class PaperBallot:
    """One paper ballot.

    ``serial`` is the number printed on ballot and stub. ``void_reason`` is empty for a valid
    ballot. ``choices`` are as on a phone, with ``blank``, ``void`` and ``follow_majority`` as
    further marks. ``capacity`` is in which somebody signed, ``authority`` on what; ``carried``
    whether an owners' representative brought the paper. ``scans`` are SHA-256 digests, sorted.
    Where there are no ``units``, there are neither choices nor an authority.
    """

    serial: str
    units: tuple[str, ...]
    choices: dict[str, Any]
    void_reason: str
    capacity: str = OWNER
    authority: Authority = None
    carried: bool = False
    scans: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Write the canonical text that both entries must share and that the log commits to."""
        if not self.units:
            return canonical.encode(
                {
                    "carried": self.carried,
                    "format": UNITLESS_FORMAT,
                    "scans": list(self.scans),
                    "serial": self.serial,
                    "void_reason": self.void_reason,
                }
            )
        said: dict[str, Any] = {
            "choices": self.choices,
            "format": FORMAT,
            "serial": self.serial,
            "units": list(self.units),
            "void_reason": self.void_reason,
        }
        if self.capacity != OWNER or self.authority or self.carried or self.scans:
            said |= {
                "authority": None if self.authority is None else self.authority.to_object(),
                "capacity": self.capacity,
                "carried": self.carried,
                "format": FURTHER_FORMAT,
                "scans": list(self.scans),
            }
        return canonical.encode(said)


def as_logged(typed: PaperBallot) -> PaperBallot:
    """Give a paper as the log will hold it: what looks alike in two Unicode forms is one text.

    Raises
    ------
    UnreadablePaper
        Something in it has no canonical text, such as a fraction among the answers; or it is
        without units, which leaves nothing else to say but why it is void.
    """
    if not typed.units and (typed.choices or typed.capacity != OWNER or typed.authority):
        raise UnreadablePaper(_WITHOUT_UNITS)
    try:
        data = typed.to_bytes()
    except (TypeError, ValueError) as error:
        raise UnreadablePaper("纸质表决票含有无法记录的内容，请对照原票重新录入") from error
    return parse(data)


def parse(data: bytes) -> PaperBallot:
    """Read what :meth:`PaperBallot.to_bytes` wrote.

    Raises
    ------
    NotCanonical, UnreadablePaper
    """
    match canonical.decode(data):
        case {"format": "yezhu-paper/3", **others}:
            return _parse_unitless(others, data)
        case {
            "choices": dict(choices),
            "format": str(form),
            "serial": str(serial),
            "units": [str(), *_] as units,
            "void_reason": str(void_reason),
            **more,
        } if serial and all(isinstance(unit, str) for unit in units):
            paper = PaperBallot(serial, tuple(units), choices, void_reason)
        case _:
            raise UnreadablePaper("纸质表决票的录入不完整")
    match form, more:
        case "yezhu-paper/1", {**none} if not none:
            return paper
        case "yezhu-paper/2", {
            "authority": said,
            "capacity": str(capacity),
            "carried": bool(carried),
            "scans": [*scans],
        }:
            further = replace(
                paper,
                capacity=capacity,
                authority=authorities.parse(said),
                carried=carried,
                scans=tuple(map(str, scans)),
            )
            # One text for one paper: what the first format can say is not said in the second, and
            # what the second cannot say would not be written again.
            if further.to_bytes() == data:
                return further
    raise UnreadablePaper("纸质表决票的录入不完整，或含有多余内容")


def _parse_unitless(said: dict[Any, Any], data: bytes) -> PaperBallot:
    match said:
        case {
            "carried": bool(carried),
            "scans": [*scans],
            "serial": str(serial),
            "void_reason": str(void_reason),
        } if serial:
            paper = PaperBallot(
                serial, (), {}, void_reason, carried=carried, scans=tuple(map(str, scans))
            )
            if paper.to_bytes() == data:
                return paper
    raise UnreadablePaper("没有房屋的纸质表决票录入不完整，或含有多余内容")


def marks(paper: PaperBallot, agenda: Agenda) -> tuple[int, ...]:
    """Give the code of each question; of a paper without units every one is blank.

    Raises
    ------
    UnreadableChoice
    """
    if not paper.units:
        return (Choice.BLANK,) * len(agenda.question_columns())
    return choice_vector(agenda, paper.choices, paper=True)


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper ballot in codes: units by place in the roster, choices by question.

    ``group`` is the owner group of its units; None where it has none.
    """

    group: int | None
    unit_codes: tuple[int, ...]
    choices: tuple[int, ...]


def read(paper: PaperBallot, agenda: Agenda, roster: RosterDocument, *, on: date) -> ReadPaper:
    """Check an entry against the roster and the agenda: numbers 1 to 8.

    Parameters
    ----------
    on
        The day on which it arrives, in Beijing.

    Raises
    ------
    UnreadablePaper, UnknownUnit, UnitRemoved, NotYourUnit, UnreadableChoice, CarriedNotCast,
    UnreadableAuthority, AuthorityNotInForce, PropertyStaff, BeyondAuthority
    """
    # What looks alike to two clerks is to be one number: else each waits for the other's entry.
    if not paper.serial or paper.serial != paper.serial.strip():  # 1
        raise UnreadablePaper("纸质表决票须有编号（前后没有空格）")
    if not paper.units and not paper.void_reason:
        raise UnreadablePaper(_WITHOUT_UNITS)
    if paper.void_reason and not paper.void_reason.strip():
        raise UnreadablePaper("整票作废须写明原因，有效的票不填")
    if sorted(set(paper.units)) != list(paper.units):
        raise UnreadablePaper("所列房屋须排序且不重复")
    if sorted(set(paper.scans)) != list(paper.scans):
        raise UnreadablePaper("所列扫描件须排序且不重复")
    unknown = [unit for unit in paper.units if unit not in roster.unit_code]
    if unknown:  # 2
        raise UnknownUnit(f"业主清册中没有房屋 {'、'.join(unknown)}{_AS_WRITTEN}")
    codes = tuple(roster.unit_code[unit] for unit in paper.units)
    require_kept(codes, roster)  # 3
    groups = {roster.units[code].group for code in codes}
    if len(groups) > 1:  # 4
        raise NotYourUnit(f"一张表决票只能列同一产权组合的房屋{_AS_WRITTEN}")
    choices = marks(paper, agenda)  # 5
    authorities.require_sound(paper.capacity, paper.authority)  # 6
    if not paper.void_reason:
        authorities.require_in_force(paper.authority, on)  # 7
        _require_within(paper.authority, agenda, choices)  # 8
    return ReadPaper(next(iter(groups), None), codes, choices)


def _require_within(authority: Authority, agenda: Agenda, choices: tuple[int, ...]) -> None:
    if not isinstance(authority, Proxy):
        return
    beyond = {
        agenda.items[index].id
        for (index, _), choice in zip(agenda.question_columns(), choices, strict=True)
        if choice != Choice.BLANK and agenda.items[index].id not in authority.matters
    }
    if beyond:
        raise BeyondAuthority(
            f"委托书没有写明议题 {'、'.join(sorted(beyond))}，代理人不能就此表决："
            "请将这些议题录为空白",
            items=sorted(beyond),
        )
