"""Whatever the file is called, its bytes are read exactly or refused."""

import io
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from tests.voting.roster.sheets import as_xls
from voting.roster import sheet, table
from voting.roster.header import heading
from voting.roster.sheet import read_table
from voting.roster.workbook_reader import NotASheet

COLUMNS = {"楼栋", "房号", "面积", "证件号码", "时间"}
HEADER = ["楼栋", "房号", "面积", "证件号码", "时间"]


def column_of(text):
    return text if text in COLUMNS else None


def read(data, name="x", **options):
    return read_table(data, name, column_of, time_columns=frozenset({"时间"}), **options)


def xlsx(*sheets):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for rows in sheets:
            page = book.add_worksheet()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        page.write_datetime(at, column, cell, book.add_format({"num_format": 22}))
                    else:
                        page.write(at, column, cell)
    return buffer.getvalue()


ROWS = [HEADER, ["䶮喆堃楼", "0301", "89.37", "11010519491231002X", ""]]
CSV = "\r\n".join(",".join(row) for row in ROWS)


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("gb18030"),
        CSV.encode("utf-16"),
        CSV.replace(",", "\t").encode(),
        xlsx(ROWS),
        as_xls(ROWS),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "tabs", "xlsx", "xls"],
)
@pytest.mark.parametrize("name", ["清册.csv", "清册"])
def test_the_same_table_in_every_encoding_under_any_name(data, name):
    (row,) = read(data, name).rows

    assert (row.number, dict(row.cells)) == (2, dict(zip(HEADER, ROWS[1], strict=True)))


@pytest.mark.parametrize(
    ("cell", "text"),
    [(89.37, "89.37"), (101.0, "101"), (0.1, "0.1"), (89.3725, "89.3725"), (301, "301")],
)
@pytest.mark.parametrize("write", [xlsx, as_xls])
def test_a_number_reads_as_it_was_typed(write, cell, text):
    rows = [HEADER, ["1", "2", cell, "x", ""]]
    (row,) = read(write(rows)).rows

    assert row.cells["面积"] == text


def test_a_number_that_excel_has_rounded_is_reported_and_not_repaired():
    table = read(xlsx([HEADER, ["1", "2", "3", 110105194912310021, ""]]))

    assert [(p.row, p.column, p.code) for p in table.problems] == [
        (2, "证件号码", "number-damaged")
    ]
    assert table.rows[0].cells["证件号码"] == ""
    assert table.damaged == {(2, "证件号码")}


def test_a_date_is_a_time_only_where_a_time_belongs():
    moment = datetime(2026, 11, 20, 18, 0, 1)  # noqa: DTZ001 - a cell has no time zone
    table = read(xlsx([HEADER, ["1", moment, "3", "4", moment]]))

    assert table.rows[0].cells["时间"] == "2026-11-20 18:00:01"
    assert [(p.column, p.code) for p in table.problems] == [("房号", "date-damaged")]


def test_row_numbers_are_those_of_excel():
    table = read(xlsx([[], ["标题"], [], HEADER, [], ["1", "2", "3", "4"], ["", " "], ["5"]]))

    assert table.header_row == 4
    assert [row.number for row in table.rows] == [6, 8]


def test_merged_cells_speak_for_every_row_only_where_allowed():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.merge_range(1, 0, 3, 0, "7")
        page.merge_range(1, 2, 3, 2, "89.37")
        for at in range(1, 4):
            page.write(at, 1, f"{at}01")
    table = read(buffer.getvalue(), merged_columns=frozenset({"楼栋"}))

    assert [row.cells["楼栋"] for row in table.rows] == ["7", "7", "7"]
    assert [row.cells["面积"] for row in table.rows] == ["89.37", "", ""]


def test_two_tables_in_one_workbook_are_a_question():
    with pytest.raises(NotASheet) as refused:
        read(xlsx(ROWS, [["说明"]], ROWS))

    assert refused.value.code == "several-tables"


def test_a_sheet_of_remarks_beside_the_table_does_no_harm():
    assert len(read(xlsx([["填表说明"]], ROWS)).rows) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"PK\x03\x04 not a zip", "damaged-file"),
        (b"\xd0\xcf\x11\xe0 not a compound file", "damaged-file"),
        (xlsx(ROWS)[:-40], "damaged-file"),
        (b"\x00\x01\x02\x03", "damaged-file"),
        (b'"open quote', "damaged-file"),
        (b"\xff\xfe\x00", "unknown-encoding"),
        (b"%PDF-1.7 \xff\xff", "unknown-encoding"),
        ("甲,乙\r\n1,2".encode(), "no-header"),
    ],
)
def test_what_is_no_table_is_refused(data, code):
    with pytest.raises(NotASheet) as refused:
        read(data)

    assert refused.value.code == code


def test_limits_are_kept(monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    rows = [HEADER, *([str(at)] * 5 for at in range(4))]
    with pytest.raises(NotASheet) as refused:
        read("\n".join(map(",".join, rows)).encode())
    assert refused.value.code == "too-many-rows"

    monkeypatch.setattr(sheet, "MAX_BYTES", 10)
    with pytest.raises(NotASheet) as refused:
        read(CSV.encode())
    assert refused.value.code == "file-too-large"


@pytest.mark.parametrize(
    ("cell", "code"), [("XFD1048576", "damaged-file"), ("A1048576", "too-many-rows")]
)
def test_one_far_cell_cannot_ask_for_gigabytes(cell, code):
    source = zipfile.ZipFile(io.BytesIO(xlsx(ROWS)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b'r="D2"', f'r="{cell}"'.encode())
            target.writestr(name, content)

    with pytest.raises(NotASheet) as refused:
        read(buffer.getvalue())
    assert refused.value.code == code


def test_a_file_that_aborts_the_parser_is_only_refused():
    """One altered byte, the highest of the last row's number, makes it ask for 859 GB."""
    data = bytearray(as_xls(ROWS))
    dimensions = data.index(b"\x00\x02\x0e\x00")
    data[dimensions + 11] = 0xBB

    with pytest.raises(NotASheet) as refused:
        read(bytes(data))
    assert refused.value.code == "damaged-file"


@pytest.mark.parametrize(
    ("written", "reduced"),
    [
        ("建筑面积（㎡）", "建筑面积"),
        ("* 房 号：", "房号"),
        ("３：c1", "3:c1"),
        (1.0, "1"),
        ("姓名[必填]", "姓名"),
    ],
)
def test_headings_lose_units_remarks_and_blanks(written, reduced):
    assert heading(written) == reduced
