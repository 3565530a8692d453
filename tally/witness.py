"""Sets of ballots that ought to turn an outcome; whether they do is for a recount to say."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.fewest import fewest
from tally.levers import Levers
from tally.margins import Margin

_SPLITS = 256
"""Sizes of a set for which every split between two kinds of ballots is tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search came to.

    Parameters
    ----------
    chosen
        A set that ought to turn the outcome, if one was found.
    complete
        The search left out nothing that could help, so ``at_least`` is proven.
    at_least
        A number below which no set does it; ``None`` if none does at any size.
    """

    chosen: NDArray[np.int64] | None
    complete: bool
    at_least: int | None


def to_fail(levers: Levers, margins: list[Margin]) -> list[NDArray[np.int64]]:
    """Propose sets that break one margin each.

    One margin is a single sum: the largest effects first is the best there is.
    """
    proposals = []
    for margin in margins:
        gains = levers.most(margin, -1)
        known = levers.known(margin)
        among = [np.arange(len(gains))]
        if not known.all():
            among.append(np.flatnonzero(known))
        for ballots in among:
            count = fewest(gains[ballots], margin.slack)
            if count:
                proposals.append(_largest(count, ballots, gains, known))
    return proposals


def to_carry_by_change(levers: Levers, margins: list[Margin], at_least: int) -> Found:
    """Look for the fewest ballots which, changed into approval, let a proposal carry.

    Two kinds help: those that take part already, and those that would come in. Within a kind
    every test gains by the larger area, so only the split between the kinds is open.

    The search is complete if each owner has one ballot and all ballots of a kind work alike.
    """
    size = levers.most(margins[-1], 1)
    orders = []
    helping = helps(levers, margins)
    uniform = bool(levers.heads_known.all() and levers.area_known.all())
    for comes_in in (0, 1):
        kind = levers.heads_known & levers.area_known
        kind &= (levers.heads[:, 0] == comes_in) & (levers.heads[:, 1] == 1)
        order = _certain(size, kind)
        area = levers.area[order]
        uniform &= bool((area[:, 0] == 0).all() or (area[:, 0] == area[:, 1]).all())
        helping &= ~kind
        orders.append(order)
    uniform &= not helping.any()
    present, absent = orders
    sums_present, sums_absent = _sums(levers, present), _sums(levers, absent)
    most = min(len(present) + len(absent), at_least + _SPLITS)
    for count in range(at_least, most + 1):
        coming = np.arange(max(0, count - len(present)), min(count, len(absent)) + 1)
        changes = sums_present[count - coming] + sums_absent[coming]
        holds = np.ones(len(coming), dtype=np.bool_)
        for margin in margins:
            measure = changes[:, :3] if margin.by_heads else changes[:, 3:]
            gain = measure @ np.array(margin.weights)
            holds &= (gain >= margin.shortfall).astype(np.bool_)
        if holds.any():
            split = int(coming[int(holds.argmax())])
            chosen = np.concatenate((present[: count - split], absent[:split]))
            return Found(chosen, uniform, count)
    return Found(None, uniform, most + 1)


def to_carry_by_strike(levers: Levers, margins: list[Margin], at_least: int) -> Found:
    """Look for the fewest participants without approval whose leaving lets the rest carry it.

    Too few leave the majority short, too many the quorum: their number and their area must each
    fall into a window.

    The search is complete if each owner has one ballot and nothing else helps.
    """
    complete = bool(levers.heads_known.all() and levers.area_known.all())
    complete &= bool((leaves(levers) | ~helps(levers, margins)).all())
    order = np.flatnonzero(leaves(levers))
    order = order[np.argsort(-levers.area[order, 0], kind="stable")]
    area = -levers.area[order, 0]
    sums = np.concatenate(([0], np.cumsum(area)))
    fewest_heads, most_heads = _window([margin for margin in margins if margin.by_heads])
    low, high = _window([margin for margin in margins if not margin.by_heads])
    open_from: int | None = None
    for count in range(max(at_least, fewest_heads), min(len(order), most_heads) + 1):
        if sums[count] > high:
            break
        if sums[-1] - sums[len(order) - count] < low:
            continue
        chosen = _with_sum(area, sums, count, low, high)
        if chosen is not None:
            return Found(order[chosen], complete, open_from or count)
        open_from = open_from or count
    return Found(None, complete, open_from)


def leaves(levers: Levers) -> NDArray[np.bool_]:
    """Tell which ballots, once struck, take out participation and no approval."""
    leaving = levers.heads_known & levers.area_known
    leaving &= (levers.heads[:, 0] == -1) & (levers.heads[:, 1] == 0)
    leaving &= (levers.area[:, 0] < 0) & (levers.area[:, 1] == 0)
    return leaving


def helps(levers: Levers, margins: list[Margin]) -> NDArray[np.bool_]:
    """Tell which ballots might bring any margin nearer to holding."""
    helping = np.zeros(len(levers.heads), dtype=np.bool_)
    for margin in margins:
        helping |= (levers.most(margin, 1) > 0).astype(np.bool_)
    return helping


def _window(margins: list[Margin]) -> tuple[int, int]:
    """Return how much participation without approval may go, at least and at most."""
    low, high = 0, 2**63 - 1
    for margin in margins:
        # Whoever takes part attends as well, and leaves both counts.
        weight = margin.participating + margin.attending
        if weight < 0:
            low = max(low, -(margin.shortfall // weight))
        elif weight > 0:
            high = min(high, -margin.shortfall // weight)
        elif not margin.holds:
            high = -1
    return low, high


def _with_sum(
    area: NDArray[Any], sums: NDArray[Any], count: int, low: int, high: int
) -> NDArray[np.int64] | None:
    """Choose ``count`` of the ascending areas so that their sum lies within [low, high].

    Start from the smallest and exchange one after the other for the largest; the sum rises in
    steps. A step across the whole window leaves it undecided.
    """
    total = len(area)
    swapped = np.arange(count + 1)
    stairs = sums[count - swapped] + sums[-1] - sums[total - swapped]
    stair = int(np.searchsorted(stairs, high, side="right")) - 1
    chosen = np.concatenate((np.arange(count - stair), np.arange(total - stair, total)))
    if stairs[stair] >= low:
        return chosen
    if stair == count:
        return None
    last = count - stair - 1
    places = np.arange(last, total - stair)
    climbing = stairs[stair] - area[last] + area[places]
    place = int(np.searchsorted(climbing, high, side="right")) - 1
    if climbing[place] < low:
        return None
    chosen[last] = places[place]
    return chosen


def _largest(
    count: int, ballots: NDArray[np.int64], gains: NDArray[Any], known: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Take as many of the ballots with the largest effects, the certain first among equals."""
    size = gains[ballots]
    least = np.partition(size, -count)[-count]
    larger, level = ballots[size > least], ballots[size == least]
    level = level[np.argsort(~known[level], kind="stable")]
    return np.concatenate((larger, level[: count - len(larger)]))


def _certain(size: NDArray[Any], kind: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the ballots of a kind, the largest effect first."""
    order = np.flatnonzero(kind)
    return order[np.argsort(-size[order], kind="stable")]


def _sums(levers: Levers, order: NDArray[np.int64]) -> NDArray[Any]:
    """Return running sums of the effects on heads and on area, starting from nothing."""
    effects = np.concatenate((levers.heads[order], levers.area[order]), axis=1)
    return np.concatenate(([[0] * 6], np.cumsum(effects, axis=0)))
