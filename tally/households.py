"""Which units name one household, where the rules of procedure count it as one head (C-4)."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

NO_HOUSEHOLD: Final = -1
"""Code of a unit that names no household."""


def household_codes(numbers: Sequence[int | None]) -> NDArray[np.int32] | None:
    """Give households dense codes, in order of first appearance.

    Parameters
    ----------
    numbers
        What each of U units names, None for most.

    Returns
    -------
    NDArray[np.int32] or None
        Shape ``(U,)``, :data:`NO_HOUSEHOLD` where a unit names none; None if all are like that.
    """
    code_of: dict[int | None, int] = {None: NO_HOUSEHOLD}
    codes = [code_of.setdefault(number, len(code_of) - 1) for number in numbers]
    return np.array(codes, dtype=np.int32) if len(code_of) > 1 else None


def one_after_the_other(
    rosters: Sequence[tuple[int, NDArray[np.int32] | None]],
) -> NDArray[np.int32] | None:
    """Put the households of several rosters into one column, so that none is taken for another's.

    Parameters
    ----------
    rosters
        Number of units and codes of each roster.
    """
    if all(codes is None for _, codes in rosters):
        return None
    columns: list[NDArray[np.int32]] = []
    start = 0
    for units, codes in rosters:
        own = np.full(units, NO_HOUSEHOLD, dtype=np.int32) if codes is None else codes
        columns.append(np.where(own == NO_HOUSEHOLD, own, own + np.int32(start)))
        start += int(own.max(initial=NO_HOUSEHOLD)) + 1
    return np.concatenate(columns, dtype=np.int32)
