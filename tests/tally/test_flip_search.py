"""How the fewest ballots are narrowed down, seen from outside one recount at a time."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tally.fewest import IMPOSSIBLE, Fewest
from tally.flip import _by_size, _Case, _fewest_to_turn, _proven, _Supposed, _try_all
from tally.levers import Levers
from tally.margins import Margin
from tests.sample_levers import COMES, LEAVES, TURNS
from tests.sample_levers import levers_of as sample_levers

MORE = Margin(by_heads=False, participating=0, approving=1, value=-40, strict=False)
"""Forty more have to approve."""
ALSO = Margin(by_heads=True, participating=0, approving=1, value=-1, strict=False)


def never(_chosen, _to):
    return False


class Recount:
    """A recount that turns for certain sets, and remembers what it was asked.

    A search that asks without end is told so.
    """

    def __init__(self, turns):
        self.turns, self.asked = turns, []

    def __call__(self, chosen, to):
        assert len(self.asked) < 1_000
        self.asked.append((tuple(chosen.tolist()), to))
        return self.turns(frozenset(chosen.tolist()), to)


def no_teams():
    """Every ballot is the only one of its owner."""
    return SimpleNamespace(member=())


def levers_of(areas, heads):
    """Ballots whose effects are all known."""
    count = len(areas)
    return Levers(
        holdings=SimpleNamespace(group_area=np.zeros(count, dtype=np.int64)),
        heads=np.array([(0, each, 0) for each in heads], dtype=np.int64).reshape(count, 3),
        area=np.array([(0, each, 0) for each in areas], dtype=np.int64).reshape(count, 3),
        heads_known=np.ones(count, bool),
        area_known=np.ones(count, bool),
        owner_now=np.zeros((count, 3), dtype=np.int64),
        reachable=np.zeros((1, 3), dtype=np.int64),
    )


def supposed(areas, heads=None, margins=(MORE,), necessary=(), *, at_least=0, turned=False):
    levers = levers_of(areas, [0] * len(areas) if heads is None else heads)
    return _Supposed(at_least, turned, list(margins), list(necessary), levers, no_teams)


def case_of(turns, suppositions, *, carried=False, choices=(), patience=0):
    """Ballot n of the case is ballot 100 + n of the log."""
    recount = Recount(lambda chosen, to: turns(chosen, to) != carried)
    ballots = 100 + np.arange(len(suppositions[0].levers.heads))
    return _Case(carried, suppositions, ballots, choices, recount, patience), recount


@pytest.mark.parametrize("size", range(1, 33))
@pytest.mark.parametrize("at_least", [1, 3])
def test_halving_finds_the_size_at_which_it_turns(size, at_least):
    """The largest effects first; a handful of recounts, not one for each size."""
    actual = supposed(range(32))
    case, recount = case_of(lambda chosen, _: len(chosen) >= size, [actual])
    assert _by_size(case, at_least) == max(size, at_least)
    assert len(recount.asked) <= 12
    assert recount.asked[-1][0][0] == 131


def test_halving_gives_up_where_all_together_do_not_turn_it():
    case, recount = case_of(never, [supposed(range(5))])
    assert _by_size(case, 1) is None
    assert len(recount.asked) <= 5


def test_halving_goes_by_each_test_in_turn():
    """The order by area does not lead anywhere; the order by heads does."""
    actual = supposed([3, 2, 1, 0], [0, 1, 2, 3], [MORE, ALSO])
    case, _ = case_of(lambda chosen, _: len(chosen) < 4 and 103 in chosen, [actual])
    assert _by_size(case, 1) == 1
    swapped = supposed([0, 1, 2, 3], [3, 2, 1, 0], [MORE, ALSO])
    case, _ = case_of(lambda chosen, _: len(chosen) < 4 and 103 in chosen, [swapped])
    assert _by_size(case, 1) == 1


def test_of_equal_effects_the_earlier_ballot_comes_first():
    """The same on every machine: so many that a sort which is not stable shows."""
    case, recount = case_of(never, [supposed([n % 2 for n in range(40)])])
    assert _by_size(case, 30) is None
    assert recount.asked[0][0] == (*range(101, 140, 2), *range(100, 120, 2))


def test_what_is_carried_falls_by_the_largest_losses():
    actual = supposed([-5, -9, -7])
    case, recount = case_of(lambda chosen, _: 101 in chosen, [actual], carried=True)
    assert _by_size(case, 1) == 1
    assert recount.asked[0] == ((101,), None)


@pytest.mark.parametrize(
    ("margins", "necessary", "areas", "heads", "least"),
    [
        ([MORE], [], [30, 9, 9], [0, 0, 0], 3),
        ([MORE], [], [30, 9], [0, 0], None),
        ([MORE, ALSO], [], [30, 9, 9], [1, 0, 0], 3),
        ([MORE, ALSO], [], [30, 9, 9], [0, 0, 0], None),
        ([ALSO], [MORE], [30, 9, 9], [1, 0, 0], 3),
        ([ALSO], [MORE], [30, 9], [1, 0], None),
    ],
)
def test_to_carry_all_tests_have_to_hold(margins, necessary, areas, heads, least):
    assert _proven(supposed(areas, heads, margins, necessary), carried=False) == least


def test_to_fail_one_test_has_to_fail():
    held = Margin(by_heads=False, participating=0, approving=1, value=11, strict=False)
    easier = Margin(by_heads=True, participating=0, approving=1, value=0, strict=False)
    areas, heads = [-6, -6, -1], [-1, 0, 0]
    assert _proven(supposed(areas, heads, [held]), carried=True) == 2
    assert _proven(supposed(areas, heads, [held, easier]), carried=True) == 1
    assert _proven(supposed([0, 0], [0, 0], [held, easier]), carried=True) is None


def test_a_supposition_is_no_nearer_than_itself():
    assert _proven(supposed([50], at_least=3), carried=False) == 3
    assert _proven(supposed([50], at_least=3, turned=True), carried=False) == 3
    assert _proven(supposed([50], turned=True), carried=False) == 0
    assert _proven(supposed([1], at_least=3), carried=False) is None


@pytest.mark.parametrize("patience", range(12))
def test_every_set_is_tried_as_far_as_patience_goes(patience):
    """Four single ballots, then six pairs, of which the last turns it."""
    case, recount = case_of(
        lambda chosen, _: chosen >= {102, 103}, [supposed([0] * 4)], patience=patience
    )
    found = _try_all(case, 1, 4)
    if patience < 4:
        assert found == Fewest(1, 4)
        assert recount.asked == []
    elif patience < 10:
        assert found == Fewest(2, 4)
        assert len(recount.asked) == 4
    else:
        assert found == Fewest(2, 2)


def test_every_choice_is_tried():
    case, recount = case_of(
        lambda chosen, to: (chosen, to) == ({100, 101}, (2, 1)),
        [supposed([0] * 2)],
        choices=(1, 2),
        patience=8,
    )
    assert _try_all(case, 1, None) == Fewest(2, 2)
    assert len(recount.asked) == 7
    less = replace(case, patience=7)
    assert _try_all(less, 1, None) == Fewest(2, None)


def test_nothing_left_to_try():
    case, recount = case_of(never, [supposed([0] * 2)], patience=9)
    assert _try_all(case, 2, 2) == Fewest(2, 2)
    assert recount.asked == []
    assert _try_all(case, 1, 2) == Fewest(2, 2)
    assert len(recount.asked) == 2
    assert _try_all(case, 1, None) == IMPOSSIBLE


def test_without_ballots_nothing_turns():
    case, recount = case_of(lambda *_: True, [supposed([], turned=True)])
    assert _fewest_to_turn(case) == IMPOSSIBLE
    assert recount.asked == []


def test_what_even_everybody_cannot_do_is_impossible():
    """Whatever helps a proposal, everybody naming it helps most."""
    case, recount = case_of(never, [supposed([50])], choices=(1,), patience=9)
    assert _fewest_to_turn(case) == IMPOSSIBLE
    assert recount.asked == [((100,), None)]


def sure(kinds, *margins):
    """Owners with a ballot each, its kind and area."""
    return _Supposed(
        0, turned=False, margins=margins, necessary=[], levers=sample_levers(kinds), teams=no_teams
    )


EIGHT = Margin(by_heads=False, participating=0, approving=1, value=8, strict=False)
THIRTEEN = replace(EIGHT, value=13)


@pytest.mark.parametrize("margins", [(EIGHT, THIRTEEN), (THIRTEEN, EIGHT)])
def test_what_is_carried_falls_by_what_breaks_it_under_any_supposition(margins):
    """One ballot is proposed under one of them, two under the other; the one is tried first."""
    under = [supposed([-5, -9], margins=[margin]) for margin in margins]
    case, recount = case_of(lambda chosen, _: 101 in chosen, under, carried=True)
    assert _fewest_to_turn(case) == Fewest(1, 1)
    assert recount.asked == [((101,), None)]


NINE = replace(MORE, value=-9)
TWELVE = replace(MORE, value=-12)


@pytest.mark.parametrize("margins", [(NINE,), (NINE, TWELVE), (TWELVE, NINE)])
def test_a_change_is_looked_for_under_every_supposition(margins):
    under = [sure([(TURNS, 5), (TURNS, 9)], margin) for margin in margins]
    case, recount = case_of(lambda chosen, _: 101 in chosen, under, choices=(1,))
    assert _fewest_to_turn(case) == Fewest(1, 1)
    assert recount.asked == [((100, 101), None), ((101,), None)]


def test_to_carry_by_striking_those_are_chosen_who_leave():
    short = Margin(by_heads=True, participating=-1, approving=2, value=-1, strict=True)
    case, recount = case_of(
        lambda chosen, _: len(chosen) == 2,
        [sure([(LEAVES, 7), (LEAVES, 9), (LEAVES, 8)], short)],
    )
    assert _fewest_to_turn(case) == Fewest(2, 2)
    assert len(recount.asked) == 1


def test_a_search_that_leaves_nothing_out_proves_its_number():
    """Each test by itself needs one ballot or two; both together need three."""
    quorum = Margin(by_heads=True, participating=3, approving=0, value=-3, strict=False)
    approval = Margin(by_heads=True, participating=-1, approving=2, value=-4, strict=False)
    found_in = sure([(TURNS, 1), (TURNS, 1), (COMES, 1)], quorum, approval)
    case, _ = case_of(lambda chosen, _: len(chosen) == 3, [found_in], choices=(1,))
    assert _proven(found_in, carried=False) == 2
    assert _fewest_to_turn(case) == Fewest(3, 3)
