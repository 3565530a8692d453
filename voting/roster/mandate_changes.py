"""What is different between two versions in who may vote, for those who sign and for everybody.

Two documents side by side do not show it: whom the co-owners named, who acts for whom and who
died stands beside them, sealed. Whoever signs is told unit by unit; the public how many units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from voting.roster.document import RosterDocument
from voting.roster.mandate import Mandate, Mandates, Standing

_STATES = {
    Standing.DECEASED: "已故",
    Standing.UNABLE: "不能独立表决",
    Standing.MINOR: "未满 18 周岁",
}


class Sort(StrEnum):
    """In what somebody's right to vote changed."""

    VOTER = "voter"
    """Whom the co-owners named."""
    REPRESENTATIVE = "representative"
    STATE = "state"
    """Whether an owner can act for himself."""

    @property
    def chinese(self) -> str:
        """What it is called."""
        return {"voter": "表决人", "representative": "代理人", "state": "业主状态"}[self.value]


@dataclass(frozen=True, slots=True)
class MandateChange:
    """One change beside one unit, in Chinese without a name."""

    unit_key: str
    sort: Sort
    words: str

    @property
    def line(self) -> str:
        """One line of a difference."""
        return f"{self.unit_key} {self.sort.chinese}变更：{self.words}"


@dataclass(frozen=True, slots=True)
class BoundMandates:
    """Who may vote, as a signed document binds it.

    Parameters
    ----------
    commitment
        Salted commitment to the mandates of a version.
    changed
        Units by sort of change since the version before.
    """

    commitment: str
    changed: Mapping[str, int]

    @classmethod
    def of(cls, commitment: str, changes: Sequence[MandateChange]) -> Self:
        """Bind the mandates of a version that differ so from those before."""
        return cls(commitment, counted(changes))

    def to_object(self) -> dict[str, Any]:
        """Write what stands in the public document."""
        return {"changed": dict(self.changed), "commitment": self.commitment}


def mandate_changes(
    before: RosterDocument, old: Mandates, after: RosterDocument, new: Mandates
) -> tuple[MandateChange, ...]:
    """Compare who may vote for each unit of ``after`` with who might before."""
    earlier, later = _owners(before), _owners(after)
    return tuple(
        MandateChange(key, sort, words)
        for key in sorted((old.keys() | new.keys()) & later.keys())
        for sort, words in _changes(
            Beside(earlier.get(key, frozenset()), old.get(key, ())),
            Beside(later[key], new.get(key, ())),
        )
    )


def counted(changes: Sequence[MandateChange]) -> dict[str, int]:
    """Count the units of each sort of change."""
    return {
        sort.value: len({each.unit_key for each in changes if each.sort is sort}) for sort in Sort
    }


def count_lines(changed: Mapping[str, int]) -> list[str]:
    """Say in Chinese how many units changed, one line for each sort that did."""
    return [
        f"{sort.chinese}变更 {changed[sort.value]} 套" for sort in Sort if changed.get(sort.value)
    ]


@dataclass(frozen=True, slots=True)
class Beside:
    """Everybody beside one unit in one version."""

    owners: frozenset[int]
    people: tuple[Mandate, ...]

    @property
    def named(self) -> frozenset[int] | None:
        """Whom the co-owners left the vote to; None if they named nobody."""
        if all(each.standing is not Standing.NOT_NAMED for each in self.people):
            return None
        return frozenset(
            each.owner for each in self.people if each.standing is not Standing.NOT_NAMED
        )

    @property
    def representatives(self) -> frozenset[tuple[int, bool]]:
        """Who acts for the owners, and whether he is a minor himself."""
        return frozenset(
            (each.owner, each.standing is Standing.MINOR)
            for each in self.people
            if each.owner not in self.owners
        )

    @property
    def states(self) -> dict[int, Standing]:
        """Owners who cannot act for themselves, and why."""
        return {
            each.owner: each.standing
            for each in self.people
            if each.owner in self.owners and each.standing in _STATES
        }


def _owners(document: RosterDocument) -> dict[str, frozenset[int]]:
    return {unit.unit_key: frozenset(unit.owners) for unit in document.units}


def _changes(was: Beside, now: Beside) -> list[tuple[Sort, str]]:
    found = []
    # Where all who were not named cannot act for themselves by now, nobody has come to vote.
    passed_over = was.owners - (was.named or was.owners)
    nobody_else = now.named is None and passed_over and passed_over <= now.states.keys()
    if was.named != now.named and not nobody_else:
        if now.named is None:
            words = "共有人不再推选表决人，任一共有人可以表决"
        else:
            words = "共有人推选了表决人" if was.named is None else "改由另外的人表决"
        found.append((Sort.VOTER, words))
    if was.representatives != now.representatives:
        if not now.representatives:
            words = "取消代理人"
        else:
            words = "改换代理人" if was.representatives else "登记了代理人"
        found.append((Sort.REPRESENTATIVE, words))
    before, after = was.states, now.states
    for owner in sorted(before.keys() | after.keys()):
        if before.get(owner) == after.get(owner):
            continue
        if owner in after:
            found.append((Sort.STATE, f"一位业主登记为{_STATES[after[owner]]}"))
        elif owner in now.owners:
            found.append((Sort.STATE, f"一位业主不再登记为{_STATES[before[owner]]}"))
    return found
