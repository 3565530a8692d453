"""The second verifier counts as the product does: every form, policy, scope, and both laws."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.model import Agenda, Choice, Form, Item, Kind, Matter, Option, Policies
from tests.voting.outcome.both import second
from tests.voting.outcome.votes import SORTS, contested, first_count, second_count


@pytest.mark.parametrize("votes", SORTS, ids=["any", "elections"])
@settings(max_examples=3 * settings.default.max_examples)
@given(data=st.data())
def test_both_count_the_same_to_the_last_cm2(votes, data):
    vote, objected = data.draw(contested(votes))

    assert second_count(vote, objected) == first_count(vote, objected)


@pytest.mark.parametrize(("name", "value"), [("silence", "x"), ("lot", "drawn")])
def test_a_clause_it_does_not_know_is_refused_by_name(name, value):
    with pytest.raises(second.Wrong, match=name):
        second.policies_of({"policies": {name: value}})


_OPTIONS = [Choice.OPTION, Choice.OPTION + 1, Choice.OPTION + 2, Choice.ABSTAIN]
_OPTIONS += [Choice.NONE_OF_THESE, Choice.VOID]


@given(codes=st.lists(st.sampled_from(_OPTIONS), min_size=6, max_size=6))
def test_both_send_the_same_options_into_a_run_off(codes):
    """Six equal owners and three options: ties for the first and for the second place."""
    options = tuple(Option(name, name) for name in "abc")
    item = Item("1", "多选一", Form.CHOOSE_ONE, Matter.HIRE_MANAGER, options=options)
    agenda = Agenda("大会", "", None, None, date(2026, 6, 1), Policies(), (item,))
    keys = [f"1-1-{number}" for number in range(len(codes))]
    roster = RosterColumns.from_rows(
        [UnitRow(key, "1", Kind.DWELLING, 1000, False, (key,)) for key in keys]
    )
    rows = [
        BallotRow((key,), (int(code),), void=False, channel="手机")
        for key, code in zip(keys, codes, strict=True)
    ]
    ballots = BallotColumns.from_rows(roster, agenda, rows)
    vote = SimpleNamespace(agenda=agenda, roster=roster, ballots=ballots, delivered=None)

    assert second_count(vote) == first_count(vote)
