"""What stands for each unit and each owner, question by question.

Nearly every owner has one unit, or one ballot for all of them, and is counted with his first unit.
Only those whose units are held by different ballots are looked at one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tally import kernel
from tally.census import FLAG_SETS, FLAGS, LOWEST, MARKS, MIXED, NO_MARK, CensusTable, VoteMatrix
from tally.model import Choice
from tally.scope import Scope, Several
from tally.slots import Answers


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Who is heard through which ballot, in S electorates of n units.

    Parameters
    ----------
    scope
        The electorates.
    held
        Which ballot holds each unit, as in :class:`~tally.slots.Slots`, int32, shape ``(n,)``.
    head
        1 at one unit of each owner all of whose units one ballot holds, else 0; uint8, ``(n,)``.
    torn
        The G owners whose units are held by different ballots.
    segment
        To which electorate each of them belongs, int64, shape ``(G,)``.
    """

    scope: Scope
    held: NDArray[np.int32]
    head: NDArray[np.uint8]
    torn: Several
    segment: NDArray[np.int64]

    @classmethod
    def of(cls, scope: Scope, held: NDArray[np.int32]) -> "Standing":
        """Tell the owners whom one ballot speaks for from those who are torn."""
        # Units of one owner that one ballot holds answer alike, whatever is asked.
        split = scope.several.differ(held)
        head = scope.alone.astype(np.uint8)
        head[scope.several.units[scope.several.starts[~split]]] = 1
        torn = scope.several.only(split)
        segment = np.searchsorted(scope.offsets, torn.units[torn.starts], side="right") - 1
        return cls(scope, held, head, torn, segment)


def take_census(
    standing: Standing,
    answers: Answers,
    marks: Sequence[tuple[int, ...]],
    *,
    last_ballot_governs: bool,
) -> list[CensusTable]:
    """Count every question of an electorate, or of several.

    Parameters
    ----------
    standing
        Whom the questions were put to, and which of their ballots count.
    answers
        A row for each of Q questions, and the row of absence.
    marks
        Codes that express a will, for each question.
    last_ballot_governs
        The latest ballot of an owner that names a choice, or follows, speaks for all his units
        that do (policy ``mixed_units``, domain C-3).

    Returns
    -------
    list of CensusTable
        One for all questions with the same marks; their columns are rows of ``answers``.
    """
    scope, torn, segment = standing.scope, standing.torn, standing.segment
    matrix = VoteMatrix(
        unit_codes(standing.held, answers.columns, torn if last_ballot_governs else None),
        scope.weights,
        standing.head,
        scope.offsets,
        scope.heads - np.bincount(segment, minlength=scope.segments),
        scope.areas_cm2,
    )
    tables = matrix.census(marks, answers.seen)
    if not len(torn.starts):
        return tables
    states, flags = owner_states(matrix.answers[:-1], torn)
    cells = states.astype(np.int64) * FLAG_SETS + flags
    return [
        replace(
            table,
            heads=_with_torn(table, cells[list(table.columns)], segment),
            total_heads=scope.heads,
        )
        for table in tables
    ]


def unit_codes(
    held: NDArray[np.int32], answers: NDArray[np.uint8], governed: Several | None
) -> NDArray[np.uint8]:
    """Return the answer code of each unit to each row of answers, ``(R, n)``.

    ``governed`` are the owners for whom the last ballot speaks, if any.
    """
    codes = kernel.spread(answers, held)
    if governed is not None and len(governed.starts):
        _let_last_ballot_govern(codes, held, governed)
    return codes


def owner_states(
    codes: NDArray[np.uint8], several: Several
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return state and flags of each of G owners of several units, both ``(R, G)``."""
    theirs = codes[:, several.units]
    lowest = np.minimum.reduceat(LOWEST[theirs], several.starts, axis=1)
    highest = np.maximum.reduceat(MARKS[theirs], several.starts, axis=1)
    flags = np.bitwise_or.reduceat(FLAGS[theirs], several.starts, axis=1)
    uniform = (highest == NO_MARK) | (lowest == highest)
    return np.where(uniform, highest, np.uint8(MIXED)), flags


def _with_torn(
    table: CensusTable, cells: NDArray[np.int64], segment: NDArray[np.int64]
) -> dict[tuple[int, int], NDArray[np.int64]]:
    """Add the owners whose units are held by different ballots, ``cells`` being ``(Q, G)``."""
    heads = dict(table.heads)
    segments = len(table.total_heads)
    question = np.arange(len(cells))[:, np.newaxis]
    place = np.broadcast_to(question * segments + segment, cells.shape)
    for cell in np.flatnonzero(np.bincount(cells.ravel())).tolist():
        there = place[cells == cell]
        count = np.bincount(there, minlength=len(cells) * segments).reshape(-1, segments)
        key = divmod(cell, FLAG_SETS)
        heads[key] = heads[key] + count if key in heads else count
    return heads


def _let_last_ballot_govern(
    codes: NDArray[np.uint8], held: NDArray[np.int32], several: Several
) -> None:
    """Overwrite, in place, the answers of owners of several units."""
    theirs = codes[:, several.units]
    speaks = (MARKS[theirs] != NO_MARK) | (theirs == Choice.FOLLOW)
    ballot = np.where(speaks, held[several.units], -1)
    latest = np.maximum.reduceat(ballot, several.starts, axis=1)
    # A ballot gives all its units the same answer, so any unit it holds tells it.
    governs = ballot == np.repeat(latest, several.sizes, axis=1)
    answer = np.maximum.reduceat(np.where(governs, theirs, 0), several.starts, axis=1)
    codes[:, several.units] = np.where(speaks, np.repeat(answer, several.sizes, axis=1), theirs)
