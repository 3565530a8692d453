from dataclasses import replace

import pandas as pd
import pytest

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.errors import TallyError
from tally.frames import ballots_from_frame, result_frame, roster_from_frame
from tally.model import Agenda, Candidate, Choice, Form, Item, Kind, Matter, Option, Policies

AGENDA = Agenda(
    title="演示",
    convener="业委会",
    opens_at=None,
    closes_at=None,
    decision_date=pd.Timestamp("2026-11-01").date(),
    policies=Policies(),
    items=(
        Item("1", "规约", Form.RESOLUTION, Matter.COVENANT),
        Item(
            "2", "选举", Form.ELECTION, Matter.ELECT_COMMITTEE,
            seats=1, candidates=(Candidate("a", "甲"), Candidate("b", "乙")),
        ),
    ),
)  # fmt: skip
UNITS = [
    UnitRow("1-1-1", "1", Kind.DWELLING, 800_000, False, ("A",)),
    UnitRow("1-1-2", "1", Kind.DWELLING, 900_000, False, ("B", "A")),
    UnitRow("1-1-3", "1", Kind.DWELLING, 700_000, False, ("A", "B")),
    UnitRow("2-1-1", "2", Kind.PARKING, 120_000, False, ("A",)),
    UnitRow("2-1-2", "2", Kind.DWELLING, 650_000, True, ("D",)),
]
CAST = [
    BallotRow(("1-1-2", "1-1-3"), (Choice.APPROVE, Choice.APPROVE, Choice.OPPOSE), False, "手机"),
    BallotRow(("1-1-1", "2-1-1"), (Choice.OPPOSE, Choice.APPROVE, Choice.ABSTAIN), False, "纸质"),
    BallotRow(("2-1-2",), (Choice.APPROVE, Choice.APPROVE, Choice.APPROVE), True, "纸质"),
]


def roster_frame():
    return pd.DataFrame(
        {
            "unit_key": [unit.unit_key for unit in UNITS],
            "building": [unit.building for unit in UNITS],
            "kind": [unit.kind.value for unit in UNITS],
            "area_cm2": [unit.area_cm2 for unit in UNITS],
            "developer_stock": [unit.developer_stock for unit in UNITS],
            "owners": [unit.owners for unit in UNITS],
        }
    )


def ballot_frame():
    return pd.DataFrame(
        {
            "unit_keys": [row.unit_keys for row in CAST],
            "void": [row.void for row in CAST],
            "channel": [row.channel for row in CAST],
        }
        | {question: [row.choices[question] for row in CAST] for question in range(3)}
    )


def test_frames_and_rows_count_alike():
    rows = RosterColumns.from_rows(UNITS)
    by_rows = count_assembly(AGENDA, rows, BallotColumns.from_rows(rows, AGENDA, CAST))

    roster = roster_from_frame(roster_frame())
    by_frames = count_assembly(AGENDA, roster, ballots_from_frame(ballot_frame(), roster, AGENDA))

    assert by_frames == by_rows


def test_a_result_table_holds_the_integers_of_the_result():
    roster = roster_from_frame(roster_frame())
    ballots = ballots_from_frame(ballot_frame(), roster, AGENDA)
    items = count_assembly(AGENDA, roster, ballots)

    table = result_frame(items)

    assert table.loc[("1", "", "area_cm2"), "approve"] == items[0]["approve"]["area_cm2"]
    assert table.loc[("2", "b", "heads"), "oppose"] == items[1]["candidates"][1]["oppose"]["heads"]
    assert len(table) == 6


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda frame: frame.drop(columns=["kind", "owners"]), "^数据表缺少列：kind、owners$"),
        (
            lambda frame: frame.assign(area_cm2=frame["area_cm2"] * 1.0),
            "^面积列 area_cm2 须为整数（平方厘米）$",
        ),
        (lambda frame: frame.assign(kind="城堡"), "第 1 行"),
    ],
)
def test_a_roster_frame_that_cannot_be_counted_is_refused(damage, named):
    with pytest.raises(TallyError, match=named):
        roster_from_frame(damage(roster_frame()))


def test_an_unknown_use_is_refused_by_its_row():
    frame = roster_frame()
    frame.loc[3, "kind"] = "城堡"
    with pytest.raises(TallyError, match="第 4 行的用途无法识别") as refused:
        roster_from_frame(frame)
    assert refused.value.row == 3


@pytest.mark.parametrize("unknown", [("9-9-9",), ("9-9-9", "1-1-1"), ("1-1-1", "9-9-9")])
def test_a_ballot_for_an_unknown_unit_is_refused_by_its_row(unknown):
    frame = ballot_frame()
    frame["unit_keys"] = [("1-1-1",), unknown, ("2-1-2",)]
    with pytest.raises(TallyError, match="第 2 张") as refused:
        ballots_from_frame(frame, roster_from_frame(roster_frame()), AGENDA)
    assert refused.value.row == 1


def test_a_ballot_frame_that_lacks_an_answer_is_refused():
    with pytest.raises(TallyError, match=r"^数据表缺少列：void、2$"):
        ballots_from_frame(
            ballot_frame().drop(columns=["void", 2]), roster_from_frame(roster_frame()), AGENDA
        )


def test_columns_may_come_in_any_dtype_that_holds_them():
    """Nullable and object columns, as files and databases deliver them."""
    loose = roster_frame().astype({"area_cm2": "Int32", "developer_stock": object})
    cast = ballot_frame().astype({"void": object, 0: "Int64"})
    roster = roster_from_frame(loose)
    columns = ballots_from_frame(cast, roster, AGENDA)
    assert (roster.area_cm2.dtype, roster.developer_stock.dtype) == ("int64", "bool")
    assert (columns.void.dtype, columns.choices.dtype) == ("bool", "int8")
    expected = ballots_from_frame(ballot_frame(), roster_from_frame(roster_frame()), AGENDA)
    assert count_assembly(AGENDA, roster, columns) == count_assembly(AGENDA, roster, expected)


def test_channels_and_identities_keep_their_names():
    roster = roster_from_frame(roster_frame())
    ballots = ballots_from_frame(ballot_frame(), roster, AGENDA)
    assert (ballots.channel.tolist(), ballots.channels) == ([0, 1, 1], ("手机", "纸质"))
    # An identity is opaque: one that merely ends in a zero byte is another one.
    frame = roster_frame().assign(owners=[("A",), ("A\0",), ("B",), ("B",), ("C",)])
    assert roster_from_frame(frame).owner_code.tolist() == [0, 1, 2, 2, 3]


def test_a_result_table_has_a_row_for_each_option():
    item = Item(
        "1",
        "选聘",
        Form.CHOOSE_ONE,
        Matter.HIRE_MANAGER,
        options=(Option("a", ""), Option("b", "")),
    )
    agenda = replace(AGENDA, items=(item,))
    roster = RosterColumns.from_rows(UNITS)
    rows = [BallotRow((unit.unit_key,), (Choice.OPTION,), False, "手机") for unit in UNITS]
    table = result_frame(
        count_assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, rows))
    )
    assert table["carried"].to_dict() == {
        ("1", "a", "heads"): True,
        ("1", "a", "area_cm2"): True,
        ("1", "b", "heads"): False,
        ("1", "b", "area_cm2"): False,
    }
    assert table.loc[("1", "a", "heads")].drop("carried").to_dict() == {
        "electorate": 3,
        "participating": 3,
        "approve": 3,
        "oppose": 0,
        "abstain": 0,
        "void": 0,
    }


def test_households_are_read_where_a_frame_has_them():
    frame = roster_frame().assign(household=[None, 7, 9, None, 7])
    assert roster_from_frame(frame).household.tolist() == [-1, 0, 1, -1, 0]
    assert roster_from_frame(frame.assign(household=None)).household is None
    assert roster_from_frame(roster_frame()).household is None
