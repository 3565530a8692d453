"""A roster as the columns that are counted, and what a clerk compares with the paper file."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally.columns import KINDS, RosterColumns, UnitRow
from tally.grouping import owner_groups
from tally.model import DEFAULT_KINDS, SameOwner
from voting.roster.model import AreaSource, IdType, Roster


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
    return RosterColumns.from_rows(
        [
            UnitRow(
                unit_key=unit.unit_key,
                building=unit.building,
                kind=unit.kind,
                area_cm2=unit.area_cm2,
                developer_stock=unit.developer_stock,
                owners=unit.identities,
            )
            for unit in roster
        ]
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


def group_of_unit(roster: Roster, same_owner: SameOwner | None = None) -> dict[str, int]:
    """Owner group of every unit of the complex, under its key; identity sets by default."""
    columns = roster_columns(roster)
    groups = owner_groups(columns, same_owner or SameOwner.IDENTITY_SET)
    return dict(zip(columns.unit_key, groups.tolist(), strict=True))
