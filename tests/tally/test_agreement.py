"""The vectorised count is the readable count, only faster."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally import reference
from tally.count import count_assembly
from tally.model import (
    BlankItem,
    Follow,
    Form,
    Kind,
    MixedUnits,
    Policies,
    Quorum,
    Repeat,
    SameOwner,
    Silence,
    VoidBallot,
    VoidItem,
)

USUAL = settings.default.max_examples
"""A hundred, and fewer for each mutant."""
BLOCKS = ("participating", "approve", "oppose", "abstain", "void")


NOTHING = {"repeat_limit": "unlimited", "lot_seed": "none"}
"""How a variant spells that a policy sets nothing."""


def proposals_of(result):
    if result["form"] == Form.RESOLUTION:
        return [result]
    return result["candidates" if result["form"] == Form.ELECTION else "options"]


def attending_in(block):
    """Whom the quorum counts: written out where it is not who takes part (domain C-30)."""
    return block.get("attending", block["participating"])


def assert_same(fast, plain):
    assert tuple(fast["electorate"].values()) == plain["electorate"]
    assert fast["carried"] == plain["carried"]
    for quick, slow in zip(proposals_of(fast), plain["proposals"], strict=True):
        for block in BLOCKS:
            assert tuple(quick[block].values()) == slow[block], block
        assert tuple(attending_in(quick).values()) == slow["attending"]
        assert {name: test["holds"] for name, test in quick["tests"].items()} == slow["tests"]
        assert quick["carried"] == slow["carried"]
    if fast["form"] == Form.ELECTION:
        for block in ("participating", "void"):
            assert tuple(fast[block].values()) == plain[block], block
        assert tuple(attending_in(fast).values()) == plain["attending"]
        assert [candidate["seat"] for candidate in fast["candidates"]] == plain["seats"]
        assert fast["needs_decision"] == plain["needs_decision"]
        assert fast.get("supplementary_seats") == plain.get("supplementary_seats")
    if fast["form"] == Form.CHOOSE_ONE:
        for name in ("winner", "run_off"):
            assert fast[name] == plain[name], name
        assert tuple(fast["none_of_these"].values()) == plain["none_of_these"]


def objections(roster):
    """Units to whose ballot a co-owner objects; mostly none."""
    units = st.sets(st.integers(0, len(roster) - 1), max_size=3)
    return st.one_of(st.just(frozenset()), units)


def column_of(units, roster):
    """The same as the column that the count takes, or none at all."""
    return np.isin(np.arange(len(roster)), sorted(units)) if units else None


@settings(max_examples=3 * USUAL, deadline=None)
@given(data=st.data())
def test_fast_and_plain_counts_agree(drawn, data):
    """On every form, policy and scope, with some ballots struck, to the last cm²."""
    vote = data.draw(drawn(most_items=3))
    struck = data.draw(st.sets(st.integers(0, max(len(vote.ballots) - 1, 0)), max_size=2))
    if len(vote.ballots) == 0:
        struck = set()
    objected = data.draw(objections(vote.roster))

    fast = count_assembly(
        vote.agenda,
        vote.roster,
        vote.ballots,
        delivered=vote.delivered,
        struck=struck,
        objected=column_of(objected, vote.roster),
        in_doubt=False,
    )
    plain = reference.count_assembly(
        vote.agenda,
        vote.roster,
        vote.ballots,
        delivered=vote.delivered,
        struck=struck,
        objected=objected,
    )

    for quick, slow in zip(fast, plain, strict=True):
        assert_same(quick, slow)


@pytest.mark.parametrize(("silence", "mixed_units"), list(product(Silence, MixedUnits)), ids=str)
@settings(max_examples=2, deadline=None)
@given(data=st.data())
def test_every_combination_of_policies(drawn, data, silence, mixed_units):
    """None of the combinations is left to chance."""
    vote = data.draw(drawn(most_units=6, most_ballots=8))
    delivered = [unit % 2 == 0 for unit in range(len(vote.roster))]
    columns = vote.roster.area_cm2 > 0
    columns[:] = delivered
    for repeat, blank, void, same, mark, quorum, follow in product(
        Repeat, BlankItem, VoidBallot, SameOwner, VoidItem, Quorum, Follow
    ):
        policies = Policies(
            silence, repeat, mixed_units, blank, void, same,
            void_item=mark, quorum=quorum, follow=follow,
        )  # fmt: skip
        agenda = replace(vote.agenda, policies=policies)
        [fast] = count_assembly(
            agenda, vote.roster, vote.ballots, delivered=columns, in_doubt=False
        )
        [plain] = reference.count_assembly(agenda, vote.roster, vote.ballots, delivered=delivered)
        assert_same(fast, plain)


@settings(max_examples=USUAL // 2, deadline=None)
@given(data=st.data())
def test_every_variant_is_the_count_under_that_policy(drawn, data):
    """``depends_on`` names exactly the policies under which the plain count decides otherwise."""
    vote = data.draw(drawn())
    objected = data.draw(objections(vote.roster))
    [result] = count_assembly(
        vote.agenda,
        vote.roster,
        vote.ballots,
        delivered=vote.delivered,
        objected=column_of(objected, vote.roster),
    )

    expected = []
    for variant in result["variants"]:
        value = variant["value"]
        if variant["policy"] == "include_kinds":
            value = frozenset(map(Kind, value))
        elif variant["policy"] in NOTHING:
            assert value == NOTHING[variant["policy"]]
            value = None
        else:
            value = type(getattr(vote.agenda.policies, variant["policy"]))(value)
        policies = replace(vote.agenda.policies, **{variant["policy"]: value})
        agenda = replace(vote.agenda, policies=policies)
        [plain] = reference.count_assembly(
            agenda, vote.roster, vote.ballots, delivered=vote.delivered, objected=objected
        )
        assert variant["carried"] == plain["carried"]
        assert tuple(variant["electorate"].values()) == plain["electorate"]
        differs = plain["carried"] != result["carried"]
        if result["form"] == Form.RESOLUTION:
            block = plain["proposals"][0]
            assert tuple(variant["approve"].values()) == block["approve"]
            assert tuple(variant["participating"].values()) == block["participating"]
        elif result["form"] == Form.CHOOSE_ONE:
            assert variant["winner"] == plain["winner"]
            differs |= plain["winner"] != result["winner"]
        else:
            assert list(variant["seats"].values()) == plain["seats"]
            differs |= plain["seats"] != [each["seat"] for each in result["candidates"]]
        if differs and variant["policy"] not in expected:
            expected.append(variant["policy"])
    assert result["depends_on"] == expected
