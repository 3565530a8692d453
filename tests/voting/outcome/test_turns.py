"""A box that lets a ballot take a place that is not its signer's is found out (C-14, 17, 18)."""

import pytest

from tests.voting.conftest import voting
from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.damage import turns
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import changing, eventful
from tests.voting.world import choices
from voting.box.paper import PaperBallot
from voting.outcome.bundle import Level

SHARED = ("1-1-102", "1-1-201")
TAKEN = "已经投过票；按公布的规则，"


@pytest.fixture(autouse=True)
def _lax(monkeypatch):
    """A box that does not look whose turn it is."""
    monkeypatch.setattr("voting.box.service.casting.require_turn", lambda *_: None)


def problems(data):
    return {each.number: each.problems for each in verify_bundle(data) if each.problems}


def found(world):
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    return problems(world.outcomes.bundle(world.assembly_id, Level.SUPERVISED))


def paper(world, serial, units=SHARED, void=""):
    for clerk in ("k1", "k2"):
        ballot = PaperBallot(serial, units, choices(), void)
        world.box.enter_paper(world.assembly_id, ballot, by=clerk)


def test_nobody_replaces_his_co_owners_ballot(world):
    voting(world, begun=True, policies={"repeat": "last_valid"})
    world.cast("wang", SHARED)
    world.cast("li", ["1-1-201"])
    assert found(world) == {
        13: (f"日志第 2 条的表决票不合格：房屋 1-1-201 {TAKEN}只能由投票人本人更改",)
    }


def test_who_might_vote_may_replace_a_paper_and_his_own_ballot_but_no_further(world):
    voting(world, begun=True, policies={"repeat": "last_valid", "repeat_limit": 2})
    paper(world, "0001")
    paper(world, "0002", void="涂改")
    first, _ = world.cast("li", SHARED)
    second, _ = world.cast("li", SHARED, sequence=2, replaces=first.ballot_digest)
    world.cast("li", SHARED, sequence=3, replaces=second.ballot_digest)
    names = "、".join(SHARED)
    assert found(world) == {
        13: (f"日志第 5 条的表决票不合格：房屋 {names} {TAKEN}改投的次数已经用完",)
    }


@pytest.mark.parametrize("repeat", ["first_valid", "paper_first"])
def test_where_the_first_stands_there_is_no_second(world, repeat):
    voting(world, begun=True, policies={"repeat": repeat})
    first, _ = world.cast("li", SHARED)
    world.cast("li", SHARED, sequence=2, replaces=first.ballot_digest)
    assert found(world)[13][0].startswith("日志第 2 条的表决票不合格：房屋 1-1-102、1-1-201 已经")


def test_he_names_the_latest_of_his_ballots_for_any_of_the_units(world):
    voting(world, begun=True, policies={"repeat": "last_valid"})
    first, _ = world.cast("li", SHARED[:1])
    second, _ = world.cast("li", SHARED[1:])
    third, _ = world.cast("li", SHARED, sequence=2, replaces=second.ballot_digest)
    world.cast("li", SHARED, sequence=2, replaces=first.ballot_digest)
    world.cast("li", SHARED, sequence=3, replaces=third.ballot_digest)
    assert found(world) == {
        13: ("日志第 4 条的表决票不合格：重投的表决票须写明它替换哪一张：序号应为 3",)
    }


def written(edit):
    files, phones = changing()
    return Dossier(files[Level.SUPERVISED], phones).write(notice_bound=edit)


@pytest.mark.parametrize("edit", turns.forgeries())
def test_only_check_13_sees_whose_turn_it_is_not(edit):
    assert problems(written(edit)).keys() == {13}


@pytest.mark.parametrize("edit", [lambda _: None, *turns.valid()])
def test_who_changes_what_he_said_in_his_turn_is_heard(edit):
    assert problems(written(edit)) == {}


def test_a_ballot_that_its_owner_has_replaced_is_not_brought_back():
    """An operator holds the owner's signature on it, and could put it into the log once more."""
    files, phones = eventful()

    def replay(d):
        first, close = d.ballots()[0], d.close()
        d.log.insert(close, dict(d.log[first], at=d.log[close - 1]["at"]))
        d.openings["ballots"][close] = d.openings["ballots"][first]

    data = Dossier(files[Level.SUPERVISED], phones).write(notice_bound=replay)
    [(number, [problem])] = problems(data).items()
    assert number == 13
    assert problem.endswith("重投的表决票须写明它替换哪一张：序号应为 3")
