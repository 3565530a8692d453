"""Headers as they occur in practice: what they mean is said before it is used."""

import pytest

from tests.voting.roster.sheets import GOOD, as_csv, resident, row
from voting.roster.examination import examine

SHEET = {
    "序号": "1",
    "房间号": "01-01-0101",
    "姓名": "张三",
    "面积": "89.37",
    "手机号": "13800138000",
    "身份证号": GOOD["证件号码"],
}
BEIJING = {
    "小区名称": "幸福家园",
    "楼门号": "1-2-301",
    "业主姓名": "张三",
    "房本号": "京(2021)朝不动产权第0012345号",
    "住房建筑面积": "89.37",
    "证件号码": GOOD["证件号码"],
    "电话号码": "13800138000",
}
COMPANY = "91350100M000100Y43"
ADDED = {"用途": "住宅", "面积来源": "登记", "产权状态": "已交付"}


def examined(*rows):
    table = [list(rows[0]), *(list(each.values()) for each in rows)]
    return examine(as_csv(table), "清册.csv")


def faults(examination):
    return [(each.row, each.column, each.code) for each in examination.findings]


@pytest.mark.parametrize(
    ("cells", "key"),
    [(SHEET | ADDED, "01-01-0101"), (BEIJING | ADDED | {"证件类型": "身份证"}, "1-2-301")],
)
def test_one_column_of_places_is_read_as_three(cells, key):
    examination = examined(cells)
    (unit,) = examination.require()

    assert unit.unit_key == key
    assert unit.owners[0].id_number == GOOD["证件号码"]
    assert unit.phones == ("13800138000",)
    assert unit.title_no == cells.get("房本号")
    assert [each.grade.value for each in examination.findings] == ["hint"] * (
        len(faults(examination))
    )
    assert (1, "房号", "column-assumed") in faults(examination)


@pytest.mark.parametrize("place", ["1号楼2单元301", "１－２－３０１", " 1 - 2 - 301 "])
def test_places_are_taken_apart_however_they_are_written(place):
    (unit,) = examined(SHEET | ADDED | {"房间号": place}).require()
    assert (unit.building.removesuffix("号楼"), unit.entrance.removesuffix("单元")) == ("1", "2")
    assert unit.room == "301"


def test_a_place_that_has_no_three_parts_is_asked_about():
    examination = examined(SHEET | ADDED, SHEET | ADDED | {"房间号": "B1-001"})
    errors = [each for each in faults(examination) if each[2] != "column-assumed"]

    assert errors == [(3, "房号", "unreadable-place")]
    assert examination.cell(examination.findings[-1]) == "B3"


def test_rooms_without_buildings_are_not_guessed():
    examination = examined(SHEET | ADDED | {"房间号": "301"})
    assert faults(examination)[:2] == [(1, "楼栋", "missing-column"), (1, "单元", "missing-column")]


def test_a_column_of_resident_numbers_says_the_type():
    examination = examined(SHEET | ADDED)
    lines = list(examination.table.reading.lines())

    assert "房号：由“房间号”一列拆成楼栋、单元、房号，例如 01-01-0101 拆成 01、01、0101" in lines
    assert any(line.startswith("证件类型：没有这一列，按“身份证号”视为身份证") for line in lines)
    assert (1, "证件类型", "column-assumed") in faults(examination)
    assert examination.cell(examination.findings[-1]) == "F1"


def test_a_company_among_resident_numbers_is_told_by_its_code():
    company = SHEET | ADDED | {"房间号": "1-1-2", "姓名": "某公司", "身份证号": COMPANY}
    both = SHEET | ADDED | {"房间号": "1-1-3", "姓名": "李四、某公司"}
    both |= {"身份证号": f"{resident(1)}、{COMPANY}"}
    units = examined(SHEET | ADDED, company, both).require().units

    assert [[owner.id_type.value for owner in unit.owners] for unit in units] == [
        ["身份证"], ["统一社会信用代码"], ["身份证", "统一社会信用代码"],
    ]  # fmt: skip


def test_a_wrong_number_among_resident_numbers_is_a_wrong_resident_number():
    for number in ("110105194912310021", "E1234567"):
        errors = examined(SHEET | ADDED | {"身份证号": number}).findings
        assert ("证件号码", "bad-identity-number") in [(each.column, each.code) for each in errors]


@pytest.mark.parametrize("cells", [SHEET, BEIJING])
def test_what_no_heading_says_is_asked_for_with_what_to_write(cells):
    missing = {
        each.column: each.message
        for each in examined(cells).findings
        if each.code == "missing-column"
    }

    assert set(missing) - {"证件类型"} == set(ADDED)
    assert "登记、实测、合同" in missing["面积来源"]
    assert "已交付、未售、已售未交付" in missing["产权状态"]
    assert "住宅" in missing["用途"]
    assert ("身份证号" in missing["证件类型"]) if cells is BEIJING else "证件类型" not in missing


def test_what_the_columns_say_themselves_is_not_assumed():
    assert faults(examined(row())) == []
    assert examined(row()).table.reading.assumed == {}
