"""A roster is read whole or refused whole, with every problem named by row and column."""

import csv
import io

import pytest

from tally.model import Kind
from tests.voting.roster import sheets
from tests.voting.roster.sheets import HEADER
from voting.roster.model import AreaSource, IdType, OwnerRecord, TitleStatus
from voting.roster.refusals import RosterUnreadable
from voting.roster.verify import read_roster

GOOD = sheets.GOOD | {
    "不动产单元号": "110105001002GB00003F00010023",
    "产权证号": "京（2021）朝不动产权第0012345号",
}


def sheet(*rows, header=HEADER, above=()):
    """CSV bytes; every row is GOOD with the given cells changed."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([*above, header])
    writer.writerows([[({**GOOD, **row})[column] for column in header] for row in rows])
    return text.getvalue().encode()


def problems_of(data, name="清册.csv"):
    with pytest.raises(RosterUnreadable) as refused:
        read_roster(data, name)
    return [(problem.row, problem.column, problem.code) for problem in refused.value.problems]


def test_a_good_row_is_read_exactly():
    (unit,) = read_roster(sheet({}), "清册.csv")

    assert unit.unit_key == "1-2-301"
    assert (unit.kind, unit.area_cm2, unit.area_source) == (
        Kind.DWELLING,
        893_700,
        AreaSource.REGISTER,
    )
    assert unit.owners == (OwnerRecord("张三", IdType.RESIDENT, "11010519491231002X"),)
    assert unit.phones == ("13800138000",)
    assert unit.title_status is TitleStatus.DELIVERED
    assert unit.title_no == "京(2021)朝不动产权第0012345号"
    assert unit.row == 2
    assert not unit.developer_stock


@pytest.mark.parametrize(
    "column", [c for c in HEADER if c not in {"联系电话", "不动产单元号", "产权证号"}]
)
def test_a_missing_column_is_named(column):
    header = tuple(name for name in HEADER if name != column)

    assert problems_of(sheet({}, header=header)) == [(1, column, "missing-column")]


@pytest.mark.parametrize("column", ["业主姓名", "证件类型", "面积来源", "产权状态"])
def test_numbers_are_checked_while_a_column_is_missing(column):
    """They came to light one by one, each after the sheet had been sent back once more."""
    header = tuple(name for name in HEADER if name != column)
    wrong = {"房号": "302", "证件号码": "110105194912310021"}
    two = {"房号": "303", "业主姓名": "张三、李四", "证件号码": "11010519491231002X、E1234567"}
    rows = [wrong, {"房号": "304", "证件号码": ""}, two | {"证件类型": "身份证、护照"}]

    assert problems_of(sheet({}, *rows, header=header)) == [
        (1, column, "missing-column"),
        (3, "证件号码", "bad-identity-number"),
        (4, "证件号码", "empty-cell"),
    ]


def test_of_a_missing_column_of_numbers_nothing_else_is_said():
    header = tuple(name for name in HEADER if name != "证件号码")
    rows = [{"证件类型": "身份证、护照"}, {"房号": "302", "业主姓名": ""}]

    assert problems_of(sheet(*rows, header=header)) == [(1, "证件号码", "missing-column")]


def test_optional_columns_may_be_missing():
    optional = {"联系电话", "不动产单元号", "产权证号"}
    (unit,) = read_roster(sheet({}, header=tuple(c for c in HEADER if c not in optional)), "x")

    assert (unit.phones, unit.real_estate_no, unit.title_no) == ((), None, None)


def test_a_unit_that_stands_twice_is_named_with_its_first_row():
    data = sheet({}, {"房号": "302"}, {"房号": "３０１"})

    assert problems_of(data) == [(4, "房号", "duplicate-unit")]


@pytest.mark.parametrize("area", ["0", "0.00", "-3", "89.12345", "八十九", "89,37", "1e3", "∞"])
def test_an_area_that_is_no_register_area_is_refused(area):
    assert problems_of(sheet({}, {"房号": "302", "专有部分面积": area})) == [
        (3, "专有部分面积", "unreadable-area")
    ]


@pytest.mark.parametrize(
    ("written", "cm2"),
    [
        ("101", 1_010_000),
        ("89.3725", 893_725),
        ("８９．３７", 893_700),
        ("89.37㎡", 893_700),
        ("89.37 平方米", 893_700),
        ("89.37m²", 893_700),
    ],
)
def test_an_area_may_carry_its_unit_and_full_width_digits(written, cm2):
    (unit,) = read_roster(sheet({"专有部分面积": written}), "x.csv")

    assert unit.area_cm2 == cm2


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"证件号码": "110105194912310021"}, "证件号码", "bad-identity-number"),
        ({"证件号码": "11010519491331002X"}, "证件号码", "bad-identity-number"),
        ({"证件号码": "123"}, "证件号码", "bad-identity-number"),
        (
            {"证件类型": "营业执照", "证件号码": "91350100M000100Y44"},
            "证件号码",
            "bad-identity-number",
        ),
        ({"证件类型": "护照", "证件号码": "E1"}, "证件号码", "bad-identity-number"),
        ({"证件类型": "驾驶证"}, "证件类型", "unknown-value"),
        ({"证件类型": "", "证件号码": "E12345678"}, "证件类型", "empty-cell"),
        ({"证件号码": ""}, "证件号码", "empty-cell"),
        ({"业主姓名": ""}, "业主姓名", "empty-cell"),
        ({"业主姓名": "张三、李四"}, "证件号码", "owner-count"),
        (
            {"业主姓名": "甲、乙", "证件类型": "护照", "证件号码": "E1234567、e1234567"},
            "证件号码",
            "owner-repeated",
        ),
        ({"用途": "厂房"}, "用途", "unknown-value"),
        ({"用途": ""}, "用途", "empty-cell"),
        ({"面积来源": "听说"}, "面积来源", "unknown-value"),
        ({"产权状态": "在建"}, "产权状态", "unknown-value"),
        ({"专有部分面积": ""}, "专有部分面积", "empty-cell"),
        ({"单元": " "}, "单元", "empty-cell"),
        ({"楼栋": "1、2"}, "楼栋", "unreadable-place"),
        ({"房号": "9" * 25}, "房号", "unreadable-place"),
        ({"楼栋": "=1+1"}, "楼栋", "unreadable-place"),
        ({"楼栋": "＠1"}, "楼栋", "unreadable-place"),
        ({"单元": "—1"}, "单元", "unreadable-place"),
        ({"房号": "+101"}, "房号", "unreadable-place"),
        ({"联系电话": "12345"}, "联系电话", "unreadable-phone"),
    ],
)  # fmt: skip
def test_each_fault_of_a_cell_is_named(cells, column, code):
    found = problems_of(
        sheet({"房号": "302", "证件类型": "护照", "证件号码": "E99999999", "业主姓名": "甲"}, cells)
    )

    assert (3, column, code) in found
    assert {row for row, _, _ in found} == {3}


def test_all_problems_are_listed_in_the_order_of_the_sheet():
    data = sheet(
        {"专有部分面积": "0", "用途": "厂房"},
        {"房号": "302"},
        {"房号": "303", "证件号码": "110105194912310021"},
        {"房号": "302", "专有部分面积": "八十九"},
    )

    assert problems_of(data) == [
        (2, "用途", "unknown-value"),
        (2, "专有部分面积", "unreadable-area"),
        (4, "证件号码", "bad-identity-number"),
        (5, "房号", "duplicate-unit"),
        (5, "专有部分面积", "unreadable-area"),
    ]


def test_one_identity_under_two_names_is_a_question():
    data = sheet({}, {"房号": "302", "业主姓名": "张 三"}, {"房号": "303", "业主姓名": "张山"})

    assert problems_of(data) == [(4, "业主姓名", "identity-two-names")]


def test_one_number_under_two_types_is_one_person_whatever_his_name():
    """He would count as two heads, and enrol two phones."""
    data = sheet({}, {"房号": "302", "证件类型": "其他", "业主姓名": "张三丰"})

    assert problems_of(data) == [
        (2, "证件类型", "number-two-types"),
        (3, "证件类型", "number-two-types"),
    ]


def test_no_message_repeats_an_identity_number_a_name_or_a_phone():
    data = sheet(
        {"证件号码": "110105194912310021", "联系电话": "1380013", "业主姓名": "欧阳某某"},
        {"房号": "302", "业主姓名": "欧阳某某", "证件号码": "440524188001010014"},
        {"房号": "303", "业主姓名": "司马某某", "证件号码": "440524188001010014"},
    )
    with pytest.raises(RosterUnreadable) as refused:
        read_roster(data, "清册.csv")

    said = refused.value.detail + repr(refused.value.facts)
    for secret in ("110105194912310021", "1380013", "440524188001010014", "欧阳", "司马"):
        assert secret not in said


@pytest.mark.parametrize("data", [b"", b"  \r\n ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data):
    (problem,) = problems_of(data)

    assert problem in {(None, None, "empty-file"), (None, None, "no-header")}


def test_a_header_without_rows_is_refused():
    assert problems_of(sheet()) == [(1, None, "no-rows")]


def test_titles_above_the_header_and_blank_rows_are_tolerated():
    data = sheet({}, above=[["幸福家园业主清册"], [], ["截至 2026 年 10 月"]]) + b",,,,\r\n\r\n"
    (unit,) = read_roster(data, "x.csv")

    assert unit.row == 5


def test_other_headings_are_understood():
    renamed = {
        "楼栋": "楼号",
        "单元": "单元号",
        "房号": "房间号",
        "用途": "房屋用途",
        "专有部分面积": "建筑面积（㎡）",
        "业主姓名": "产权人",
        "证件号码": "身份证号码",
        "联系电话": "手 机 号",
        "产权状态": "交付状态",
        "产权证号": "房本号",
    }
    text = sheet({}).decode()
    header, rows = text.split("\r\n", 1)
    header = ",".join(renamed.get(name, name) for name in header.split(","))

    assert read_roster(f"序号,{header}\r\n1,{rows}".encode(), "x") == read_roster(sheet({}), "x")


def test_the_exact_heading_wins_over_an_alias_but_two_alike_are_a_question():
    header = sheet({}).decode()
    assert problems_of(header.replace("不动产单元号", "业主姓名", 1).encode()) == [
        (1, "业主姓名", "duplicate-column")
    ]
    inner = sheet({"不动产单元号": "55.20"}).decode().replace("不动产单元号", "建筑面积", 1)
    (unit,) = read_roster(inner.encode(), "x")
    assert unit.area_cm2 == 893_700


@pytest.mark.parametrize("separator", ["、", "；", ";", ",", "，", "/", "\n", " 、 "])
def test_several_owners_share_a_cell(separator):
    two = {
        "业主姓名": separator.join(["张三", "李四"]),
        "证件号码": separator.join(["11010519491231002x", "440524188001010014"]),
        "联系电话": separator.join(["13800138000", "010-65551234"]),
    }
    (unit,) = read_roster(sheet(two), "x.csv")

    assert [owner.name for owner in unit.owners] == ["张三", "李四"]
    assert [owner.id_number for owner in unit.owners] == [
        "11010519491231002X",
        "440524188001010014",
    ]
    assert unit.phones == ("13800138000", "010-65551234")


def test_owners_of_one_unit_may_have_papers_of_different_types():
    cells = {
        "业主姓名": "张三、Li Wei",
        "证件类型": "身份证、护照",
        "证件号码": "11010519491231002X、e 12345678",
    }
    (unit,) = read_roster(sheet(cells), "x.csv")

    assert [owner.identity for owner in unit.owners] == [
        "身份证:11010519491231002X",
        "护照:E12345678",
    ]


@pytest.mark.parametrize(
    ("number", "id_type"),
    [("11010519491231002X", IdType.RESIDENT), ("91350100M000100Y43", IdType.CREDIT_CODE)],
)
def test_an_empty_type_is_told_only_by_a_number_that_proves_it(number, id_type):
    (unit,) = read_roster(sheet({"证件类型": "", "证件号码": number}), "x.csv")

    assert unit.owners[0].id_type is id_type


def test_a_15_digit_number_is_the_same_person_as_its_18_digits():
    data = sheet({"证件号码": "110105491231002"}, {"房号": "302", "证件号码": "11010519491231002x"})
    first, second = read_roster(data, "x.csv")

    assert first.identities == second.identities


def test_unsold_and_undelivered_units_are_developer_stock():
    developer = {"业主姓名": "甲公司", "证件类型": "营业执照", "证件号码": "91350100M000100Y43"}
    data = sheet({**developer, "产权状态": "未售"}, {"房号": "302", "产权状态": "已售未交付"})

    assert [unit.developer_stock for unit in read_roster(data, "x.csv")] == [True, True]


def test_units_come_in_natural_order():
    rooms = ["1002", "302", "A10", "A9", "1001"]
    data = sheet(*({"房号": room} for room in rooms), {"楼栋": "10"}, {"楼栋": "2"})

    assert [unit.unit_key for unit in read_roster(data, "x")] == [
        "1-2-302", "1-2-1001", "1-2-1002", "1-2-A9", "1-2-A10", "2-2-301", "10-2-301",
    ]  # fmt: skip


def test_a_formula_in_a_name_stays_text():
    (unit,) = read_roster(sheet({"业主姓名": '=HYPERLINK("x")'}), "x.csv")

    assert unit.owners[0].name == '=HYPERLINK("x")'
