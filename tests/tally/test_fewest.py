"""The arithmetic of taking the largest first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(data=st.data())
def test_of_many_no_fewer_do_and_so_many_do(data):
    """Also where they are more than are looked at first, and where a few outweigh all others."""
    seed = data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    gains = rng.integers(-5, data.draw(st.sampled_from([6, 1_000])), size=3_000)
    gains[: data.draw(st.sampled_from([0, 1, 70]))] = 10_000
    largest_first = sorted((gain for gain in gains.tolist() if gain > 0), reverse=True)
    count = data.draw(st.sampled_from([1, 63, 64, 65, 1_023, 1_024, 1_025, len(largest_first)]))
    reached = sum(largest_first[:count])

    assert fewest(gains, reached) == count
    assert fewest(gains, reached - largest_first[count - 1] + 1) == count
    assert fewest(gains.astype(np.object_), reached) == count
    assert fewest(gains, sum(largest_first) + 1) is None


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
