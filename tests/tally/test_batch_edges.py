"""Many electorates in one call: who is refused, and what is worked out only once."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tally import batch
from tally.batch import count_batch, count_by_building
from tally.columns import BallotColumns, BallotRow, RosterColumns, Segments, UnitRow
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
    Policies,
)

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


def test_the_last_complex_is_named_if_it_has_none_of_the_units():
    limits = Electorate(units=frozenset({"1"}))
    agenda = replace(AGENDA, items=(replace(ITEM, electorate=limits),))
    roster = replace(ROSTER, unit_key=("1", "2", "3"))
    with pytest.raises(TallyError, match=r"^二：议题 1 的表决范围写有清册中没有的楼栋或房屋$"):
        count_batch(agenda, roster, SEGMENTS, NOBODY)


def test_no_complex_at_all_is_refused_like_a_roster_without_units():
    nothing = RosterColumns.from_rows([])
    segments = Segments((), np.zeros(0, dtype=np.int32))
    agenda = replace(AGENDA, items=(replace(ITEM, electorate=Electorate(units=frozenset("1"))),))
    with pytest.raises(TallyError, match="表决范围写有清册中没有的房屋"):
        count_batch(agenda, nothing, segments, BallotColumns.from_rows(nothing, agenda, []))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (np.array([0, 1, 2], np.int32), "清册第 3 行（2）：不属于任何分区"),
        (np.array([0, -1, 1], np.int32), "清册第 2 行（1）：不属于任何分区"),
        (np.array([0, 1, 1], np.int64), "分区一列应为 int32 (3,)，实为 int64 (3,)"),
        (np.array([0, 0, 0], np.int32), "二 没有任何房屋，无法计票"),
    ],
)
def test_segments_divide_the_roster(code, message):
    with pytest.raises(TallyError) as refused:
        count_batch(AGENDA, ROSTER, Segments(("一", "二"), code), NOBODY)
    assert str(refused.value) == message


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


def test_a_committee_is_as_small_as_its_own_complex_allows():
    """Three members are enough for a hundred households, and too few for a hundred and one."""
    names = tuple(Candidate(f"{n}", f"候选人{n}") for n in range(3))
    item = replace(
        ITEM, form=Form.ELECTION, matter=Matter.ELECT_COMMITTEE, seats=3, candidates=names
    )
    agenda = replace(AGENDA, items=(item,))
    units = [("甲", 100), ("乙", 101)]
    roster = RosterColumns.from_rows(
        [
            UnitRow(f"{name}{n}", name, Kind.DWELLING, 10, developer_stock=False, owners=(f"{n}",))
            for name, count in units
            for n in range(count)
        ]
    )
    code = np.repeat(np.arange(2, dtype=np.int32), [count for _, count in units])
    rows = [BallotRow((key,), (1, 1, 1), void=False, channel="手机") for key in roster.unit_key]
    ballots = BallotColumns.from_rows(roster, agenda, rows[:-1])
    batch = count_batch(agenda, roster, Segments(("甲", "乙"), code), ballots)
    small, large = (batch.result(segment)[0] for segment in (0, 1))
    assert (small["needs_decision"], large["needs_decision"]) == ([], ["too_few"])
    assert [each["participating"]["heads"] for each in (small, large)] == [100, 100]
    assert [each["electorate"]["heads"] for each in (small, large)] == [100, 101]
