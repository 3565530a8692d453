"""Turnout: how many are there, and how many are missing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.columns import KINDS, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.errors import TallyError
from tally.floors import floor_of
from tally.grouping import owner_groups
from tally.model import Agenda, Electorate, Form, Item, Kind, Matter, Policies
from tally.scope import electorate_mask
from tally.turnout import LiveTurnout, turnout

USUAL = settings.default.max_examples
"""A hundred, and fewer for each mutant."""

OWNERS = ("甲", "乙", "丙", "丁")
HOUR = 490_000


def unit(key, kind, area, owners, *, stock=False):
    return UnitRow(key, key.partition("-")[0], kind, area, developer_stock=stock, owners=owners)


ROSTER = RosterColumns.from_rows(
    [
        unit("1-1-101", Kind.DWELLING, 80, ("甲",)),
        unit("1-1-201", Kind.DWELLING, 90, ("乙",)),
        unit("2-1-101", Kind.DWELLING, 70, ("甲",)),
        unit("2-1-B1", Kind.PARKING, 10, ("丙",)),
        unit("3-1-001", Kind.PARKING, 10, ("丁",)),
    ]
)
AGENDA = Agenda(
    "大会",
    "业委会",
    None,
    None,
    date(2026, 6, 1),
    Policies(),
    (
        Item("1", "决议", Form.RESOLUTION, Matter.OTHER),
        Item(
            "2",
            "车位",
            Form.RESOLUTION,
            Matter.OTHER,
            Electorate(include_kinds=frozenset({Kind.PARKING})),
        ),
    ),
)


def measure(heads, area_cm2):
    return {"heads": heads, "area_cm2": area_cm2}


def live(*ballots, agenda=AGENDA, roster=ROSTER):
    """Turnout after these ballots, each a list of units and an hour."""
    turnout_now = LiveTurnout(agenda, roster)
    for units, hour in ballots:
        turnout_now.record(units, hour)
    return turnout_now


def test_each_item_against_its_own_electorate():
    first, second = turnout(AGENDA, ROSTER, np.array([True, False, False, True, False]))
    assert first == {
        "id": "1",
        "title": "决议",
        "electorate": measure(2, 240),
        "participating": measure(1, 80),
        "quorum": {
            "heads": {"left": 3, "op": ">=", "right": 4, "holds": False},
            "area": {"left": 240, "op": ">=", "right": 480, "holds": False},
        },
        "needed": measure(1, 80),
    }
    assert second["participating"] == measure(1, 10)
    assert second["needed"] == measure(1, 4)


def test_an_owner_is_a_head_in_each_building_where_he_has_a_unit():
    """Heads of buildings do not add up; buildings that no item is put to are left out."""
    report = live(([0, 2, 3, 4], HOUR), agenda=replace(AGENDA, items=AGENDA.items[:1])).report()
    assert report["buildings"] == [
        {"building": "1", "electorate": measure(2, 170), "participating": measure(1, 80)},
        {"building": "2", "electorate": measure(1, 70), "participating": measure(1, 70)},
    ]
    assert report["everybody"] == {"electorate": measure(2, 240), "participating": measure(1, 150)}


def test_two_flats_of_one_owner_are_one_head_in_every_building():
    flats = [(f"{house}-1-{n}", "甲") for house in (1, 2, 3) for n in (101, 102)]
    roster = RosterColumns.from_rows(
        [unit(key, Kind.DWELLING, 10, (owner,)) for key, owner in flats]
    )
    everything = (range(len(flats)), HOUR)
    rows = live(everything, agenda=replace(AGENDA, items=AGENDA.items[:1]), roster=roster).report()
    assert [row["participating"] for row in rows["buildings"]] == [measure(1, 20)] * 3


def test_kinds_and_floors_are_of_all_units_that_any_item_is_put_to():
    now = live(([0, 3], HOUR))
    assert now.kinds() == [
        {"kind": "住宅", "electorate": measure(2, 240), "participating": measure(1, 80)},
        {"kind": "车位", "electorate": measure(2, 20), "participating": measure(1, 10)},
    ]
    places = [(row["building"], row["floor"], row["participating"]) for row in now.floors()]
    assert places == [
        ("1", 1, measure(1, 80)),
        ("1", 2, measure(0, 0)),
        ("2", -1, measure(1, 10)),
        ("2", 1, measure(0, 0)),
        ("3", None, measure(0, 0)),
    ]


def test_a_head_arrives_once_and_every_unit_once():
    """His second flat brings area and no head; what is cast again brings nothing."""
    now = live(([2], HOUR), ([0, 2], HOUR + 5), ([1], HOUR + 5), ([1], HOUR + 9))
    assert now.hours() == [
        {"hour": HOUR, "arrived": measure(1, 70), "participating": measure(1, 70)},
        {"hour": HOUR + 5, "arrived": measure(1, 170), "participating": measure(2, 240)},
    ]


def test_the_last_hour_may_bring_area_alone():
    now = live(([0], HOUR), ([2], HOUR + 1))
    assert [hour["arrived"] for hour in now.hours()] == [measure(1, 80), measure(0, 70)]


def test_nobody_has_come():
    report = live().report()
    assert report["hours"] == []
    assert report["everybody"]["participating"] == measure(0, 0)


def test_hours_add_areas_beyond_what_a_float_holds():
    large = 2**61 + 1
    roster = RosterColumns.from_rows(
        [unit(f"1-1-10{n}", Kind.DWELLING, large, (owner,)) for n, owner in enumerate("甲乙丙")]
    )
    agenda = replace(AGENDA, items=AGENDA.items[:1])
    [hour] = live(([0, 1, 2], HOUR), agenda=agenda, roster=roster).hours()
    assert hour["arrived"] == measure(3, 3 * large)


def test_records_of_another_roster_are_refused():
    with pytest.raises(TallyError, match="参与记录"):
        turnout(AGENDA, ROSTER, np.zeros(4, dtype=bool))
    with pytest.raises(TallyError, match="参与记录"):
        turnout(AGENDA, ROSTER, np.zeros(5, dtype=int))


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ((), "议程中没有任何议题，没有可统计的参与情况"),
        (AGENDA.items[:1] * 2, "议题编号 1 重复"),
    ],
)
def test_agendas_that_say_nothing_or_the_same_twice_are_refused(items, message):
    with pytest.raises(TallyError, match=f"^{message}$"):
        live(agenda=replace(AGENDA, items=items))


def test_what_came_takes_four_bytes_a_unit():
    assert live()._hours.itemsize == 4


@pytest.mark.parametrize("wrong", [-1, 5])
def test_units_outside_the_roster_are_refused(wrong):
    with pytest.raises(TallyError, match=f"没有第 {wrong + 1} 个"):
        live(([wrong], HOUR))


def test_a_refused_ballot_leaves_nothing_behind():
    """The units before the unknown one were once marked, though the ballot was refused."""
    now = live()
    with pytest.raises(TallyError, match="没有第 100 个"):
        now.record(iter([0, 99]), HOUR)
    assert now.report()["everybody"]["participating"] == measure(0, 0)


@pytest.mark.parametrize("hour", [-1, 2**20])
def test_hours_outside_any_century_are_refused(hour):
    with pytest.raises(TallyError, match="时间"):
        live(([0], hour))


@settings(max_examples=3 * USUAL // 5, deadline=None)
@given(data=st.data())
def test_turnout_is_the_participation_of_the_count(drawn, data):
    """Where every ballot names a choice, who voted is who takes part."""
    vote = data.draw(drawn(forms=(Form.RESOLUTION,), simple=True))
    vote.ballots.choices[:] = 1
    vote.ballots.void[:] = False
    voted = np.zeros(len(vote.roster), dtype=bool)
    voted[vote.ballots.unit_code] = True
    [now] = turnout(vote.agenda, vote.roster, voted)
    [result] = count_assembly(vote.agenda, vote.roster, vote.ballots)
    assert now["participating"] == result["participating"]
    assert now["quorum"]["heads"] == result["tests"]["quorum_heads"]
    assert now["quorum"]["area"] == result["tests"]["quorum_area"]


@st.composite
def streams(draw):
    """An assembly of one to three items, and ballots with repeated units in any order of hours."""
    owners = st.lists(st.sampled_from(OWNERS), min_size=0, max_size=2, unique=True)
    area = draw(st.sampled_from([st.integers(1, 9), st.integers(2**58, 2**58 + 3)]))
    rows = [
        unit(
            f"{draw(st.integers(1, 2))}-{n}-{draw(st.sampled_from(['101', '201', 'B1', '底商']))}",
            Kind.DWELLING if n == 0 else draw(st.sampled_from([Kind.DWELLING, Kind.PARKING])),
            draw(area),
            tuple(draw(owners)),
            stock=draw(st.integers(0, 4)) == 0,
        )
        for n in range(draw(st.integers(1, 8)))
    ]
    roster = RosterColumns.from_rows(rows)
    electorates = st.sampled_from(
        [
            Electorate(),
            Electorate(include_kinds=frozenset({Kind.DWELLING, Kind.PARKING})),
            Electorate(units=frozenset(roster.unit_key[:2])),
        ]
    )
    items = tuple(
        Item(str(n), "决议", Form.RESOLUTION, Matter.OTHER, draw(electorates))
        for n in range(draw(st.integers(1, 3)))
    )
    policies = Policies(same_owner=draw(st.sampled_from(list(type(Policies().same_owner)))))
    ballot = st.tuples(
        st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=4),
        st.integers(HOUR, HOUR + 4),
    )
    return replace(AGENDA, items=items, policies=policies), roster, draw(st.lists(ballot))


@settings(max_examples=3 * USUAL // 2, deadline=None)
@given(stream=streams())
def test_every_update_gives_what_a_recount_of_all_ballots_gives(stream):
    """After each single ballot: updated in place, laid out anew, and counted the plain way."""
    agenda, roster, ballots = stream
    updated = LiveTurnout(agenda, roster)
    for seen, (units, hour) in enumerate(ballots, start=1):
        updated.record(units, hour)
        recounted = live(*ballots[:seen], agenda=agenda, roster=roster)
        told = {**updated.report(), "floors": updated.floors()}
        assert told == {**recounted.report(), "floors": recounted.floors()}
        assert_plain(told, agenda, roster, ballots[:seen])


def assert_plain(told, agenda, roster, ballots):
    """Compare a report with sets and sums, unit by unit."""
    hour_of = {}
    for units, hour in ballots:
        for code in units:
            hour_of[code] = min(hour, hour_of.get(code, hour))
    called = np.zeros(len(roster), dtype=bool)
    for item, row in zip(agenda.items, told["items"], strict=True):
        inside = electorate_mask(roster, item, agenda.policies)
        called |= inside
        assert row["electorate"] == of(np.flatnonzero(inside), roster, inside, agenda)
        came = [code for code in np.flatnonzero(inside).tolist() if code in hour_of]
        assert row["participating"] == of(came, roster, inside, agenda)
    units = np.flatnonzero(called).tolist()
    came = [code for code in units if code in hour_of]
    whole = {
        "electorate": of(units, roster, called, agenda),
        "participating": of(came, roster, called, agenda),
    }
    assert told["everybody"] == whole

    def segment(row):
        def inside(code):
            return (
                row.get("building", roster.buildings[roster.building[code]])
                == roster.buildings[roster.building[code]]
                and row.get("kind", KINDS[roster.kind[code]]) == KINDS[roster.kind[code]]
                and (
                    "floor" not in row
                    or (row["floor"] or 10_000) == floor_of(roster.unit_key[code])
                )
            )

        return inside

    for rows in (told["buildings"], told["kinds"], told["floors"]):
        assert sum(row["electorate"]["area_cm2"] for row in rows) == whole["electorate"]["area_cm2"]
        for row in rows:
            here = list(filter(segment(row), units))
            assert here
            assert row["electorate"] == of(here, roster, called, agenda)
            present = [code for code in here if code in hour_of]
            assert row["participating"] == of(present, roster, called, agenda)
    for row in told["hours"]:
        by_then = [code for code in came if hour_of[code] <= row["hour"]]
        assert row["participating"] == of(by_then, roster, called, agenda)
    assert [row["hour"] for row in told["hours"]] == sorted({hour_of[code] for code in came})
    for name in ("heads", "area_cm2"):
        arrived = sum(row["arrived"][name] for row in told["hours"])
        assert arrived == whole["participating"][name]


def of(units, roster, inside, agenda):
    group = owner_groups(roster, agenda.policies.same_owner, inside)
    return measure(
        len({int(group[code]) for code in units}), sum(int(roster.area_cm2[code]) for code in units)
    )
