"""Counting many electorates in one call finds what counting them one by one finds."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.batch import count_batch, count_by_building
from tally.columns import KINDS, BallotColumns, RosterColumns, Segments, UnitRow
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import Agenda, Electorate, Form, Item, Kind, Matter, Policies
from tally.side_by_side import side_by_side

USUAL = settings.default.max_examples
"""A hundred, and fewer for each mutant."""

BLOCKS = ("electorate", "participating", "approve", "oppose", "abstain", "void")


@st.composite
def cities(draw, drawn):
    """Draw complexes that vote on one agenda, with every form, policy and size of area."""
    first = draw(drawn())
    complexes = [first]
    for _ in range(draw(st.integers(0, 3))):
        other = draw(drawn(forms=(first.agenda.items[0].form,)))
        complexes.append(replace(other, agenda=first.agenda))
    known = [set(each.roster.unit_key) for each in complexes]
    units = first.agenda.items[0].electorate.units or frozenset()
    complexes = [each for each, keys in zip(complexes, known, strict=True) if units.issubset(keys)]
    return first.agenda, complexes


def delivered_of(complexes):
    columns = [
        np.zeros(len(each.roster), np.bool_) if each.delivered is None else each.delivered
        for each in complexes
    ]
    return np.concatenate(columns)


def proposals_of(result):
    if result["form"] == Form.RESOLUTION:
        return [result]
    return result["candidates" if result["form"] == Form.ELECTION else "options"]


def assert_same(verdicts, segment, results):
    for tables, result in zip(verdicts, results, strict=True):
        for table, proposal in zip(tables, proposals_of(result), strict=True):
            assert table.carried[segment] == proposal["carried"]
            for block in BLOCKS:
                figures = (result if block == "electorate" else proposal)[block]
                assert tuple(getattr(table, block)[segment]) == tuple(figures.values()), block


@settings(max_examples=2 * USUAL, deadline=None)
@given(data=st.data())
def test_a_batch_is_its_complexes_one_by_one(drawn, data):
    agenda, complexes = data.draw(cities(drawn))
    roster, segments, ballots = side_by_side(
        [(str(place), each.roster, each.ballots) for place, each in enumerate(complexes)]
    )
    struck = [
        data.draw(st.sets(st.integers(0, len(each.ballots) - 1), max_size=2))
        if len(each.ballots)
        else set()
        for each in complexes
    ]
    starts = np.cumsum([0, *(len(each.ballots) for each in complexes)]).tolist()
    batch = count_batch(
        agenda,
        roster,
        segments,
        ballots,
        delivered=delivered_of(complexes),
        struck={
            place + start for some, start in zip(struck, starts, strict=False) for place in some
        },
    )

    verdicts = batch.verdicts()
    for segment, (each, some) in enumerate(zip(complexes, struck, strict=True)):
        delivered = delivered_of([each])
        alone = count_assembly(
            agenda,
            each.roster,
            each.ballots,
            delivered=delivered,
            struck=some,
            in_doubt=False,
        )
        assert batch.result(segment) == alone
        assert_same(verdicts, segment, alone)


@settings(max_examples=USUAL, deadline=None)
@given(data=st.data())
def test_a_building_is_counted_as_if_only_it_had_been_asked(drawn, data):
    """Owners are regrouped inside it, whichever rule makes them one head."""
    vote = data.draw(drawn())
    batch = count_by_building(vote.agenda, vote.roster, vote.ballots, delivered=vote.delivered)
    verdicts = batch.verdicts()
    for segment, building in enumerate(batch.segments.names):
        item = vote.agenda.items[0]
        here = replace(item.electorate, buildings=frozenset({building}))
        agenda = replace(vote.agenda, items=(replace(item, electorate=here),))
        try:
            alone = count_assembly(
                agenda, vote.roster, vote.ballots, delivered=vote.delivered, in_doubt=False
            )
        except TallyError:
            with pytest.raises(TallyError, match="没有任何房屋"):
                batch.result(segment)
            for table in verdicts[0]:
                assert not table.carried[segment]
                assert not any(getattr(table, block)[segment].any() for block in BLOCKS)
        else:
            assert batch.result(segment) == alone
            assert_same(verdicts, segment, alone)


def test_a_complex_without_electorate_is_named():
    agenda, rosters = two_complexes()
    item = replace(agenda.items[0], electorate=Electorate(buildings=frozenset({"2号楼"})))
    roster, segments, ballots = side_by_side(rosters)

    with pytest.raises(TallyError, match="乙：议题 1 的表决范围写有清册中没有的楼栋或房屋"):
        count_batch(replace(agenda, items=(item,)), roster, segments, ballots)

    item = replace(agenda.items[0], electorate=Electorate(units=frozenset({"1-1-1", "3-1-1"})))
    with pytest.raises(TallyError, match="甲：议题 1 的表决范围写有清册中没有的楼栋或房屋"):
        count_batch(replace(agenda, items=(item,)), roster, segments, ballots)

    parking = Electorate(include_kinds=frozenset({Kind.PARKING}))
    item = replace(agenda.items[0], electorate=parking)
    roster.kind[0] = KINDS.index(Kind.PARKING)
    with pytest.raises(TallyError, match="乙：议题 1 的表决范围内没有任何房屋"):
        count_batch(replace(agenda, items=(item,)), roster, segments, ballots)


def test_segments_have_to_divide_the_roster():
    agenda, rosters = two_complexes()
    roster, segments, ballots = side_by_side(rosters)

    with pytest.raises(TallyError, match="丙 没有任何房屋"):
        count_batch(agenda, roster, Segments((*segments.names, "丙"), segments.code), ballots)
    with pytest.raises(TallyError, match="不属于任何分区") as refusal:
        count_batch(agenda, roster, Segments(("甲",), segments.code), ballots)
    assert refusal.value.row == 2


def test_one_complex_has_a_unit_once():
    agenda, rosters = two_complexes()
    roster, _, ballots = side_by_side(rosters)
    together = Segments(("甲",), np.zeros(len(roster), np.int32))

    with pytest.raises(TallyError, match=r"第 3 行：房屋 1-1-1 重复"):
        count_batch(agenda, roster, together, ballots)


def two_complexes():
    item = Item("1", "决议", Form.RESOLUTION, Matter.HIRE_MANAGER)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (item,))

    def roster(*buildings):
        return RosterColumns.from_rows(
            [
                UnitRow(f"{n + 1}-1-1", building, Kind.DWELLING, 100, False, (f"业主{n}",))
                for n, building in enumerate(buildings)
            ]
        )

    units = roster("1号楼", "2号楼"), roster("1号楼", "1号楼")
    return agenda, [
        (name, each, BallotColumns.from_rows(each, agenda, []))
        for name, each in zip("甲乙", units, strict=True)
    ]
