"""The workbook that goes back to the clerk, opened again and read part by part."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

from python_calamine import load_workbook

from tests.voting.roster import sheets
from tests.voting.roster.sheets import HEADER, as_csv, as_xlsx, lines, owner, resident, row
from voting.roster import findings_workbook as written
from voting.roster.denominators import denominators
from voting.roster.examination import examine
from voting.roster.findings_workbook import findings_workbook

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def produced(data, name="清册.xlsx"):
    examination = examine(data, name)
    roster = examination.roster
    return findings_workbook(examination, denominators(roster) if roster is not None else ())


def pages(workbook):
    book = load_workbook(io.BytesIO(workbook))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def comments(workbook):
    """Text of every comment under the cell it stands at."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        # Written a moment ago by this very test.
        root = ET.fromstring(archive.read("xl/comments1.xml"))  # noqa: S314 - see above
    return {
        comment.get("ref"): "".join(text.text for text in comment.iterfind(".//m:t", SPACE))
        for comment in root.iterfind(".//m:comment", SPACE)
    }


BROKEN = [["幸福家园业主清册"], *lines([row(), owner(1, "302", 用途="厂房", 专有部分面积="0")])]


def test_every_finding_is_listed_and_commented_at_its_cell():
    workbook = produced(as_xlsx(BROKEN))
    found = pages(workbook)

    assert list(found) == [written.COPY, written.GUESSES, written.LIST]
    listed = [line[:4] for line in found[written.LIST]]
    assert listed == [
        ["程度", "行", "列", "单元格"],
        ["错误", 4.0, "用途", "D4"],
        ["错误", 4.0, "专有部分面积", "E4"],
    ]
    assert not re.findall("[a-z]{2}", str(found[written.LIST]))
    said = comments(workbook)
    assert set(said) == {"D4", "E4"}
    assert said["D4"].startswith("错误：无法识别，应为：住宅")
    assert said["E4"].startswith("错误：面积必须大于零")


def test_the_copy_holds_every_cell_of_the_sheet():
    table = [[*BROKEN[0]], [*BROKEN[1], "备注"], [*BROKEN[2], "已核对"], [*BROKEN[3], ""]]
    copy = pages(produced(as_xlsx(table)))[written.COPY]

    assert [[cell for cell in line if cell] for line in copy] == [
        [cell for cell in line if cell] for line in table
    ]


def test_links_lead_to_the_cells_of_the_copy():
    with zipfile.ZipFile(io.BytesIO(produced(as_xlsx(BROKEN)))) as archive:
        links = re.findall(rb'location="([^"]*)"', archive.read("xl/worksheets/sheet3.xml"))

    assert [link.decode() for link in links] == [f"'{written.COPY}'!{at}4" for at in "DE"]


def test_groups_totals_and_guesses_have_sheets_of_their_own():
    rows = [row(), row(房号="302"), owner(1, "303", 用途="车位")]
    found = pages(produced(as_xlsx(lines(rows))))

    assert list(found) == [
        written.COPY, written.GUESSES, written.LIST, written.GROUPS, written.TOTALS,
    ]  # fmt: skip
    assert found[written.LIST][1][4] == "没有发现问题"
    groups = [[line[1], line[3], line[5], line[6]] for line in found[written.GROUPS][1:]]
    assert groups == [
        ["1-2-301", "89.37", "", ""],
        ["1-2-302", "89.37", "", ""],
        ["小计", "178.74", 2.0, 1.0],
        ["全部房屋", "268.11", 3.0, 2.0],
    ]
    assert [line[:4] for line in found[written.TOTALS][1:]] == [
        ["全部专有部分", 3.0, "268.11", 2.0],
        ["不含车位、储藏", 2.0, "178.74", 1.0],
    ]
    assert ["取用的工作表：业主清册"] in found[written.GUESSES]


def test_heads_that_are_the_same_under_every_denominator_are_written_once():
    """Twenty-four equal figures hid the one that was not."""
    both = {
        "业主姓名": "张三、李四",
        "证件号码": f"{resident(1)}、{resident(2)}",
        "面积来源": "合同",
    }
    totals = pages(produced(as_xlsx(lines([row(), row(房号="302", **both)]))))[written.TOTALS]
    assert [line[:3] for line in totals[1:]] == [
        ["全部专有部分", 2.0, "178.74"],
        ["不含车位、储藏", "", ""],
        ["全部专有部分，只计登记面积", 1.0, "89.37"],
        ["不含车位、储藏，只计登记面积", "", ""],
    ]
    said = ["", "与“全部专有部分”完全相同", "", "与“全部专有部分，只计登记面积”完全相同"]
    assert [line[-1] for line in totals[1:]] == said


def test_what_owners_wrote_never_becomes_a_formula_or_a_link():
    evil = ['=HYPERLINK("http://x","y")', "+1+1", "@SUM(A1)", "-2+3|cmd", "http://example.org/a"]
    rows = [owner(at, str(at)) | {"业主姓名": text} for at, text in enumerate(evil)]
    rows.append(row(房号="99", 用途="=1+1"))
    workbook = produced(as_csv(lines(rows)), "清册.csv")

    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)
            assert b"http://x" not in archive.read(name) or name == "xl/sharedStrings.xml"
    names = [line[HEADER.index("业主姓名")] for line in pages(workbook)[written.COPY]]
    assert names[1 : 1 + len(evil)] == evil


def test_of_a_long_sheet_only_the_rows_in_question_are_copied(monkeypatch):
    monkeypatch.setattr(written, "_COPIED_WHOLE", 5)
    rows = [owner(at, str(at), 联系电话="") for at in range(10)]
    rows[7] |= {"用途": "厂房"}
    workbook = produced(as_csv(lines(rows)), "清册.csv")

    assert len(pages(workbook)[written.COPY]) == 2
    ((place, text),) = comments(workbook).items()
    assert place == "D2"
    assert text.endswith("（原表第 9 行）")
    assert pages(workbook)[written.LIST][1][3] == "D9"
    said = f"“{written.COPY}”只抄录表头和有问题的行，另有 9 行没有抄录"
    assert [said] in pages(workbook)[written.GUESSES]


def test_comments_and_groups_left_out_are_said_so(monkeypatch):
    monkeypatch.setattr(written, "_COMMENTS", 1)
    monkeypatch.setattr(written, "_GROUP_LINES", 1)
    faults = [owner(at, str(at), 用途="厂房") for at in range(3)]
    workbook = produced(as_csv(lines(faults)), "清册.csv")
    assert len(comments(workbook)) == 1
    said = f"批注最多 1 处，另有 2 处没有批注，见“{written.LIST}”"
    assert [said] in pages(workbook)[written.GUESSES]

    pair = [row(), row(房号="302")]
    others = [owner(1, "303"), owner(1, "304")]
    found = pages(produced(as_xlsx(lines([*pair, *others]))))
    assert [f"“{written.GROUPS}”另有 2 套没有列出，各组小计仍然完整"] in found[written.GUESSES]


def test_the_only_error_is_first_in_the_list_and_has_its_comment(monkeypatch):
    """It stood below ten thousand hints, and they had used up the comments."""
    monkeypatch.setattr(written, "_COMMENTS", 1)
    monkeypatch.setattr(written, "_LISTED", 2)
    hints = [row(房号=str(at), 证件号码="110105491231002", 面积来源="合同") for at in range(5)]
    rows = [*hints, owner(1, "99", 业主状态="已故"), owner(2, "100", 用途="厂房")]
    workbook = produced(as_csv(lines(rows)), "清册.csv")

    listed = pages(workbook)[written.LIST]
    assert [line[:2] for line in listed[1:3]] == [["错误", 8.0], ["警告", 7.0]]
    ((place, text),) = comments(workbook).items()
    assert (place, text[:3]) == ("D8", "错误：")


def test_what_is_complete_says_nothing_of_leaving_out():
    found = pages(produced(as_xlsx(lines([row()]))))
    assert not [line for line in found[written.GUESSES] if "另有" in line[0]]


def test_a_file_that_is_no_table_still_gets_its_answer():
    found = pages(produced(b"PK\x03\x04 no workbook"))

    assert found[written.LIST][1][0] == "错误"
    assert written.COPY not in found


def test_damaged_numbers_are_shown_as_they_came():
    table = lines([row()])
    table[1][HEADER.index("证件号码")] = 110105194912310021
    copy = pages(produced(as_xlsx(table)))[written.COPY]

    assert copy[1][HEADER.index("证件号码")] == "1.1010519491231e+17"


def test_what_comes_back_can_be_corrected_and_read_again():
    """The copy is a sheet like any other: with its faults mended it is a roster."""
    copy = pages(produced(as_xlsx(BROKEN)))[written.COPY]
    copy[3][3], copy[3][4] = "住宅", "10"

    assert len(examine(sheets.as_xlsx(copy), "清册.xlsx").require()) == 2
    assert resident(1) in copy[3]
