"""The arithmetic of taking the largest first."""

import numpy as np
import pytest

from tally.fewest import IMPOSSIBLE, Fewest, easiest, fewest


@pytest.mark.parametrize(
    ("gains", "need", "count"),
    [
        ([3, 1, 2], 0, 0),
        ([], 0, 0),
        ([], 1, None),
        ([-1, 0], 1, None),
        ([3, 1, 2], 1, 1),
        ([3, 1, 2], 3, 1),
        ([3, 1, 2], 4, 2),
        ([3, 1, 2], 5, 2),
        ([3, 1, 2], 6, 3),
        ([3, 1, 2], 7, None),
        ([1, 1], 1, 1),
    ],
)
def test_the_largest_first(gains, need, count):
    assert fewest(np.array(gains, dtype=np.int64), need) == count


def test_the_easiest_of_several_ways():
    assert easiest([]) == IMPOSSIBLE
    assert easiest([IMPOSSIBLE, Fewest(3, 5)]) == Fewest(3, 5)
    assert easiest([Fewest(3, 5), Fewest(2, 6)]) == Fewest(2, 5)
    assert easiest([Fewest(1, None), Fewest(2, 4)]) == Fewest(1, 4)
    assert easiest([Fewest(1, None)]) == Fewest(1, None)


def test_what_is_not_proven_is_written_as_two_bounds():
    assert Fewest(1, None).document() == {"at_least": 1, "at_most": None}
    assert Fewest(1, 2).document() == {"at_least": 1, "at_most": 2}
    assert Fewest(2, 2).document() == 2
    assert IMPOSSIBLE.document() is None
