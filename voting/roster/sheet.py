"""Bytes of a spreadsheet to rows of text, exactly as the clerk sees them.

The file's own first bytes say what it is; its name is only repeated in messages. Nothing is
repaired: a number that Excel has already rounded is reported, never guessed.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voting.roster import spelling
from voting.roster.refusals import Problem
from voting.roster.workbook_reader import (
    HEADER_WITHIN,
    MAX_ROWS,
    Cell,
    NotASheet,
    RawSheet,
    workbook_sheets,
)

MAX_BYTES = 64 * 1024 * 1024

_HEADER_AT_LEAST = 2

# From 16 digits on a float64 no longer holds every integer: the digits shown are not the
# digits typed, and nobody can tell which were lost.
_FIRST_LOSSY = 1e15

_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
_BLANKS = re.compile(r"[\s*]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet: its number as Excel shows it, and the text of its named cells."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet whose header was found.

    ``columns`` are canonical names in the order of the sheet; ``unknown`` the headings that
    are no known column; ``damaged`` the cells whose content was lost before the file came here,
    whose text in ``rows`` is empty.
    """

    header_row: int
    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    damaged: frozenset[tuple[int, str]]


def read_table(
    data: bytes,
    name: str,
    column_of: Callable[[str], str | None],
    *,
    time_columns: frozenset[str] = frozenset(),
    merged_columns: frozenset[str] = frozenset(),
) -> Table:
    """Read the one table of an xlsx, xls or CSV file (UTF-8, UTF-8 with BOM, GB18030).

    Parameters
    ----------
    data, name
        The bytes, and the name the user gave them.
    column_of
        Answers the canonical name of a normalised heading, or None.
    time_columns
        Columns in which a date cell is what it should be.
    merged_columns
        Columns whose vertically merged cells speak for every row they cover.

    Raises
    ------
    NotASheet
        Too large, encrypted, damaged, not a table, without a header, or with two tables.
    """
    if len(data) > MAX_BYTES:
        raise NotASheet("file-too-large", f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
    if not data.strip():
        raise NotASheet("empty-file", "文件是空的")
    found = [
        (sheet, header)
        for sheet in _sheets(data, name)
        if (header := _find_header(sheet.rows, column_of)) is not None
    ]
    if not found:
        raise NotASheet("no-header", "没有找到表头：前 20 行中没有一行含有两个以上的规定列名")
    if len(found) > 1:
        names = "、".join(sheet.name for sheet, _ in found)
        raise NotASheet("several-tables", f"有多个工作表都像是数据表（{names}），请只保留一个")
    (sheet, header_at) = found[0]
    return _table(sheet, header_at, column_of, time_columns, merged_columns)


def heading(cell: Cell) -> str:
    """Reduce a column heading to what tells it from others: no unit, remark or blank."""
    text, _ = _plain_text(cell, is_time=False)
    return _BLANKS.sub("", _BRACKETS.sub("", spelling.half_width(text))).strip(":")


def _sheets(data: bytes, name: str) -> list[RawSheet]:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return workbook_sheets(data)
    return [RawSheet(name, _csv_rows(data))]


def _csv_rows(data: bytes) -> list[list[str]]:
    text = _decode(data)
    if "\0" in text:
        raise NotASheet("damaged-file", "文件不是表格（xlsx、xls 或 CSV）")
    first_lines = text[:4096]
    delimiter = "\t" if "\t" in first_lines and "," not in first_lines else ","
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MAX_ROWS + HEADER_WITHIN:
                raise NotASheet("too-many-rows", f"文件超过 {MAX_ROWS} 行")
    except csv.Error as error:
        raise NotASheet("damaged-file", f"CSV 第 {len(rows) + 1} 行无法读取，请检查引号") from error
    return rows


def _decode(data: bytes) -> str:
    """UTF-8 first: GB18030 accepts nearly any bytes, so it may only be the last resort."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotASheet("unknown-encoding", "文字编码无法识别，请另存为 UTF-8 或 xlsx")


def _find_header(
    rows: Sequence[Sequence[Cell]], column_of: Callable[[str], str | None]
) -> int | None:
    """Position of the row among the first twenty that names the most known columns."""

    def known(row: Sequence[Cell]) -> int:
        names = {column_of(heading(cell)) for cell in row}
        return len(names - {None})

    counts = [known(row) for row in rows[:HEADER_WITHIN]]
    best = max(counts, default=0)
    return counts.index(best) if best >= _HEADER_AT_LEAST else None


def _table(
    sheet: RawSheet,
    header_at: int,
    column_of: Callable[[str], str | None],
    time_columns: frozenset[str],
    merged_columns: frozenset[str],
) -> Table:
    headings = [heading(cell) for cell in sheet.rows[header_at]]
    positions, problems = _assign_columns(headings, column_of, header_at + 1)
    filled = _merged_text(sheet, header_at, {positions[c] for c in merged_columns & set(positions)})
    damaged: set[tuple[int, str]] = set()
    rows: list[Row] = []
    for at, raw in enumerate(sheet.rows[header_at + 1 :], header_at + 1):
        cells: dict[str, str] = {}
        faults: list[Problem] = []
        for column, position in positions.items():
            cell = raw[position] if position < len(raw) else ""
            if type(cell) is not str:
                cell, fault = _plain_text(cell, is_time=column in time_columns)
                if fault is not None:
                    faults.append(Problem(at + 1, column, *fault))
            cells[column] = cell
        if not any(map(str.strip, cells.values())) and not faults:
            continue
        for place, text in filled.get(at, {}).items():
            column = next(c for c, position in positions.items() if position == place)
            cells[column] = cells[column] or text
        problems += faults
        damaged.update((at + 1, fault.column) for fault in faults if fault.column is not None)
        rows.append(Row(at + 1, cells))
    if len(rows) > MAX_ROWS:
        raise NotASheet("too-many-rows", f"数据超过 {MAX_ROWS} 行")
    return Table(
        header_row=header_at + 1,
        columns=tuple(positions),
        unknown=tuple(text for text in headings if text and column_of(text) is None),
        rows=tuple(rows),
        problems=tuple(problems),
        damaged=frozenset(damaged),
    )


def _assign_columns(
    headings: Sequence[str], column_of: Callable[[str], str | None], header_row: int
) -> tuple[dict[str, int], list[Problem]]:
    """Give every canonical column one position; the exact heading wins over an alias."""
    positions: dict[str, int] = {}
    problems: list[Problem] = []
    for position, text in enumerate(headings):
        column = column_of(text)
        if column is None:
            continue
        if column not in positions or (headings[positions[column]] != column and text == column):
            positions[column] = position
        elif (headings[positions[column]] == column) == (text == column):
            message = f"有两列都是“{column}”，请只保留一列"
            problems.append(Problem(header_row, column, "duplicate-column", message))
    return positions, problems


def _merged_text(sheet: RawSheet, header_at: int, wanted: set[int]) -> dict[int, dict[int, str]]:
    """Text of vertically merged cells by row and column position, for wanted columns only."""
    filled: dict[int, dict[int, str]] = {}
    for (top, left), (bottom, right) in sheet.merged:
        if left != right or left not in wanted or top <= header_at or top >= len(sheet.rows):
            continue
        text, _ = _plain_text(sheet.rows[top][left], is_time=False)
        for at in range(top + 1, min(bottom, len(sheet.rows) - 1) + 1):
            filled.setdefault(at, {})[left] = text
    return filled


def _plain_text(cell: Cell, *, is_time: bool) -> tuple[str, tuple[str, str] | None]:
    """Text of a cell, and what is wrong with it as (code, message)."""
    match cell:
        case str():
            return cell, None
        case bool():
            return ("TRUE" if cell else "FALSE"), None
        case int() | float():
            if not abs(cell) < _FIRST_LOSSY:  # a NaN is not less than anything
                message = "已被 Excel 转成数字而损坏：请把整列设为文本格式后按原件重新填写"
                return "", ("number-damaged", message)
            # repr is the shortest text that reads back as the same float: what Excel showed.
            return (str(int(cell)) if cell == int(cell) else repr(cell)), None
        case date() if is_time:
            return _moment_text(cell), None
        case _:
            message = "已被 Excel 转成日期或时间：请把整列设为文本格式后重新填写"
            return "", ("date-damaged", message)


def _moment_text(moment: date) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    # Excel keeps times as fractions of a day, a few microseconds off the second.
    nearest = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return nearest.isoformat(" ")
