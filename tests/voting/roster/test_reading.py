"""What is guessed about a file is said, before anything is built on it."""

import pytest

from tests.voting.roster.sheets import HEADER, as_csv, as_xlsx, lines, owner, row
from voting.roster.examination import examine

TABLE = lines([row(), owner(1, "302")])


def said(data, name):
    return list(examine(data, name).table.reading.lines())


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8（带 BOM）"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
def test_the_encoding_is_said(encoding, name):
    assert said(as_csv(TABLE, encoding), "清册.csv")[0] == f"文件格式：CSV（{name}，以逗号分隔）"


def test_sheet_header_and_columns_are_said():
    renamed = ["幢号" if name == "楼栋" else name for name in HEADER]
    renamed[HEADER.index("专有部分面积")] = "建筑面积（㎡）"
    table = [["幸福家园业主清册"], [*renamed, "备注"], *TABLE[1:]]
    lines_said = said(as_xlsx(table, others=[("说明", [["填表说明"]])]), "清册.xlsx")

    assert "取用的工作表：业主清册" in lines_said
    assert "未读取的工作表：说明（没有表头）" in lines_said
    assert "表头：第 2 行，上方第 1 行视为标题" in lines_said
    assert "楼栋：A 列，表中写作“幢号”" in lines_said
    assert "专有部分面积：E 列，表中写作“建筑面积”" in lines_said
    assert "证件号码：I 列" in lines_said
    assert "未采用的列：备注" in lines_said


def test_a_hidden_sheet_is_left_alone_and_said():
    def hide(book, page):
        page.activate()
        book.get_worksheet_by_name("旧清册").hide()

    data = as_xlsx(TABLE, others=[("旧清册", TABLE)], before=hide)

    assert "未读取的工作表：旧清册（隐藏）" in said(data, "清册.xlsx")
    assert len(examine(data, "清册.xlsx").roster) == 2


def test_blank_rows_and_filled_cells_are_counted():
    table = [TABLE[0], TABLE[1], [], ["", *TABLE[2][1:]]]

    def merge(_book, page):
        page.merge_range(1, 0, 3, 0, "1")

    lines_said = said(as_xlsx(table, before=merge), "清册.xlsx")

    assert lines_said[-2:] == ["跳过空行：1 行", "由上方合并单元格补入：1 格"]


def test_a_column_beyond_z_has_two_letters():
    table = [[""] * 25 + cells for cells in TABLE]

    assert "单元：AA 列" in said(as_xlsx(table), "清册.xlsx")
