"""Which floor a unit is on, read off its room number for display; nothing is decided by it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BASEMENT = -1
"""Floor of everything below ground, however deep."""
UNKNOWN_FLOOR = 10_000
"""Floor of a room whose number does not tell; sorts above every real one."""

_NUMBERED = re.compile(r"([0-9]{1,3})[0-9]{2}")
_BELOW_GROUND = re.compile(r"[Bb][0-9]|地下|负")


def floor_of(unit_key: str) -> int:
    """Tell the floor of a unit by the usual way of numbering rooms.

    Parameters
    ----------
    unit_key
        ``楼栋-单元-房号``; only the room counts. The roster sheet has no column for the floor.

    Returns
    -------
    int
        ``1203`` is on floor 12: three to five figures, all but the last two. A room that begins
        with ``B1``, ``地下`` or ``负`` is in the :data:`BASEMENT`; any other is
        :data:`UNKNOWN_FLOOR`, and so is ``001``, since no house has a floor 0.
    """
    room = unit_key.rpartition("-")[2]
    if _BELOW_GROUND.match(room):
        return BASEMENT
    numbered = _NUMBERED.fullmatch(room)
    return (int(numbered[1]) if numbered else 0) or UNKNOWN_FLOOR


def floors_of(unit_keys: Sequence[str]) -> NDArray[np.int32]:
    """Tell the floor of every unit, int32, shape ``(U,)``."""
    return np.array([floor_of(key) for key in unit_keys], np.int32)
