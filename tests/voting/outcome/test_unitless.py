"""Void papers for no unit, of which nobody can tell whose they are, change no figure (C-19)."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tally.columns import boundaries
from tally.model import Choice
from tests.tally.conftest import assemblies
from tests.voting.outcome.votes import first_count, second_count


def with_unitless(ballots, places):
    """Put void papers for no unit before these places among the others."""
    return replace(
        ballots,
        unit_offsets=boundaries(np.insert(np.diff(ballots.unit_offsets), places, 0)),
        choices=np.insert(ballots.choices, places, Choice.BLANK, axis=0),
        void=np.insert(ballots.void, places, values=True),
        channel=np.insert(ballots.channel, places, len(ballots.channels)),
        channels=(*ballots.channels, "paper-ballot"),
    )


@given(assemblies(), st.lists(st.integers(0, 7), max_size=3))
def test_papers_without_units_change_no_figure_of_either_count(vote, places):
    ballots = with_unitless(vote.ballots, [min(place, len(vote.ballots)) for place in places])
    more = replace(vote, ballots=ballots)
    assert len(ballots) == len(vote.ballots) + len(places)
    assert first_count(more) == first_count(vote)
    assert second_count(more) == second_count(vote)
