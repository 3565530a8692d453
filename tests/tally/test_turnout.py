"""Turnout: how many are there, and how many are missing."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.columns import RosterColumns, UnitRow
from tally.count import count_assembly, turnout, turnout_by_building
from tally.errors import TallyError
from tally.model import Agenda, Electorate, Form, Item, Kind, Matter, Policies


def unit(key, building, kind, area, owners):
    return UnitRow(key, building, kind, area, developer_stock=False, owners=owners)


ROSTER = RosterColumns.from_rows(
    [
        unit("1-1-1", "1", Kind.DWELLING, 80, ("甲",)),
        unit("1-1-2", "1", Kind.DWELLING, 90, ("乙",)),
        unit("2-1-1", "2", Kind.DWELLING, 70, ("甲",)),
        unit("2-1-2", "2", Kind.PARKING, 10, ("丙",)),
        unit("3-1-1", "3", Kind.PARKING, 10, ("丁",)),
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


def test_each_item_against_its_own_electorate():
    first, second = turnout(AGENDA, ROSTER, np.array([True, False, False, True, False]))
    assert first == {
        "id": "1",
        "title": "决议",
        "electorate": {"heads": 2, "area_cm2": 240},
        "participating": {"heads": 1, "area_cm2": 80},
        "quorum": {
            "heads": {"left": 3, "op": ">=", "right": 4, "holds": False},
            "area": {"left": 240, "op": ">=", "right": 480, "holds": False},
        },
        "needed": {"heads": 1, "area_cm2": 80},
    }
    assert second["participating"] == {"heads": 1, "area_cm2": 10}
    assert second["needed"] == {"heads": 1, "area_cm2": 4}


def test_by_building_an_owner_is_a_head_wherever_he_has_a_unit():
    """He owns in two buildings and is one head in each; an empty electorate is left out."""
    agenda = Agenda("", "", None, None, date(2026, 6, 1), Policies(), AGENDA.items[:1])
    voted = np.array([True, False, True, True, True])
    assert turnout_by_building(agenda, ROSTER, voted) == [
        {
            "building": "1",
            "electorate": {"heads": 2, "area_cm2": 170},
            "participating": {"heads": 1, "area_cm2": 80},
        },
        {
            "building": "2",
            "electorate": {"heads": 1, "area_cm2": 70},
            "participating": {"heads": 1, "area_cm2": 70},
        },
    ]


def test_records_of_another_roster_are_refused():
    for report in (turnout, turnout_by_building):
        with pytest.raises(TallyError, match="参与记录"):
            report(AGENDA, ROSTER, np.zeros(4, dtype=bool))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_turnout_is_the_participation_of_the_count(drawn, data):
    """Where every ballot names a choice, who voted is who takes part."""
    vote = data.draw(drawn(forms=(Form.RESOLUTION,), simple=True))
    vote.ballots.choices[:] = 1
    vote.ballots.void[:] = False
    voted = np.zeros(len(vote.roster), dtype=bool)
    voted[vote.ballots.unit_code] = True
    [live] = turnout(vote.agenda, vote.roster, voted)
    [result] = count_assembly(vote.agenda, vote.roster, vote.ballots)
    assert live["participating"] == result["participating"]
    assert live["quorum"]["heads"] == result["tests"]["quorum_heads"]
    assert live["quorum"]["area"] == result["tests"]["quorum_area"]
