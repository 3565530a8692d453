"""What an importer states for columns that a street office's sheet does not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voting.roster.sheets import GOOD, as_csv, as_xlsx, resident
from tests.voting.roster.test_versions import FROM_REGISTRY
from tests.voting.world import COMMUNITY, HEADER, ROWS, World
from voting.kernel import canonical
from voting.roster import store
from voting.roster.examination import examine
from voting.roster.refusals import RosterUnreadable
from voting.roster.stated import STATABLE, UnreadableStatement, are_statements, parse, together
from voting.roster.verify import read_roster

STATED = {"用途": "住宅", "面积来源": "登记", "产权状态": "已交付", "证件类型": "身份证"}
COMPANY = "91350100M000100Y43"
STREET = [
    ["幸福家园业主清册（2026 年 1 月）"],
    ["序号", "小区名称", "楼门号", "业主姓名", "房本号", "住房建筑面积", "证件号码", "电话号码"],
    ["1", "幸福家园", "1号楼2单元301", "张三", "京(2021)朝不动产权第0012345号", "89.37㎡",
     GOOD["证件号码"], "13800138000"],
    ["2", "幸福家园", "1号楼2单元302", "李四、王五", "京(2021)朝不动产权第0012346号", "１０２．５",
     f"{resident(1)}、{resident(2)}", ""],
    ["3", "幸福家园", "1号楼1单元101", "某某商贸有限公司", "X京房权证朝字第123456号", "310",
     COMPANY, "01065430000"],
    ["", "", "合计", "", "", "501.87", "", ""],
]  # fmt: skip


def faults(examination):
    return [(each.column, each.code, each.grade.value) for each in examination.findings]


def test_a_street_office_s_sheet_is_read_as_it_is_once_the_missing_is_stated():
    examination = examine(as_xlsx(STREET), "清册.xlsx", stated=STATED)
    units = examination.require().units

    assert [unit.unit_key for unit in units] == [
        "1号楼-1单元-101",
        "1号楼-2单元-301",
        "1号楼-2单元-302",
    ]
    assert {unit.kind.value for unit in units} == {"住宅"}
    assert {unit.title_status.value for unit in units} == {"已交付"}
    assert [owner.id_type.value for unit in units for owner in unit.owners] == [
        "统一社会信用代码", "身份证", "身份证", "身份证",
    ]  # fmt: skip
    assert sum(unit.area_cm2 for unit in units) == 5_018_700


def test_what_is_stated_is_shown_with_the_reading_and_as_a_warning_each():
    examination = examine(as_xlsx(STREET), "清册.xlsx", stated=STATED)

    stated = [each for each in examination.findings if each.code == "column-stated"]
    assert {each.column for each in stated} == STATED.keys()
    assert {(each.row, each.grade.value) for each in stated} == {(2, "warning")}
    assert all("全部 3 套" in each.message for each in stated)
    assert [examination.cell(each) for each in stated] == [None] * 4  # they stand nowhere
    said = list(examination.table.reading.lines())
    for column, value in STATED.items():
        assert f"{column}：没有这一列，按统一写明的，每一行都记为“{value}”" in said


def test_without_it_nothing_is_guessed_and_the_way_out_is_told():
    with pytest.raises(RosterUnreadable) as refused:
        read_roster(as_xlsx(STREET), "清册.xlsx")
    missing = {each.column: each.message for each in refused.value.problems}
    assert missing.keys() == STATED.keys()
    assert "用途=住宅" in missing["用途"]


def test_a_column_that_the_sheet_has_is_not_overruled():
    table = [[*HEADER], [*ROWS[0]]]
    examination = examine(as_csv(table), "清册.csv", stated={"用途": "车位"})
    (fault,) = [each for each in faults(examination) if each[2] == "error"]
    assert fault == ("用途", "stated-column-exists", "error")


def test_a_column_of_another_meaning_under_an_alias_is_put_aside():
    """房屋状态 says in some sheets who lives there, not whether the unit was handed over."""
    table = [[*STREET[1], "房屋状态"], [*STREET[2], "自住"], [*STREET[3], "空置"]]
    examination = examine(as_csv(table), "清册.csv", stated=STATED)
    assert {unit.title_status.value for unit in examination.require()} == {"已交付"}
    assert "房屋状态" in examination.table.reading.ignored_columns
    assert "产权状态" not in examination.table.reading.columns

    table[2][-1] = "未售"
    examination = examine(as_csv(table), "清册.csv", stated=STATED)
    assert ("产权状态", "stated-column-exists", "error") in faults(examination)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("楼栋=1", "可以统一写明的列"),
        ("用途", "须是其中之一：住宅"),
        ("用途=别墅", "须是其中之一：住宅"),
        ("=住宅", "可以统一写明的列"),
    ],
)
def test_what_cannot_be_stated_is_refused_with_what_can(said, words):
    with pytest.raises(UnreadableStatement, match=words):
        parse([said])


def test_two_statements_of_one_column_contradict_each_other():
    assert parse(["用途＝住宅", " 用途 = 住宅 "]) == {"用途": "住宅"}
    with pytest.raises(UnreadableStatement, match="两种内容"):
        parse(["用途=住宅", "用途=商业"])


@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(values) for name, values in STATABLE.items()}
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_version_rests_on_every_statement_that_led_to_it(sheets):
    rests = {}
    for stated in sheets:
        rests = together(rests, stated)
    assert {(name, value) for name, said in rests.items() for value in said} == {
        pair for stated in sheets for pair in stated.items()
    }
    if rests:
        assert are_statements(canonical.decode(canonical.encode(
            {name: list(said) for name, said in rests.items()}
        )))  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [[], {}, {"用途": "住宅"}, {"用途": []}, {"用途": ["住宅", "住宅"]}, {"用途": ["别墅"]},
     {"楼栋": ["1"]}, {"用途": ["车位", "住宅"]}, {"用途": [1]}],
)  # fmt: skip
def test_what_is_no_statement_is_told(value):
    assert not are_statements(value)


def imported(world: World):
    return world.rosters.import_sheet(
        as_xlsx(STREET), "清册.xlsx", COMMUNITY, by="c1", provenance=FROM_REGISTRY, stated=STATED
    )[0]


def test_what_was_stated_is_bound_in_the_register_and_goes_with_the_version(engine_world):
    world = engine_world
    first = imported(world)
    assert first.stated == {column: [value] for column, value in STATED.items()}
    parking = [[*STREET[1]], ["9", "", "B1-1-009", "张三", "", "12.5", GOOD["证件号码"], ""]]
    second = world.rosters.amend(
        first.roster_id, as_csv(parking), "车位.csv", frozenset(), by="c1",
        provenance=FROM_REGISTRY, stated=STATED | {"用途": "车位"},
    )  # fmt: skip
    assert second.stated == first.stated | {"用途": sorted(["住宅", "车位"])}
    gone = world.rosters.amend(
        first.roster_id, None, "", frozenset(["1号楼-1单元-101"]), by="c1",
        provenance=FROM_REGISTRY, stated={"用途": "车位"},
    )  # fmt: skip
    assert gone.stated == first.stated  # no sheet, nothing stated of it
    one, two, _ = (act for act in world.acts() if act["type"] == "roster-version")
    assert (one["stated"], two["stated"]) == (first.stated, second.stated)


def test_a_sheet_with_all_its_columns_states_nothing(world):
    world.freeze()
    (entry,) = [act for act in world.acts() if act["type"] == "roster-version"]
    assert "stated" not in entry
    with world.database.read() as session:
        assert store.roster(session, world.roster_id).stated is None
