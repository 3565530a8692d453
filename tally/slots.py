"""One slot for each unit: which of its ballots stands."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tally.columns import BallotColumns
from tally.model import Choice, Repeat

SILENT: Final = 120
"""Answer code of a unit without any ballot."""

DELIVERED: Final = 121
"""The same, with proof that the ballot paper was delivered."""

_EXTRA = (SILENT, DELIVERED, Choice.VOID)


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """The ballot that holds the slot of each unit.

    Parameters
    ----------
    holder
        Ballot position, int64, shape ``(U,)``; from ``ballots`` on it says why there is none.
    silent
        What ``holder`` says of each unit when no ballot holds it: whether its paper was delivered.
    ballots
        Number B of ballots.
    """

    holder: NDArray[np.int64]
    silent: NDArray[np.int64]
    ballots: int


def fill_slots(
    ballots: BallotColumns,
    units: int,
    repeat: Repeat,
    *,
    delivered: NDArray[np.bool_] | None,
    struck: Collection[int],
) -> Slots:
    """Let one ballot stand for each unit.

    A whole void ballot never takes a slot (domain C-19). Among the others the first or the last
    in order of arrival does, with all its items (domain C-17, C-18). A struck ballot keeps the
    slots it took and silences them: what it had superseded does not come back.
    """
    count = len(ballots)
    ballot = np.repeat(np.arange(count, dtype=np.int64), np.diff(ballots.unit_offsets))
    unit = ballots.unit_code
    excluded = np.zeros(count, dtype=np.bool_)
    excluded[sorted(struck)] = True

    # Minimum and maximum do not depend on the order in which NumPy visits repeated units, which
    # plain assignment does, and NumPy does not define that order.
    valid = ~ballots.void[ballot]
    if repeat is Repeat.FIRST_VALID:
        holder = np.full(units, count, dtype=np.int64)
        np.minimum.at(holder, unit[valid], ballot[valid])
    else:
        holder = np.full(units, -1, dtype=np.int64)
        np.maximum.at(holder, unit[valid], ballot[valid])
        holder[holder < 0] = count

    void = np.zeros(units, dtype=np.bool_)
    void[unit[(ballots.void & ~excluded)[ballot]]] = True
    silent = np.full(units, count + _EXTRA.index(SILENT), dtype=np.int64)
    if delivered is not None:
        silent[delivered] = count + _EXTRA.index(DELIVERED)
    empty = holder == count
    holder[empty] = np.where(void[empty], count + _EXTRA.index(Choice.VOID), silent[empty])
    taken_away = np.append(excluded, [False] * len(_EXTRA))[holder]
    holder[taken_away] = silent[taken_away]
    return Slots(holder, silent, count)


def answer_columns(choices: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Turn ballots ``(B, Q)`` into columns ``(Q, B + 3)`` that a holder can index.

    The last three entries are the answers of a unit that no ballot holds.
    """
    questions = choices.shape[1]
    columns = np.empty((questions, len(choices) + len(_EXTRA)), dtype=np.uint8)
    columns[:, : len(choices)] = choices.T
    columns[:, len(choices) :] = _EXTRA
    return columns
