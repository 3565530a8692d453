"""Many electorates in one call: who is refused, and what is worked out only once."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tally import batch
from tally.batch import count_batch, count_by_building
from tally.columns import BallotColumns, BallotRow, RosterColumns, Segments, UnitRow
from tally.errors import TallyError
from tally.model import Agenda, Choice, Electorate, Form, Item, Kind, Matter, Policies

ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
AGENDA = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (ITEM,))
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(key, building, Kind.DWELLING, 10, developer_stock=False, owners=(owner,))
        for key, building, owner in (("1", "东", "甲"), ("1", "东", "乙"), ("2", "西", "乙"))
    ]
)
SEGMENTS = Segments(("一", "二"), np.array([0, 1, 1], dtype=np.int32))
NOBODY = BallotColumns.from_rows(ROSTER, AGENDA, [])


@pytest.mark.parametrize(
    ("limits", "who"),
    [
        # A unit that only the second complex has, in a building that both have.
        (Electorate(units=frozenset({"1", "2"}), buildings=frozenset({"东"})), "一"),
        (Electorate(units=frozenset({"1"}), buildings=frozenset({"西"})), "一"),
    ],
)
def test_whoever_lacks_a_unit_or_a_building_is_named(limits, who):
    agenda = replace(AGENDA, items=(replace(ITEM, electorate=limits),))
    with pytest.raises(TallyError, match=f"^{who}：议题 1 的表决范围写有清册中没有的楼栋或房屋$"):
        count_batch(agenda, ROSTER, SEGMENTS, NOBODY)


def test_no_complex_at_all_is_refused_like_a_roster_without_units():
    nothing = RosterColumns.from_rows([])
    segments = Segments((), np.zeros(0, dtype=np.int32))
    agenda = replace(AGENDA, items=(replace(ITEM, electorate=Electorate(units=frozenset("1"))),))
    with pytest.raises(TallyError, match="表决范围写有清册中没有的房屋"):
        count_batch(agenda, nothing, segments, BallotColumns.from_rows(nothing, agenda, []))


def test_every_census_is_read_once_for_each_rule(monkeypatch):
    read = []

    def verdicts_of(table, approving, policies, rule):
        read.append(rule.class_)
        return original(table, approving, policies, rule)

    original = batch.verdicts_of
    monkeypatch.setattr(batch, "verdicts_of", verdicts_of)
    matters = (Matter.OTHER, Matter.RAISE_FUND, Matter.OTHER, Matter.RAISE_FUND)
    items = tuple(replace(ITEM, id=f"{n}", matter=matter) for n, matter in enumerate(matters))
    agenda = replace(AGENDA, items=items)
    row = BallotRow(("2",), (Choice.APPROVE,) * 4, void=False, channel="手机")
    ballots = BallotColumns.from_rows(ROSTER, agenda, [row])
    found = count_batch(agenda, ROSTER, SEGMENTS, ballots).verdicts()
    assert len(found) == 4
    assert read == ["general", "special"]


def test_each_segment_is_decided_by_its_own_figures():
    """Results by building, and of an election: whoever came, and how many households there are."""
    row = BallotRow(("2",), (Choice.APPROVE,), void=False, channel="手机")
    roster = replace(ROSTER, unit_key=("0", "1", "2"))
    counted = count_by_building(AGENDA, roster, BallotColumns.from_rows(roster, AGENDA, [row]))
    east, west = (counted.result(segment)[0] for segment in (0, 1))
    assert (east["participating"]["heads"], west["participating"]["heads"]) == (0, 1)
    assert (east["carried"], west["carried"]) == (False, True)
