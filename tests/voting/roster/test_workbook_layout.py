"""What an office program showed: numbers cut off, comments too small, a table over four pages."""

import io
import re
import zipfile

from tests.voting.roster.sheets import as_xlsx, lines, resident, row
from voting.roster.denominators import denominators
from voting.roster.examination import examine
from voting.roster.findings_workbook import COPY, findings_workbook
from voting.roster.workbook_layout import ROW_HEIGHT, column_widths, comment_size, height, width


def part(table, path):
    examination = examine(as_xlsx(table), "清册.xlsx")
    totals = () if examination.roster is None else denominators(examination.roster)
    with zipfile.ZipFile(io.BytesIO(findings_workbook(examination, totals))) as book:
        return book.read(path).decode()


def test_a_chinese_sign_is_as_wide_as_two_digits():
    assert width([resident(1)]) >= 18
    assert width(["张三"]) == width(["1234"])
    assert width([]) < width(["一" * 100]) <= 40


def test_a_title_above_the_header_makes_no_column_wide():
    title = ["幸福家园业主清册（2026 年 1 月整理）", "", ""]
    rows = [title, ["楼栋", "房号", ""], ["1", "101", ""]]
    wide = column_widths(rows, 3)
    assert wide[0] == wide[1] == width(["楼栋"])


def test_the_copy_shows_every_number_in_full_and_prints_as_wide_as_a_page():
    sheet = part([["幸福家园业主清册"], *lines([row()])], "xl/worksheets/sheet1.xml")
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="([0-9.]+)"', sheet)
    widths = [
        float(wide) for first, last, wide in columns for _ in range(int(first), int(last) + 1)
    ]
    headings = list(row())
    assert widths[headings.index("证件号码")] >= 18
    assert widths[headings.index("单元")] < 12
    assert 'fitToHeight="0"' in sheet
    assert 'orientation="landscape"' in sheet
    titles = part([["幸福家园业主清册"], *lines([row()])], "xl/workbook.xml")
    assert f"'{COPY}'!$2:$2" in titles


def test_a_text_that_wraps_has_the_height_of_its_lines():
    assert height("不能为空", 100) == height("", 100) == ROW_HEIGHT
    assert height("字" * 51, 100) == 2 * ROW_HEIGHT


def test_a_comment_has_room_for_all_of_its_lines():
    short, long = comment_size(["错误：不能为空"]), comment_size(["提示：" + "字" * 120] * 2)
    assert long["y_scale"] * 74 >= 18 * 2 * 5
    assert short["y_scale"] < long["y_scale"]
