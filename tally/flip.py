"""How close it was: the fewest ballots that would turn an outcome.

Never a guess. A lower bound is proven from sums that no set of ballots can exceed; an upper bound
is a set of ballots that a full recount has seen turn the outcome. Where both meet, and after that
where few enough sets are left to try them all, the number is exact; otherwise both bounds are
given.

It is exact whenever nobody follows a majority and each owner has one ballot, or a few for units
of his own; except that striking may leave a gap towards carriage, where a set of heads and areas
has to fit between majority and quorum.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations, product
from math import comb, inf

import numpy as np
from numpy.typing import NDArray

from tally.coupling import hangs_on_majority, suppositions
from tally.desk import Desk
from tally.fewest import IMPOSSIBLE, Fewest, easiest, fewest
from tally.levers import Levers, change_levers, head_changes, strike_levers
from tally.margins import Margin, Needed, margins_of, necessary_margins, needed
from tally.model import Choice, Item, Policies
from tally.question import Question, votes_on
from tally.reading import Terms, settle, silence_speaks, terms_of
from tally.replay import Replay
from tally.rules import Rule
from tally.teams import Teams, teams_of
from tally.verdict import judge
from tally.witness import to_carry_by_change, to_carry_by_strike, to_fail

PATIENCE = 2_000_000
"""Units recounted at most, all trials together, when every set is tried."""

_QUICK = 1_000
"""A recount costs at least as much as one of so many units."""

_CELLS = 2**25
"""Bytes at most to remember which team gives how many ballots."""


@dataclass(frozen=True, slots=True)
class Flip:
    """How close one proposal was, or the closest of several.

    ``needed`` is None where silent or following votes hang on the majority: then no figure by
    itself says what is missing.
    """

    strike: Fewest
    change: Fewest
    needed: Needed | None

    def document(self) -> dict[str, object]:
        """Write it as results embed it."""
        return {
            "strike": self.strike.document(),
            "change": self.change.document(),
            "needed_heads": self.needed and self.needed.heads,
            "needed_area_cm2": self.needed and self.needed.area,
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Supposed:
    """One proposal under one supposition about whom followers follow.

    ``turned``: it alone, without any other change, makes the outcome the other one.
    ``teams``: the ballots that move heads only together, looked for where a gap is left.
    """

    at_least: int
    turned: bool
    margins: list[Margin]
    necessary: list[Margin]
    levers: Levers
    teams: Callable[[], Teams]


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One proposal, one thing that may be done to ballots, and how to see what comes of it."""

    carried: bool
    suppositions: list[_Supposed]
    ballots: NDArray[np.int64]
    choices: tuple[int, ...]
    carried_if: Callable[[NDArray[np.int64], tuple[int, ...] | None], bool]
    patience: int

    @property
    def coupled(self) -> bool:
        """Tell whether the vote of some hangs on that of others."""
        return len(self.suppositions) > 1

    def turns(self, chosen: NDArray[np.int64], to: tuple[int, ...] | None = None) -> bool:
        """Tell, by a full recount, whether a set of ballots turns the outcome."""
        return self.carried_if(self.ballots[chosen], to) != self.carried


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
    units fall silent, or name any other choice; superseded ballots do not come back. Where only so
    many candidates may be ticked, a changed ballot takes back other ticks if it must: that is one
    ballot all the same, and no other candidate's vote is part of this proposal's tests.
    """
    replay = Replay(desk, item, question, approving, policies, rule)
    census = desk.census(question, replay.scope, policies)
    holdings = desk.holdings(replay.scope, replay.slots)
    terms = terms_of(census, policies, rule)
    votes = votes_on(settle(census, terms), replay.scope.total, approving)
    carried = judge(votes, rule).carried
    target = Choice.ABSTAIN if carried else approving
    thinkable = suppositions(replay, holdings, census, terms)

    def supposed(levers_under: Callable[[Terms], Levers], to: int | None) -> list[_Supposed]:
        under = []
        for supposition in thinkable:
            reading = settle(census, supposition.terms)
            votes = votes_on(reading, replay.scope.total, approving)
            under.append(
                _Supposed(
                    supposition.at_least,
                    judge(votes, rule).carried != carried,
                    margins_of(votes, rule),
                    necessary_margins(votes, rule),
                    levers_under(supposition.terms),
                    cache(partial(teams_under, supposition.terms, to)),
                )
            )
        return under

    def teams_under(terms: Terms, to: int | None) -> Teams:
        return teams_of(
            holdings,
            lambda chosen: head_changes(replay, terms, holdings.ballots[chosen], to),
        )

    trials = patience // max(len(replay.scope.rows), _QUICK)
    strike = _Case(
        carried,
        supposed(lambda terms: strike_levers(replay, holdings, terms), None),
        holdings.ballots,
        (),
        lambda chosen, _: replay.carried_if_struck(chosen),
        trials,
    )
    change = _Case(
        carried,
        supposed(lambda terms: change_levers(replay, holdings, terms, target), target),
        holdings.ballots,
        # Naming the target is the best a ballot can do, unless others follow it.
        question.marks if len(thinkable) > 1 else (int(target),),
        lambda chosen, to: replay.carried_if_changed(chosen, target if to is None else to),
        trials,
    )
    lacking = None
    if not hangs_on_majority(census, policies, rule):
        lacking = needed(votes, rule, silent_take_part=silence_speaks(policies, rule))
    return Flip(_fewest_to_turn(strike), _fewest_to_turn(change), lacking)


def closest(flips: list[Flip]) -> Flip:
    """Return the fewest ballots that turn any one of several proposals.

    A proposal turns when it carries or no longer does; who of those elected comes first is not
    asked.
    """
    known = [flip.needed for flip in flips if flip.needed is not None]
    return Flip(
        easiest([flip.strike for flip in flips]),
        easiest([flip.change for flip in flips]),
        min(known, key=_distance) if len(known) == len(flips) else None,
    )


def _distance(needed: Needed) -> tuple[float, float]:
    heads, area = (inf if each is None else each for each in (needed.heads, needed.area))
    return heads, area


def _fewest_to_turn(case: _Case) -> Fewest:
    at_least = _smallest(_proven(supposed, carried=case.carried) for supposed in case.suppositions)
    if at_least is None or len(case.ballots) == 0:
        return IMPOSSIBLE
    # Whatever helps a proposal, everybody naming it helps most: it even wins the followers.
    if case.choices and not case.carried and not case.turns(np.arange(len(case.ballots))):
        return IMPOSSIBLE
    at_least = max(at_least, 1)
    actual = case.suppositions[0]
    sets: list[NDArray[np.int64]] = []
    for supposed in case.suppositions:
        if case.carried:
            sets += to_fail(supposed.levers, supposed.margins)
            continue
        look = to_carry_by_change if case.choices else to_carry_by_strike
        found = look(supposed.levers, supposed.margins, at_least)
        sets += [] if found.chosen is None else [found.chosen]
        if supposed is actual and found.complete and not case.coupled:
            if found.at_least is None:
                return IMPOSSIBLE
            at_least = found.at_least
    at_most = next((len(each) for each in sorted(sets, key=len) if case.turns(each)), None)
    if at_most is None or at_most > at_least:
        at_most = _smallest([at_most, _by_size(case, at_least)])
    if at_most is None or at_most > at_least:
        at_least, at_most = _closer(case, at_least, at_most)
    return IMPOSSIBLE if at_least is None else _try_all(case, at_least, at_most)


def _closer(case: _Case, at_least: int, at_most: int | None) -> tuple[int | None, int | None]:
    """Close the gap where ballots of one owner move a head only together."""
    most = len(case.ballots) if at_most is None else at_most - 1
    sets: list[NDArray[np.int64]] = []

    def together(supposed: _Supposed, margin: Margin, sign: int, need: int) -> int | None:
        teams = supposed.teams()
        if not margin.by_heads or len(teams.member) * most > _CELLS:
            return _by_itself(supposed, margin, sign, need)
        alone = supposed.levers.most(margin, sign).astype(np.int64)
        chosen = teams.fewest(sign * np.array(margin.weights), need, alone, most)
        if chosen is not None:
            sets.append(chosen)
        return None if chosen is None else len(chosen)

    least = _smallest(
        _proven(each, carried=case.carried, count=together) for each in case.suppositions
    )
    if least is None:
        # Then nothing up to ``most`` is enough.
        return at_most, at_most
    found = next((len(each) for each in sorted(sets, key=len) if case.turns(each)), None)
    return max(at_least, least), _smallest([at_most, found])


def _by_itself(supposed: _Supposed, margin: Margin, sign: int, need: int) -> int | None:
    """Bound how many ballots move a margin so far, each taken by itself."""
    return fewest(supposed.levers.most(margin, sign), need)


def _proven(
    supposed: _Supposed,
    *,
    carried: bool,
    count: Callable[[_Supposed, Margin, int, int], int | None] = _by_itself,
) -> int | None:
    """Return a number of ballots needed in any case, or None if none suffices."""
    ways: list[int | None]
    if supposed.turned:
        ways = [0]
    elif carried:
        ways = [count(supposed, margin, -1, margin.slack) for margin in supposed.margins]
    else:
        together = [
            count(supposed, margin, 1, margin.shortfall)
            for margin in (*supposed.margins, *supposed.necessary)
        ]
        known = [way for way in together if way is not None]
        ways = [max(known)] if len(known) == len(together) else []
    least = _smallest(ways)
    return None if least is None else max(least, supposed.at_least)


def _by_size(case: _Case, at_least: int) -> int | None:
    """Take the ballots in order of effect until the outcome turns, then fewer by halves."""
    sign = -1 if case.carried else 1
    found: int | None = None
    actual = case.suppositions[0]
    for margin in actual.margins:
        order = np.argsort(-actual.levers.most(margin, sign), kind="stable")
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
        found = _smallest([found, high])
    return found


def _try_all(case: _Case, at_least: int, at_most: int | None) -> Fewest:
    """Close the gap by trying every set, as far as patience goes."""
    ballots = len(case.ballots)
    left = case.patience
    end = ballots + 1 if at_most is None else at_most
    for count in range(at_least, end):
        sets = comb(ballots, count) * (len(case.choices) or 1) ** count
        if sets > left:
            return Fewest(count, at_most)
        left -= sets
        marks = product(case.choices, repeat=count) if case.choices else (None,)
        for chosen, to in product(combinations(range(ballots), count), marks):
            if case.turns(np.array(chosen), to):
                return Fewest(count, count)
    return IMPOSSIBLE if at_most is None else Fewest(at_most, at_most)


def _smallest(numbers: Iterable[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)
