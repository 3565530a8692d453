"""A box that lets in what the rules keep out is found out by whoever holds the bundle (C-3)."""

import pytest

from tests.voting.conftest import voting
from tests.voting.outcome.both import verify_bundle
from tests.voting.world import choices
from voting.box.service import batch
from voting.kernel import canonical
from voting.outcome.bundle import Level

RULE = {"mixed_units": "refuse_different"}
DIFFERS = "日志第 2 条的表决票与同一业主先前的选择不同，按公布的规则不应收下"


@pytest.fixture
def lax(monkeypatch):
    """A box that does not look."""
    monkeypatch.setattr(batch, "require_one_voice", lambda *_: None)


def supervised(world):
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    return world.outcomes.bundle(world.assembly_id, Level.SUPERVISED)


def problems(bundle):
    return {each.number: each.problems for each in verify_bundle(bundle) if each.problems}


def test_a_ballot_that_should_not_have_been_let_in_is_named_and_not_counted(world, lax):
    voting(world, begun=True, policies=RULE)
    world.cast("zhang", ["1-1-101"])
    world.cast("zhang", ["1-1-202"], choices("oppose"))
    assert problems(supervised(world)) == {13: (DIFFERS,)}
    result = canonical.decode(world.outcomes.result(world.assembly_id))
    assert result["ballots"]["refused"] == [2]
    assert result["items"][0]["participating"]["area_cm2"] == 893_700


@pytest.mark.parametrize("policies", [RULE, {}])
def test_ballots_that_the_rules_let_in_raise_no_question(world, policies):
    voting(world, begun=True, policies=policies)
    world.cast("zhang", ["1-1-101"])
    world.cast("zhang", ["1-1-202"], choices("approve" if policies else "oppose"))
    assert problems(supervised(world)) == {}
