"""A sheet whose header was found, column by column, with every cell that lost its content."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from voting.roster import spelling
from voting.roster.cells import Fault, control_character, plain_text
from voting.roster.header import ColumnOf, Header
from voting.roster.reading import Reading
from voting.roster.refusals import Problem
from voting.roster.workbook_reader import MAX_ROWS, Cell, NotASheet, RawSheet

_SUMS = ("合计", "总计", "小计", "共计", "累计", "总合计", "本页合计")
_FORMULA = Fault("formula-cell", "单元格里是公式：请复制后“选择性粘贴”为数值，核对无误再导入")
_REPEATED_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet: its number as Excel shows it, and the text of its named cells."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A sheet whose header was found, column by column.

    Parameters
    ----------
    numbers
        Number of each row as Excel shows it; blank rows and sums are left out.
    text
        Text of each column taken, under its canonical name, one entry for each row.
    problems
        What is wrong with header and cells themselves.
    damaged
        Row number and column of the cells whose content was lost before the file came here;
        their text is empty.
    raw, header, reading
        The sheet as it came, where its columns stand, and what was guessed.
    """

    numbers: list[int]
    text: Mapping[str, list[str]]
    problems: tuple[Problem, ...]
    damaged: frozenset[tuple[int, str]]
    raw: RawSheet
    header: Header
    reading: Reading

    @property
    def header_row(self) -> int:
        """Row of the header, as Excel counts."""
        return self.header.row

    @property
    def columns(self) -> tuple[str, ...]:
        """Canonical names in the order of the sheet."""
        return tuple(self.text)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headings that are no known column."""
        return self.header.unknown

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The same cells row by row."""
        cells = zip(*self.text.values(), strict=True)
        return tuple(
            Row(number, dict(zip(self.text, row, strict=True)))
            for number, row in zip(self.numbers, cells, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """What a reader knows about the columns it asks for.

    Parameters
    ----------
    column_of
        Canonical name of a normalised heading.
    times
        Columns in which a date cell is what it should be.
    texts
        Columns whose digits are no number: a number cell in them is damaged.
    merged
        Columns whose vertically merged cells speak for every row they cover.
    key
        Column without which a row may be a sum or a remark instead of data.
    """

    column_of: ColumnOf
    times: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()
    key: str | None = None


def table_of(
    sheet: RawSheet, header: Header, columns: Columns, kind: str, ignored: Mapping[str, str]
) -> Table:
    """Read the rows below a header. ``kind`` and ``ignored`` are for the :class:`Reading`."""
    reader = _TableReader(sheet, header, columns)
    repeated = reader.repeated_headers()
    blank = reader.blank_rows()
    sums, remarks = reader.rows_without_data(blank)
    left_out = repeated | blank | sums | remarks
    text = {name: reader.column(name, left_out) for name in header.positions}
    filled = reader.fill_merged(text, left_out)
    kept = [at for at in range(reader.height) if at not in left_out]
    if len(kept) > MAX_ROWS:
        raise NotASheet("too-many-rows", f"数据超过 {MAX_ROWS} 行", sheet=sheet.name)
    if left_out:
        text = {name: [cells[at] for at in kept] for name, cells in text.items()}
    return Table(
        numbers=[reader.number(at) for at in kept],
        text=text,
        problems=(*header.problems, *reader.problems),
        damaged=frozenset(reader.damaged),
        raw=sheet,
        header=header,
        reading=Reading(
            kind=kind,
            sheet=sheet.name,
            ignored_sheets=ignored,
            header_row=header.row,
            lines_above=tuple(
                at + 1 for at in range(header.row - 1) if any(map(_text, sheet.row(at)))
            ),
            columns={
                name: (header.letters(name), header.written[position])
                for name, position in header.positions.items()
            },
            ignored_columns=header.unknown,
            blank_rows=len(blank),
            filled_cells=filled,
            total_rows=tuple(sorted(map(reader.number, sums))),
            remark_rows=tuple(sorted(map(reader.number, remarks))),
        ),
    )


class _TableReader:
    """Reads the cells below a header; rows count from 0 there."""

    def __init__(self, sheet: RawSheet, header: Header, columns: Columns) -> None:
        self.sheet = sheet
        self.header = header
        self.columns = columns
        self.height = sheet.height - header.row
        self.cells = {
            name: sheet.columns[at][header.row :] for name, at in header.positions.items()
        }
        self.problems: list[Problem] = []
        self.damaged: set[tuple[int, str]] = set()

    def number(self, at: int) -> int:
        """Row as Excel counts."""
        return at + self.header.row + 1

    def note(self, at: int, column: str | None, fault: Fault) -> None:
        place = self.number(at), column
        self.problems.append(Problem(*place, fault.code, fault.message, self.sheet.name))

    def repeated_headers(self) -> set[int]:
        """Find the header printed again on every page: one error, not one for each cell."""
        alike: Counter[int] = Counter()
        for name, position in self.header.positions.items():
            written, cells = self.sheet.columns[position][self.header.row - 1], self.cells[name]
            if written in cells:
                alike.update(at for at, cell in enumerate(cells) if cell == written)
        found = {at for at, count in alike.items() if count >= _REPEATED_AT_LEAST}
        if found:
            rows = "、".join(str(self.number(at)) for at in sorted(found))
            message = f"第 {rows} 行又是一行表头，请删除后再导入"
            self.note(min(found), None, Fault("repeated-header", message))
        return found

    def blank_rows(self) -> set[int]:
        """Find the rows that say nothing in any column taken."""
        rows: Iterable[int] = range(self.height)
        for cells in self.cells.values():
            rows = [at for at in rows if cells[at] == "" or not _text(cells[at])]
        return set(rows)

    def rows_without_data(self, blank: set[int]) -> tuple[set[int], set[int]]:
        """Find the sums among the rows, and the remarks below the last row of data."""
        cells = self.cells.get(self.columns.key or "")
        if cells is None:
            return set(), set()
        named_so = {text for text in set(cells) if isinstance(text, str) and _is_sum(text)} | {""}
        keyless = [at for at, cell in enumerate(cells) if cell in named_so and at not in blank]
        said = {at: [text for cell in self.row(at) if (text := _text(cell))] for at in keyless}
        sums = {at for at, texts in said.items() if any(map(_is_sum, texts))}
        remarks: set[int] = set()
        for at in range(self.height - 1, -1, -1):
            if at in blank or at in sums:
                continue
            if len(said.get(at, ())) != 1:
                break
            remarks.add(at)
        return sums, remarks

    def row(self, at: int) -> list[Cell]:
        return self.sheet.row(at + self.header.row)

    def column(self, name: str, left_out: set[int]) -> list[str]:
        """Text of one column; a cell that lost its content is noted and becomes empty."""
        cells = self.cells[name]
        if set(map(type, cells)) <= {str}:
            texts = [*cast("Sequence[str]", cells)]
        else:
            texts = self.plain(name, left_out)
        for row, position in self.sheet.formulas:
            at = row - self.header.row
            if position == self.header.positions[name] and at >= 0 and at not in left_out:
                self.lose(at, name, _FORMULA)
                texts[at] = ""
        if not all(map(str.isprintable, texts)):
            for at, text in enumerate(texts):
                if (fault := control_character(text)) is not None:
                    self.lose(at, name, fault)
                    texts[at] = ""
        return texts

    def plain(self, name: str, left_out: set[int]) -> list[str]:
        """Write out numbers and dates, each distinct one once."""
        is_time, is_text = name in self.columns.times, name in self.columns.texts
        cells = self.cells[name]
        # True equals 1 and would share its place: the type belongs to the key.
        keys = [(cell, type(cell)) for cell in cells]
        read = {key: plain_text(key[0], is_time=is_time, is_text=is_text) for key in set(keys)}
        if any(fault is not None for _, fault in read.values()):
            for at, key in enumerate(keys):
                if (fault := read[key][1]) is not None and at not in left_out:
                    self.lose(at, name, fault)
        return [read[key][0] for key in keys]

    def lose(self, at: int, name: str, fault: Fault) -> None:
        self.damaged.add((self.number(at), name))
        self.note(at, name, fault)

    def fill_merged(self, text: Mapping[str, list[str]], left_out: set[int]) -> int:
        """Let a vertically merged cell speak for the rows it covers; count the cells filled."""
        wanted = {self.header.positions[name]: name for name in text if name in self.columns.merged}
        filled = 0
        for (top, left), (bottom, right) in self.sheet.merged:
            if left != right or left not in wanted or top < self.header.row:
                continue
            cells = text[wanted[left]]
            first = top - self.header.row
            for at in range(first + 1, min(bottom - self.header.row, self.height - 1) + 1):
                if at not in left_out and not cells[at]:
                    cells[at] = cells[first]
                    filled += 1
        return filled


def _text(cell: Cell) -> str:
    """Text of a cell that is only looked at."""
    return cell.strip() if isinstance(cell, str) else plain_text(cell)[0] or str(cell)


def _is_sum(text: str) -> bool:
    return "计" in text and spelling.compact(text).startswith(_SUMS)
