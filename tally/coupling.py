"""Where votes hang on a majority: which other terms are thinkable, and how far away they are.

Bounds only: one ballot shifts a lead by no more than twice the heads and area it can touch.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.census import Census
from tally.fewest import fewest
from tally.holdings import Holdings
from tally.model import Choice, Policies, Silence
from tally.reading import COUNTED_IN, Reading, Terms, majority, quorate, settle
from tally.replay import Replay
from tally.rules import Rule

_WIDE = 2**56


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
    expressed = settle(census, Terms(unled, {}, terms.void_takes_part))
    lean = terms.cast[Choice.FOLLOW]
    own, nobody = replay.approving, int(Choice.ABSTAIN)
    others = [mark for mark in census.marks if mark not in (own, nobody)]
    leads = {mark: _least_to_lead(expressed, reach, mark) for mark in (*others, own)}
    sides = {own: leads[own], nobody: _least_to_tie(expressed, reach)}
    sides[others[0]] = _smaller([leads[mark] for mark in others])
    # Which of the others is followed makes no difference to this proposal.
    sides[lean if lean in sides else others[0]] = 0

    gates = _gates(replay, census, terms, reach)
    found = [actual]
    for side, far in sides.items():
        for counted_in, gate in gates.items():
            if far is None or gate is None:
                continue
            joined = dict.fromkeys(counted_in, nobody if _abstains(replay.policies) else side)
            other = replace(terms, cast=unled | {Choice.FOLLOW: side}, silent=joined)
            found.append(Supposition(other, max(far, gate)))
    return found


def _abstains(policies: Policies) -> bool:
    return policies.silence is Silence.ABSTAIN


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
    by_heads = quorum.margin(cast.participating.heads, whole.heads)
    by_area = quorum.margin(cast.participating.area_cm2, whole.area_cm2)
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


def _least_to_lead(expressed: Reading, reach: _Reach, mark: int) -> int | None:
    """Bound how many ballots put a choice in front of all others on both measures."""
    own = expressed.totals[mark]
    rivals = [expressed.totals[rival] for rival in expressed.totals if rival != mark]
    heads = max(rival.heads for rival in rivals) - own.heads + 1
    area = max(rival.area_cm2 for rival in rivals) - own.area_cm2 + 1
    return _larger([fewest(2 * reach.heads, heads), fewest(2 * reach.area, area)])


def _least_to_tie(expressed: Reading, reach: _Reach) -> int | None:
    """Bound how many ballots it takes until nothing is in front on both measures."""
    lean = majority(expressed)
    own = expressed.totals[lean]
    rivals = [expressed.totals[rival] for rival in expressed.totals if rival != lean]
    heads = own.heads - max(rival.heads for rival in rivals)
    area = own.area_cm2 - max(rival.area_cm2 for rival in rivals)
    return _smaller([fewest(2 * reach.heads, heads), fewest(2 * reach.area, area)])


def _reach(replay: Replay, holdings: Holdings) -> _Reach:
    ballots = len(holdings.ballots)
    heads = np.bincount(holdings.link_ballot, minlength=ballots).astype(np.int64)
    area = np.zeros(ballots, dtype=np.int64)
    # Where the last ballot governs, one ballot may move all units of its owners.
    np.add.at(area, holdings.link_ballot, holdings.group_area[holdings.link_group])
    wide = np.int64 if replay.scope.total.area_cm2 < _WIDE else np.object_
    return _Reach(heads, area.astype(wide))


def _smaller(numbers: list[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


def _larger(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return max(known) if len(known) == len(numbers) else None
