"""How many ballots it takes at least before followers or silent owners change sides.

Bounds only: one ballot shifts a lead by no more than twice the heads and area it can touch.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.census import Census
from tally.fewest import fewest
from tally.holdings import Holdings
from tally.measure import Measure
from tally.model import Choice, Policies, Silence
from tally.reading import Terms, majority, quorate, settle
from tally.replay import Replay
from tally.rules import Rule


def hangs_on_majority(census: Census, policies: Policies, rule: Rule) -> bool:
    """Tell whether anybody's vote may depend on how the others voted."""
    if not rule.deemed_votes:
        return False
    # Whoever is struck falls silent, so such a clause matters even if nobody is silent yet.
    joins = policies.silence in (Silence.FOLLOW_MAJORITY, Silence.DELIVERED_FOLLOWS)
    return joins or Choice.FOLLOW in census.area_cm2


def least_to_change_terms(
    replay: Replay, holdings: Holdings, census: Census, terms: Terms
) -> int | None:
    """Return a number of ballots below which the terms certainly stay what they are."""
    heads, area = _reach(replay, holdings)
    expressed = settle(census, Terms(_without_follow(terms), {}, terms.void_takes_part))
    lean = majority(expressed)
    totals = expressed.totals
    ways: list[int | None] = []
    others = [mark for mark in totals if mark != lean]
    if lean == Choice.ABSTAIN:
        # Another choice would have to get in front of all on both measures.
        for mark in others:
            rivals = [totals[rival] for rival in totals if rival != mark]
            by_heads = max(rival.heads for rival in rivals) - totals[mark].heads + 1
            by_area = max(rival.area_cm2 for rival in rivals) - totals[mark].area_cm2 + 1
            ways.append(_both(fewest(2 * heads, by_heads), fewest(2 * area, by_area)))
    else:
        # The one in front would have to be caught up with on one of them.
        second = Measure(
            max(totals[mark].heads for mark in others),
            max(totals[mark].area_cm2 for mark in others),
        )
        ways.append(fewest(2 * heads, totals[lean].heads - second.heads))
        ways.append(fewest(2 * area, totals[lean].area_cm2 - second.area_cm2))
    if replay.policies.silence is Silence.FOLLOW_MAJORITY:
        ways.append(_least_to_pass_quorum(replay, census, terms, heads, area))
    return min((way for way in ways if way is not None), default=None)


def _least_to_pass_quorum(
    replay: Replay, census: Census, terms: Terms, heads: NDArray[Any], area: NDArray[Any]
) -> int | None:
    """Bound how many ballots move the expressed vote across its quorum, either way."""
    quorum, whole = replay.rule.quorum, census.total
    cast = settle(census, Terms(terms.cast, {}, terms.void_takes_part))
    by_heads = quorum.margin(cast.participating.heads, whole.heads)
    by_area = quorum.margin(cast.participating.area_cm2, whole.area_cm2)
    strict = 0 if quorum.inclusive else 1
    if quorate(cast, census, replay.rule):
        ways = (
            fewest(quorum.den * heads, by_heads + 1 - strict),
            fewest(quorum.den * area, by_area + 1 - strict),
        )
        return min((way for way in ways if way is not None), default=None)
    return _both(
        fewest(quorum.den * heads, strict - by_heads),
        fewest(quorum.den * area, strict - by_area),
    )


def _reach(replay: Replay, holdings: Holdings) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the heads and the area that each ballot can touch at most."""
    ballots = len(holdings.ballots)
    wide = np.int64 if replay.scope.total.area_cm2 < 2**56 else np.object_
    heads = np.bincount(holdings.link_ballot, minlength=ballots).astype(np.int64)
    area = np.zeros(ballots, dtype=np.int64)
    # Where the last ballot governs, one ballot may move all units of its owners.
    np.add.at(area, holdings.link_ballot, holdings.group_area[holdings.link_group])
    return heads, area.astype(wide)


def _without_follow(terms: Terms) -> dict[int, int]:
    return {code: choice for code, choice in terms.cast.items() if code != Choice.FOLLOW}


def _both(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)
