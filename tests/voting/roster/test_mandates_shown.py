"""Who may vote, as owners and clerks are shown it, and what an amendment may leave out."""

import pytest

from tests.voting.box.test_paper import paper
from tests.voting.outcome.test_correction import SOLD, certify, corrected
from tests.voting.outcome.test_voters import (
    FURTHER,
    GUARDIAN,
    NAMED,
    amended,
    named,
    told,
    with_child,
)
from tests.voting.roster.test_versions import FROM_REGISTRY, amend, imported
from tests.voting.world import COMMUNITY, DISPLAYED, HEADER, LI, ROWS, WANG, claim, sheet
from voting.ballot.refusals import PollClosed
from voting.roster.version import (
    EvidenceRequired,
    NewerRosterFrozen,
    NothingAmended,
    Provenance,
    RosterErased,
)

__all__ = ["told"]  # a fixture


def shown(world, unit, on=None):
    found = world.identities.beside(world.roster_id, unit, on=on, by="k1")
    return [(identity.name, standing.value) for identity, standing in found]


def test_a_clerk_is_shown_who_owns_a_sold_unit_now(open_world):
    corrected(open_world, [SOLD])
    assert shown(open_world, "1-1-202") == [("吴桐", "owner")]


def test_a_clerk_is_shown_whom_a_correction_named_and_that_it_removed_a_unit(open_world):
    world = open_world
    amended(world, [cells for cells in ROWS if cells[:3] == ("1", "1", "102")], NAMED, ["1-2-102"])
    assert sorted(shown(world, "1-1-102")) == [("李娜", "owner"), ("王强", "not-named")]
    assert shown(world, "1-2-102") == [("刘洋", "removed")]


def test_a_clerk_is_shown_that_a_guardian_acts_no_more(told):
    assert [standing for _, standing in shown(told, "1-2-101")] == ["minor", "owner"]
    told.clock.advance(days=2 * 366 + 64)
    assert [standing for _, standing in shown(told, "1-2-101")] == ["owner", "ended"]


def test_a_clerk_is_told_the_age_on_the_day_that_is_meant(told):
    """A child who comes of age before the decision votes, whatever day it is today."""
    today = told.clock.moment.date()
    assert [each for _, each in shown(told, "1-2-101", today)] == ["minor", "owner"]
    of_age = today.replace(year=today.year + 3)
    assert [each for _, each in shown(told, "1-2-101", of_age)] == ["owner", "ended"]


def test_a_clerk_is_told_the_age_on_the_day_of_decision(told):
    told.draft(closes_at="2028-05-04 18:00").publish()  # his eighteenth birthday
    assert [each for _, each in shown(told, "1-2-101")] == ["owner", "ended"]


def test_before_the_freeze_an_owner_is_told_who_would_vote_for_his_unit(world):
    file = sheet(named(with_child()), (*HEADER, *FURTHER))
    roster_id = world.rosters.import_sheet(file, "清册.csv", COMMUNITY, by="c1")[0].roster_id
    world.rosters.freezing.publish(roster_id, world.clock.moment + DISPLAYED, by="c1")
    share = world.identities.share(roster_id, claim(WANG, 3), address="x")
    assert [each.unit_key for each in share.withheld] == ["1-1-102"]
    assert [(each.unit_key, each.names) for each in share.voters] == [("1-1-102", ("李娜",))]
    share = world.identities.share(roster_id, claim(LI, 2), address="x")
    assert share.withheld == ()
    share = world.identities.share(roster_id, claim(GUARDIAN, 5), address="x")
    assert share.unit_keys == {"1-2-101"}
    assert share.voters == ()  # whose unit it is he knows; others' papers are not his


def test_an_amendment_of_the_same_again_is_refused(world):
    first = imported(world)
    with pytest.raises(NothingAmended):
        amend(world, first.roster_id, [ROWS[0]])
    assert len(world.rosters.summaries()) == 1
    other = (*ROWS[0][:9], "15400009999", *ROWS[0][10:])
    assert amend(world, first.roster_id, [other]).version == 2


def test_a_row_sent_along_is_no_evidence_for_a_removal(world):
    first = imported(world)
    with pytest.raises(EvidenceRequired):
        world.rosters.amend(
            first.roster_id, sheet([SOLD]), "更改.csv", frozenset({"B1-1-003"}), by="c1",
            provenance=Provenance(),
        )  # fmt: skip
    assert FROM_REGISTRY.evidence


def test_an_older_version_is_not_frozen_after_a_newer_one(world):
    older, newer = imported(world), imported(world, ROWS[:-1])
    for each in (older, newer):
        world.display(each.roster_id)
    world.sign(newer.roster_id)
    with pytest.raises(NewerRosterFrozen):
        world.sign(older.roster_id)


def test_after_the_erasure_a_late_ballot_is_late_and_a_clerk_is_told(told):
    world = told.draft().publish().open()
    world.enrol("guardian", said=claim(GUARDIAN, 5))
    late = world.ballot("guardian", ["1-2-101"])
    certify(world)
    world.clock.advance(days=6 * 366)
    world.outcomes.erase(world.clock.moment, (), by="operator")
    world.assemblies._electors.clear()
    with pytest.raises(PollClosed):
        world.box.cast(world.assembly_id, late, address="203.0.113.7")
    with pytest.raises(RosterErased):
        world.box.paper_warnings(world.assembly_id, paper(units=["1-2-101"]))
