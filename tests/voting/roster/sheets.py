"""Roster sheets for tests, made as a clerk makes them: a good row, with some cells changed."""

import csv
import io

import xlsxwriter
import xlwt

from voting.roster.identity_numbers import resident_check
from voting.roster.verify import ALIASES

HEADER = tuple(ALIASES)
GOOD = {
    "楼栋": "1",
    "单元": "2",
    "房号": "301",
    "用途": "住宅",
    "专有部分面积": "89.37",
    "面积来源": "登记",
    "业主姓名": "张三",
    "证件类型": "身份证",
    "证件号码": "11010519491231002X",
    "联系电话": "13800138000",
    "产权状态": "已交付",
    "不动产单元号": "",
    "产权证号": "",
}


def resident(serial, born="19800101"):
    """A sound resident number; another serial is another person."""
    first_17 = f"110105{born}{serial:03d}"
    return first_17 + resident_check(first_17)


def row(**cells):
    """GOOD with the given cells changed; further columns may be added."""
    return {**GOOD, **cells}


def owner(serial, room, **cells):
    """A row of somebody else in another room."""
    return row(房号=room, 业主姓名=f"业主{serial}", 证件号码=resident(serial), **cells)


def lines(rows, header=None):
    """Header and rows as lists of cells."""
    header = header or tuple(dict.fromkeys(name for each in rows for name in each))
    return [list(header), *([each.get(name, "") for name in header] for each in rows)]


def as_csv(table, encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode(encoding)


def as_xlsx(table, name="业主清册", *, before=None, hidden=False, others=()):
    """A workbook with this table; ``before(book, page)`` may add what rows cannot say."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet(name)
        for at, cells in enumerate(table):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    page.write_string(at, column, cell)
                elif cell is not None:
                    page.write(at, column, cell)
        for other, cells in others:
            sheet = book.add_worksheet(other)
            for at, line in enumerate(cells):
                sheet.write_row(at, 0, line)
        if hidden:
            book.add_worksheet("说明").activate()
            page.hide()
        if before is not None:
            before(book, page)
    return buffer.getvalue()


def as_xls(table, name="业主清册"):
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(name)
    for at, cells in enumerate(table):
        for column, cell in enumerate(cells):
            page.write(at, column, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
