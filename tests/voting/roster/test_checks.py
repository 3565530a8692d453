"""Warnings and hints: each doubt is found at its cell, and none of them keeps a roster out."""

from datetime import date

import pytest

from tests.voting.roster.sheets import as_csv, as_xlsx, lines, owner, resident, row
from voting.roster.area_checks import BuildingFigures
from voting.roster.examination import examine
from voting.roster.identity_numbers import credit_check, resident_check
from voting.roster.refusals import Grade
from voting.roster.statistics import StatisticsUnreadable, read_statistics

TODAY = date(2026, 11, 23)
COMPANY = {"证件类型": "营业执照", "证件号码": "91350100M000100Y43", "业主姓名": "甲公司"}
BRANCH = "91110000M000100Y4" + credit_check("91110000M000100Y4")
NOWHERE = "99990019491231002" + resident_check("99990019491231002")


def found(rows, **options):
    """Grade, row, column and code of everything found, in the order of the sheet."""
    examination = examine(as_csv(lines(rows)), "清册.csv", on=TODAY, **options)
    assert examination.roster is not None, examination.findings
    return [(f.grade.value, f.row, f.column, f.code) for f in examination.findings]


def messages(rows, **options):
    return [f.message for f in examine(as_csv(lines(rows)), "x", on=TODAY, **options).findings]


def test_a_sound_sheet_has_no_findings():
    assert found([row(), row(房号="302"), owner(1, "303"), row(房号="304", **COMPANY)]) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [row(), owner(1, "0301")],
            ("warning", 3, "房号", "unit-keys-alike"),
        ),
        (
            [row(楼栋="1号楼", 单元="2单元", 房号="301室"), owner(1, "301")],
            ("warning", 3, "房号", "unit-keys-alike"),
        ),
        (
            [row(), row(房号="302", 证件号码="110105491231002")],
            ("warning", 3, "证件号码", "identity-two-spellings"),
        ),
        (
            [row(证件号码="110105491231002")],
            ("hint", 2, "证件号码", "legacy-number"),
        ),
        (
            [row(), row(房号="302", 证件号码=resident(7))],
            ("hint", 3, "业主姓名", "name-two-identities"),
        ),
        (
            [row(**COMPANY), row(**{**COMPANY, "房号": "2", "证件号码": BRANCH})],
            ("warning", 3, "业主姓名", "organisation-two-identities"),
        ),
        (
            [
                row(证件类型="护照", 证件号码="E12345678"),
                row(房号="302", 证件类型="其他", 证件号码="E12345678"),
            ],
            ("warning", 2, "证件类型", "number-two-types"),
        ),
        (
            [row(证件号码=resident(1, "20090101"))],
            ("warning", 2, "证件号码", "minor-owner"),
        ),
        (
            [row(证件号码=resident(1, "20270101"))],
            ("warning", 2, "证件号码", "born-later"),
        ),
        (
            [row(证件号码=resident(1, "19101123"))],
            ("hint", 2, "证件号码", "very-old-owner"),
        ),
        ([row(业主状态="已故")], ("warning", 2, "业主状态", "deceased-owner")),
        ([row(业主状态="限制民事行为能力")], ("warning", 2, "业主状态", "owner-needs-guardian")),
        ([row(业主状态="病故")], ("warning", 2, "业主状态", "state-guessed")),
        ([row(业主状态="已故（2025年）")], ("warning", 2, "业主状态", "deceased-owner")),
        ([row(表决人="李四")], ("warning", 2, "表决人", "voter-not-owner")),
        (
            [row(产权证号="京(2021)1号"), owner(1, "302", 产权证号="京（2021）1号")],
            ("warning", 3, "产权证号", "title-two-owners"),
        ),
        (
            [
                row(不动产单元号="110105001002GB00003F00010023"),
                owner(1, "302", 不动产单元号="110105001002GB00003F00010023"),
            ],
            ("warning", 3, "不动产单元号", "real-estate-no-twice"),
        ),
        ([row(不动产单元号="1101050010")], ("hint", 2, "不动产单元号", "real-estate-no-shape")),
        ([row(面积来源="合同")], ("hint", 2, "面积来源", "area-not-registered")),
        (
            [row(面积来源="实测", 产权证号="京(2021)1号")],
            ("warning", 2, "面积来源", "registered-area-not-used"),
        ),
        ([row(套内面积="90.01")], ("warning", 2, "套内面积", "inside-area-larger")),
        (
            [row(套内面积="70.01"), owner(1, "302")],
            ("hint", 3, "套内面积", "inside-area-partial"),
        ),
        (
            [
                *(owner(at, f"{at}01") for at in range(1, 9)),
                owner(9, "901", 专有部分面积="893.7"),
            ],
            ("hint", 10, "专有部分面积", "area-outlier"),
        ),
        ([row(**COMPANY, 产权状态="未售")], ("hint", 2, "产权状态", "developer-stock")),
        ([row(产权状态="未售")], ("warning", 2, "产权状态", "stock-of-a-person")),
        (
            [row(**COMPANY, 产权状态="未售"), row(**COMPANY, 房号="302")],
            ("hint", 3, "产权状态", "developer-delivered"),
        ),
        (
            [row(**COMPANY, 产权状态="未售"), owner(1, "302", 产权状态="未售")],
            ("warning", 2, "产权状态", "several-developers"),
        ),
        (
            [owner(at, f"{at}01") for at in range(1, 5)],
            ("hint", 2, "联系电话", "shared-phone"),
        ),
        ([row(证件号码=NOWHERE)], ("hint", 2, "证件号码", "unknown-province")),
    ],
)  # fmt: skip
def test_each_doubt_is_found_at_its_cell(rows, expected):
    assert expected in found(rows)


def test_no_message_repeats_a_name_a_number_or_a_phone():
    rows = [
        row(业主姓名="欧阳某某", 证件号码="110105491231002", 联系电话="13900139000"),
        row(房号="302", 业主姓名="欧阳某某", 表决人="司马某某", 联系电话="13900139000"),
        owner(1, "303", 业主状态="已故", 联系电话="13900139000"),
        owner(5, "304", 联系电话="13900139000") | {"证件号码": resident(5, "20200101")},
        owner(6, "305", 联系电话="13900139000"),
    ]  # fmt: skip
    said = " ".join(messages(rows))

    assert len(messages(rows)) == 5
    for secret in ("欧阳", "司马", "13900139000", "110105", resident(5, "20200101")):
        assert secret not in said


def test_in_a_sheet_with_shifted_columns_nothing_personal_is_repeated():
    rows = [
        row(用途="欧阳某某", 专有部分面积="11010519491231002X", 面积来源="13900139000"),
        row(房号="302", 产权状态="欧阳某某", 证件类型="欧阳某某", 业主状态="欧阳某某"),
    ]
    said = " ".join(messages(rows))

    for secret in ("欧阳", "13900139000", "110105"):
        assert secret not in said


def test_the_day_of_majority_is_the_birthday():
    """Civil Code art. 17 and 1259: at eighteen, eighteen included."""
    assert found([row(证件号码=resident(1, "20081123"))]) == []
    assert found([row(证件号码=resident(1, "20081124"))]) != []


def test_without_a_day_nobody_is_a_minor():
    data = as_csv(lines([row(证件号码=resident(1, "20200101"))]))

    assert examine(data, "x").findings == ()


def test_whoever_acts_for_an_owner_answers_the_doubt():
    known = {"代理人": "某人", "代理人证件号码": resident(9)}
    assert found([row(证件号码=resident(1, "20200101"), **known)]) == []
    assert found([row(业主状态="已故", **known)]) == []


def test_whoever_acts_without_papers_can_only_vote_on_paper():
    for cells in ({"证件号码": resident(1, "20200101")}, {"业主状态": "已故"}):
        assert found([row(**cells, 代理人="某人")]) == [
            ("hint", 2, "代理人", "representative-no-paper")
        ]


TWO = {"业主姓名": "张三、李四", "证件号码": f"11010519491231002X、{resident(4)}"}


def test_co_owners_without_a_named_voter():
    assert found([row(**TWO)]) == [("hint", None, "表决人", "no-named-voter")]
    assert found([row(**TWO, 表决人="李四")]) == []
    some = [row(**TWO, 表决人="", 房号=str(at)) for at in range(7)]
    assert found([*some, owner(9, "302", 表决人="业主9")]) == [
        ("hint", 2, "表决人", "no-named-voter")
    ]
    assert messages(some)[0].startswith("7 套共有房屋未写明由谁表决")
    assert messages(some)[0].endswith("第 2、3、4、5、6 等 7 行")


NOBODY = "在居委会登记表决人之前，这套房屋无人可以用手机投票"


@pytest.mark.parametrize(
    ("cells", "code", "effect"),
    [
        ({**TWO, "表决人": "王五"}, "voter-not-owner", NOBODY),
        ({**TWO, "表决人": "王五", "代理人": "赵六"}, "voter-not-owner", NOBODY),
        ({"表决人": "王五"}, "voter-not-owner", "不起作用，仍由业主本人投票"),
        ({**TWO, "表决人": "张三、李四"}, "several-voters", NOBODY),
        ({**TWO, "表决人": "张三/李四"}, "several-voters", NOBODY),
        ({**TWO, "业主姓名": "张三、张三", "表决人": "张三"}, "voter-of-one-name", "都可以投票"),
    ],
)
def test_a_voter_who_cannot_be_told_is_asked_about_with_what_follows(cells, code, effect):
    said = {f.code: f.message for f in examine(as_csv(lines([row(**cells)])), "x").findings}
    assert set(said) & {"voter-not-owner", "several-voters", "voter-of-one-name"} == {code}
    assert effect in said[code]


def test_a_voter_who_acts_for_an_owner_is_known():
    acting = {"代理人": "Li  Wei", "代理人证件号码": resident(9)}
    assert found([row(**TWO, 表决人="Li Wei", **acting)]) == []


def test_a_floor_that_misses_a_flat():
    rows = [
        owner(at, f"{floor}{room:02d}", 联系电话="")
        for at, (floor, room) in enumerate(
            ((floor, room) for floor in range(1, 8) for room in range(1, 5)), 1
        )
        if (floor, room) != (3, 2)
    ]
    (finding,) = found(rows)

    assert finding == ("hint", 10, "房号", "floor-count")
    assert messages(rows)[0].startswith("1号楼2单元第 3 层有 3 套")
    bare = [{**each, "楼栋": "A座", "单元": "0"} for each in rows]
    assert messages(bare)[0].startswith("A座第 3 层有 3 套")


def test_printed_sums_are_left_out_and_compared():
    rows = [row(), owner(1, "302", 专有部分面积="10.63")]
    table = lines(rows)
    total = ["合计", *[""] * 3, "100.00", *[""] * 8]
    assert examine(as_csv([*table, total]), "x").findings == ()

    examination = examine(as_csv([*table, [*total[:4], "101", *total[5:]]]), "x")
    (finding,) = examination.findings
    assert (finding.row, finding.code) == (4, "printed-sum")
    assert "+1.00 ㎡" in finding.message
    assert examination.roster.area_cm2 == 1_000_000
    assert examination.table.reading.total_rows == (4,)


def test_sums_of_every_building_and_of_all():
    def total(word, area):
        return [word, *[""] * 3, area, *[""] * 8]

    first, second = lines([row()]), lines([owner(1, "1", 楼栋="2", 专有部分面积="10.63")])
    table = [
        *first,
        total("小计", "89.37"),
        second[1],
        total("小计", "10.63"),
        total("总计", "100"),
    ]

    assert examine(as_csv(table), "x").findings == ()


def test_a_formula_that_sums_up_is_read_as_what_it_shows():
    def before(_book, page):
        page.write_string(3, 0, "合计")
        page.write_formula(3, 4, "=SUM(E2:E3)", None, 178.74)

    data = as_xlsx(lines([row(), owner(1, "302")]), before=before)

    assert examine(data, "清册.xlsx").findings == ()


def test_remarks_below_the_data_are_left_out_and_said():
    table = [*lines([row()]), [], ["制表人：某某　2026 年 10 月"]]
    examination = examine(as_csv(table), "x")

    assert len(examination.roster) == 1
    assert examination.table.reading.remark_rows == (4,)


def test_the_registered_total_is_compared_under_every_reading():
    rows = [row(), owner(1, "302", 用途="车位", 专有部分面积="10.63")]

    assert found(rows, registered_cm2=1_000_000) == []
    assert found(rows, registered_cm2=893_700) == [
        ("warning", None, "专有部分面积", "registered-total")
    ]
    assert "不含车位、储藏" in messages(rows, registered_cm2=893_700)[0]
    assert "-0.01 ㎡" in messages(rows, registered_cm2=1_000_100)[0]


@pytest.mark.parametrize("second", [{"用途": "厂房"}, {"房号": "301"}])
def test_no_sum_is_compared_while_rows_are_unread_or_stand_twice(second):
    """One of nine rows was read, and the sheet was said to miss six hundred square metres."""
    table = lines([row(), owner(1, "302") | second, owner(2, "303", 面积来源="合同")])
    total = ["合计", *[""] * 3, "268.11", *[""] * 8]
    examination = examine(
        as_csv([*table, total]),
        "清册.csv",
        registered_cm2=2_681_100,
        buildings={"1": BuildingFigures(3, 2_681_100)},
    )

    assert examination.of_grade(Grade.WARNING) == (examination.findings[0],)
    assert examination.findings[0].message == (
        "1 行没有读出或与别行重复，"
        "还不能与表中的合计、登记总面积、楼盘表比较：请改正错误后再核对一次"
    )


def test_of_a_sheet_of_which_nothing_was_read_no_sum_is_compared():
    data = as_csv(lines([row(用途="厂房")]))
    codes = [finding.code for finding in examine(data, "x", registered_cm2=1).findings]
    assert codes == ["totals-not-compared", "unknown-value"]
    assert [finding.code for finding in examine(data, "x").findings] == ["unknown-value"]


def test_an_unread_row_leaves_no_floor_short_of_a_flat():
    rows = [
        owner(at, f"{floor}{room:02d}", 联系电话="")
        for at, (floor, room) in enumerate(
            ((floor, room) for floor in range(1, 8) for room in range(1, 5)), 1
        )
    ]
    rows[5]["专有部分面积"] = "八十九"
    codes = [finding.code for finding in examine(as_csv(lines(rows)), "x").findings]
    assert codes == ["unreadable-area"]


def test_building_statistics_are_compared():
    rows = [row(), owner(1, "1", 楼栋="2", 专有部分面积="10"), owner(2, "2", 楼栋="3")]
    statistics = {
        "1": BuildingFigures(2, 893_700),
        "2": BuildingFigures(1, 100_001),
        "4": BuildingFigures(None, None),
    }

    assert found(rows, buildings=statistics) == [
        ("warning", None, "楼栋", "building-missing"),
        ("warning", 2, "楼栋", "building-units"),
        ("warning", 3, "专有部分面积", "building-area"),
        ("warning", 4, "楼栋", "building-not-in-statistics"),
    ]


def test_statistics_are_read_exactly():
    text = "楼号,总户数,户数,总面积（㎡）\r\n1,x,12,1234.56\r\n2,,,\r\n合计,,12,1234.56\r\n"

    assert read_statistics(text.encode(), "楼盘表.csv") == {
        "1": BuildingFigures(12, 12_345_600),
        "2": BuildingFigures(None, None),
    }


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["empty-file"]),
        ("楼栋,套数,面积\r\n", ["no-rows"]),
        ("楼栋,套数,面积\r\n1,十,1\r\n1,1,很大\r\n", ["unreadable-count", "unreadable-area"]),
        ("楼栋,套数,面积\r\n1,1,1\r\n1,1,1\r\n,3,3\r\n", ["unreadable-building"] * 2),
    ],
)
def test_unreadable_statistics_are_refused_whole(text, codes):
    with pytest.raises(StatisticsUnreadable) as refused:
        read_statistics(text.encode(), "楼盘表.csv")

    assert [problem.code for problem in refused.value.problems] == codes


def test_warnings_stand_beside_errors_and_only_errors_keep_the_roster_out():
    examination = examine(as_csv(lines([row(面积来源="合同"), owner(1, "302", 用途="厂房")])), "x")

    assert [(f.grade, f.code) for f in examination.findings] == [
        (Grade.HINT, "area-not-registered"),
        (Grade.ERROR, "unknown-value"),
    ]
    assert examination.roster is None
