"""Void papers for no unit, of which nobody can tell whose they are, in the account (C-19)."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tally.columns import boundaries
from tally.model import Choice
from tests.tally.conftest import assemblies
from tests.voting.box.test_paper import paper
from tests.voting.box.test_service import CHEN
from tests.voting.box.test_unitless_paper import UNREAD, entered
from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.votes import first_count, second_count
from voting.kernel import canonical
from voting.outcome.audit import audit
from voting.outcome.bundle import Level
from voting.outcome.certificate import Ballots, render_certificate


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


def test_the_certificate_counts_it_both_verifiers_pass_it_and_the_audit_knows_it(
    open_engine_world, monkeypatch
):
    printed = []

    def rendered(counted, facts):
        printed.append(facts.ballots)
        return render_certificate(counted, facts)

    monkeypatch.setattr("voting.outcome.service.outcomes.render_certificate", rendered)
    world = open_engine_world
    world.cast("chen", CHEN)
    entered(world, UNREAD)
    entered(world, paper("9", ("1-1-101",), void_reason="未签名"))
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    assert printed == [Ballots(phone=1, paper=2, void=2, superseded=0, late=0)]
    counted = canonical.decode(world.outcomes.result(world.assembly_id))
    assert counted["ballots"]["void"] == [2, 3]
    data = world.outcomes.bundle(world.assembly_id, Level.SUPERVISED)
    assert [each.problems for each in verify_bundle(data) if each.problems] == []
    with world.database.read() as session:
        found = audit(session, world.ledger, world.rosters.custody.basis)
    # The accounts of this world are not in the register.
    assert {each.table for each in found} <= {"staff_accounts"}
