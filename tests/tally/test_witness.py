"""The searches for a witness, against plain loops over every size and every split."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tally import witness
from tally.margins import Margin, margins_of
from tally.measure import Measure
from tally.model import Matter
from tally.rules import rule_for
from tally.verdict import Votes
from tally.witness import (
    _window,
    _with_sum,
    helps,
    leaves,
    to_carry_by_change,
    to_carry_by_strike,
    to_fail,
)
from tests.sample_levers import COMES, GOES, LEAVES, STAYS, TURNS, levers_of

USUAL = settings.default.max_examples
"""A hundred, and fewer for each mutant."""

RULES = st.builds(
    rule_for,
    st.sampled_from([Matter.OTHER, Matter.RAISE_FUND]),
    st.sampled_from([np.datetime64("2026-01-01").item(), np.datetime64("2019-01-01").item()]),
)


@st.composite
def votes(draw):
    """Votes on one proposal, by heads and by area."""
    figures = []
    for largest in (12, 60):
        approve, oppose = draw(st.integers(0, largest)), draw(st.integers(0, largest))
        silent = draw(st.integers(0, largest))
        figures.append((approve + oppose + silent, approve + oppose, approve))
    whole, part, approve = (Measure(*pair) for pair in zip(*figures, strict=True))
    return Votes(whole, part, approve, Measure(), Measure(), Measure())


def after(margins, levers, chosen):
    """Whether all tests hold once some ballots have had their effect."""
    heads, area = levers.heads[chosen].sum(axis=0), levers.area[chosen].sum(axis=0)
    moved = [heads if margin.by_heads else area for margin in margins]
    return all(
        margin.value
        + sum(weight * moved for weight, moved in zip(margin.weights, change, strict=True))
        >= (1 if margin.strict else 0)
        for margin, change in zip(margins, moved, strict=True)
    )


def walk(areas, count):
    """Every set met between the smallest and the largest, exchanging one after the other."""
    total = len(areas)
    for swapped in range(count + 1):
        low, high = list(range(count - swapped)), list(range(total - swapped, total))
        yield low + high
        if swapped < count:
            for place in range(count - swapped - 1, total - swapped):
                yield [*low[:-1], place, *high]


@settings(max_examples=3 * USUAL)
@given(data=st.data())
def test_a_sum_is_found_exactly_where_the_walk_meets_the_window(data):
    areas = sorted(data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=8)))
    count = data.draw(st.integers(1, len(areas)))
    low = data.draw(st.integers(sum(areas[:count]) - 3, sum(areas[-count:])))
    high = low + data.draw(st.integers(0, 6))
    assume(high >= sum(areas[:count]))
    sums = np.concatenate(([0], np.cumsum(areas)))

    chosen = _with_sum(np.array(areas), sums, count, low, high)

    met = [each for each in walk(areas, count) if low <= sum(areas[n] for n in each) <= high]
    if chosen is None:
        assert not met
    else:
        assert len(set(chosen.tolist())) == count
        assert low <= sum(areas[n] for n in chosen) <= high


@settings(max_examples=3 * USUAL, deadline=None)
@given(data=st.data())
def test_striking_is_tried_size_by_size(data):
    """The first size at which some set on the walk fits; where sums allow one, it stays open."""
    kinds = st.tuples(st.sampled_from([LEAVES, LEAVES, LEAVES, STAYS]), st.integers(1, 15))
    levers = levers_of(data.draw(st.lists(kinds, max_size=7)))
    margins = margins_of(data.draw(votes()), data.draw(RULES))
    at_least = data.draw(st.integers(1, 2))
    leavers = sorted(np.flatnonzero(leaves(levers)), key=lambda n: -levers.area[n, 0])
    areas = [-int(levers.area[n, 0]) for n in leavers]

    expected, open_from = None, None
    for count in range(at_least, len(leavers) + 1):
        sets = [[leavers[place] for place in places] for places in walk(areas, count)]
        if any(after(margins, levers, each) for each in sets):
            expected, open_from = count, open_from or count
            break
        # A sum in the window might exist off the walk.
        small, large = leavers[:count], leavers[len(leavers) - count :]
        heads_fit = [m for m in margins if m.by_heads]
        low, high = _window([m for m in margins if not m.by_heads])
        if (
            after(heads_fit, levers, small)
            and -levers.area[small, 0].sum() <= high
            and -levers.area[large, 0].sum() >= low
        ):
            open_from = open_from or count
    found = to_carry_by_strike(levers, margins, at_least)

    assert found.complete
    assert found.at_least == open_from
    if expected is None:
        assert found.chosen is None
    else:
        assert len(found.chosen) == expected
        assert after(margins, levers, found.chosen)


@settings(max_examples=3 * USUAL, deadline=None)
@given(data=st.data())
def test_changing_is_tried_split_by_split(data):
    """Of those who take part and of those who come in, the largest first, in any proportion."""
    kinds = st.tuples(st.sampled_from([COMES, TURNS, TURNS, STAYS]), st.integers(1, 15))
    levers = levers_of(data.draw(st.lists(kinds, max_size=7)))
    margins = margins_of(data.draw(votes()), data.draw(RULES))
    at_least = data.draw(st.integers(1, 2))
    by_area = np.argsort(-levers.area[:, 1], kind="stable")
    present = [n for n in by_area if tuple(levers.heads[n]) == TURNS]
    absent = [n for n in by_area if tuple(levers.heads[n]) == COMES]

    expected = None
    for count in range(at_least, len(present) + len(absent) + 1):
        splits = [
            present[: count - coming] + absent[:coming]
            for coming in range(max(0, count - len(present)), min(count, len(absent)) + 1)
        ]
        fitting = [split for split in splits if after(margins, levers, split)]
        if fitting:
            expected = fitting[0]
            break
    found = to_carry_by_change(levers, margins, at_least)

    assert found.complete
    if expected is None:
        assert found.chosen is None
        assert found.at_least == max(at_least, len(present) + len(absent) + 1) or (
            at_least > len(present) + len(absent)
        )
    else:
        assert found.chosen.tolist() == expected
        assert found.at_least == len(expected)


SHORT = [Margin(True, -1, 2, -2, strict=True), Margin(False, -1, 2, -20, strict=True)]
"""Three heads' worth of opposition too much, and as much area."""
HEAVY = [Margin(True, 3, 0, 90, strict=False), *SHORT]


def test_one_that_changes_more_than_it_ought_leaves_the_search_open():
    sure = [(LEAVES, 9), (LEAVES, 9), (LEAVES, 9)]
    assert to_carry_by_strike(levers_of(sure), HEAVY, 1).complete
    # One whose effect by heads, or by area, hangs on others, and might help.
    unsure = [True, True, False]
    assert not to_carry_by_strike(levers_of(sure, heads_known=unsure), HEAVY, 1).complete
    assert not to_carry_by_strike(levers_of(sure, area_known=unsure), HEAVY, 1).complete
    # One that would help otherwise than by leaving.
    helping = levers_of([*sure, (TURNS, 4)])
    assert not to_carry_by_strike(helping, HEAVY, 1).complete
    harmless = levers_of([*sure, (GOES, 4)])
    assert to_carry_by_strike(harmless, HEAVY, 1).complete


def test_one_of_unknown_effect_leaves_the_search_open_even_if_it_cannot_help():
    unsure = levers_of([(LEAVES, 9), (LEAVES, 9), (STAYS, 9)], heads_known=[True, True, False])
    unsure.owner_now[2] = (1, 1, 1)
    assert helps(unsure, HEAVY).tolist() == [True, True, False]
    assert not to_carry_by_strike(unsure, HEAVY, 1).complete


def test_changing_one_of_unknown_effect_leaves_the_search_open_even_if_it_cannot_help():
    unsure = levers_of([(TURNS, 9), (TURNS, 9), (STAYS, 9)], heads_known=[True, True, False])
    unsure.owner_now[2] = (1, 1, 1)
    assert helps(unsure, SHORT).tolist() == [True, True, False]
    assert not to_carry_by_change(unsure, SHORT, 1).complete


@pytest.mark.parametrize("unknown", ["heads_known", "area_known"])
@pytest.mark.parametrize("kind", [TURNS, COMES])
def test_only_certain_changes_are_chosen(kind, unknown):
    levers = levers_of([(kind, 9), (kind, 50)], **{unknown: [True, False]})
    found = to_carry_by_change(levers, [Margin(False, 0, 1, -40, strict=False)], 1)
    assert (found.chosen, found.complete) == (None, False)


def test_of_equal_changes_the_earlier_ballot_comes_first():
    """The same on every machine: so many that a sort which is not stable shows."""
    levers = levers_of([(TURNS, 1 + n % 2) for n in range(40)])
    heads, area = Margin(True, 0, 1, -30, strict=False), Margin(False, 0, 1, -1, strict=False)
    found = to_carry_by_change(levers, [heads, area], 1)
    assert found.chosen.tolist() == [*range(1, 40, 2), *range(0, 20, 2)]


def test_changes_of_several_kinds_leave_the_search_open():
    sure = [(TURNS, 9), (TURNS, 9), (COMES, 9)]
    assert to_carry_by_change(levers_of(sure), HEAVY, 1).complete
    unsure = [True, True, False]
    assert not to_carry_by_change(levers_of(sure, heads_known=unsure), HEAVY, 1).complete
    assert not to_carry_by_change(levers_of(sure, area_known=unsure), HEAVY, 1).complete
    # Some of the area comes in, though the head was there: neither kind.
    mixed = levers_of(sure)
    mixed.area[0, 0] = 3
    assert not to_carry_by_change(mixed, HEAVY, 1).complete
    mixed.area[:2, 0] = 9
    assert to_carry_by_change(mixed, HEAVY, 1).complete
    assert not to_carry_by_change(levers_of([*sure, (LEAVES, 4)]), HEAVY, 1).complete


def test_only_so_many_sizes_are_split(monkeypatch):
    monkeypatch.setattr(witness, "_SPLITS", 2)
    out_of_reach = [Margin(True, 0, 1, -100, strict=False)]
    found = to_carry_by_change(levers_of([(TURNS, 1)] * 9), out_of_reach, 3)
    assert (found.chosen, found.complete, found.at_least) == (None, True, 6)
    one_size_further = [Margin(True, 0, 1, -6, strict=False)]
    found = to_carry_by_change(levers_of([(TURNS, 1)] * 9), one_size_further, 3)
    assert (found.chosen, found.at_least) == (None, 6)


@pytest.mark.parametrize(
    ("heads", "area", "leaving"),
    [
        ((-1, 0), (-5, 0), True),
        ((0, 0), (-5, 0), False),
        ((1, 0), (-5, 0), False),
        ((-1, -1), (-5, 0), False),
        ((-1, 1), (-5, 0), False),
        ((-1, 0), (0, 0), False),
        ((-1, 0), (5, 0), False),
        ((-1, 0), (-5, -5), False),
        ((-1, 0), (-5, 5), False),
    ],
)
def test_who_leaves(heads, area, leaving):
    levers = levers_of([(STAYS, 5)])
    levers.heads[0, :2], levers.area[0, :2] = heads, area
    assert leaves(levers).tolist() == [leaving]
    for known in ("heads_known", "area_known"):
        unsure = levers_of([(STAYS, 5)], **{known: [False]})
        unsure.heads[0, :2], unsure.area[0, :2] = heads, area
        assert leaves(unsure).tolist() == [False]


def test_who_helps():
    levers = levers_of([(LEAVES, 5), (COMES, 5), (TURNS, 5), (STAYS, 5), (GOES, 5)])
    assert helps(levers, []).tolist() == [False] * 5
    assert helps(levers, SHORT[:1]).tolist() == [True, True, True, False, False]
    assert helps(levers, HEAVY[:1]).tolist() == [False, True, False, False, False]
    assert helps(levers, HEAVY).tolist() == [True, True, True, False, False]
    assert helps(levers, HEAVY[::-1]).tolist() == [True, True, True, False, False]


def test_to_break_one_test_the_largest_go_first():
    levers = levers_of([(GOES, 5), (GOES, 9), (GOES, 7), (STAYS, 8)])
    slack = Margin(False, 0, 1, 13, strict=False)
    assert [chosen.tolist() for chosen in to_fail(levers, [slack])] == [[1, 2]]
    assert to_fail(levers, [Margin(False, 0, 1, 21, strict=False)]) == []


@given(data=st.data())
def test_what_breaks_a_margin_is_the_largest_effects(data):
    """As a full sort finds them, the certain before the uncertain, the earlier before the later."""
    effects = data.draw(st.lists(st.tuples(st.just(GOES), st.integers(1, 4)), min_size=1))
    known = data.draw(st.lists(st.booleans(), min_size=len(effects), max_size=len(effects)))
    levers = levers_of(effects, area_known=known)
    worth = sum(area for _, area in effects)
    slack = Margin(False, 0, 1, data.draw(st.integers(0, worth)), strict=False)

    expected = []
    for some in ({False, True}, {True}) if not all(known) else ({True},):
        order = [n for n, each in enumerate(known) if each in some]
        order.sort(key=lambda n: (-effects[n][1], not known[n]))
        sizes = range(1, len(order) + 1)
        enough = [n for n in sizes if sum(effects[each][1] for each in order[:n]) > slack.value]
        expected += [set(order[: enough[0]])] if enough else []
    assert [set(chosen.tolist()) for chosen in to_fail(levers, [slack])] == expected


def test_among_many_with_equal_effect_the_certain_go_first_and_the_earlier_before_the_later():
    """So many that a sort which is not stable shows."""
    certain = [n % 3 == 0 for n in range(300)]
    levers = levers_of([(GOES, 9)] * 300, area_known=certain)
    slack = Margin(False, 0, 1, 9 * 150 - 1, strict=False)
    sure, unsure = range(0, 300, 3), [n for n in range(300) if n % 3]
    assert [chosen.tolist() for chosen in to_fail(levers, [slack])] == [[*sure, *unsure[:50]]]


def test_nothing_is_proposed_to_break_what_is_broken():
    assert to_fail(levers_of([(GOES, 9)]), [Margin(False, 0, 1, -1, strict=False)]) == []


def test_with_equal_effect_the_certain_goes_first():
    """A ballot of uncertain effect is worth at most what its owner has."""
    levers = levers_of([(GOES, 9), (GOES, 9), (GOES, 8)], area_known=[False, True, True])
    slack = Margin(False, 0, 1, 8, strict=False)
    assert [chosen.tolist() for chosen in to_fail(levers, [slack])] == [[1], [1]]
    slack = Margin(False, 0, 1, 16, strict=False)
    assert [chosen.tolist() for chosen in to_fail(levers, [slack])] == [[1, 0], [1, 2]]
    slack = Margin(False, 0, 1, 17, strict=False)
    assert [chosen.tolist() for chosen in to_fail(levers, [slack])] == [[1, 0]]
