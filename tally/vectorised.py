"""The same inner loops in plain NumPy: always there, and the check on :mod:`tally.compiled`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.columns import CODES


def first_ballots(
    offsets: NDArray[np.int64],
    units: NDArray[np.int32],
    void: NDArray[np.bool_],
    holder: NDArray[np.int32],
) -> None:
    """Write into ``holder`` the first ballot of each unit that is not void."""
    ballot, unit = _valid_claims(offsets, units, void)
    # Minimum and maximum do not depend on the order in which NumPy visits repeated units, which
    # plain assignment does, and NumPy does not define that order.
    first = np.full_like(holder, len(void))
    np.minimum.at(first, unit, ballot)
    np.copyto(holder, first, where=first < len(void))


def last_ballots(
    offsets: NDArray[np.int64],
    units: NDArray[np.int32],
    void: NDArray[np.bool_],
    holder: NDArray[np.int32],
) -> None:
    """Write into ``holder`` the last ballot of each unit that is not void."""
    ballot, unit = _valid_claims(offsets, units, void)
    last = np.full_like(holder, -1)
    np.maximum.at(last, unit, ballot)
    np.copyto(holder, last, where=last >= 0)


def ballots_with_changes(
    offsets: NDArray[np.int64],
    units: NDArray[np.int32],
    void: NDArray[np.bool_],
    changes: int,
    holder: NDArray[np.int32],
) -> None:
    """Write into ``holder`` the last ballot of each unit that is one of its ``changes + 1``."""
    ballot, unit = _valid_claims(offsets, units, void)
    # Stable: the claims of each unit stand together and stay in order of arrival.
    order = np.argsort(unit, kind="stable")
    ballot, unit = ballot[order], unit[order]
    earlier = np.arange(len(unit)) - np.searchsorted(unit, unit)
    counts = earlier <= changes
    last = np.full_like(holder, -1)
    np.maximum.at(last, unit[counts], ballot[counts])
    np.copyto(holder, last, where=last >= 0)


def spread(answers: NDArray[np.uint8], held: NDArray[np.int32], matrix: NDArray[np.uint8]) -> None:
    """Write into ``matrix`` what the ballot that holds each unit answers."""
    np.take(answers, held, axis=1, out=matrix)


def mark_seen(rows: NDArray[np.uint8], seen: NDArray[np.bool_]) -> None:
    """Mark in ``seen`` which values each row has."""
    for row, marks in zip(rows, seen, strict=True):
        marks[row] = True


def measure_wide(
    matrix: NDArray[np.uint8],
    area: NDArray[np.integer[Any]],
    head: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint8],
    heads: NDArray[np.int64],
    areas: NDArray[np.int64],
) -> None:
    """Measure areas of any size whose total fits into 64 bits."""
    _, wanted, segments = heads.shape
    first_unit, end = offsets[[0, -1]]
    matrix, area, head = matrix[:, first_unit:end], area[first_unit:end], head[first_unit:end]
    shape = wanted + 1, segments
    segment = np.repeat(np.arange(segments), np.diff(offsets))
    speaks = head == 1
    wide = area.astype(np.int64, copy=False)
    for question, row in enumerate(matrix):
        column = np.full(CODES, wanted)
        column[codes[question]] = np.arange(wanted)
        cell = column[row] * segments + segment
        total = np.zeros(shape, dtype=np.int64)
        np.add.at(total.ravel(), cell, wide)
        count = np.bincount(cell[speaks], minlength=total.size)
        areas[question] = total[:wanted]
        heads[question] = count.reshape(shape)[:wanted]


def _valid_claims(
    offsets: NDArray[np.int64], units: NDArray[np.int32], void: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return each (ballot, unit) pair of ballots that are not void."""
    ballot = np.repeat(np.arange(len(void), dtype=np.int32), np.diff(offsets))
    valid = ~void[ballot]
    return ballot[valid], units[valid]
