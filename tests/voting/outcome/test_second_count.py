"""The second verifier counts as the product does: every form, policy, scope, and both laws."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.columns import (
    KINDS,
    MEDIUM_OF,
    BallotColumns,
    BallotRow,
    Medium,
    RosterColumns,
    UnitRow,
)
from tally.count import count_assembly
from tally.households import NO_HOUSEHOLD
from tally.model import (
    Agenda,
    Choice,
    Form,
    Item,
    Kind,
    Matter,
    Option,
    Policies,
    Silence,
)
from tests.tally.conftest import assemblies
from tests.voting.outcome.both import second
from voting.assembly.agenda import agenda_document

WORDS = {
    Choice.BLANK: "blank",
    Choice.APPROVE: "approve",
    Choice.OPPOSE: "oppose",
    Choice.ABSTAIN: "abstain",
    Choice.FOLLOW: "follow_majority",
    Choice.VOID: "void",
    Choice.NONE_OF_THESE: "none_of_these",
}


def units_of(roster):
    """A roster as the documents write it."""
    return [
        {
            "unit": key,
            "building": roster.buildings[roster.building[place]],
            "kind": KINDS[roster.kind[place]].value,
            "area_cm2": int(roster.area_cm2[place]),
            "stock": bool(roster.developer_stock[place]),
            "owners": roster.owner_code[slice(*roster.owner_offsets[place : place + 2])].tolist(),
        }
        | household_of(roster, place)
        for place, key in enumerate(roster.unit_key)
    ]


def household_of(roster, place):
    """The number of a unit's household, where it has one."""
    code = NO_HOUSEHOLD if roster.household is None else int(roster.household[place])
    return {} if code == NO_HOUSEHOLD else {"household": code}


def word(item, code):
    return WORDS[code] if code in WORDS else f"={item.options[code - Choice.OPTION].id}"


def ballots_of(vote):
    """Ballots as the second verifier reads them out of a log."""
    columns = vote.ballots
    read = []
    for place in range(len(columns)):
        codes = iter(columns.choices[place].tolist())
        marks = {
            item.id: [word(item, next(codes)) for _ in range(item.questions)]
            for item in vote.agenda.items
        }
        units = columns.unit_code[slice(*columns.unit_offsets[place : place + 2])]
        keys = [vote.roster.unit_key[unit] for unit in units.tolist()]
        paper = MEDIUM_OF[columns.channels[columns.channel[place]]] is Medium.PAPER
        read.append(second.Ballot(place, paper, keys, marks, bool(columns.void[place])))
    return read


def both_counts(vote, objected=()):
    roster = SimpleNamespace(units=units_of(vote.roster))
    concerned = np.isin(np.arange(len(vote.roster)), [*objected])
    ours = count_assembly(
        vote.agenda, vote.roster, vote.ballots, objected=concerned, in_doubt=False
    )
    keys = {vote.roster.unit_key[unit] for unit in objected}
    theirs = second.count_items(agenda_document(vote.agenda), roster, ballots_of(vote), keys)
    return [second.plain(item) for item in ours], theirs


@settings(max_examples=5 * settings.default.max_examples)
@given(vote=assemblies(most_items=3), objected=st.sets(st.integers(0, 6), max_size=2))
def test_both_count_the_same_to_the_last_cm2(vote, objected):
    if vote.agenda.policies.silence is Silence.DELIVERED_FOLLOWS:
        vote = replace(vote, agenda=replace(vote.agenda, policies=Policies()))

    ours, theirs = both_counts(vote, {unit for unit in objected if unit < len(vote.roster)})

    assert ours == theirs


@settings(max_examples=settings.default.max_examples)
@given(vote=assemblies(forms=(Form.ELECTION,), turnout=9, most_units=9, most_ballots=9))
def test_both_seat_the_same_candidates(vote):
    if vote.agenda.policies.silence is Silence.DELIVERED_FOLLOWS:
        vote = replace(vote, agenda=replace(vote.agenda, policies=Policies()))

    ours, theirs = both_counts(vote)

    assert ours == theirs


@pytest.mark.parametrize(
    ("name", "value"), [("silence", "delivered_follows"), ("silence", "x"), ("lot", "drawn")]
)
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
    vote = SimpleNamespace(
        agenda=agenda, roster=roster, ballots=BallotColumns.from_rows(roster, agenda, rows)
    )

    ours, theirs = both_counts(vote)

    assert ours == theirs
