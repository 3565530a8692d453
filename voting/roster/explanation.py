"""Owner groups explained line by line: which units are one head, and why (JI art. 9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tally.grouping import owner_groups
from voting.roster.grouping import HeadRule, Totals, columns_under, rules_for
from voting.roster.model import Roster, UnitRecord


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of a group. ``reason`` says in Chinese, without naming anybody, why it is in it."""

    unit_key: str
    row: int
    area_cm2: int
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are one head together: before grouping they would be ``len(lines)`` heads."""

    number: int
    lines: tuple[Line, ...]

    @property
    def area_cm2(self) -> int:
        """Sum of the areas in cm²: grouping joins heads and never changes an area."""
        return sum(line.area_cm2 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the units of a roster become heads under a rule.

    Parameters
    ----------
    rule
        The rule applied.
    before, after
        Heads and area if every unit were a head, and as they are grouped.
    groups
        Groups of more than one unit, in roster order; every other unit is a head by itself.
    stock
        Number of the group that is the developer's stock, if there is any.
    """

    rule: HeadRule
    before: Totals
    after: Totals
    groups: tuple[Group, ...]
    stock: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What another rule would make of the same roster (domain C-4 to C-6).

    ``joined`` are its groups that this rule keeps apart, ``parted`` the groups of this rule that
    it takes apart.
    """

    rule: HeadRule
    heads: int
    joined: tuple[Group, ...]
    parted: tuple[Group, ...]


def explain(roster: Roster, rule: HeadRule = HeadRule.IDENTITY_SET) -> Explanation:
    """Group a roster and say of every unit that joined another why it did."""
    units = roster.units
    codes = owner_groups(*columns_under(roster, rule))
    sizes = np.bincount(codes) if len(codes) else np.zeros(0, dtype=np.int64)
    members: defaultdict[int, list[UnitRecord]] = defaultdict(list)
    for at in np.flatnonzero(sizes[codes] > 1).tolist():
        members[int(codes[at])].append(units[at])
    area_cm2 = roster.area_cm2
    stock = next(
        (code for unit, code in zip(units, codes.tolist(), strict=True) if unit.developer_stock),
        None,
    )
    return Explanation(
        rule=rule,
        before=Totals(len(units), len(units), area_cm2),
        after=Totals(len(units), len(sizes), area_cm2),
        groups=tuple(Group(code, _lines(group, rule)) for code, group in members.items()),
        stock=stock,
    )


def compare(roster: Roster, rule: HeadRule, other: HeadRule) -> Comparison:
    """Show where another rule counts the heads of a roster differently, group by group."""
    mine, theirs = (explain(roster, each) for each in (rule, other))
    return Comparison(
        rule=other,
        heads=theirs.after.heads,
        joined=_spread(theirs.groups, mine),
        parted=_spread(mine.groups, theirs),
    )


def compare_all(roster: Roster, rule: HeadRule) -> list[Comparison]:
    """Compare with every other rule that can be applied to a roster."""
    return [compare(roster, rule, other) for other in rules_for(roster) if other is not rule]


def _spread(groups: Sequence[Group], over: Explanation) -> tuple[Group, ...]:
    """Find the groups whose units are not all in one group of another explanation."""
    number = {line.unit_key: group.number for group in over.groups for line in group.lines}

    def is_spread(group: Group) -> bool:
        numbers = {number.get(line.unit_key) for line in group.lines}
        return numbers == {None} or len(numbers) > 1

    return tuple(group for group in groups if is_spread(group))


def _lines(units: Sequence[UnitRecord], rule: HeadRule) -> tuple[Line, ...]:
    first = units[0]
    lines = []
    earlier: dict[str, UnitRecord] = {}
    for unit in units:
        if unit.developer_stock:
            reason = f"{unit.title_status.value}：建设单位的全部未售与未交付房屋合计一人"
        elif unit is first:
            reason = "本组第一套"
        elif unit.identities == first.identities:
            together = f" {len(unit.owners)} 位产权人" if len(unit.owners) > 1 else "产权人"
            reason = f"与 {first.unit_key} 的{together}完全相同"
        elif rule is HeadRule.ANY_COMMON_OWNER:
            reason = _link(unit, earlier, units)
        elif rule is HeadRule.HOUSEHOLD:
            reason = _household(unit, units)
        else:
            reason = f"表决人与 {first.unit_key} 的表决人或产权人是同一人"
        lines.append(Line(unit.unit_key, unit.row, unit.area_cm2, reason))
        for identity in unit.identities:
            earlier.setdefault(identity, unit)
    return tuple(lines)


def _household(unit: UnitRecord, units: Sequence[UnitRecord]) -> str:
    """Name a unit of the same household or the same owners; the first of the group comes first."""
    for other in units:
        if other is unit:
            continue
        if unit.household is not None and unit.household == other.household:
            return f"与 {other.unit_key} 的合户编号同为 {unit.household}"
        if unit.identities == other.identities:
            return f"与 {other.unit_key} 的产权人完全相同"
    raise AssertionError("a unit tied to no other of its group")


def _link(unit: UnitRecord, earlier: Mapping[str, UnitRecord], units: Sequence[UnitRecord]) -> str:
    """Name a unit that shares an owner with this one, an earlier one if there is any."""
    for identity in unit.identities:
        if identity in earlier:
            return f"与 {earlier[identity].unit_key} 有共同的产权人"
    own = set(unit.identities)
    later = next(other for other in units if other is not unit and own & set(other.identities))
    return f"与 {later.unit_key} 有共同的产权人"
