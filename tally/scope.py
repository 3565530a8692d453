"""The electorate of an item: its units, lined up so that heads can be counted in one pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally.columns import KINDS, RosterColumns, Segments, boundaries
from tally.errors import TallyError
from tally.grouping import owner_groups
from tally.kernel import Weights
from tally.measure import Measure
from tally.model import Item, Kind, Policies, SameOwner


@dataclass(frozen=True, slots=True, eq=False)
class Several:
    """Owners of several units, m units of G owners in all.

    Parameters
    ----------
    units
        Their units, owner by owner, as places in a scope, int64, shape ``(m,)``.
    starts
        Where each owner begins in ``units``, int64, shape ``(G,)``.
    sizes
        Units of each, int64, shape ``(G,)``.
    """

    units: NDArray[np.int64]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def differ(self, column: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell of which owners the units do not all have the same value, bool, ``(G,)``."""
        theirs = column[self.units]
        first = np.repeat(theirs[self.starts], self.sizes)
        return np.logical_or.reduceat(theirs != first, self.starts)

    def only(self, chosen: NDArray[np.bool_]) -> "Several":
        """Leave the other owners out."""
        sizes = self.sizes[chosen]
        return Several(self.units[np.repeat(chosen, self.sizes)], np.cumsum(sizes) - sizes, sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The n units and G owners of one electorate, or of S electorates one after the other.

    Parameters
    ----------
    rows
        Roster rows of the units, segment by segment, int64, shape ``(n,)``.
    area_cm2
        Their areas in cm², int64, shape ``(n,)``.
    weights
        The same as they are added up.
    owner
        Whose each unit is, codes 0 to G - 1, int32, shape ``(n,)``.
    alone
        Whether it is his only one here, bool, shape ``(n,)``.
    several
        The owners of several units.
    offsets
        Where each segment begins, and the end, int64, shape ``(S + 1,)``.
    heads, areas_cm2
        Owners and area of each segment, int64, shape ``(S,)``.
    everybody
        Whether ``rows`` are all units in the order of the roster.
    """

    rows: NDArray[np.int64]
    area_cm2: NDArray[np.int64]
    weights: Weights
    owner: NDArray[np.int32]
    alone: NDArray[np.bool_]
    several: Several
    offsets: NDArray[np.int64]
    heads: NDArray[np.int64]
    areas_cm2: NDArray[np.int64]
    everybody: bool

    @property
    def segments(self) -> int:
        """Number of electorates."""
        return len(self.heads)

    @property
    def total(self) -> Measure:
        """Heads and area of all segments."""
        return Measure(int(self.heads.sum()), int(self.areas_cm2.sum()))

    def has_heads_of(self, other: "Scope") -> bool:
        """Tell whether the same units belong to the same owners in both."""
        return np.array_equal(self.rows, other.rows) and np.array_equal(self.owner, other.owner)


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
    inside = units_asked(roster, item, policies)
    if not inside.any():
        raise TallyError(f"议题 {item.id} 的表决范围内没有任何房屋，无法计票")
    return inside


def units_asked(roster: RosterColumns, item: Item, policies: Policies) -> NDArray[np.bool_]:
    """Tell the same where it may be nobody, as under a reading that was never published.

    Raises
    ------
    TallyError
        The agenda names a building or unit that the roster does not have.
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
    return inside


def kinds_counted(item: Item, policies: Policies) -> frozenset[Kind] | None:
    """Return the kinds an item counts, or None if it names its units one by one."""
    if item.electorate.include_kinds is not None:
        return item.electorate.include_kinds
    if item.electorate.units is not None:
        return None
    return policies.include_kinds


def scope_of(
    roster: RosterColumns,
    inside: NDArray[np.bool_],
    same_owner: SameOwner,
    segments: Segments | None = None,
) -> Scope:
    """Line up an electorate; heads are regrouped inside it (domain C-33).

    Parameters
    ----------
    inside
        The units it consists of, bool, shape ``(U,)``.
    segments
        How it is divided into S electorates; one if absent.
    """
    rows = np.flatnonzero(inside)
    if segments is None:
        groups = owner_groups(roster, same_owner, inside)
        offsets = boundaries([len(rows)])
    else:
        groups = owner_groups(roster, same_owner, inside, segments.code)
        # Stable: within a segment the units keep the order of the roster.
        rows = rows[np.argsort(segments.code[rows], kind="stable")]
        units = np.bincount(segments.code[rows], minlength=len(segments.names))
        offsets = boundaries(units.tolist())
    owner = groups[rows]
    units_of = np.bincount(owner)
    alone = units_of[owner] == 1
    members = np.flatnonzero(~alone)
    members = members[np.argsort(owner[members], kind="stable")]
    sizes = units_of[units_of > 1]
    several = Several(members, np.cumsum(sizes) - sizes, sizes)
    speaks = alone.copy()
    speaks[several.units[several.starts]] = True
    area = roster.area_cm2[rows]
    return Scope(
        rows=rows,
        area_cm2=area,
        weights=Weights.of(area),
        owner=owner,
        alone=alone,
        several=several,
        offsets=offsets,
        heads=_per_segment(speaks, offsets),
        areas_cm2=_per_segment(area, offsets),
        everybody=np.array_equal(rows, np.arange(len(roster))),
    )


def _per_segment(column: NDArray[np.generic], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    running = np.cumsum(np.append([0], column))
    return np.diff(running[offsets])


def _require_known(item: Item, noun: str, named: frozenset[str], known: tuple[str, ...]) -> None:
    unknown = sorted(named.difference(known))
    if unknown:
        raise TallyError(f"议题 {item.id} 的表决范围写有清册中没有的{noun}：{'、'.join(unknown)}")
