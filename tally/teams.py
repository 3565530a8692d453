"""Ballots that move a head only together: those of one owner, and of owners whom a ballot joins.

Where an owner votes flat by flat, striking one of his ballots leaves him there as a head; only all
of them take him away. Ballots so bound are looked at as one team, every choice among them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally.holdings import Holdings

LARGEST = 4
"""Most ballots of a team of which every choice is looked at."""

_OF_SIZE = [
    [choice for choice in range(2**LARGEST) if choice.bit_count() == size]
    for size in range(1, LARGEST + 1)
]
"""Choices among the ballots of a team, by their bits, of one ballot, of two, and so on."""

Effects = Callable[[NDArray[np.int64]], NDArray[np.int64]]
"""What doing something to some of N ballots changes in the heads of each of G owners: (taking
part, approving, attending), shape ``(G, 3)``."""


@dataclass(frozen=True, slots=True, eq=False)
class Teams:
    """T teams among N ballots, and what each choice of their ballots does to heads.

    Parameters
    ----------
    member
        The ballots of each team, -1 where it has fewer, int64, shape ``(T, LARGEST)``.
    apart
        Ballots that are in no team, bool, shape ``(N,)``.
    effects
        What each non-empty choice does, by its bits, int64, shape ``(2 ** LARGEST, T, 3)``.
    """

    member: NDArray[np.int64]
    apart: NDArray[np.bool_]
    effects: NDArray[np.int64]

    def fewest(
        self, weights: NDArray[np.int64], need: int, alone: NDArray[np.int64], most: int
    ) -> NDArray[np.int64] | None:
        """Choose as few ballots as possible of which heads add up to a need.

        Parameters
        ----------
        weights
            What a head adds that takes part, that approves, that attends.
        alone
            The most that each ballot in no team adds by itself, shape ``(N,)``.
        most
            Larger numbers are not looked for.

        Returns
        -------
        NDArray[np.int64] or None
            The ballots; None if there are none, or more than ``most`` of them.
        """
        singles = np.flatnonzero(self.apart & (alone > 0))
        singles = singles[np.argsort(-alone[singles])]
        sums = np.concatenate(([0], np.cumsum(alone[singles])))
        gains = self.effects @ weights
        best, taken = _best_of_teams(gains, most)
        more = np.searchsorted(sums, need - best)
        counts = np.arange(most + 1) + more
        counts[more == len(sums)] = most + 1
        by_teams = int(counts.argmin())
        if counts[by_teams] > most:
            return None
        return np.concatenate([singles[: more[by_teams]], *self._of_teams(gains, taken, by_teams)])

    def _of_teams(
        self, gains: NDArray[np.int64], taken: NDArray[np.int8], count: int
    ) -> Iterator[NDArray[np.int64]]:
        """Go back from the last team to the first, through what each gave."""
        for team in range(len(self.member) - 1, -1, -1):
            size = int(taken[team, count])
            if size:
                choices = _OF_SIZE[size - 1]
                choice = choices[int(gains[choices, team].argmax())]
                yield self.member[team, _bits(choice)]
                count -= size


def _best_of_teams(
    gains: NDArray[np.int64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Return the most that each number of ballots of T teams adds, from 0 to ``most``.

    Also how many of them each team gives, shape ``(T, most + 1)``.
    """
    best = np.zeros(most + 1, dtype=np.int64)
    steps = np.stack([gains[choices].max(axis=0) for choices in _OF_SIZE], axis=1)
    taken = np.zeros((len(steps), most + 1), dtype=np.int8)
    for team, step in enumerate(steps.tolist()):
        before = best.copy()
        for size, gain in enumerate(step, 1):
            better = before[:-size] + gain > best[size:]
            best[size:][better] = before[:-size][better] + gain
            taken[team, size:][better] = size
    return best, taken


def teams_of(holdings: Holdings, effects: Effects) -> Teams:
    """Find the teams, and try every choice of their ballots, all teams at once."""
    team = _linked(holdings)
    team[holdings.simple] = -1
    names, places, sizes = np.unique(team, return_inverse=True, return_counts=True)
    kept = (names >= 0) & (sizes <= LARGEST)
    number = np.where(kept, np.cumsum(kept) - 1, -1)[places]
    inside = np.flatnonzero(number >= 0)
    inside = inside[np.argsort(number[inside])]
    starts = np.searchsorted(number[inside], np.arange(kept.sum()))
    member = np.full((int(kept.sum()), LARGEST), -1)
    member[number[inside], np.arange(len(inside)) - starts[number[inside]]] = inside
    team_of_group = np.full(len(holdings.group_area), -1)
    team_of_group[holdings.link_group] = number[holdings.link_ballot]
    moved = np.flatnonzero(team_of_group >= 0)
    found = np.zeros((2**LARGEST, len(member), 3), dtype=np.int64)
    for choice in range(1, 2**LARGEST):
        bits = _bits(choice)
        whole = (member[:, bits] >= 0).all(axis=1)
        if whole.any():
            change = effects(member[whole][:, bits].ravel())
            np.add.at(found[choice], team_of_group[moved], change[moved])
    return Teams(member, number < 0, found)


def _linked(holdings: Holdings) -> NDArray[np.int64]:
    """Label ballots alike that hold units of the same owners: the smallest of them."""
    label = np.arange(len(holdings.ballots))
    while True:
        smallest = np.full(len(holdings.group_area), len(label))
        np.minimum.at(smallest, holdings.link_group, label[holdings.link_ballot])
        linked = label.copy()
        np.minimum.at(linked, holdings.link_ballot, smallest[holdings.link_group])
        if np.array_equal(linked, label):
            return label
        label = linked


def _bits(choice: int) -> list[int]:
    return [place for place in range(LARGEST) if choice >> place & 1]
