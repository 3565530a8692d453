"""A roster as the columns that are counted, and what a clerk compares with the paper file."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tally.columns import KINDS, RosterColumns
from tally.grouping import owner_groups
from tally.households import household_codes
from tally.model import DEFAULT_KINDS, SameOwner
from voting.roster.model import AreaSource, IdType, Roster, UnitRecord


class HeadRule(StrEnum):
    """Who is one head: the rules that can be published, and what else has been argued."""

    IDENTITY_SET = "identity_set"
    ANY_COMMON_OWNER = "any_common_owner"
    NAMED_VOTER = "named_voter"
    EACH_TITLE = "each_title"
    HOUSEHOLD = "household"

    @property
    def chinese(self) -> str:
        """What the rule says, for the person who chooses."""
        return {
            "identity_set": "产权人完全相同的各套合计一人",
            "any_common_owner": "凡有共同产权人的各套合计一人",
            "named_voter": "共有房屋并入其表决人名下",
            "each_title": "共有房屋每套各计一人",
            "household": "同一合户编号的各套合计一人，其余按产权人",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Totals:
    """Units, heads (owner groups) and area in cm² of one part of a roster."""

    units: int
    heads: int
    area_cm2: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Figures to compare with the paper roster before it is frozen.

    Parameters
    ----------
    everything
        All exclusive units.
    without_parking_and_storage
        The default denominator (W-8); where that is disputed, both are published (C-11).
    developer_stock
        Unsold and undelivered units: at most one head (JI art. 9).
    by_kind
        Totals of each kind that occurs, under its Chinese name.
    groups_with_several_units
        Heads that own more than one unit.
    co_owned_units
        Units with more than one identity on the title.
    corporate_units
        Units of which an organisation is an owner, developer stock left out.
    area_not_registered
        Units whose area is surveyed or contractual (JI art. 8): worth a second look.
    """

    everything: Totals
    without_parking_and_storage: Totals
    developer_stock: Totals
    by_kind: dict[str, Totals]
    groups_with_several_units: int
    co_owned_units: int
    corporate_units: int
    area_not_registered: int


def roster_columns(roster: Roster) -> RosterColumns:
    """Turn a roster into tally columns, one entry per unit, in roster order."""
    return _columns(roster, lambda unit: [owner.identity for owner in unit.owners])


def _columns(roster: Roster, owners_of: Callable[[UnitRecord], Sequence[str]]) -> RosterColumns:
    """Give every building and every owner a dense code, in order of first appearance."""
    buildings: dict[str, int] = {}
    owners: dict[str, int] = {}
    owner_code: list[int] = []
    offsets = [0]
    for unit in roster.units:
        owner_code += [owners.setdefault(owner, len(owners)) for owner in owners_of(unit)]
        offsets.append(len(owner_code))
    return RosterColumns(
        unit_key=tuple(unit.unit_key for unit in roster),
        building=np.array(
            [buildings.setdefault(unit.building, len(buildings)) for unit in roster], np.int32
        ),
        buildings=tuple(buildings),
        kind=np.array([KINDS.index(unit.kind) for unit in roster], np.int8),
        area_cm2=np.array([unit.area_cm2 for unit in roster], np.int64),
        developer_stock=np.array([unit.developer_stock for unit in roster], np.bool_),
        owner_offsets=np.array(offsets, np.int64),
        owner_code=np.array(owner_code, np.int32),
        household=household_codes([unit.household for unit in roster]),
    )


def reconcile(roster: Roster, same_owner: SameOwner = SameOwner.IDENTITY_SET) -> Reconciliation:
    """Sum a roster up in every way that a dispute about its totals has asked for."""
    columns = roster_columns(roster)

    def totals(scope: NDArray[np.bool_]) -> Totals:
        # Heads are regrouped inside the scope: linking owners elsewhere must not join them here.
        groups = owner_groups(columns, same_owner, scope)
        return Totals(
            units=int(scope.sum()),
            heads=int(groups.max(initial=-1)) + 1,
            area_cm2=int(columns.area_cm2[scope].sum()),
        )

    everything = np.ones(len(roster), dtype=np.bool_)
    kinds = {code: kind for code, kind in enumerate(KINDS) if (columns.kind == code).any()}
    counted = np.isin(columns.kind, [c for c, kind in kinds.items() if kind in DEFAULT_KINDS])
    sizes = Counter(owner_groups(columns, same_owner).tolist())
    return Reconciliation(
        everything=totals(everything),
        without_parking_and_storage=totals(counted),
        developer_stock=totals(columns.developer_stock),
        by_kind={kind.value: totals(columns.kind == code) for code, kind in kinds.items()},
        groups_with_several_units=sum(size > 1 for size in sizes.values()),
        co_owned_units=sum(len(unit.owners) > 1 for unit in roster),
        corporate_units=sum(
            not unit.developer_stock
            and any(owner.id_type is IdType.CREDIT_CODE for owner in unit.owners)
            for unit in roster
        ),
        area_not_registered=sum(unit.area_source is not AreaSource.REGISTER for unit in roster),
    )


def rules_for(roster: Roster) -> tuple[HeadRule, ...]:
    """Rules that can be applied: named voters and households must be named by somebody."""
    needed = {
        HeadRule.NAMED_VOTER: any(unit.voter is not None for unit in roster),
        HeadRule.HOUSEHOLD: any(unit.household is not None for unit in roster),
    }
    return tuple(rule for rule in HeadRule if needed.get(rule, True))


def columns_under(roster: Roster, rule: HeadRule) -> tuple[RosterColumns, SameOwner]:
    """Columns in which each unit stands under the owners that a rule looks at.

    Grouped by the second value they give the heads of that rule. Under ``named_voter``, an
    alternative of domain C-5, a co-owned unit stands under the name of its voter.
    """
    if rule is HeadRule.NAMED_VOTER:
        return _columns(roster, _voter_of), SameOwner.IDENTITY_SET
    return roster_columns(roster), SameOwner(rule.value)


def _voter_of(unit: UnitRecord) -> tuple[str, ...]:
    named = [owner.identity for owner in unit.owners if owner.name == unit.voter]
    return tuple(named[:1]) or unit.identities


def group_of_unit(roster: Roster, same_owner: SameOwner | None = None) -> dict[str, int]:
    """Owner group of every unit of the complex, under its key; identity sets by default."""
    columns = roster_columns(roster)
    groups = owner_groups(columns, same_owner or SameOwner.IDENTITY_SET)
    return dict(zip(columns.unit_key, groups.tolist(), strict=True))
