"""The inner loops of the count, by whichever of two engines is at hand.

:mod:`tally.compiled` is about fifty times as quick, but takes a moment to load; without it, and
for votes too small to be worth that moment, :mod:`tally.vectorised` gives the same integers.
"""

from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from tally import vectorised
from tally.columns import CODES
from tally.errors import TallyError

NO_CODE = 255
"""Fills up a list of codes to be measured; no unit ever answers it."""

_INT64_MAX = 2**63 - 1
_FULL_LANE = 2**32 - 1
_WORTHWHILE_BLOCK = 64
"""Units added up in 32 bits at a time, below which adding in 64 bits is quicker."""

_WORTH_LOADING = 2**18
"""Answers from which on a vote is worth the half second that the compiled engine takes to load."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Areas as they are added up: in 32 bits, block by block, where that is exact.

    Parameters
    ----------
    area
        ``scale`` cm² (0.0001 m²) in each step, uint32 or int64, shape ``(n,)``.
    scale
        What a step stands for in cm².
    block
        Units that may be added up in 32 bits, whichever they are; 0 where it takes 64.
    """

    area: NDArray[np.uint32] | NDArray[np.int64]
    scale: int
    block: int

    @classmethod
    def of(cls, area_cm2: NDArray[np.int64] | NDArray[np.uint32]) -> "Weights":
        """Choose the narrowest form that is certainly exact; what is narrow already is kept.

        Raises
        ------
        TallyError
            The areas together do not fit into 64 bits.
        """
        largest = int(area_cm2.max(initial=1))
        if largest * len(area_cm2) > _INT64_MAX and sum(area_cm2.tolist()) > _INT64_MAX:
            raise TallyError("面积合计超出可精确计算的范围")
        scale, block = 1, _FULL_LANE // largest
        if block < _WORTHWHILE_BLOCK:
            # Most rosters give two decimals of a square metre, not four.
            scale = int(np.gcd.reduce(area_cm2))
            block = _FULL_LANE // (largest // scale)
        if block < _WORTHWHILE_BLOCK:
            return cls(area_cm2, 1, 0)
        if scale > 1:
            area_cm2 = area_cm2 // scale
        return cls(area_cm2.astype(np.uint32, copy=False), scale, block)


def fill(
    unit_offsets: NDArray[np.int64],
    unit_code: NDArray[np.int32],
    void: NDArray[np.bool_],
    changes: int | None,
    holder: NDArray[np.int32],
) -> None:
    """Write into ``holder`` the ballot that stands for each unit, of those that are not void.

    Parameters
    ----------
    unit_offsets, unit_code, void
        As in :class:`~tally.columns.BallotColumns`.
    changes
        How many later ballots may take the place of a unit's first: 0 lets the first stand, None
        the last.
    holder
        Shape ``(U,)``; left as it is where no ballot stands.
    """
    engine = _engine(len(unit_code))
    if changes is None:
        engine.last_ballots(unit_offsets, unit_code, void, holder)
    elif changes == 0:
        engine.first_ballots(unit_offsets, unit_code, void, holder)
    else:
        engine.ballots_with_changes(unit_offsets, unit_code, void, changes, holder)


def seen(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which values occur in each of R rows, bool, shape ``(R, 256)``."""
    marks = np.zeros((len(rows), CODES), dtype=np.bool_)
    _engine(rows.size).mark_seen(rows, marks)
    return marks


def spread(answers: NDArray[np.uint8], held: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return what the ballot that holds each unit answers.

    Parameters
    ----------
    answers
        Rows to take from, uint8, shape ``(Q, B)``.
    held
        Places in a row, int32, shape ``(n,)``.

    Returns
    -------
    NDArray[np.uint8]
        Shape ``(Q, n)``.
    """
    matrix = np.empty((len(answers), len(held)), dtype=np.uint8)
    _engine(matrix.size).spread(answers, held, matrix)
    return matrix


def measure(
    matrix: NDArray[np.uint8],
    weights: Weights,
    head: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count heads and add up areas by answer, for each of S stretches of units.

    Parameters
    ----------
    matrix
        Answer of each unit to each question, uint8, shape ``(Q, n)``.
    weights
        Area of each unit.
    head
        1 where a unit speaks for its owner, else 0; uint8, shape ``(n,)``.
    offsets
        Where each stretch begins, and the end, int64, shape ``(S + 1,)``.
    codes
        Which answers to measure of each question, uint8, shape ``(Q, C)``; :data:`NO_CODE` stands
        at the end of a row where others have more.

    Returns
    -------
    heads, area_cm2
        int64, shape ``(Q, C, S)``; areas in cm².
    """
    questions, wanted = codes.shape
    threes = np.full((questions, wanted + -wanted % 3), NO_CODE, dtype=np.uint8)
    threes[:, :wanted] = codes
    shape = (*threes.shape, len(offsets) - 1)
    heads, areas = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    engine = _engine(matrix.size)
    task = matrix, weights.area, head, offsets, threes
    if weights.block and engine is not vectorised:
        engine.measure_narrow(*task, weights.block, heads, areas)
    else:
        engine.measure_wide(*task, heads, areas)
    areas *= weights.scale
    return heads[:, :wanted], areas[:, :wanted]


def warm() -> bool:
    """Load and compile now, so that no vote has to wait for it.

    Returns
    -------
    bool
        Whether there is a compiled engine; if so, it is used from now on whatever the size.
    """
    if _compiled() is None:
        return False
    rows = np.ones((2, 2), dtype=np.uint8)
    one, offsets, ballot = rows[:1, :1].copy(), np.arange(2), np.zeros(1, dtype=np.int32)
    spread(one, ballot)
    # The rows of a count go on after the ballots; part of an array is another type than a whole.
    seen(rows[:, :1])
    for changes in (None, 0, 1):
        fill(offsets, ballot, np.zeros(1, dtype=np.bool_), changes, ballot.copy())
    for area, block in ((one[0].astype(np.uint32), 1), (offsets[1:], 0)):
        measure(one, Weights(area, 1, block), one[0], offsets, one)
    return True


def _engine(answers: int) -> ModuleType:
    if answers < _WORTH_LOADING and not _compiled.cache_info().currsize:
        return vectorised
    return _compiled() or vectorised


@cache
def _compiled() -> ModuleType | None:
    try:
        from tally import compiled  # noqa: PLC0415 - loading it takes longer than a small count
    except (ImportError, RuntimeError):
        # Not for this platform, or nowhere to keep what was compiled: the other engine will do.
        return None
    return compiled
