"""Votes that are made up, counted by the product and by the second verifier."""

from types import SimpleNamespace

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tally.columns import KINDS, MEDIUM_OF, Medium
from tally.count import count_assembly
from tally.households import NO_HOUSEHOLD
from tally.model import Choice, Form
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


def first_count(vote, objected=frozenset()):
    """Count as the product does; ``objected`` are the places of the units objected to."""
    concerned = np.isin(np.arange(len(vote.roster)), [*objected])
    items = count_assembly(
        vote.agenda,
        vote.roster,
        vote.ballots,
        delivered=vote.delivered,
        objected=concerned,
        in_doubt=False,
    )
    return [second.plain(item) for item in items]


def second_count(vote, objected=frozenset()):
    """Count as the second verifier does."""
    keys = np.array(vote.roster.unit_key)
    return second.count_items(
        agenda_document(vote.agenda),
        SimpleNamespace(units=units_of(vote.roster)),
        ballots_of(vote),
        set(keys[[*objected]].tolist()),
        None if vote.delivered is None else set(keys[vote.delivered].tolist()),
    )


SORTS = (
    assemblies(most_items=3),
    assemblies(forms=(Form.ELECTION,), turnout=9, most_units=9, most_ballots=9),
)
"""Of every form and clause; and full of candidates who pass."""


def contested(votes):
    """Draw with each vote the places of units objected to."""
    places = st.sets(st.integers(0, 6), max_size=4)
    return st.tuples(votes, places).map(
        lambda drawn: (drawn[0], {place for place in drawn[1] if place < len(drawn[0].roster)})
    )


def the_same_votes(count):
    """Give so many votes of each sort, the same ones every time, with what is objected to."""
    found = []
    for votes in SORTS:

        @settings(
            max_examples=count,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(drawn=contested(votes))
        def draw(drawn):
            found.append(drawn)

        draw()
    return found
