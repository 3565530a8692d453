"""Bytes of a spreadsheet to columns of text, exactly as the clerk sees them.

The file's own first bytes say what it is. Nothing is repaired: a number that Excel has already
rounded is reported, never guessed; what had to be guessed is said in a :class:`Reading`.
"""

from voting.roster.csv_reader import csv_sheet
from voting.roster.header import ColumnOf, Header, find_header, most_known
from voting.roster.table import Columns, Table, table_of
from voting.roster.workbook_reader import NotASheet, RawSheet, workbook_sheets

MAX_BYTES = 64 * 1024 * 1024

_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_EXCEL_NAMES = (".xlsx", ".xlsm", ".xls")


def read_table(
    data: bytes,
    name: str,
    column_of: ColumnOf,
    *,
    time_columns: frozenset[str] = frozenset(),
    merged_columns: frozenset[str] = frozenset(),
    text_columns: frozenset[str] = frozenset(),
    key_column: str | None = None,
) -> Table:
    """Read the one table of an xlsx, xls or CSV file (UTF-8, UTF-8 with BOM, GB18030).

    ``name`` is what the user called the bytes; the other parameters are those of
    :class:`Columns`.

    Raises
    ------
    NotASheet
        Too large, encrypted, damaged, not a table, not what its name says, without a header, or
        with two tables.
    """
    if len(data) > MAX_BYTES:
        raise NotASheet("file-too-large", f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
    if not data.strip():
        raise NotASheet("empty-file", "文件是空的")
    sheets, kind = _sheets(data, name)
    columns = Columns(column_of, time_columns, text_columns, merged_columns, key_column)
    sheet, header, ignored = _choose(sheets, columns)
    return table_of(sheet, header, columns, kind, ignored)


def _sheets(data: bytes, name: str) -> tuple[list[RawSheet], str]:
    if data.startswith((_ZIP, _COMPOUND)):
        return workbook_sheets(data), "xlsx" if data.startswith(_ZIP) else "xls"
    if name.lower().endswith(_EXCEL_NAMES):
        message = "文件名是 Excel 表格，内容却不是：若是 CSV，请把扩展名改回 .csv 再导入"
        raise NotASheet("not-a-workbook", message)
    sheet, kind = csv_sheet(data)
    return [sheet], f"CSV（{kind}）"


def _choose(sheets: list[RawSheet], columns: Columns) -> tuple[RawSheet, Header, dict[str, str]]:
    """Take the one visible sheet that has a header, and say why the others were left."""
    known, only = columns.column_of, columns.key is not None
    found = [
        (sheet, header)
        for sheet in sheets
        if (header := find_header(sheet, known, no_other_columns=only and not sheet.hidden))
    ]
    shown = [(sheet, header) for sheet, header in found if not sheet.hidden]
    if len(shown) > 1:
        names = "、".join(str(sheet.name) for sheet, _ in shown)
        raise NotASheet("several-tables", f"有多个工作表都像是数据表（{names}），请只保留一个")
    if not shown and found:
        message = "数据表在隐藏的工作表里，请取消隐藏后再导入"
        raise NotASheet("hidden-table", message, sheet=found[0][0].name)
    if not shown:
        raise _no_header(sheets, known)
    taken, header = shown[0]
    return taken, header, {
        str(sheet.name): "隐藏" if sheet.hidden else "没有表头"
        for sheet in sheets
        if sheet is not taken
    }  # fmt: skip


def _no_header(sheets: list[RawSheet], column_of: ColumnOf) -> NotASheet:
    nearest = max(sheets, key=lambda sheet: len(most_known(sheet, column_of)))
    known = most_known(nearest, column_of)
    only = f"，只认出“{'、'.join(sorted(known))}”" if known else ""
    message = f"没有找到表头：前 20 行中没有一行含有两个以上的规定列名{only}"
    return NotASheet("no-header", message, sheet=nearest.name)
