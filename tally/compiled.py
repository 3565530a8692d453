"""Inner loops of the count, compiled to vector instructions.

The twin of :mod:`tally.vectorised`, with the same signatures and the same integers. What makes a
loop vectorise here is easy to lose: it runs over slices taken just before it, sums stay in the
width of the lanes, and every product is cast back to that width. Unsigned places spare the look
at whether they count from the end.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_u32 = np.uint32

_njit = njit(nogil=True, cache=True)


@_njit
def first_ballots(
    offsets: NDArray[np.int64],
    units: NDArray[np.int32],
    void: NDArray[np.bool_],
    holder: NDArray[np.int32],
) -> None:
    """Write into ``holder`` the first ballot of each unit that is not void."""
    codes, places = units.view(np.uint32), offsets.view(np.uint64)
    for ballot in range(void.size - 1, -1, -1):
        if not void[ballot]:
            for place in range(places[ballot], places[ballot + 1]):
                holder[codes[place]] = ballot


@_njit
def last_ballots(
    offsets: NDArray[np.int64],
    units: NDArray[np.int32],
    void: NDArray[np.bool_],
    holder: NDArray[np.int32],
) -> None:
    """Write into ``holder`` the last ballot of each unit that is not void."""
    codes, places = units.view(np.uint32), offsets.view(np.uint64)
    for ballot in range(void.size):
        if not void[ballot]:
            for place in range(places[ballot], places[ballot + 1]):
                holder[codes[place]] = ballot


@_njit
def ballots_with_changes(
    offsets: NDArray[np.int64],
    units: NDArray[np.int32],
    void: NDArray[np.bool_],
    changes: int,
    holder: NDArray[np.int32],
) -> None:
    """Write into ``holder`` the last ballot of each unit that is one of its ``changes + 1``."""
    earlier = np.zeros(holder.size, dtype=np.int64)
    for ballot in range(void.size):
        if not void[ballot]:
            for place in range(offsets[ballot], offsets[ballot + 1]):
                unit = units[place]
                if earlier[unit] <= changes:
                    holder[unit] = ballot
                earlier[unit] += 1


@_njit
def spread(answers: NDArray[np.uint8], held: NDArray[np.int32], matrix: NDArray[np.uint8]) -> None:
    """Write into ``matrix`` what the ballot that holds each unit answers."""
    places = held.view(np.uint32)
    for question in range(answers.shape[0]):
        row = answers[question]
        out = matrix[question]
        for unit in range(places.size):
            out[unit] = row[places[unit]]


@_njit
def measure_narrow(
    matrix: NDArray[np.uint8],
    area: NDArray[np.uint32],
    head: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint8],
    block: int,
    heads: NDArray[np.int64],
    areas: NDArray[np.int64],
) -> None:
    """Measure three codes at a time; no ``block`` units add up to 2**32."""
    for segment in range(offsets.size - 1):
        end = offsets[segment + 1]
        for question in range(matrix.shape[0]):
            row = matrix[question]
            for code in range(0, codes.shape[1], 3):
                first, second, third = codes[question, code : code + 3]
                if first == second:
                    break
                heads1 = heads2 = heads3 = np.int64(0)
                areas1 = areas2 = areas3 = np.int64(0)
                start = offsets[segment]
                while start < end:
                    stop = min(start + block, end)
                    some, weigh, speaks = row[start:stop], area[start:stop], head[start:stop]
                    a1 = a2 = a3 = h1 = h2 = h3 = _u32(0)
                    for unit in range(some.size):
                        answer = some[unit]
                        cm2 = weigh[unit]
                        one = _u32(speaks[unit])
                        is1 = _u32(answer == first)
                        is2 = _u32(answer == second)
                        is3 = _u32(answer == third)
                        a1 = _u32(a1 + _u32(cm2 * is1))
                        a2 = _u32(a2 + _u32(cm2 * is2))
                        a3 = _u32(a3 + _u32(cm2 * is3))
                        h1 = _u32(h1 + _u32(one * is1))
                        h2 = _u32(h2 + _u32(one * is2))
                        h3 = _u32(h3 + _u32(one * is3))
                    areas1 += np.int64(a1)
                    areas2 += np.int64(a2)
                    areas3 += np.int64(a3)
                    heads1 += np.int64(h1)
                    heads2 += np.int64(h2)
                    heads3 += np.int64(h3)
                    start = stop
                heads[question, code, segment] = heads1
                heads[question, code + 1, segment] = heads2
                heads[question, code + 2, segment] = heads3
                areas[question, code, segment] = areas1
                areas[question, code + 1, segment] = areas2
                areas[question, code + 2, segment] = areas3


@_njit
def measure_wide(
    matrix: NDArray[np.uint8],
    area: NDArray[np.int64],
    head: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    codes: NDArray[np.uint8],
    heads: NDArray[np.int64],
    areas: NDArray[np.int64],
) -> None:
    """Measure code by code with areas of any size whose total fits into 64 bits."""
    for segment in range(offsets.size - 1):
        start, end = offsets[segment], offsets[segment + 1]
        weigh, speaks = area[start:end], head[start:end]
        for question in range(matrix.shape[0]):
            some = matrix[question, start:end]
            for code in range(codes.shape[1]):
                wanted = codes[question, code]
                total = np.int64(0)
                count = np.int64(0)
                for unit in range(some.size):
                    same = np.int64(some[unit] == wanted)
                    total += weigh[unit] * same
                    count += np.int64(speaks[unit]) * same
                heads[question, code, segment] = count
                areas[question, code, segment] = total


@_njit
def mark_seen(rows: NDArray[np.uint8], seen: NDArray[np.bool_]) -> None:
    """Mark in ``seen`` which values each row has."""
    for row in range(rows.shape[0]):
        values, marks = rows[row], seen[row]
        # Nearly every code is below 32: a bit each, gathered in lanes, and a second look else.
        bits = every = _u32(0)
        for place in range(values.size):
            value = _u32(values[place])
            bits |= _u32(1) << (value & _u32(31))
            every |= value
        if every < _u32(32):
            for code in range(32):
                marks[code] = (bits >> _u32(code)) & _u32(1)
        else:
            for code in values:
                marks[code] = True
