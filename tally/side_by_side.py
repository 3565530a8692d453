"""Complexes put one after the other, to be counted in one call."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tally.columns import (
    MEDIUM_OF,
    BallotColumns,
    RosterColumns,
    Segments,
    boundaries,
    code_count,
)
from tally.households import one_after_the_other

_CHANNELS = {name: code for code, name in enumerate(MEDIUM_OF)}
"""Channels that a rule may ask for; a city may name more others than int8 tells apart."""


def side_by_side(
    complexes: Sequence[tuple[str, RosterColumns, BallotColumns]],
) -> tuple[RosterColumns, Segments, BallotColumns]:
    """Put the columns of S complexes one after the other.

    Parameters
    ----------
    complexes
        Name, roster and ballots of each. Codes of owners, units and channels are of each
        complex's own.
    """
    names = tuple(name for name, _, _ in complexes)
    rosters = [roster for _, roster, _ in complexes]
    ballots = [each for _, _, each in complexes]
    buildings = tuple(dict.fromkeys(name for roster in rosters for name in roster.buildings))
    building_code = {name: code for code, name in enumerate(buildings)}
    units = boundaries(len(roster) for roster in rosters)
    owners = boundaries(code_count(roster.owner_code) for roster in rosters)
    roster = RosterColumns(
        unit_key=tuple(chain.from_iterable(roster.unit_key for roster in rosters)),
        buildings=buildings,
        building=np.concatenate(
            [
                np.array([building_code[name] for name in roster.buildings], np.int32)[
                    roster.building
                ]
                for roster in rosters
            ]
        ),
        kind=np.concatenate([roster.kind for roster in rosters]),
        area_cm2=np.concatenate([roster.area_cm2 for roster in rosters]),
        developer_stock=np.concatenate([roster.developer_stock for roster in rosters]),
        owner_offsets=_joined([roster.owner_offsets for roster in rosters]),
        owner_code=np.concatenate(
            [roster.owner_code + start for roster, start in zip(rosters, owners, strict=False)],
            dtype=np.int32,
        ),
        household=one_after_the_other([(len(each), each.household) for each in rosters]),
    )
    segments = Segments(names, np.repeat(np.arange(len(names), dtype=np.int32), np.diff(units)))
    cast = BallotColumns(
        unit_offsets=_joined([each.unit_offsets for each in ballots]),
        unit_code=np.concatenate(
            [each.unit_code + start for each, start in zip(ballots, units, strict=False)],
            dtype=np.int32,
        ),
        choices=np.concatenate([each.choices for each in ballots]),
        void=np.concatenate([each.void for each in ballots]),
        channel=np.concatenate([each.channel_codes(_CHANNELS) for each in ballots]),
        channels=tuple(_CHANNELS),
    )
    return roster, segments, cast


def _joined(offsets: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Put the boundaries of several flat lists one after the other."""
    return np.cumsum(np.concatenate([[0], *(np.diff(each) for each in offsets)]))
