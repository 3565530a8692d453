"""Who may vote for a unit, where that is not simply any of its owners.

Co-owners have one slot: whom they named in writing votes, otherwise whoever of them comes first
(domain W-9, C-1). A minor and whoever cannot act for himself are represented by their guardian
(Civil Code art. 19 to 23), the dead by their heirs once those are registered (art. 230, C-13).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from voting.kernel import canonical
from voting.roster import spelling
from voting.roster.model import IdType, OwnerRecord, OwnerState, Roster, UnitRecord

OF_AGE = 18
"""Years after which a person acts for himself (Civil Code art. 17, 18)."""

STATES: Mapping[str, OwnerState] = {
    **dict.fromkeys(("正常", "在世", "健在", "存续", "有效"), OwnerState.ORDINARY),
    **dict.fromkeys(
        ("已故", "死亡", "已死亡", "去世", "已去世", "亡故", "身故", "已身故", "注销"),
        OwnerState.DECEASED,
    ),
    **dict.fromkeys(
        ("无民事行为能力", "限制民事行为能力", "无行为能力", "限制行为能力", "失能"),
        OwnerState.UNABLE,
    ),
}
"""Words of a roster sheet for the state of an owner."""

_REMARK = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|[0-9]+[年月日号]?|[.-]")
_DEATH = re.compile(
    r"(业主|本人)?(已|于|因病|意外)*(故|病故|过世|逝世|离世|病逝|去世|死亡|亡故|身故)"
)


def state_of(word: str) -> OwnerState | None:
    """Read a word for the state of an owner; None if it is none.

    Whatever says nothing but that he died is read as that, with a date or a remark beside it:
    taken for a living owner, he would have a vote that anybody with his papers might cast.

    >>> state_of("病故(2025年3月)").value, state_of("配偶已故")
    ('已故', None)
    """
    word = spelling.compact(word)
    known = STATES.get(word)
    if known is None and _DEATH.fullmatch(_REMARK.sub("", word)) is not None:
        return OwnerState.DECEASED
    return known


class Standing(StrEnum):
    """In which capacity a person stands beside a unit."""

    OWNER = "owner"
    REPRESENTATIVE = "representative"
    NOT_NAMED = "not-named"
    """The co-owners have named another."""
    MINOR = "minor"
    DECEASED = "deceased"
    UNABLE = "unable"
    ENDED = "ended"
    """Whom he represented is eighteen; never beside a version."""
    REMOVED = "removed"
    """A correction took the unit off the roster; never beside a version."""

    @property
    def chinese(self) -> str:
        """What it means, and what there is to do."""
        return {
            "owner": "可以表决",
            "representative": "代理人，可以表决",
            "not-named": "共有人已书面推选他人表决；如要改换，请全体共有人签名后到居委会登记表决人",
            "minor": "业主未满 18 周岁，由监护人表决；请监护人持证明到居委会登记为代理人",
            "deceased": "清册载明业主已故，核实继承之前不能表决；请继承人持证明到居委会登记表决人",
            "ended": "所代理的业主在作出决定之日已满 18 周岁，由业主本人表决",
            "removed": "这套房屋已由清册更正删除，此后不能表决",
            "unable": "清册载明业主不能独立表决，由监护人表决；请监护人持证明到居委会登记为代理人",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Mandate:
    """One person beside one unit. ``owner`` is his number; ``since`` the day he comes of age.

    ``until`` is the day on which the last child whom a guardian represents has come of age: from
    then on he acts for nobody. It follows from the others beside the unit and is not written.
    """

    owner: int
    standing: Standing
    since: date | None = None
    until: date | None = None

    def may_vote(self, on: date) -> bool:
        """Whether he may vote for the unit in a decision of this day."""
        if self.standing is Standing.MINOR:
            return self.since is not None and self.since <= on
        if self.until is not None and self.until <= on:
            return False
        return self.standing in {Standing.OWNER, Standing.REPRESENTATIVE}

    def why_not(self) -> Standing:
        """Say in which capacity he does not vote."""
        return self.standing if self.until is None else Standing.ENDED


def until_of_age(people: Iterable[Mandate]) -> tuple[Mandate, ...]:
    """End what representatives do for a unit once none beside it needs a guardian (art. 17, 23).

    Beside an owner who is dead or cannot act for himself a mandate has no such end.
    """
    beside = tuple(people)
    children = [
        each.since for each in beside if each.standing is Standing.MINOR and each.since is not None
    ]
    helpless = {Standing.DECEASED, Standing.UNABLE}
    if not children or any(each.standing in helpless for each in beside):
        return beside
    return tuple(
        replace(each, until=max(children)) if each.standing is Standing.REPRESENTATIVE else each
        for each in beside
    )


Mandates = Mapping[str, tuple[Mandate, ...]]
"""By unit key, everybody beside a unit; a unit that is not in it may be voted by any owner."""


def mandates_of(roster: Roster, numbers: Mapping[str, int], on: date) -> Mandates:
    """Find the units of a sheet that not simply any of their owners may vote for.

    Parameters
    ----------
    numbers
        Numbers by identity, at least of everybody beside these units.
    on
        Day of the sheet: whoever is of age by then will not be asked again.
    """
    found = {
        unit.unit_key: _mandates(unit, numbers, on) for unit in roster if not unit.developer_stock
    }
    return {
        key: people
        for key, people in found.items()
        if any(person.standing is not Standing.OWNER for person in people)
    }


def voters_on(mandates: Mandates, day: date, units: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Say by numbers who may vote for those of these units that not any owner may vote for."""
    return {
        key: tuple(sorted({each.owner for each in mandates[key] if each.may_vote(day)}))
        for key in sorted(set(units) & mandates.keys())
    }


def of_age(born: str) -> date:
    """Day on which somebody born on ``YYYYMMDD`` is eighteen.

    >>> of_age("20080229").isoformat()
    '2026-03-01'
    """
    year, month, day = int(born[:4]) + OF_AGE, int(born[4:6]), int(born[6:])
    try:
        return date(year, month, day)
    except ValueError:  # the 29th of February
        return date(year, 3, 1)


def to_bytes(mandates: Mandates) -> bytes:
    """Write what is sealed beside a roster version."""
    return canonical.encode(
        {
            key: [
                {
                    "owner": each.owner,
                    "since": None if each.since is None else each.since.isoformat(),
                    "standing": each.standing.value,
                }
                for each in people
            ]
            for key, people in mandates.items()
        }
    )


def from_bytes(data: bytes) -> Mandates:
    """Read what :func:`to_bytes` wrote."""
    return {
        key: until_of_age(
            Mandate(each["owner"], Standing(each["standing"]), _day(each["since"]))
            for each in people
        )
        for key, people in canonical.decode(data).items()
    }


def _mandates(unit: UnitRecord, numbers: Mapping[str, int], on: date) -> tuple[Mandate, ...]:
    states = unit.states or (OwnerState.ORDINARY,) * len(unit.owners)
    people: dict[int, Mandate] = {}
    for owner, state in zip(unit.owners, states, strict=True):
        number, since = numbers[owner.identity], _minor_until(owner, on)
        if state is not OwnerState.ORDINARY:
            people[number] = Mandate(number, Standing[state.name])
        elif since is not None:
            people[number] = Mandate(number, Standing.MINOR, since)
        else:
            people[number] = Mandate(number, Standing.OWNER)
    for person in unit.representatives:
        number, since = numbers[person.identity], _minor_until(person, on)
        standing = Standing.REPRESENTATIVE if since is None else Standing.MINOR
        people.setdefault(number, Mandate(number, standing, since))
    if unit.voter is not None and len(unit.owners) > 1:
        _leave_to_the_named(unit, numbers, people)
    return until_of_age(people[number] for number in sorted(people))


def _leave_to_the_named(
    unit: UnitRecord, numbers: Mapping[str, int], people: dict[int, Mandate]
) -> None:
    """Let only him vote whom the co-owners named, or who represents him if he cannot himself.

    Named somebody whom the sheet does not know, nobody can prove to be the one (domain C-1).
    """
    named = {numbers[person.identity] for person in unit.people if person.name == unit.voter}
    acting = (Standing.OWNER, Standing.REPRESENTATIVE)
    if named and not any(people[number].standing in acting for number in named):
        named |= {numbers[person.identity] for person in unit.representatives}
    for number, person in people.items():
        if number not in named and person.standing in acting:
            people[number] = Mandate(number, Standing.NOT_NAMED)


def _minor_until(owner: OwnerRecord, on: date) -> date | None:
    if owner.id_type is not IdType.RESIDENT:
        return None
    since = of_age(owner.id_number[6:14])
    return since if since > on else None


def _day(text: Any) -> date | None:  # noqa: ANN401 - JSON
    return None if text is None else date.fromisoformat(text)
