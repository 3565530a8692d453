"""Which counted ballots hold which owners' units in an electorate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally.scope import Scope
from tally.slots import Slots


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """N counted ballots, n units and G owners of one electorate.

    Parameters
    ----------
    ballots
        Positions of the ballots that hold at least one unit, ascending, int64 ``(N,)``.
    units
        The units that a ballot holds, ballot by ballot, as places in the scope, int64.
    starts
        Where each ballot begins in ``units``, int64 ``(N,)``.
    group
        Owner of the first unit of each, int64 ``(N,)``.
    link_ballot, link_group
        Each pair of a ballot and an owner of whom it holds a unit, once; int64.
    simple
        The ballot holds units of one owner only, and he has no other ballot; bool ``(N,)``.
    group_area
        Area of each owner inside the electorate in cm², int64 ``(G,)``.
    """

    ballots: NDArray[np.int64]
    units: NDArray[np.int64]
    starts: NDArray[np.int64]
    group: NDArray[np.int64]
    link_ballot: NDArray[np.int64]
    link_group: NDArray[np.int64]
    simple: NDArray[np.bool_]
    group_area: NDArray[np.int64]


def holdings_of(scope: Scope, slots: Slots) -> Holdings:
    """Work out who depends on which ballot."""
    groups = scope.total.heads
    every_group = scope.owner.astype(np.int64)
    holder = slots.holder[scope.rows].astype(np.int64)
    units = np.flatnonzero(holder < slots.ballots)
    units = units[np.argsort(holder[units])]
    ballots, starts, unit_ballot = np.unique(holder[units], return_index=True, return_inverse=True)
    unit_group = every_group[units]
    links = np.unique(unit_ballot * groups + unit_group)
    link_ballot, link_group = np.divmod(links, groups)
    owners_of_ballot = np.bincount(link_ballot)
    ballots_of_owner = np.bincount(link_group)
    simple = owners_of_ballot == 1
    simple[link_ballot[ballots_of_owner[link_group] > 1]] = False
    group_area = np.zeros(groups, dtype=np.int64)
    np.add.at(group_area, every_group, scope.area_cm2)
    return Holdings(
        ballots=ballots,
        units=units,
        starts=starts,
        group=unit_group[starts],
        link_ballot=link_ballot,
        link_group=link_group,
        simple=simple,
        group_area=group_area,
    )
