"""How many heads and how much area gave which answer, question by question.

A census interprets nothing. It keeps apart what policies treat differently (blank, void, silent,
following), so that every reading of the same ballots is computed from the same census.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from tally import kernel
from tally.measure import Measure
from tally.model import MAX_OPTIONS, Choice
from tally.slots import DELIVERED, REJECTED, SILENT, UNHELD

MOST_CODES = MAX_OPTIONS + 8
"""Room for every code that one question may have."""

FLAG_SETS = 64
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
    REJECTED = 32


FLAG_OF = {
    int(Choice.FOLLOW): int(Unspoken.FOLLOW),
    int(Choice.BLANK): int(Unspoken.BLANK),
    int(Choice.VOID): int(Unspoken.VOID),
    SILENT: int(Unspoken.SILENT),
    DELIVERED: int(Unspoken.DELIVERED),
    REJECTED: int(Unspoken.REJECTED),
}
"""The flag of each answer code that names no choice; plain integers, as they are asked often."""

FLAGS = np.zeros(256, dtype=np.uint8)
"""The same as a table to index with a code."""
FLAGS[list(FLAG_OF)] = list(FLAG_OF.values())

MARKS = np.where(FLAGS == 0, np.arange(256, dtype=np.uint8), np.uint8(NO_MARK))
"""Codes that name a choice, as a table: the code itself, or :data:`NO_MARK`."""

LOWEST = np.where(FLAGS == 0, MARKS, np.uint8(MIXED))
"""The same with :data:`MIXED`, above every code, where no choice is named."""


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


@dataclass(frozen=True, slots=True, eq=False)
class CensusTable:
    """The same for Q questions with the same marks in S electorates at once.

    Parameters
    ----------
    columns
        Which questions these are.
    heads, area_cm2
        As in :class:`Census`, every count int64 of shape ``(Q, S)``.
    total_heads, total_area_cm2
        The electorates, int64, shape ``(S,)``.
    """

    columns: tuple[int, ...]
    marks: tuple[int, ...]
    heads: dict[tuple[int, int], NDArray[np.int64]]
    area_cm2: dict[int, NDArray[np.int64]]
    total_heads: NDArray[np.int64]
    total_area_cm2: NDArray[np.int64]

    def of(self, column: int, segment: int = 0) -> Census:
        """Take the census of one question in one electorate out."""
        place = self.columns.index(column), segment
        return Census(
            self.marks,
            {cell: int(count[place]) for cell, count in self.heads.items() if count[place]},
            {code: int(cm2[place]) for code, cm2 in self.area_cm2.items() if cm2[place]},
            Measure(int(self.total_heads[segment]), int(self.total_area_cm2[segment])),
        )


@dataclass(frozen=True, slots=True, eq=False)
class VoteMatrix:
    """What stands for each of n units in S electorates, ready to be added up.

    Parameters
    ----------
    answers
        Answer codes, uint8, shape ``(Q + 1, n)``. The last row, absence, is blank for units that
        a ballot holds.
    weights
        Area of each unit.
    head
        1 at one unit of each owner all of whose units answer alike, else 0; uint8, ``(n,)``.
    offsets
        Where each electorate begins, and the end, int64, shape ``(S + 1,)``; they may be a stretch
        of the units.
    heads
        Ones in ``head``, by electorate, int64, shape ``(S,)``.
    area_cm2
        Area of each electorate in cm², int64, shape ``(S,)``.
    """

    answers: NDArray[np.uint8]
    weights: kernel.Weights
    head: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    heads: NDArray[np.int64]
    area_cm2: NDArray[np.int64]

    def census(
        self, marks: Sequence[tuple[int, ...]], seen: NDArray[np.bool_]
    ) -> list[CensusTable]:
        """Add up heads and area of every answer to every question, in one pass.

        Parameters
        ----------
        marks
            Codes that express a will, for each of Q questions.
        seen
            Which codes occur, bool, shape ``(Q, 256)`` or with more rows; no other is looked for.

        Returns
        -------
        list of CensusTable
            One for all questions with the same marks; their columns are rows of ``answers``.
        """
        wanted: dict[tuple[int, ...], tuple[int, ...]] = {}
        rows: dict[tuple[int, ...], list[int]] = {}
        for row, some in enumerate(marks):
            rows.setdefault(some, []).append(row)
        for some, those in rows.items():
            found = np.logical_or.reduce(seen[those])
            named = (*some, int(Choice.FOLLOW), int(Choice.VOID))
            wanted[some] = tuple(code for code in named if found[code])
        codes = np.full((len(marks) + 1, MOST_CODES), kernel.NO_CODE, dtype=np.uint8)
        codes[-1, : len(UNHELD)] = UNHELD
        for some, those in rows.items():
            codes[those, : len(wanted[some])] = wanted[some]
        codes = codes[:, : max(len(UNHELD), *map(len, wanted.values()))]
        heads, areas = kernel.measure(self.answers, self.weights, self.head, self.offsets, codes)
        return [
            CensusTable(
                tuple(those),
                some,
                {
                    _cell_of(code): count
                    for code, count in _by_code(heads, those, wanted[some], self.heads).items()
                },
                _by_code(areas, those, wanted[some], self.area_cm2),
                self.heads,
                self.area_cm2,
            )
            for some, those in rows.items()
        ]


def _by_code(
    counted: NDArray[np.int64],
    questions: Sequence[int],
    wanted: tuple[int, ...],
    total: NDArray[np.int64],
) -> dict[int, NDArray[np.int64]]:
    """Return what each code has, int64, shape ``(Q, S)``, from ``(R, C, S)`` counted."""
    absent = counted[-1, : len(UNHELD), np.newaxis]
    answered = counted[questions, : len(wanted)]
    # Whatever is left of an electorate is blank.
    blank = total - absent.sum(axis=0) - answered.sum(axis=1)
    everywhere = np.broadcast_to(absent, (len(UNHELD), *blank.shape))
    return {
        **dict(zip(UNHELD, everywhere, strict=True)),
        **dict(zip(wanted, answered.swapaxes(0, 1), strict=True)),
        int(Choice.BLANK): blank,
    }


def _cell_of(code: int) -> tuple[int, int]:
    """Return state and flags of an owner all of whose units give one answer."""
    return (NO_MARK, int(FLAG_OF[code])) if code in FLAG_OF else (code, 0)
