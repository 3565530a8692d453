"""One pass over the units of an electorate: how many heads and how much area gave which answer.

A census interprets nothing. It keeps apart what policies treat differently (blank, void, silent,
following), so that every reading of the same ballots is computed from the same census.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from tally.measure import Measure
from tally.model import Choice
from tally.scope import Scope
from tally.slots import DELIVERED, SILENT

_CODES = 128
"""Answer codes lie below this."""

FLAG_SETS = 32
"""Combinations of :class:`Unspoken`."""

MIXED = 255
"""State of an owner whose units name different choices."""

NO_MARK = 0
"""State of an owner none of whose units names a choice."""


class Unspoken(IntFlag):
    """What else occurs among the units of one owner."""

    FOLLOW = 1
    BLANK = 2
    VOID = 4
    SILENT = 8
    DELIVERED = 16


FLAG_OF = {
    int(Choice.FOLLOW): Unspoken.FOLLOW,
    int(Choice.BLANK): Unspoken.BLANK,
    int(Choice.VOID): Unspoken.VOID,
    SILENT: Unspoken.SILENT,
    DELIVERED: Unspoken.DELIVERED,
}
"""The flag of each answer code that names no choice."""


@dataclass(frozen=True, slots=True)
class Census:
    """Answers to one question, by head and by area.

    Parameters
    ----------
    marks
        The choices that express a will, as codes.
    heads
        Owners by (state, :class:`Unspoken` flags). The state is the one choice that all expressed
        units of the owner name, or :data:`MIXED`, or :data:`NO_MARK`.
    area_cm2
        Area of the units by answer code.
    total
        The whole electorate.
    """

    marks: tuple[int, ...]
    heads: dict[tuple[int, int], int]
    area_cm2: dict[int, int]
    total: Measure


def take_census(
    scope: Scope,
    ballot: NDArray[np.int64],
    answers: NDArray[np.uint8],
    marks: tuple[int, ...],
    *,
    last_ballot_governs: bool,
) -> Census:
    """Count one question.

    Parameters
    ----------
    scope
        The electorate.
    ballot
        Which ballot holds each unit of the scope, as in :class:`~tally.slots.Slots`.
    answers
        One row of :func:`tally.slots.answer_columns`, shape ``(B + 3,)``.
    marks
        Codes that express a will.
    last_ballot_governs
        The latest ballot of an owner that names a choice, or follows, speaks for all his units
        that do (policy ``mixed_units``, domain C-3).
    """
    codes = unit_codes(scope, ballot, answers, marks, last_ballot_governs=last_ballot_governs)
    area = _area(codes, scope)
    return Census(marks, _heads(codes, scope, marks, area.keys()), area, scope.total)


def unit_codes(
    scope: Scope,
    ballot: NDArray[np.int64],
    answers: NDArray[np.uint8],
    marks: tuple[int, ...],
    *,
    last_ballot_governs: bool,
) -> NDArray[np.uint8]:
    """Return the answer code of each unit of the electorate, in the order of the scope."""
    codes = np.take(answers, ballot)
    if last_ballot_governs:
        _let_last_ballot_govern(codes[scope.singles :], ballot[scope.singles :], scope, marks)
    return codes


def owner_states(
    codes: NDArray[np.uint8], scope: Scope, marks: tuple[int, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return state and flags of each owner of several units, in the order of the scope."""
    several = codes[scope.singles :]
    lowest = np.minimum.reduceat(code_table({c: c for c in marks}, MIXED)[several], scope.starts)
    highest = np.maximum.reduceat(code_table({c: c for c in marks})[several], scope.starts)
    flags = np.bitwise_or.reduceat(code_table(FLAG_OF)[several], scope.starts)
    uniform = (highest == NO_MARK) | (lowest == highest)
    return np.where(uniform, highest, np.uint8(MIXED)), flags


def code_table(of: Mapping[int, int], otherwise: int = 0) -> NDArray[np.uint8]:
    """Turn a mapping of answer codes into a table to index."""
    table = np.full(_CODES, otherwise, dtype=np.uint8)
    for code, value in of.items():
        table[code] = value
    return table


def _heads(
    codes: NDArray[np.uint8], scope: Scope, marks: tuple[int, ...], present: Collection[int]
) -> dict[tuple[int, int], int]:
    heads: dict[tuple[int, int], int] = {}
    alone = codes[: scope.singles]
    for code in present:
        key = (code, 0) if code in marks else (NO_MARK, int(FLAG_OF[code]))
        heads[key] = int(np.count_nonzero(alone == code))
    if len(scope.starts):
        state, flags = owner_states(codes, scope, marks)
        census = np.bincount(state.astype(np.int64) * FLAG_SETS + flags)
        for cell in np.flatnonzero(census).tolist():
            key = divmod(cell, FLAG_SETS)
            heads[key] = heads.get(key, 0) + int(census[cell])
    return heads


def _area(codes: NDArray[np.uint8], scope: Scope) -> dict[int, int]:
    if scope.float_area is not None:
        # Every partial sum is a whole number below 2**53, so float64 holds each one exactly.
        sums = np.bincount(codes, weights=scope.float_area)
        return {code: int(sums[code]) for code in np.flatnonzero(sums).tolist()}
    present = np.flatnonzero(np.bincount(codes, minlength=_CODES)).tolist()
    return {code: int((codes == code) @ scope.area_cm2) for code in present}


def _let_last_ballot_govern(
    codes: NDArray[np.uint8], holder: NDArray[np.int64], scope: Scope, marks: tuple[int, ...]
) -> None:
    """Overwrite, in place, the answers of owners of several units."""
    if not len(scope.starts):
        return
    speaks = code_table(dict.fromkeys((*marks, int(Choice.FOLLOW)), 1))[codes] == 1
    latest = np.maximum.reduceat(np.where(speaks, holder, -1), scope.starts)
    latest_of_unit = np.repeat(latest, scope.sizes)
    # A ballot gives all its units the same answer, so any unit it holds tells it.
    governs = speaks & (holder == latest_of_unit)
    answer = np.repeat(np.maximum.reduceat(np.where(governs, codes, 0), scope.starts), scope.sizes)
    codes[speaks] = answer[speaks]
