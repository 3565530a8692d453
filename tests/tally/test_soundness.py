"""Columns that contradict themselves are refused, and the message names the row."""

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
)

ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
AGENDA = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (ITEM,))
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(f"1-1-{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(f"p{n}",))
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


@pytest.mark.parametrize(
    ("change", "message", "row"),
    [
        ({"area_cm2": altered(ROSTER.area_cm2, 1, 0)}, "1-1-1.*面积必须大于零", 1),
        ({"area_cm2": altered(ROSTER.area_cm2, 2, 2**63 - 1)}, "1-1-2", 2),
        ({"area_cm2": ROSTER.area_cm2[:2]}, r"面积一列应为 int64 \(3,\)", None),
        ({"area_cm2": ROSTER.area_cm2.astype(float)}, "float64", None),
        ({"kind": altered(ROSTER.kind, 0, 9)}, "用途代码", 0),
        ({"building": altered(ROSTER.building, 2, 1)}, "楼栋代码", 2),
        ({"unit_key": ("1-1-0", "1-1-1", "1-1-0")}, "第 3 行：房屋 1-1-0 重复", 2),
        ({"owner_offsets": np.array([0, 2, 1, 3])}, "倒退", 1),
        ({"owner_offsets": np.array([0, 1, 2, 4])}, "与列表长度 3 不符", None),
        ({"owner_code": altered(ROSTER.owner_code, 1, -1)}, "业主代码", 1),
    ],
)
def test_roster(change, message, row):
    with pytest.raises(TallyError, match=message) as refused:
        count_assembly(AGENDA, replace(ROSTER, **change), BALLOTS)
    assert refused.value.row == row


@pytest.mark.parametrize(
    ("change", "message", "row"),
    [
        ({"unit_code": altered(BALLOTS.unit_code, 1, 3)}, "第 2 张.*第 3 号房屋", 1),
        ({"unit_code": altered(BALLOTS.unit_code, 0, -1)}, "第 1 张", 0),
        ({"choices": altered(BALLOTS.choices, (2, 0), 7)}, "第 3 张.*选择 7", 2),
        ({"choices": altered(BALLOTS.choices, (2, 0), Choice.OPTION)}, "选择 16", 2),
        ({"choices": altered(BALLOTS.choices, (0, 0), -1)}, "选择 -1", 0),
        ({"choices": BALLOTS.choices[:, :0]}, "选择一列", None),
        ({"void": BALLOTS.void[:2]}, r"应为 int8 \(2,\)", None),
        ({"unit_offsets": np.array([0, 2, 1, 3])}, "倒退", 1),
    ],
)
def test_ballots(change, message, row):
    with pytest.raises(TallyError, match=message) as refused:
        count_assembly(AGENDA, ROSTER, replace(BALLOTS, **change))
    assert refused.value.row == row


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ((ITEM, ITEM), "编号 1 重复"),
        ((replace(ITEM, form=Form.ELECTION, seats=1),), "须有候选人"),
        ((replace(ITEM, candidates=(Candidate("a", "甲"),)),), "其他形式不得有"),
        (
            (replace(ITEM, form=Form.ELECTION, candidates=(Candidate("a", "甲"),)),),
            "名额至少为一",
        ),
        (
            (
                replace(
                    ITEM,
                    form=Form.ELECTION,
                    seats=1,
                    alternates=2,
                    candidates=(Candidate("a", "甲"),),
                ),
            ),
            "候补名额",
        ),
        ((replace(ITEM, form=Form.CHOOSE_ONE),), "多选一须有选项"),
        (
            (
                replace(
                    ITEM,
                    form=Form.CHOOSE_ONE,
                    options=tuple(Option(str(n), "") for n in range(101)),
                ),
            ),
            "多于 100",
        ),
        (
            (replace(ITEM, form=Form.CHOOSE_ONE, options=(Option("a", ""), Option("a", ""))),),
            "编号重复",
        ),
    ],
)
def test_agenda(items, message):
    with pytest.raises(TallyError, match=message):
        count_assembly(replace(AGENDA, items=items), ROSTER, BALLOTS)


@pytest.mark.parametrize(
    ("electorate", "message"),
    [
        (Electorate(units=frozenset({"9-9-9"})), "没有的房屋：9-9-9"),
        (Electorate(buildings=frozenset({"9"})), "没有的楼栋：9"),
        (Electorate(include_kinds=frozenset({Kind.PARKING})), "没有任何房屋"),
    ],
)
def test_electorates(electorate, message):
    agenda = replace(AGENDA, items=(replace(ITEM, electorate=electorate),))
    with pytest.raises(TallyError, match=message):
        count_assembly(agenda, ROSTER, BALLOTS)
    with pytest.raises(TallyError, match=message):
        turnout(agenda, ROSTER, np.zeros(3, dtype=bool))


def test_striking_a_ballot_that_is_not_there():
    with pytest.raises(TallyError, match="第 4 张"):
        count_assembly(AGENDA, ROSTER, BALLOTS, struck=[3])


def test_delivery_records_of_another_roster():
    with pytest.raises(TallyError, match="送达记录"):
        count_assembly(AGENDA, ROSTER, BALLOTS, delivered=np.zeros(2, dtype=bool))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (BallotRow(("9-9-9",), (1,), void=False, channel="书面"), "没有房屋 9-9-9"),
        (BallotRow(("1-1-0",), (1, 1), void=False, channel="书面"), "有 2 个选择"),
        (BallotRow(("1-1-0",), (300,), void=False, channel="书面"), "无法识别"),
    ],
)
def test_ballot_rows(row, message):
    with pytest.raises(TallyError, match=message):
        BallotColumns.from_rows(ROSTER, AGENDA, [row])


def test_unit_rows():
    row = UnitRow("1-1-1", "1", Kind.DWELLING, 2**63, developer_stock=False, owners=())
    with pytest.raises(TallyError, match="1-1-1"):
        RosterColumns.from_rows([row])


def test_channels_keep_their_names():
    rows = [
        BallotRow(("1-1-0",), (1,), void=False, channel=name) for name in ("手机", "书面", "手机")
    ]
    columns = BallotColumns.from_rows(ROSTER, AGENDA, rows)
    assert (columns.channel.tolist(), columns.channels) == ([0, 1, 0], ("手机", "书面"))
