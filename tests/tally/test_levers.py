"""What a ballot moves at most, where what it moves exactly hangs on others."""

from types import SimpleNamespace

import numpy as np
import pytest

from tally.levers import Levers
from tally.margins import Margin

QUORUM = Margin(by_heads=True, participating=3, approving=0, value=0, strict=False)
MAJORITY = Margin(by_heads=True, participating=-1, approving=2, value=0, strict=True)
AREA_QUORUM = Margin(by_heads=False, participating=3, approving=0, value=0, strict=False)
AREA_MAJORITY = Margin(by_heads=False, participating=-1, approving=2, value=0, strict=True)


def levers(known, *, wide=np.int64):
    """Two ballots: one of a single owner who takes part, one of that and of an approving owner."""
    return Levers(
        holdings=SimpleNamespace(
            group_area=np.array([5, 70]),
            link_ballot=np.array([0, 1, 1]),
            link_group=np.array([0, 0, 1]),
        ),
        heads=np.array([(-1, 0, -1), (-1, -1, -1)]).astype(wide),
        area=np.array([(-5, 0, -5), (-70, -70, -70)]).astype(wide),
        heads_known=np.array(known),
        area_known=np.array(known),
        owner_now=np.array([(1, 0, 1), (1, 1, 1)]),
        reachable=np.array([(0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1)]),
    )


@pytest.mark.parametrize("wide", [np.int64, np.object_])
@pytest.mark.parametrize(
    ("margin", "sign", "gains"),
    [
        (QUORUM, 1, [-3, -3]),
        (QUORUM, -1, [3, 3]),
        (MAJORITY, 1, [1, -1]),
        (MAJORITY, -1, [-1, 1]),
        (AREA_QUORUM, 1, [-15, -210]),
        (AREA_MAJORITY, 1, [5, -70]),
        (AREA_MAJORITY, -1, [-5, 70]),
    ],
)
def test_what_is_known_is_exact(margin, sign, gains, wide):
    assert levers([True, True], wide=wide).most(margin, sign).tolist() == gains


@pytest.mark.parametrize("wide", [np.int64, np.object_])
@pytest.mark.parametrize(
    ("margin", "sign", "most"),
    [
        # Both owners are there already: the quorum cannot gain, and loses one or two heads.
        (QUORUM, 1, 0),
        (QUORUM, -1, 6),
        # The first might approve as well, worth two; the second has nothing better to do.
        (MAJORITY, 1, 2),
        # The first opposes already; the second might come to.
        (MAJORITY, -1, 2),
        # All 75 cm² of both owners, from the worst answer to the best.
        (AREA_QUORUM, 1, 225),
        (AREA_QUORUM, -1, 225),
        (AREA_MAJORITY, 1, 150),
        (AREA_MAJORITY, -1, 150),
    ],
)
def test_what_is_not_known_is_worth_all_its_owners_could_do(margin, sign, most, wide):
    sure = levers([True, True], wide=wide).most(margin, sign).tolist()
    assert levers([True, False], wide=wide).most(margin, sign).tolist() == [sure[0], most]


def test_what_is_not_known_is_exact_beyond_what_a_float_holds():
    unsure = levers([True, False])
    unsure.holdings.group_area[:] = (2**53 + 1, 2)
    assert unsure.most(AREA_QUORUM, 1).tolist() == [-15, 3 * (2**53 + 3)]


def test_which_of_two_is_known():
    apart = levers([True, True])
    apart.heads_known[:], apart.area_known[:] = (True, False), (False, True)
    assert apart.known(QUORUM).tolist() == [True, False]
    assert apart.known(AREA_QUORUM).tolist() == [False, True]
