"""How many may leave before the quorum is lost, and how many must for the majority."""

import pytest

from tally.margins import Margin
from tally.witness import _window, to_carry_by_strike
from tests.sample_levers import LEAVES, levers_of


def margin(participating, value, *, strict=False, attending=0):
    return Margin(
        by_heads=True,
        participating=participating,
        approving=4,
        value=value,
        strict=strict,
        attending=attending,
    )


@pytest.mark.parametrize(
    ("margins", "window"),
    [
        ([], (0, 2**63 - 1)),
        # Each leaver costs the quorum three; it can spare seven, so two may go.
        ([margin(3, 7)], (0, 2)),
        ([margin(3, 6)], (0, 2)),
        ([margin(3, 6, strict=True)], (0, 1)),
        ([margin(3, 7), margin(3, 4)], (0, 1)),
        ([margin(1, 7)], (0, 7)),
        ([margin(-1, -4)], (4, 2**63 - 1)),
        # Each leaver is worth two; five are missing, so three must go.
        ([margin(-2, -5)], (3, 2**63 - 1)),
        ([margin(-2, -4)], (2, 2**63 - 1)),
        ([margin(-2, -4, strict=True)], (3, 2**63 - 1)),
        ([margin(-2, -5), margin(-2, -1)], (3, 2**63 - 1)),
        ([margin(-2, 5)], (0, 2**63 - 1)),
        # Nobody's leaving helps a share of all owners.
        ([margin(0, 0)], (0, 2**63 - 1)),
        ([margin(0, 0, strict=True)], (0, -1)),
        ([margin(0, -1), margin(3, 7)], (0, -1)),
        # A quorum of ballots loses whoever leaves as well.
        ([margin(0, 7, attending=3)], (0, 2)),
        ([margin(1, 7, attending=2)], (0, 2)),
    ],
)
def test_how_many_may_leave(margins, window):
    assert _window(margins) == window


def window(heads, area):
    """So many heads must leave, no more and no fewer, and exactly so much area."""
    return [
        Margin(by_heads, participating, approving, value, strict=False)
        for by_heads, whole in ((True, heads), (False, area))
        for participating, approving, value in ((3, 0, 3 * whole), (-1, 2, -whole))
    ]


@pytest.mark.parametrize(
    ("areas", "heads", "area", "chosen"),
    [
        ([9, 1, 5, 3], 2, 4, [1, 3]),
        ([9, 1, 5, 3], 2, 14, [0, 2]),
        ([9, 1, 5, 3], 4, 18, [0, 1, 2, 3]),
        ([2**53 + 1], 1, 2**53 + 1, [0]),
        ([2**53 + 1, 2**53 + 3], 2, 2**54 + 4, [0, 1]),
        # Of equal areas the order of the ballots decides, so that it is the same every time.
        ([7, 5] * 100, 3, 15, [1, 3, 5]),
        ([7, 5] * 100, 103, 521, [194, 196, 198, *range(1, 200, 2)]),
    ],
)
def test_exactly_those_whose_area_fits(areas, heads, area, chosen):
    levers = levers_of([(LEAVES, each) for each in areas])
    found = to_carry_by_strike(levers, window(heads, area), 1)
    assert sorted(found.chosen.tolist()) == sorted(chosen)
    assert (found.complete, found.at_least) == (True, heads)


@pytest.mark.parametrize(
    ("areas", "low", "high", "size", "at_least"),
    [
        # One has too little area, two or three have enough.
        ([5, 5, 5], 10, 15, 2, 2),
        # None alone fits, though their areas lie on both sides; that it cannot be is not proven.
        ([1, 3, 6], 4, 5, 2, 1),
        ([4, 6], 5, 5, None, 1),
        ([4, 6], 11, 12, None, None),
        ([4, 6], 1, 3, None, None),
    ],
)
def test_sizes_that_stay_open(areas, low, high, size, at_least):
    margins = [
        Margin(by_heads=True, participating=3, approving=0, value=9, strict=False),
        Margin(by_heads=False, participating=3, approving=0, value=3 * high, strict=False),
        Margin(by_heads=False, participating=-1, approving=2, value=-low, strict=False),
    ]
    found = to_carry_by_strike(levers_of([(LEAVES, each) for each in areas]), margins, 1)
    assert (None if found.chosen is None else len(found.chosen)) == size
    assert found.at_least == at_least
