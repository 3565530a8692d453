"""The electorate of an item: its units, lined up so that heads can be counted in one pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally.columns import KINDS, RosterColumns
from tally.errors import TallyError
from tally.grouping import owner_groups
from tally.measure import Measure
from tally.model import Item, Kind, Policies, SameOwner

_EXACT_FLOAT = 2**53
"""Below it float64 holds every whole number."""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Units of one electorate, owners of a single unit first, then group by group.

    Parameters
    ----------
    rows
        Roster rows of the n units, int64, shape ``(n,)``.
    area_cm2
        Their areas in cm², int64, shape ``(n,)``.
    singles
        How many of them, at the front, are the only unit of their group.
    starts
        Where each group of several units begins, counted from ``singles``; int64.
    sizes
        Units of each group of several units, int64.
    total
        Heads and area of the whole electorate.
    float_area
        The areas once more as float64, only if ``total`` is below 2**53 so that sums of them stay
        exact; otherwise absent.
    """

    rows: NDArray[np.int64]
    area_cm2: NDArray[np.int64]
    singles: int
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    total: Measure
    float_area: NDArray[np.float64] | None


def electorate_mask(roster: RosterColumns, item: Item, policies: Policies) -> NDArray[np.bool_]:
    """Tell which units an item is put to (domain W-8, C-33).

    Returns
    -------
    NDArray[np.bool_]
        Shape ``(U,)``.

    Raises
    ------
    TallyError
        The agenda names a building or unit that the roster does not have, or nobody is left.
    """
    electorate = item.electorate
    inside = np.ones(len(roster), dtype=np.bool_)
    kinds = kinds_counted(item, policies)
    if kinds is not None:
        inside &= np.array([kind in kinds for kind in KINDS])[roster.kind]
    if electorate.buildings is not None:
        _require_known(item, "楼栋", electorate.buildings, roster.buildings)
        named = np.array([name in electorate.buildings for name in roster.buildings], np.bool_)
        inside &= named[roster.building]
    if electorate.units is not None:
        _require_known(item, "房屋", electorate.units, roster.unit_key)
        inside &= np.array([key in electorate.units for key in roster.unit_key], np.bool_)
    if not inside.any():
        raise TallyError(f"议题 {item.id} 的表决范围内没有任何房屋，无法计票")
    return inside


def kinds_counted(item: Item, policies: Policies) -> frozenset[Kind] | None:
    """Return the kinds an item counts, or None if it names its units one by one."""
    if item.electorate.include_kinds is not None:
        return item.electorate.include_kinds
    if item.electorate.units is not None:
        return None
    return policies.include_kinds


def scope_of(roster: RosterColumns, inside: NDArray[np.bool_], same_owner: SameOwner) -> Scope:
    """Line up an electorate; heads are regrouped inside it (domain C-33)."""
    groups = owner_groups(roster, same_owner, inside)
    rows = np.flatnonzero(inside)
    group = groups[rows]
    units_of = np.bincount(group)
    alone = units_of[group] == 1
    several = np.flatnonzero(~alone)
    # Stable: within a group the units keep the order of the roster.
    several = several[np.argsort(group[several], kind="stable")]
    rows = rows[np.concatenate((np.flatnonzero(alone), several))]
    sizes = units_of[units_of > 1].astype(np.int64)
    area = roster.area_cm2[rows]
    total = Measure(len(units_of), int(area.sum()))
    return Scope(
        rows=rows,
        area_cm2=area,
        singles=int(alone.sum()),
        starts=np.cumsum(sizes) - sizes,
        sizes=sizes,
        total=total,
        float_area=area.astype(np.float64) if total.area_cm2 < _EXACT_FLOAT else None,
    )


def _require_known(item: Item, noun: str, named: frozenset[str], known: tuple[str, ...]) -> None:
    unknown = sorted(named.difference(known))
    if unknown:
        raise TallyError(f"议题 {item.id} 的表决范围写有清册中没有的{noun}：{'、'.join(unknown)}")
