"""Which row of a sheet is its header, and which of its columns is which."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from voting.roster import spelling
from voting.roster.cells import plain_text
from voting.roster.formulas import column_letters
from voting.roster.refusals import Problem
from voting.roster.workbook_reader import HEADER_WITHIN, Cell, NotASheet, RawSheet

ColumnOf = Callable[[str], str | None]
"""Answers the canonical name of a normalised heading, or None."""

_AT_LEAST = 2

_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
_BLANKS = re.compile(r"[\s*]+")


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was found.

    Parameters
    ----------
    row
        As Excel counts.
    positions
        Canonical name of each column taken, with its place counted from 0.
    written
        The heading of every column of the sheet as it stands there, without unit or remark.
    problems
        Two columns that claim to be the same.
    """

    row: int
    positions: Mapping[str, int]
    written: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headings of the columns that were not taken."""
        taken = set(self.positions.values())
        return tuple(text for at, text in enumerate(self.written) if text and at not in taken)

    def letters(self, column: str) -> str:
        """Where a column stands, as Excel names it."""
        return column_letters(self.positions[column])


def heading(cell: Cell) -> str:
    """Reduce a column heading to what tells it from others: no unit, remark or blank."""
    text, _ = plain_text(cell)
    return _BLANKS.sub("", _BRACKETS.sub("", spelling.half_width(text))).strip(":")


def find_header(
    sheet: RawSheet, column_of: ColumnOf, *, no_other_columns: bool = False
) -> Header | None:
    """Take the row among the first twenty that names the most known columns.

    Raises
    ------
    NotASheet
        Two rows share the header between them. That is asked only if ``column_of`` knows some
        headings and not every text there may be.
    """
    rows = [sheet.row(at) for at in range(min(HEADER_WITHIN, sheet.height))]
    known = [{column_of(heading(cell)) for cell in row} - {None} for row in rows]
    best = max(range(len(rows)), key=lambda at: len(known[at]), default=0)
    if not rows or len(known[best]) < _AT_LEAST:
        return None
    if no_other_columns:
        _refuse_two_rows(sheet, known, best)
    return _assign(sheet, rows[best], best + 1, column_of)


def _refuse_two_rows(sheet: RawSheet, known: Sequence[set[str | None]], best: int) -> None:
    for near in (best - 1, best + 1):
        # Each row names columns that the other does not: neither alone is the header.
        if 0 <= near < len(known) and len(known[near] - known[best]) >= _AT_LEAST:
            first, second = sorted((best + 1, near + 1))
            raise NotASheet(
                "two-header-rows",
                f"第 {first} 行与第 {second} 行都是表头，请合成一行",
                sheet=sheet.name,
                row=second,
            )


def most_known(sheet: RawSheet, column_of: ColumnOf) -> set[str]:
    """Name the columns recognised in the likeliest header row, to say what was missing."""
    rows = [sheet.row(at) for at in range(min(HEADER_WITHIN, sheet.height))]
    known = [{name for cell in row if (name := column_of(heading(cell)))} for row in rows]
    return max(known, key=len, default=set())


def _assign(sheet: RawSheet, row: Sequence[Cell], number: int, column_of: ColumnOf) -> Header:
    """Give every canonical column one position; the exact heading wins over an alias."""
    written = tuple(heading(cell) for cell in row)
    positions: dict[str, int] = {}
    problems: list[Problem] = []
    for position, text in enumerate(written):
        column = column_of(text)
        if column is None:
            continue
        if column not in positions or (written[positions[column]] != column and text == column):
            positions[column] = position
        elif (written[positions[column]] == column) == (text == column):
            message = f"有两列都是“{column}”，请只保留一列"
            problems.append(Problem(number, column, "duplicate-column", message, sheet.name))
    return Header(number, positions, written, tuple(problems))
