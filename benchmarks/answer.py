"""The form in which answers are compared, and the verdicts of those who only have figures."""

from dataclasses import dataclass

import numpy as np

from benchmarks.data import ITEMS, MARKS


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a count found out about S assemblies (or buildings), ten items each.

    Parameters
    ----------
    figures
        Heads and area (cm²) of approval, opposition and abstention, int64, ``(S, 10, 3, 2)``.
    carried
        bool, shape ``(S, 10)``.
    """

    figures: np.ndarray
    carried: np.ndarray

    def __eq__(self, other):
        return (
            isinstance(other, Answer)
            and np.array_equal(self.figures, other.figures)
            and np.array_equal(self.carried, other.carried)
        )

    __hash__ = None


def judged(figures, electorate):
    """Apply the general majority, written out here once more (Civil Code art. 278(2)).

    Parameters
    ----------
    figures
        As in :class:`Answer`.
    electorate
        Heads and area (cm²) of each, int64, shape ``(S, 2)``.
    """
    part = figures.sum(axis=2)
    quorum = 3 * part >= 2 * electorate[:, None, :]
    majority = 2 * figures[:, :, 0, :] > part
    return Answer(figures, (quorum & majority).all(axis=2))


def placed(rows, segments=1):
    """Put rows of segment, item, choice, heads and area into the shape of an answer."""
    figures = np.zeros((segments, ITEMS, len(MARKS), 2), dtype=np.int64)
    segment, item, choice, heads, area = (np.asarray(column) for column in rows)
    figures[segment, item, choice.astype(np.int64) - 1] = np.stack([heads, area], axis=-1)
    return figures


def counted(vote, item, choice, heads, area):
    """Judge one count of a vote, given as columns of a row for each item and choice."""
    rows = (np.zeros(len(item), np.int64), item, choice, heads, area)
    return judged(placed(rows), np.array([[vote.heads, vote.roster.area_cm2.sum()]]))
