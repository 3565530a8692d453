"""What a share still lacks, and how a margin stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.margins import Margin
from tally.rules import Ratio
from tally.verdict import still_needed

HALF = Ratio(1, 2, inclusive=False)
TWO_THIRDS = Ratio(2, 3, inclusive=True)


@pytest.mark.parametrize(
    ("ratio", "part", "whole", "needed"),
    [
        (TWO_THIRDS, 0, 3, 2),
        (TWO_THIRDS, 2, 3, 0),
        (TWO_THIRDS, 3, 3, 0),
        (TWO_THIRDS, 0, 4, 3),
        (TWO_THIRDS, 1003, 1505, 1),
        (HALF, 0, 4, 3),
        (HALF, 2, 4, 1),
        (HALF, 3, 4, 0),
        (HALF, 0, 5, 3),
    ],
)
def test_what_a_share_still_lacks(ratio, part, whole, needed):
    assert still_needed(ratio, part, whole) == needed


@settings(max_examples=100)
@given(ratio=st.sampled_from([HALF, TWO_THIRDS]), part=st.integers(0, 50), rest=st.integers(1, 50))
def test_one_fewer_would_not_do(ratio, part, rest):
    needed = still_needed(ratio, part, part + rest)
    assert ratio.holds(part + needed, part + rest)
    assert needed == 0 or not ratio.holds(part + needed - 1, part + rest)


@pytest.mark.parametrize(
    ("value", "strict", "holds", "shortfall", "slack"),
    [
        (0, False, True, 0, 1),
        (0, True, False, 1, 0),
        (1, True, True, 0, 1),
        (-1, False, False, 1, 0),
        (3, False, True, -3, 4),
    ],
)
def test_how_far_a_margin_is_from_turning(value, strict, holds, shortfall, slack):
    margin = Margin(by_heads=True, participating=1, approving=1, value=value, strict=strict)
    assert (margin.holds, margin.shortfall, margin.slack) == (holds, shortfall, slack)
