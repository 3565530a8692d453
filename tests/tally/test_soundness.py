"""Every refusal to the letter, with the row it names: a person has to find it in a sheet."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly, turnout
from tally.errors import TallyError
from tally.model import (
    Agenda,
    Candidate,
    Choice,
    Electorate,
    Form,
    Item,
    Kind,
    Matter,
    Option,
    Policies,
    Silence,
)

ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
ELECTION = replace(ITEM, form=Form.ELECTION, seats=1, candidates=(Candidate("a", "甲"),))
CHOOSE_ONE = replace(ITEM, form=Form.CHOOSE_ONE, options=(Option("a", "甲"),))
AGENDA = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (ITEM,))
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(f"1-1-{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(f"p{n}", "q"))
        for n in range(3)
    ]
)
BALLOTS = BallotColumns.from_rows(
    ROSTER, AGENDA, [BallotRow((f"1-1-{n}",), (1,), void=False, channel="书面") for n in range(3)]
)


def altered(column, row, value):
    column = column.copy()
    column[row] = value
    return column


def refusal(agenda=AGENDA, roster=ROSTER, ballots=BALLOTS, **more):
    with pytest.raises(TallyError) as refused:
        count_assembly(agenda, roster, ballots, **more)
    return str(refused.value), refused.value.row


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("change", "message", "row"),
    [
        (
            {"area_cm2": altered(ROSTER.area_cm2, 1, 0)},
            "清册第 2 行（1-1-1）：面积必须大于零",
            1,
        ),
        (
            {"area_cm2": altered(ROSTER.area_cm2, 2, LARGEST - 19)},
            "清册面积合计超出可精确计算的范围，最大的是第 3 行（1-1-2）",
            2,
        ),
        (
            {"area_cm2": np.array([11, 11, LARGEST - 21])},
            "清册面积合计超出可精确计算的范围，最大的是第 3 行（1-1-2）",
            2,
        ),
        (
            {"household": np.array([-1, -2, 0], dtype=np.int32)},
            "清册第 2 行（1-1-1）：合户代码无法识别",
            1,
        ),
        (
            {"household": np.array([-1, 2, 3], dtype=np.int32)},
            "清册第 3 行（1-1-2）：合户代码无法识别",
            2,
        ),
        (
            {"household": np.zeros(2, dtype=np.int32)},
            "合户一列应为 int32 (3,)，实为 int32 (2,)，从第 3 行起对不上",
            2,
        ),
        (
            {"kind": altered(ROSTER.kind, 0, 6)},
            "清册第 1 行（1-1-0）：用途代码无法识别",
            0,
        ),
        (
            {"kind": altered(ROSTER.kind, 2, -1)},
            "清册第 3 行（1-1-2）：用途代码无法识别",
            2,
        ),
        (
            {"building": altered(ROSTER.building, 2, 1)},
            "清册第 3 行（1-1-2）：楼栋代码无法识别",
            2,
        ),
        (
            {"building": altered(ROSTER.building, 1, -1)},
            "清册第 2 行（1-1-1）：楼栋代码无法识别",
            1,
        ),
        (
            {"owner_code": altered(ROSTER.owner_code, 2, -1)},
            "清册第 2 行（1-1-1）：业主代码无法识别",
            1,
        ),
        (
            # Not dense: an array with a place for each code would take 16 GiB.
            {"owner_code": altered(ROSTER.owner_code, 5, 2**31 - 1)},
            "清册第 3 行（1-1-2）：业主代码无法识别",
            2,
        ),
        (
            {"owner_code": altered(ROSTER.owner_code, 5, 6)},
            "清册第 3 行（1-1-2）：业主代码无法识别",
            2,
        ),
        ({"unit_key": ("1-1-0", "1-1-1", "1-1-0")}, "清册第 3 行：房屋 1-1-0 重复", 2),
        ({"owner_offsets": np.array([0, 4, 2, 6])}, "业主起止在第 2 行倒退", 1),
        ({"owner_offsets": np.array([0, 2, 4, 5])}, "业主起止在第 3 行与列表长度 6 不符", 2),
        ({"owner_offsets": np.array([1, 2, 4, 6])}, "业主起止在第 1 行与列表长度 6 不符", 0),
        (
            {"owner_offsets": np.array([0, 2, 6])},
            "业主起止一列应为 int64 (4,)，实为 int64 (3,)，从第 4 行起对不上",
            3,
        ),
        (
            {"owner_code": ROSTER.owner_code.astype(np.int64)},
            "业主代码一列应为 int32 (6,)，实为 int64 (6,)",
            None,
        ),
        (
            {"building": ROSTER.building[:2]},
            "楼栋一列应为 int32 (3,)，实为 int32 (2,)，从第 3 行起对不上",
            2,
        ),
        (
            {"area_cm2": np.full(5, 10)},
            "面积一列应为 int64 (3,)，实为 int64 (5,)，从第 4 行起对不上",
            3,
        ),
        (
            {"area_cm2": np.full((3, 1), 10)},
            "面积一列应为 int64 (3,)，实为 int64 (3, 1)",
            None,
        ),
        ({"area_cm2": np.array(10)}, "面积一列应为 int64 (3,)，实为 int64 ()", None),
        ({"kind": ROSTER.kind.astype(int)}, "用途一列应为 int8 (3,)，实为 int64 (3,)", None),
        (
            {"area_cm2": ROSTER.area_cm2.astype(float)},
            "面积一列应为 int64 (3,)，实为 float64 (3,)",
            None,
        ),
        (
            {"developer_stock": ROSTER.developer_stock.astype(np.int8)},
            "产权状态一列应为 bool (3,)，实为 int8 (3,)",
            None,
        ),
    ],
)
def test_rosters(change, message, row):
    assert refusal(roster=replace(ROSTER, **change)) == (message, row)


def test_the_largest_sum_that_fits_is_counted():
    area = altered(ROSTER.area_cm2, 2, LARGEST - 20)
    [result] = count_assembly(AGENDA, replace(ROSTER, area_cm2=area), BALLOTS)
    assert result["electorate"]["area_cm2"] == LARGEST


@pytest.mark.parametrize(
    ("change", "message", "row"),
    [
        (
            {"unit_code": altered(BALLOTS.unit_code, 1, 3)},
            "第 2 张表决票指向清册中不存在的第 3 号房屋",
            1,
        ),
        (
            {"unit_code": altered(BALLOTS.unit_code, 0, -1)},
            "第 1 张表决票指向清册中不存在的第 -1 号房屋",
            0,
        ),
        (
            {"choices": altered(BALLOTS.choices, (2, 0), Choice.OPTION)},
            "第 3 张表决票在议题 1 上的选择 16 无法识别",
            2,
        ),
        (
            {"choices": altered(BALLOTS.choices, (1, 0), -1)},
            "第 2 张表决票在议题 1 上的选择 -1 无法识别",
            1,
        ),
        ({"choices": BALLOTS.choices[:, :0]}, "选择一列应为 int8 (3, 1)，实为 int8 (3, 0)", None),
        (
            {"void": BALLOTS.void.astype(np.int8)},
            "作废标记一列应为 bool (3,)，实为 int8 (3,)",
            None,
        ),
        (
            {"channel": BALLOTS.channel[:2]},
            "渠道一列应为 int8 (3,)，实为 int8 (2,)，从第 3 行起对不上",
            2,
        ),
        ({"unit_offsets": np.array([0, 2, 1, 3])}, "表决票房屋起止在第 2 行倒退", 1),
        ({"unit_offsets": np.array([0, 1, 2, 2])}, "表决票房屋起止在第 3 行与列表长度 3 不符", 2),
        (
            {"unit_code": BALLOTS.unit_code.astype(np.int64)},
            "表决票房屋代码一列应为 int32 (3,)，实为 int64 (3,)",
            None,
        ),
    ],
)
def test_ballots(change, message, row):
    assert refusal(ballots=replace(BALLOTS, **change)) == (message, row)


@pytest.mark.parametrize(
    ("items", "message", "row"),
    [
        ((ITEM, replace(ITEM, id="2"), ITEM), "议题编号 1 重复", 2),
        ((replace(ITEM, form=Form.ELECTION),), "议题 1：选举须有候选人，其他形式不得有", 0),
        (
            (replace(ITEM, id="0"), replace(ITEM, candidates=ELECTION.candidates)),
            "议题 1：选举须有候选人，其他形式不得有",
            1,
        ),
        ((replace(ITEM, form=Form.CHOOSE_ONE),), "议题 1：多选一须有选项，其他形式不得有", 0),
        ((replace(ITEM, options=CHOOSE_ONE.options),), "议题 1：多选一须有选项，其他形式不得有", 0),
        ((replace(ELECTION, seats=0),), "议题 1：选举名额至少为一", 0),
        ((replace(ELECTION, seats=0, alternates=-1),), "议题 1：选举名额至少为一", 0),
        ((replace(ELECTION, seats=-1, alternates=-1),), "议题 1：选举名额至少为一", 0),
        ((replace(ITEM, alternates=1),), "议题 1：候补名额不得多于委员名额", 0),
        ((replace(ELECTION, alternates=2),), "议题 1：候补名额不得多于委员名额", 0),
        ((replace(ELECTION, alternates=-1),), "议题 1：候补名额不得多于委员名额", 0),
        (
            (replace(ELECTION, candidates=ELECTION.candidates * 2),),
            "议题 1：候选人或选项编号重复",
            0,
        ),
        ((replace(CHOOSE_ONE, options=CHOOSE_ONE.options * 2),), "议题 1：候选人或选项编号重复", 0),
        (
            (replace(CHOOSE_ONE, options=tuple(Option(str(n), "") for n in range(101))),),
            "议题 1：选项多于 100 个",
            0,
        ),
    ],
)
def test_agendas(items, message, row):
    assert refusal(agenda=replace(AGENDA, items=items)) == (message, row)


def test_as_many_options_as_there_are_codes_for():
    options = tuple(Option(str(n), "") for n in range(100))
    agenda = replace(AGENDA, items=(replace(CHOOSE_ONE, options=options),))
    ballots = replace(BALLOTS, choices=BALLOTS.choices * 0 + 115)
    [result] = count_assembly(agenda, ROSTER, ballots, in_doubt=False)
    assert [option["approve"]["heads"] for option in result["options"]] == [0] * 99 + [3]


@pytest.mark.parametrize(
    ("electorate", "message"),
    [
        (
            Electorate(units=frozenset({"9-9-9", "8-8-8", "1-1-0"})),
            "议题 1 的表决范围写有清册中没有的房屋：8-8-8、9-9-9",
        ),
        (
            Electorate(buildings=frozenset({"9", "8", "1"})),
            "议题 1 的表决范围写有清册中没有的楼栋：8、9",
        ),
        (
            Electorate(include_kinds=frozenset({Kind.PARKING})),
            "议题 1 的表决范围内没有任何房屋，无法计票",
        ),
    ],
)
def test_electorates(electorate, message):
    agenda = replace(AGENDA, items=(replace(ITEM, electorate=electorate),))
    assert refusal(agenda=agenda) == (message, None)
    with pytest.raises(TallyError, match=message):
        turnout(agenda, ROSTER, np.zeros(3, dtype=bool))


def test_what_a_court_strikes():
    assert refusal(struck=[3]) == ("要剔除的第 4 张表决票不存在", 3)
    assert refusal(struck=[5, -1]) == ("要剔除的第 0 张表决票不存在", -1)


def test_delivery():
    silence = replace(AGENDA, policies=Policies(silence=Silence.DELIVERED_FOLLOWS))
    assert refusal(silence) == ("规则规定已送达未表决的计入多数，但没有提供送达记录", None)
    records = np.zeros(2, dtype=np.bool_)
    message = "送达记录一列应为 bool (3,)，实为 bool (2,)，从第 3 行起对不上"
    assert refusal(delivered=records) == (message, 2)


def test_lists_of_no_rows_that_hold_something():
    ballots = BallotColumns.from_rows(ROSTER, AGENDA, [])
    message = "表决票房屋起止在第 1 行与列表长度 3 不符"
    assert refusal(ballots=replace(ballots, unit_code=BALLOTS.unit_code)) == (message, 0)


def refused_rows(rows):
    with pytest.raises(TallyError) as refused:
        BallotColumns.from_rows(ROSTER, AGENDA, rows)
    return str(refused.value), refused.value.row


GOOD = BallotRow(("1-1-0",), (1,), void=False, channel="书面")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (replace(GOOD, unit_keys=("1-1-0", "9-9-9")), "第 2 张表决票：清册中没有房屋 9-9-9"),
        (replace(GOOD, choices=(1, 1)), "第 2 张表决票有 2 个选择，议题共有 1 个"),
        (replace(GOOD, choices=()), "第 2 张表决票有 0 个选择，议题共有 1 个"),
        (replace(GOOD, choices=(128,)), "第 2 张表决票含有无法识别的选择"),
        (replace(GOOD, choices=(-1,)), "第 2 张表决票含有无法识别的选择"),
    ],
)
def test_ballot_rows(row, message):
    assert refused_rows([GOOD, row]) == (message, 1)


def test_channels_are_few():
    rows = [replace(GOOD, channel=str(n)) for n in range(128)]
    assert refused_rows(rows) == ("渠道种类过多：128", None)
    assert len(BallotColumns.from_rows(ROSTER, AGENDA, rows[:127]).channels) == 127


def test_rows_hold_whatever_a_column_can():
    """What no question offers, and a unit without an area, are for the count to refuse."""
    ballots = BallotColumns.from_rows(ROSTER, AGENDA, [replace(GOOD, choices=(127,))])
    message = "第 1 张表决票在议题 1 上的选择 127 无法识别"
    assert refusal(ballots=ballots) == (message, 0)
    row = UnitRow("1-1-1", "1", Kind.DWELLING, 0, developer_stock=False, owners=())
    rows = [row, replace(row, area_cm2=LARGEST)]
    assert RosterColumns.from_rows(rows).area_cm2.tolist() == [0, LARGEST]


def test_columns_without_rows_have_the_types_of_all_others():
    empty, full = RosterColumns.from_rows([]), ROSTER
    for column in ("building", "kind", "area_cm2", "developer_stock", "owner_offsets"):
        assert getattr(empty, column).dtype == getattr(full, column).dtype
    assert empty.owner_code.dtype == full.owner_code.dtype


@pytest.mark.parametrize("area", [-1, 2**63])
def test_unit_rows(area):
    row = UnitRow("1-1-1", "1", Kind.DWELLING, area, developer_stock=False, owners=())
    with pytest.raises(TallyError) as refused:
        RosterColumns.from_rows([replace(row, area_cm2=5), row])
    assert str(refused.value) == f"房屋 1-1-1 的面积 {area} 平方厘米超出可计算的范围"
    assert refused.value.row == 1


def test_before_the_property_law():
    agenda = replace(AGENDA, decision_date=date(2007, 9, 30))
    assert refusal(agenda) == ("2007-09-30 早于《物权法》施行，没有可适用的表决规则", None)


def test_channels_keep_their_names():
    rows = [replace(GOOD, channel=name) for name in ("手机", "书面", "手机")]
    columns = BallotColumns.from_rows(ROSTER, AGENDA, rows)
    assert (columns.channel.tolist(), columns.channels) == ([0, 1, 0], ("手机", "书面"))
