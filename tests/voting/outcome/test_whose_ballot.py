"""Nobody objects to his own ballot: both verifiers find it where a box did not look (C-1)."""

import pytest

from tests.voting.conftest import voting
from tests.voting.outcome.both import verify_bundle
from tests.voting.world import choices
from voting.box.paper import PaperBallot
from voting.box.service import Contest
from voting.outcome.bundle import Level

SHARED = ("1-1-102", "1-1-201")
HIS_OWN = tuple(f"日志第 3 条的异议是对提出人自己为房屋 {unit} 投的票，不应收下" for unit in SHARED)


@pytest.fixture(autouse=True)
def _lax(monkeypatch):
    """A box that does not look whose ballot stands."""
    monkeypatch.setattr(Contest, "_require_anothers", lambda *_: None)


@pytest.fixture
def phone_first(world):
    """A vote in which a ballot by phone takes the place of one on paper."""
    return voting(world, begun=True, policies={"repeat": "phone_first"})


def paper(world, void=""):
    for clerk in ("k1", "k2"):
        ballot = PaperBallot("0001", SHARED, choices(), void)
        world.box.enter_paper(world.assembly_id, ballot, by=clerk)


def found(world):
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    data = world.outcomes.bundle(world.assembly_id, Level.SUPERVISED)
    return {each.number: each.problems for each in verify_bundle(data) if each.problems}


def test_the_ballot_that_stands_when_somebody_objects_is_not_his(phone_first):
    paper(phone_first)
    phone_first.cast("li", SHARED)
    phone_first.object("li", SHARED)
    assert found(phone_first) == {13: HIS_OWN}


def test_what_another_phone_of_his_signed_is_his_too(open_world):
    open_world.cast("li", SHARED)
    open_world.enrol("li")
    open_world.clock.advance(minutes=5)
    open_world.object("li", SHARED)
    assert found(open_world) == {13: tuple(each.replace("3", "2", 1) for each in HIS_OWN)}


def test_a_later_ballot_of_his_takes_nothing_back(phone_first):
    paper(phone_first)
    phone_first.object("li", SHARED)
    phone_first.cast("li", SHARED)
    assert found(phone_first) == {}


def test_whose_hand_a_paper_is_in_nobody_can_see(world):
    """Even where it took the place of his own ballot."""
    voting(world, begun=True, policies={"repeat": "paper_first"})
    world.cast("li", SHARED)
    paper(world)
    world.object("li", SHARED)
    assert found(world) == {}


def test_there_is_nothing_to_object_to_where_the_only_ballot_is_void(open_world):
    paper(open_world, void="涂改")
    open_world.object("li", SHARED)
    told = [f"日志第 2 条的异议提出时，房屋 {unit} 还没有有效的表决票" for unit in SHARED]
    assert found(open_world) == {13: tuple(told)}
