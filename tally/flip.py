"""How close it was: the fewest ballots that would turn an outcome.

Never a guess. A lower bound is proven from sums that no set of ballots can exceed; an upper bound
is a set of ballots that a full recount has seen turn the outcome. Where both meet, and after that
where few enough sets are left to try them all, the number is exact; otherwise both bounds are
given.

It is exact whenever each owner has one ballot and nobody follows a majority, except that striking
may leave a gap where hardly any set of areas fits between majority and quorum.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, combinations, product
from math import comb

import numpy as np
from numpy.typing import NDArray

from tally.coupling import hangs_on_majority, least_to_change_terms
from tally.desk import Desk
from tally.fewest import IMPOSSIBLE, Fewest, easiest, fewest
from tally.holdings import Holdings
from tally.levers import Levers, change_levers, strike_levers
from tally.margins import Margin, margins_of, necessary_margins, needed
from tally.measure import Measure
from tally.model import Choice, Item, Policies
from tally.question import Question
from tally.reading import read, terms_of
from tally.replay import Replay
from tally.rules import Rule
from tally.verdict import judge
from tally.witness import helps, leaves, to_carry_by_change, to_carry_by_strike, to_fail

PATIENCE = 2_000_000
"""Units recounted at most, all trials together, when every set is tried."""

_QUICK = 1_000
"""A recount costs at least as much as one of so many units."""


@dataclass(frozen=True, slots=True)
class Flip:
    """How close one proposal was, or the closest of several."""

    strike: Fewest
    change: Fewest
    needed: Measure

    def document(self) -> dict[str, object]:
        """Write it as results embed it."""
        return {
            "strike": self.strike.document(),
            "change": self.change.document(),
            "needed_heads": self.needed.heads,
            "needed_area_cm2": self.needed.area_cm2,
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One proposal, one thing that may be done to ballots."""

    carried: bool
    margins: list[Margin]
    necessary: list[Margin]
    levers: Levers
    holdings: Holdings
    least_to_change_terms: int | None
    coupled: bool
    choices: tuple[int, ...]
    carried_if: Callable[[NDArray[np.int64], tuple[int, ...] | None], bool]
    patience: int

    def turns(self, chosen: NDArray[np.int64], to: tuple[int, ...] | None = None) -> bool:
        """Tell, by a full recount, whether a set of ballots turns the outcome."""
        return self.carried_if(self.holdings.ballots[chosen], to) != self.carried


def flip_of(
    desk: Desk,
    item: Item,
    question: Question,
    approving: int,
    policies: Policies,
    rule: Rule,
    patience: int = PATIENCE,
) -> Flip:
    """Work out how close one proposal was to the other outcome.

    Only counted ballots are struck or changed, those that hold a unit of the electorate. Their
    units fall silent, or name any other choice; superseded ballots do not come back.
    """
    replay = Replay(desk, item, question, approving, policies, rule)
    census = desk.census(question, replay.scope, policies)
    terms = terms_of(census, policies, rule)
    votes = question.votes(read(census, policies, rule), replay.scope.total, approving)
    carried = judge(votes, rule).carried
    holdings = desk.holdings(replay.scope, replay.slots)
    coupled = hangs_on_majority(census, policies, rule)
    target = Choice.ABSTAIN if carried else approving

    def case(
        levers: Levers,
        choices: tuple[int, ...],
        carried_if: Callable[[NDArray[np.int64], tuple[int, ...] | None], bool],
    ) -> _Case:
        return _Case(
            carried=carried,
            margins=margins_of(votes, rule),
            necessary=necessary_margins(votes, rule),
            levers=levers,
            holdings=holdings,
            least_to_change_terms=(
                least_to_change_terms(replay, holdings, census, terms) if coupled else None
            ),
            coupled=coupled,
            choices=choices,
            carried_if=carried_if,
            patience=patience // max(len(replay.scope.rows), _QUICK),
        )

    strike = case(
        strike_levers(replay, holdings, terms),
        (),
        lambda chosen, _: replay.carried_if_struck(chosen),
    )
    change = case(
        change_levers(replay, holdings, terms, target),
        # Naming the target is the best a ballot can do, unless others follow it.
        question.marks if coupled else (int(target),),
        lambda chosen, to: replay.carried_if_changed(chosen, target if to is None else to),
    )
    return Flip(_fewest_to_turn(strike), _fewest_to_turn(change), needed(votes, rule))


def closest(flips: list[Flip]) -> Flip:
    """Return the fewest ballots that turn any one of several proposals."""
    return Flip(
        easiest([flip.strike for flip in flips]),
        easiest([flip.change for flip in flips]),
        min(flip.needed for flip in flips),
    )


def _fewest_to_turn(case: _Case) -> Fewest:
    at_least = _proven(case)
    if at_least is None or len(case.holdings.ballots) == 0:
        return IMPOSSIBLE
    everybody = np.arange(len(case.holdings.ballots))
    at_most = None
    if case.carried:
        at_most = _first_that_turns(case, to_fail(case.levers, case.margins))
    elif case.choices:
        # Whatever helps a proposal, everybody naming it helps most; it even wins the followers.
        if not case.turns(everybody):
            return IMPOSSIBLE
        proven, chosen = to_carry_by_change(case.levers, case.margins, at_least)
        if proven is not None and not case.coupled:
            at_least = proven
        at_most = _first_that_turns(case, () if chosen is None else (chosen,))
    else:
        proven, chosen = to_carry_by_strike(case.levers, case.margins, at_least)
        if not case.coupled and _only_leavers_help(case.levers, case.margins):
            if proven is None:
                return IMPOSSIBLE
            at_least = proven
        at_most = _first_that_turns(case, () if chosen is None else (chosen,))
    if at_most is None or at_most > at_least:
        at_most = _smaller(at_most, _by_size(case, at_least))
    return _try_all(case, at_least, at_most)


def _proven(case: _Case) -> int | None:
    """Return a number of ballots that is needed in any case, or None if none suffices."""
    if case.carried:
        ways = [fewest(case.levers.most(margin, -1), margin.slack) for margin in case.margins]
        fixed = min((way for way in ways if way is not None), default=None)
    else:
        ways = [
            fewest(case.levers.most(margin, 1), margin.shortfall)
            for margin in (*case.margins, *case.necessary)
        ]
        fixed = None if None in ways else max(way for way in ways if way is not None)
    least = _smaller(fixed, case.least_to_change_terms)
    return None if least is None else max(least, 1)


def _first_that_turns(case: _Case, proposals: Iterable[NDArray[np.int64]]) -> int | None:
    return next((len(chosen) for chosen in proposals if case.turns(chosen)), None)


def _by_size(case: _Case, at_least: int) -> int | None:
    """Take the ballots in order of effect until the outcome turns, then fewer by halves."""
    sign = -1 if case.carried else 1
    found: int | None = None
    for margin in case.margins:
        order = np.argsort(-case.levers.most(margin, sign), kind="stable")
        high = at_least
        while high < len(order) and not case.turns(order[:high]):
            high *= 2
        high = min(high, len(order))
        if not case.turns(order[:high]):
            continue
        low = at_least - 1
        while high - low > 1:
            middle = (low + high) // 2
            if case.turns(order[:middle]):
                high = middle
            else:
                low = middle
        found = _smaller(found, high)
    return found


def _try_all(case: _Case, at_least: int, at_most: int | None) -> Fewest:
    """Close the gap by trying every set, as far as patience goes."""
    ballots = len(case.holdings.ballots)
    choices = len(case.choices) or 1
    left = case.patience
    end = ballots + 1 if at_most is None else at_most
    for count in range(at_least, end):
        sets = comb(ballots, count) * choices**count
        if sets > left:
            return Fewest(count, at_most)
        left -= sets
        marks = product(case.choices, repeat=count) if case.choices else (None,)
        for chosen, to in product(combinations(range(ballots), count), marks):
            if case.turns(np.array(chosen), to):
                return Fewest(count, count)
    return IMPOSSIBLE if at_most is None else Fewest(at_most, at_most)


def _only_leavers_help(levers: Levers, margins: list[Margin]) -> bool:
    """Tell whether striking helps only where a participant without approval leaves."""
    if not levers.heads_known.all() or not levers.area_known.all():
        return False
    return bool((leaves(levers) | ~helps(levers, margins)).all())


def _smaller(*numbers: int | None) -> int | None:
    return min(chain(number for number in numbers if number is not None), default=None)
