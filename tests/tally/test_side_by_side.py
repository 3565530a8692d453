"""Columns of several complexes, put one after the other, to the last code."""

from dataclasses import replace
from datetime import date

import numpy as np

from tally.columns import MEDIUM_OF, BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.model import Agenda, Choice, Form, Item, Kind, Matter, Policies
from tally.side_by_side import side_by_side

AGENDA = Agenda(
    "大会",
    "业委会",
    None,
    None,
    date(2026, 6, 1),
    Policies(),
    (Item("1", "决议", Form.RESOLUTION, Matter.OTHER),),
)


def complex_of(name, owners, cast):
    """A complex of one dwelling for each set of owners, with ballots of some units."""
    roster = RosterColumns.from_rows(
        [
            UnitRow(
                f"{n}",
                f"{name[0]}{n}号楼",
                Kind.DWELLING,
                n + 5,
                developer_stock=not n,
                owners=each,
            )
            for n, each in enumerate(owners)
        ]
    )
    rows = [
        BallotRow(units, (Choice.APPROVE,), void=len(units) > 1, channel=channel)
        for units, channel in cast
    ]
    return name, roster, BallotColumns.from_rows(roster, AGENDA, rows)


def test_codes_of_each_complex_follow_those_of_the_one_before():
    """Not one is left out between them: whoever counts by owner has a place for each code."""
    roster, segments, ballots = side_by_side(
        [
            complex_of("甲一", [(), ()], [(("0", "1"), "广播"), (("1",), "手机")]),
            complex_of("甲二", [("A",), ("B", "A"), ("C",)], []),
            complex_of("乙", [("A",), ()], [(("1",), "纸质")]),
        ]
    )

    assert roster.unit_key == ("0", "1", "0", "1", "2", "0", "1")
    assert roster.buildings == ("甲0号楼", "甲1号楼", "甲2号楼", "乙0号楼", "乙1号楼")
    assert roster.building.tolist() == [0, 1, 0, 1, 2, 3, 4]
    assert roster.area_cm2.tolist() == [5, 6, 5, 6, 7, 5, 6]
    assert roster.developer_stock.tolist() == [True, False, True, False, False, True, False]
    assert roster.owner_offsets.tolist() == [0, 0, 0, 1, 3, 4, 5, 5]
    assert roster.owner_code.tolist() == [0, 1, 0, 2, 3]
    assert (segments.names, segments.code.tolist()) == (
        ("甲一", "甲二", "乙"),
        [0, 0, 1, 1, 1, 2, 2],
    )
    assert ballots.unit_offsets.tolist() == [0, 2, 3, 4]
    assert ballots.unit_code.tolist() == [0, 1, 1, 6]
    assert ballots.void.tolist() == [True, False, False]
    assert ballots.choices.tolist() == [[Choice.APPROVE]] * 3
    assert ballots.channels == tuple(MEDIUM_OF)
    named = [ballots.channels[code] if code >= 0 else None for code in ballots.channel.tolist()]
    assert named == [None, "手机", "纸质"]


def test_every_column_keeps_its_type():
    roster, segments, ballots = side_by_side([complex_of("甲", [("A",)], [(("0",), "手机")])] * 2)
    columns = {
        np.int8: (roster.kind, ballots.choices, ballots.channel),
        np.int32: (roster.building, roster.owner_code, segments.code, ballots.unit_code),
        np.int64: (roster.area_cm2, roster.owner_offsets, ballots.unit_offsets),
        np.bool_: (roster.developer_stock, ballots.void),
    }
    assert all(column.dtype == dtype for dtype, some in columns.items() for column in some)


def test_households_of_each_complex_stay_its_own():
    """Number 7 here and number 7 there are two families; a complex may name none."""
    places = [("甲一", [None, 7, 9]), ("甲二", [None, None]), ("乙", [7, None])]
    complexes = [
        (
            name,
            RosterColumns.from_rows(
                [
                    UnitRow(f"{n}", "1", Kind.DWELLING, 5, False, (), household)
                    for n, household in enumerate(numbers)
                ]
            ),
        )
        for name, numbers in places
    ]
    roster, _, _ = side_by_side(
        [(name, each, BallotColumns.from_rows(each, AGENDA, [])) for name, each in complexes]
    )
    assert roster.household.tolist() == [-1, 0, 1, -1, -1, 2, -1]
    assert roster.household.dtype == "int32"
    nobody, _, _ = side_by_side(
        [
            (name, replace(each, household=None), BallotColumns.from_rows(each, AGENDA, []))
            for name, each in complexes
        ]
    )
    assert nobody.household is None
