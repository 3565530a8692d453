"""A corpus of broken files, made here: each is one clear error that says where, and no roster."""

import io
import resource
import struct
import zipfile

import pytest

from tests.voting.roster.sheets import HEADER, as_csv, as_xls, as_xlsx, lines, owner, row
from voting.roster.examination import examine
from voting.roster.refusals import Grade, RosterUnreadable
from voting.roster.verify import read_roster
from voting.roster.workbook_reader import MAX_ROWS

ROWS = [row(), owner(1, "302"), owner(2, "303")]
TABLE = lines(ROWS)
AREA = HEADER.index("专有部分面积")
NAME = HEADER.index("业主姓名")


def the_error(data, name="清册.xlsx"):
    """The one error of a file: sheet, row, column, code. Both ways of reading agree on it."""
    examination = examine(data, name)
    assert examination.roster is None
    (problem,) = examination.of_grade(Grade.ERROR)
    with pytest.raises(RosterUnreadable) as refused:
        read_roster(data, name)
    assert refused.value.problems == (problem,)
    assert any("\u4e00" <= character <= "\u9fff" for character in problem.message)
    return problem.sheet, problem.row, problem.column, problem.code


def rezipped(data, change):
    """The archive with every part passed through ``change(name, content)``."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return buffer.getvalue()


def test_the_sheet_that_the_others_are_broken_from_is_sound():
    assert len(read_roster(as_xlsx(TABLE), "清册.xlsx")) == 3
    assert len(read_roster(as_xls(TABLE), "清册.xls")) == 3


def test_the_wrong_sheet():
    fees = [["房号", "本月应收", "本月实收"], ["301", "120", "120"]]

    assert the_error(as_xlsx(fees, "物业费")) == ("物业费", None, None, "no-header")


def test_a_list_of_something_else_about_the_same_flats():
    fees = [["物业费"], ["楼栋", "房号", "业主姓名", "应收"], ["1", "301", "张三", "120"]]

    assert the_error(as_xlsx(fees, "物业费")) == ("物业费", 2, None, "wrong-sheet")


def test_the_table_on_a_hidden_sheet():
    assert the_error(as_xlsx(TABLE, hidden=True)) == ("业主清册", None, None, "hidden-table")


def test_a_password_as_excel_sets_it_today():
    """An encrypted xlsx is a compound file whose stream has this name."""
    data = bytearray(as_xls(TABLE))
    entry = data.index("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le")
    data[entry : entry + len(name)] = name
    data[entry + 64 : entry + 66] = struct.pack("<H", len(name) + 2)

    assert the_error(bytes(data)) == (None, None, None, "encrypted-file")


def test_a_password_as_old_excel_set_it():
    """A record of type FILEPASS (0x2F) announces that all the others are encrypted."""
    data = bytearray(as_xls(TABLE))
    write_access = data.index(b"\x5c\x00\x70\x00")
    data[write_access] = 0x2F

    assert the_error(bytes(data), "清册.xls") == (None, None, None, "encrypted-file")


@pytest.fixture(scope="module")
def zip_bomb():
    blank = b" " * 2**20

    def change(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        return content.replace(b"<sheetData>", b"<sheetData>" + blank * 650)

    return rezipped(as_xlsx(TABLE), change)


def test_a_zip_bomb(zip_bomb):
    assert len(zip_bomb) < 2**20
    assert the_error(zip_bomb) == (None, None, None, "unpacks-too-large")


def test_a_zip_bomb_that_lies_about_its_size(zip_bomb):
    data = bytearray(zip_bomb)
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + 24] != b"xl/worksheets/sheet1.xml":
        at = data.index(b"PK\x01\x02", at + 4)
    struct.pack_into("<I", data, at + 24, 1_000)

    assert the_error(bytes(data)) == (None, None, None, "damaged-file")


def test_ten_million_empty_lines():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    data = as_csv(TABLE) + b"\n" * 10_000_000

    assert the_error(data, "清册.csv") == (None, MAX_ROWS + 21, None, "too-many-rows")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024


def test_ten_million_empty_rows_of_a_workbook():
    """Rows that Excel keeps for a colour or a border hold nothing: they are no rows."""
    empty = b"".join(b'<row r="%d"/>' % at for at in range(10_000, 1_010_000))

    def change(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        return content.replace(b"</sheetData>", empty * 10 + b"</sheetData>")

    assert len(read_roster(rezipped(as_xlsx(TABLE), change), "清册.xlsx")) == 3


def test_a_cell_far_below_the_data():
    def before(_book, page):
        page.write_string(1_000_000, 0, "9")

    assert the_error(as_xlsx(TABLE, before=before)) == ("业主清册", None, None, "too-many-rows")


def test_a_cell_far_to_the_right():
    def before(_book, page):
        page.write_string(2_000, 16_000, "9")

    assert the_error(as_xlsx(TABLE, before=before)) == ("业主清册", None, None, "too-many-cells")


@pytest.mark.parametrize("cached", [89.37, "", "#REF!"])
def test_a_formula_in_a_cell_that_counts(cached):
    def before(_book, page):
        page.write_formula(2, AREA, "=SUM(Z1:Z9)", None, cached)

    place = ("业主清册", 3, "专有部分面积", "formula-cell")
    assert the_error(as_xlsx(TABLE, before=before)) == place


def test_a_formula_beside_the_data_does_no_harm():
    def before(_book, page):
        page.write_string(0, len(HEADER), "序号")
        for at in range(1, 4):
            page.write_formula(at, len(HEADER), "=ROW()-1", None, at)

    assert len(read_roster(as_xlsx(TABLE, before=before), "清册.xlsx")) == 3


def test_two_encodings_in_one_file():
    data = as_csv(TABLE[:2]) + as_csv(TABLE[2:], "gb18030")

    assert the_error(data, "清册.csv") == (None, 3, None, "mixed-encodings")
    other_way_round = as_csv(TABLE[:3], "gb18030") + as_csv(TABLE[3:])
    assert the_error(other_way_round, "清册.csv") == (None, 4, None, "mixed-encodings")


@pytest.mark.parametrize("character", ["\x07", "\x1b", "\x7f", "\u202e"])
def test_a_control_character(character):
    table = [list(cells) for cells in TABLE]
    table[2][NAME] = f"业{character}主"

    place = (None, 3, "业主姓名", "control-character")
    assert the_error(as_csv(table), "清册.csv") == place
    assert the_error(as_xlsx(table)) == ("业主清册", *place[1:])


def test_the_header_in_two_rows():
    top = [name if at < 6 else "" for at, name in enumerate(HEADER)]
    below = [name if at >= 6 else "" for at, name in enumerate(HEADER)]
    table = [["幸福家园"], top, below, *TABLE[1:]]

    assert the_error(as_xlsx(table)) == ("业主清册", 3, None, "two-header-rows")


def test_the_header_printed_on_every_page():
    table = [*TABLE[:3], TABLE[0], TABLE[3], TABLE[0]]

    assert the_error(as_xlsx(table)) == ("业主清册", 4, None, "repeated-header")


@pytest.mark.parametrize("name", ["清册.xlsx", "清册.XLS"])
def test_a_csv_renamed_to_a_workbook(name):
    assert the_error(as_csv(TABLE), name) == (None, None, None, "not-a-workbook")


def test_a_web_page_renamed_to_csv():
    page = "<html><table><tr><td>楼栋</td></tr></table></html>".encode()

    assert the_error(page, "清册.csv") == (None, None, None, "damaged-file")


def test_identity_numbers_that_excel_made_numbers():
    table = [list(cells) for cells in TABLE]
    number = HEADER.index("证件号码")
    table[1][number] = 110105194912310021
    assert the_error(as_xlsx(table)) == ("业主清册", 2, "证件号码", "number-damaged")
    table[1][number] = 110105491231002  # fifteen digits: exact, yet nobody knows what was lost
    assert the_error(as_xlsx(table)) == ("业主清册", 2, "证件号码", "number-damaged")
    table[1][number] = "1.10105E+17"
    assert the_error(as_xlsx(table)) == ("业主清册", 2, "证件号码", "bad-identity-number")


def test_co_owners_in_rows_of_their_own_under_one_merged_room():
    table = [*TABLE, [*TABLE[3][:2], "", *TABLE[3][3:]]]

    assert the_error(as_xlsx(table)) == ("业主清册", 5, "房号", "empty-cell")
