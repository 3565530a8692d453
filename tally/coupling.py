"""Where votes hang on a majority: which other terms are thinkable, and how far away they are.

Bounds only: one ballot shifts a lead by no more than twice the heads and area it can touch.
"""

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.census import Census
from tally.fewest import fewest
from tally.holdings import Holdings
from tally.model import Choice, Follow, Policies, Silence
from tally.reading import ABSTENTION, COUNTED_IN, Lean, Reading, Terms, quorate, settle
from tally.replay import Replay
from tally.rules import Rule, exact_type


@dataclass(frozen=True, slots=True)
class Supposition:
    """Terms that may come to apply, and a number of ballots below which they certainly do not."""

    terms: Terms
    at_least: int


@dataclass(frozen=True, slots=True, eq=False)
class _Reach:
    """Heads and area that each ballot can touch at most."""

    heads: NDArray[Any]
    area: NDArray[Any]


def hangs_on_majority(census: Census, policies: Policies, rule: Rule) -> bool:
    """Tell whether anybody's vote may depend on how the others voted."""
    if not rule.deemed_votes:
        return False
    # Whoever is struck falls silent, so such a clause matters even if nobody is silent yet.
    joins = policies.silence in (Silence.FOLLOW_MAJORITY, Silence.DELIVERED_FOLLOWS)
    return joins or Choice.FOLLOW in census.area_cm2


def suppositions(
    replay: Replay, holdings: Holdings, census: Census, terms: Terms
) -> list[Supposition]:
    """List the terms as they are, first, and all others that some set of ballots might bring.

    For one proposal there are three sides to follow: its own, any other, and abstention.
    """
    actual = Supposition(terms, 0)
    if not hangs_on_majority(census, replay.policies, replay.rule):
        return [actual]
    reach = _reach(replay, holdings)
    unled = {code: choice for code, choice in terms.cast.items() if code != Choice.FOLLOW}
    expressed = settle(census, replace(terms, cast=unled, silent={}))
    leans = _leans(replay, expressed, reach, terms.cast[Choice.FOLLOW])
    gates = _gates(replay, census, terms, reach)
    abstains = replay.policies.silence is Silence.ABSTAIN
    found = [actual]
    for lean, far in leans.items():
        for counted_in, gate in gates.items():
            if far is None or gate is None:
                continue
            joined = dict.fromkeys(counted_in, ABSTENTION if abstains else lean)
            other = replace(terms, cast=unled | {Choice.FOLLOW: lean}, silent=joined)
            found.append(Supposition(other, max(far, gate)))
    return found


def _leans(replay: Replay, expressed: Reading, reach: _Reach, lean: Lean) -> dict[Lean, int | None]:
    """List what may be followed, and how many ballots it takes at least to get there.

    For one proposal there are three sides: its own, any other, and abstention. Which of the others
    is followed makes no difference to it.
    """
    own, nobody = replay.approving, int(Choice.ABSTAIN)
    others = [mark for mark in expressed.totals if mark not in (own, nobody)]
    leads = {mark: _least_to_lead(expressed, reach, mark) for mark in (*others, own)}
    lost = _least_to_tie(expressed, reach, lean)
    ties = [0 if now == nobody else least for now, least in zip(lean, lost, strict=True)]
    if replay.policies.follow is Follow.BOTH_MEASURES:
        alone = {mark: _larger(lead) for mark, lead in leads.items()}
        far = {own: alone[own], nobody: _smaller(ties)}
        far[others[0]] = _smaller([alone[mark] for mark in others])
        return {Lean(side, side): least for side, least in far.items()}
    by_measure = []
    for at in range(len(lean)):
        far = {own: leads[own][at], nobody: ties[at]}
        far[others[0]] = _smaller([leads[mark][at] for mark in others])
        by_measure.append(far)
    by_heads, by_area = by_measure
    return {
        Lean(heads, area): _larger([by_heads[heads], by_area[area]])
        for heads, area in product((own, nobody, others[0]), repeat=2)
    }


def _gates(
    replay: Replay, census: Census, terms: Terms, reach: _Reach
) -> dict[tuple[int, ...], int | None]:
    """Tell which silent units may be counted in, and how many ballots that takes."""
    silence = replay.policies.silence
    counted_in = COUNTED_IN[silence]
    if silence is not Silence.FOLLOW_MAJORITY:
        return {counted_in: 0}
    quorum, whole = replay.rule.quorum, census.total
    cast = settle(census, replace(terms, silent={}))
    by_heads = quorum.margin(cast.towards_quorum.heads, whole.heads)
    by_area = quorum.margin(cast.towards_quorum.area_cm2, whole.area_cm2)
    least = 0 if quorum.inclusive else 1
    if quorate(cast, census, replay.rule):
        lost = [
            fewest(quorum.den * reach.heads, by_heads + 1 - least),
            fewest(quorum.den * reach.area, by_area + 1 - least),
        ]
        return {counted_in: 0, (): _smaller(lost)}
    won = [
        fewest(quorum.den * reach.heads, least - by_heads),
        fewest(quorum.den * reach.area, least - by_area),
    ]
    return {counted_in: _larger(won), (): 0}


def _least_to_lead(expressed: Reading, reach: _Reach, mark: int) -> list[int | None]:
    """Bound how many ballots put a choice in front of all others, by heads and by area."""
    own = expressed.totals[mark]
    rivals = [expressed.totals[rival] for rival in expressed.totals if rival != mark]
    heads = max(rival.heads for rival in rivals) - own.heads + 1
    area = max(rival.area_cm2 for rival in rivals) - own.area_cm2 + 1
    return [fewest(2 * reach.heads, heads), fewest(2 * reach.area, area)]


def _least_to_tie(expressed: Reading, reach: _Reach, lean: Lean) -> list[int | None]:
    """Bound how many ballots it takes until what is followed is no longer in front."""
    totals = expressed.totals
    heads = totals[lean.heads].heads - max(
        measure.heads for mark, measure in totals.items() if mark != lean.heads
    )
    area = totals[lean.area].area_cm2 - max(
        measure.area_cm2 for mark, measure in totals.items() if mark != lean.area
    )
    return [fewest(2 * reach.heads, heads), fewest(2 * reach.area, area)]


def _reach(replay: Replay, holdings: Holdings) -> _Reach:
    ballots = len(holdings.ballots)
    heads = np.bincount(holdings.link_ballot)
    area = np.zeros(ballots, dtype=np.int64)
    # Where the last ballot governs, one ballot may move all units of its owners.
    np.add.at(area, holdings.link_ballot, holdings.group_area[holdings.link_group])
    return _Reach(heads, area.astype(exact_type(replay.scope.total.area_cm2)))


def _smaller(numbers: list[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


def _larger(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return max(known) if len(known) == len(numbers) else None
