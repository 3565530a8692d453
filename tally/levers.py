"""How far each counted ballot alone can move each margin.

The terms are held fixed here: who follows, follows the same choice before and after.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.census import FLAG_OF, FLAG_SETS, FLAGS, MARKS
from tally.columns import CODES
from tally.holdings import Holdings
from tally.margins import Margin
from tally.reading import Stance, Terms
from tally.replay import Replay
from tally.rules import exact_type
from tally.scope import Scope
from tally.standing import owner_states, unit_codes

_STANDINGS = np.array([(0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1)], dtype=np.int64)
"""An owner, or a unit, stays away, only attends, takes part as well, or approves as well.

Columns are those of :attr:`~tally.margins.Margin.weights`. Each row has one more than the one
before, so that a sum names it.
"""

_CHANGES = (_STANDINGS - _STANDINGS[:, np.newaxis]).reshape(-1, 3)
"""What it does to come from the row ``n // 4`` of these to the row ``n % 4``."""


@dataclass(frozen=True, slots=True, eq=False)
class Levers:
    """What doing one thing (striking, or changing to one choice) to each of N ballots does.

    Parameters
    ----------
    heads, area
        Change of (participating, approving, attending) heads and area in cm², ``(N, 3)``: int64,
        or Python integers where an electorate is so large that a margin could leave 64 bits.
    heads_known, area_known
        Ballots for which that is exact whatever happens to the others, bool ``(N,)``. Of the
        rest only :meth:`most` may be used.
    """

    holdings: Holdings
    heads: NDArray[Any]
    area: NDArray[Any]
    heads_known: NDArray[np.bool_]
    area_known: NDArray[np.bool_]
    owner_now: NDArray[np.int64]
    reachable: NDArray[np.int64]

    def known(self, margin: Margin) -> NDArray[np.bool_]:
        """Tell of which ballots the effect on a margin is exact."""
        return self.heads_known if margin.by_heads else self.area_known

    def most(self, margin: Margin, sign: int) -> NDArray[Any]:
        """Return at least as much as each ballot adds to ``sign`` times a margin.

        Sums of it over any set of ballots are never less than what the set does; where the
        effect is known they are equal to it.
        """
        weights = sign * np.array(margin.weights, dtype=np.int64)
        weights = weights.astype(self.area.dtype)
        gains = (self.heads if margin.by_heads else self.area) @ weights
        if self.known(margin).all():
            return gains
        if margin.by_heads:
            best = np.maximum((self.reachable @ weights).max() - self.owner_now @ weights, 0)
        else:
            values = _STANDINGS @ weights
            best = self.holdings.group_area.astype(self.area.dtype) * (values.max() - values.min())
        optimistic = np.zeros_like(gains)
        np.add.at(optimistic, self.holdings.link_ballot, best[self.holdings.link_group])
        return np.where(self.known(margin), gains, optimistic)


def strike_levers(replay: Replay, holdings: Holdings, terms: Terms) -> Levers:
    """Work out what striking each ballot does."""
    silent = replay.answers[replay.silent[holdings.units]]
    return _levers(replay, holdings, terms, silent, _STANDINGS)


def change_levers(replay: Replay, holdings: Holdings, terms: Terms, to: int) -> Levers:
    """Work out what changing each ballot to one choice does."""
    named = np.full(len(holdings.units), to, dtype=np.uint8)
    return _levers(replay, holdings, terms, named, _STANDINGS[2:])


def head_changes(
    replay: Replay, terms: Terms, ballots: NDArray[np.int64], to: int | None
) -> NDArray[np.int64]:
    """Work out what some ballots together do to each owner as a head.

    Parameters
    ----------
    ballots
        Positions of those that are changed to one choice, or struck if ``to`` is None.

    Returns
    -------
    NDArray[np.int64]
        Change of (participating, approving, attending), shape ``(G, 3)``.
    """
    held, answers = replay.held, replay.answers.copy()
    if to is None:
        struck = np.zeros(answers.shape, dtype=np.bool_)
        struck[ballots] = True
        held = np.where(struck[held], replay.silent, held)
    else:
        answers[ballots] = to
    governed = replay.scope.several if replay.last_ballot_governs else None
    now, then = (
        _standing_of_owners(replay.scope, codes, terms, replay.approving)
        for [codes] in (
            unit_codes(replay.held, replay.answers[np.newaxis], governed),
            unit_codes(held, answers[np.newaxis], governed),
        )
    )
    return _changes(now, then)


def _levers(
    replay: Replay,
    holdings: Holdings,
    terms: Terms,
    after: NDArray[np.uint8],
    reachable: NDArray[np.int64],
) -> Levers:
    """Compare before and after; ``after`` is the new answer of each held unit."""
    scope, marks = replay.scope, replay.question.marks
    governed = scope.several if replay.last_ballot_governs else None
    [codes] = unit_codes(replay.held, replay.answers[np.newaxis], governed)
    then = codes.copy()
    then[holdings.units] = after
    standing = _standing_of_codes(marks, terms, replay.approving)
    moved = _changes(standing[codes[holdings.units]], standing[after])
    moved *= scope.area_cm2[holdings.units, np.newaxis]
    area = np.add.reduceat(moved, holdings.starts)

    # A simple ballot leaves its owner with the new answer and with his units without a ballot.
    owner_now = _standing_of_owners(scope, codes, terms, replay.approving)
    owner_then = _standing_of_owners(scope, then, terms, replay.approving)
    heads = _changes(owner_now[holdings.group], owner_then[holdings.group])

    additive = not replay.last_ballot_governs
    exact = exact_type(scope.total.area_cm2)
    return Levers(
        holdings=holdings,
        heads=heads.astype(exact, copy=False),
        area=area.astype(exact, copy=False),
        heads_known=holdings.simple,
        area_known=holdings.simple | additive,
        owner_now=_STANDINGS.take(owner_now, axis=0),
        reachable=reachable,
    )


def _standing_of_codes(marks: tuple[int, ...], terms: Terms, approving: int) -> NDArray[np.uint8]:
    """Tell of each answer code how a unit with it stands, shape ``(256,)``."""
    table = np.zeros(CODES, dtype=np.uint8)
    for code in (*marks, *FLAG_OF):
        table[code] = _standing(terms.of_unit(code), approving)
    return table


def _standing_of_owners(
    scope: Scope, codes: NDArray[np.uint8], terms: Terms, approving: int
) -> NDArray[np.uint8]:
    """Tell of each owner how he stands where his units answer so, shape ``(G,)``."""
    state, flags = np.zeros((2, scope.total.heads), dtype=np.uint8)
    state[scope.owner], flags[scope.owner] = MARKS[codes], FLAGS[codes]
    # What one of several units says is written over by what all of them do.
    owners = scope.owner[scope.several.units[scope.several.starts]]
    [state[owners]], [flags[owners]] = owner_states(codes[np.newaxis], scope.several)
    cells = state.astype(np.int64) * FLAG_SETS + flags
    table = np.zeros(CODES * FLAG_SETS, dtype=np.uint8)
    for cell in np.flatnonzero(np.bincount(cells)).tolist():
        table[cell] = _standing(terms.of_owner(*divmod(cell, FLAG_SETS)), approving)
    return table.take(cells)


def _standing(stance: Stance, approving: int) -> int:
    """Return a row of :data:`_STANDINGS`."""
    return stance.attends + stance.takes_part + (stance.choice == approving)


def _changes(now: NDArray[np.uint8], then: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Tell what each change of standing does, shape ``(n, 3)``."""
    return _CHANGES.take(len(_STANDINGS) * now + then, axis=0)
