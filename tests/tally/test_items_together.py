"""Several items on one agenda: each is decided, and doubted, as if it had been asked alone."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.model import Agenda, Electorate, Form, Item, Kind, Matter, MixedUnits, Policies

USUAL = settings.default.max_examples

DEFAULT = Item("1", "选聘物业", Form.RESOLUTION, Matter.HIRE_MANAGER)
EVERY_KIND = replace(DEFAULT, id="2", electorate=Electorate(include_kinds=frozenset(Kind)))
NO_STALLS = replace(
    DEFAULT, id="2", electorate=Electorate(include_kinds=frozenset(Kind) - {Kind.PARKING})
)
UNITS = [
    UnitRow(f"1-1-{n}", "1", kind, 10, developer_stock=False, owners=(f"业主{n}",))
    for n, kind in enumerate([Kind.DWELLING, Kind.DWELLING, Kind.PARKING])
]


def alone(vote, place):
    """The same ballots, asked about one item only."""
    columns = [
        column for column, (item, _) in enumerate(vote.agenda.question_columns()) if item == place
    ]
    agenda = replace(vote.agenda, items=(vote.agenda.items[place],))
    ballots = replace(vote.ballots, choices=vote.ballots.choices[:, columns])
    [result] = count_assembly(agenda, vote.roster, ballots, delivered=vote.delivered)
    return result


@pytest.mark.parametrize(
    ("items", "kinds"),
    [
        # One item is put to stalls as well; whether the other should be is what practice disputes.
        ((DEFAULT, EVERY_KIND), Policies().include_kinds),
        ((EVERY_KIND, DEFAULT), Policies().include_kinds),
        # And the other way round.
        ((DEFAULT, NO_STALLS), frozenset(Kind)),
        ((NO_STALLS, DEFAULT), frozenset(Kind)),
    ],
)
def test_an_electorate_in_dispute_may_be_that_of_another_item(items, kinds):
    """It was a crash: what one item alone had counted was taken for the count of both."""
    policies = Policies(include_kinds=kinds)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, items)
    roster = RosterColumns.from_rows(UNITS)
    rows = [BallotRow((f"1-1-{n}",), (1, 2), void=False, channel="书面") for n in range(2)]
    ballots = BallotColumns.from_rows(roster, agenda, rows)
    results = {result["id"]: result for result in count_assembly(agenda, roster, ballots)}
    [disputed] = [row for row in results["1"]["variants"] if row["policy"] == "include_kinds"]
    assert disputed["electorate"] == results["2"]["electorate"]
    assert disputed["electorate"] != results["1"]["electorate"]


GARAGE = replace(DEFAULT, id="2", electorate=Electorate(buildings=frozenset({"车库"})))
STALL = replace(UNITS[2], unit_key="车库-1-1", building="车库")


@pytest.mark.parametrize("items", [(DEFAULT, GARAGE), (GARAGE, DEFAULT), (GARAGE,)])
def test_a_reading_that_leaves_nobody_to_ask_is_no_doubt(items):
    """It was a refusal to count at all: without stalls the garage would have no electorate."""
    policies = Policies(include_kinds=frozenset(Kind))
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, items)
    roster = RosterColumns.from_rows([*UNITS[:2], STALL])
    results = count_assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, []))
    disputed = {
        result["id"]: [row["policy"] for row in result["variants"]].count("include_kinds")
        for result in results
    }
    assert disputed == {item.id: int(item is DEFAULT) for item in items}


@settings(max_examples=USUAL, deadline=None)
@given(data=st.data())
def test_each_item_is_as_if_asked_alone(drawn, data):
    """Under every policy, doubts and distances included."""
    vote = data.draw(drawn(most_items=3, most_units=6, most_ballots=5))
    policies = vote.agenda.policies
    if policies.mixed_units is MixedUnits.REFUSE_DIFFERENT:
        # Whether a ballot is let in hangs on all its marks.
        policies = replace(policies, mixed_units=MixedUnits.NO_CHOICE)
    vote = replace(vote, agenda=replace(vote.agenda, policies=policies))
    together = count_assembly(vote.agenda, vote.roster, vote.ballots, delivered=vote.delivered)
    assert together == [alone(vote, place) for place in range(len(together))]
