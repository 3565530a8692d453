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
from tally.standing import owner_states, unit_codes

_STANDINGS = np.array([(0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1)], dtype=np.int64)
"""An owner, or a unit, stays away, only attends, takes part as well, or approves as well.

Columns are those of :attr:`~tally.margins.Margin.weights`.
"""


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
        if margin.by_heads:
            now = self.owner_now @ weights
            best = np.maximum((self.reachable @ weights).max() - now, 0)
            gains = self.heads @ weights
        else:
            values = _STANDINGS @ weights
            best = self.holdings.group_area.astype(self.area.dtype) * (values.max() - values.min())
            gains = self.area @ weights
        if self.known(margin).all():
            return gains
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
    rows = unit_codes(replay.held, replay.answers[np.newaxis], governed)
    codes = rows[0]
    ballots = len(holdings.ballots)
    standing = _standing_of_codes(marks, terms, replay.approving)
    moved = standing[after] - standing[codes[holdings.units]]
    area = np.zeros((ballots, 3), dtype=np.int64)
    np.add.at(area, holdings.unit_ballot, moved * scope.area_cm2[holdings.units, np.newaxis])

    state = np.zeros(len(holdings.group_area), dtype=np.uint8)
    flags = np.zeros_like(state)
    state[scope.owner[scope.alone]] = MARKS[codes[scope.alone]]
    flags[scope.owner[scope.alone]] = FLAGS[codes[scope.alone]]
    owners = scope.owner[scope.several.units[scope.several.starts]]
    [state[owners]], [flags[owners]] = owner_states(rows, scope.several)
    owner_now = _standing_of_owners(state, flags, terms, replay.approving)

    # A simple ballot leaves its owner with the new answer and with his units without a ballot.
    held = np.zeros(len(codes), dtype=np.bool_)
    held[holdings.units] = True
    rest = np.zeros_like(flags)
    np.bitwise_or.at(rest, holdings.every_group[~held], FLAGS[codes[~held]])
    np.bitwise_or.at(rest, holdings.unit_group, FLAGS[after])
    new_state = np.zeros_like(state)
    new_state[holdings.unit_group] = MARKS[after]
    owner_then = _standing_of_owners(new_state, rest, terms, replay.approving)
    heads = np.zeros_like(area)
    first = np.zeros(ballots, dtype=np.int64)
    first[holdings.link_ballot] = holdings.link_group
    heads[holdings.simple] = (owner_then - owner_now)[first[holdings.simple]]

    additive = not replay.last_ballot_governs
    exact = exact_type(scope.total.area_cm2)
    return Levers(
        holdings=holdings,
        heads=heads.astype(exact),
        area=area.astype(exact),
        heads_known=holdings.simple,
        area_known=holdings.simple | additive,
        owner_now=owner_now,
        reachable=reachable,
    )


def _standing_of_codes(marks: tuple[int, ...], terms: Terms, approving: int) -> NDArray[np.int64]:
    """Tell of each answer code how a unit with it stands, shape ``(256, 3)``."""
    table = np.zeros((CODES, 3), dtype=np.int64)
    for code in (*marks, *FLAG_OF):
        table[code] = _row(terms.of_unit(code), approving)
    return table


def _standing_of_owners(
    state: NDArray[np.uint8], flags: NDArray[np.uint8], terms: Terms, approving: int
) -> NDArray[np.int64]:
    """Tell the same of each owner, shape ``(G, 3)``."""
    kinds, kind = np.unique(state.astype(np.int64) * FLAG_SETS + flags, return_inverse=True)
    rows = [_row(terms.of_owner(*divmod(key, FLAG_SETS)), approving) for key in kinds.tolist()]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)[kind]


def _row(stance: Stance, approving: int) -> tuple[int, int, int]:
    return stance.takes_part, stance.choice == approving, stance.attends
