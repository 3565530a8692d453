"""How few: the arithmetic of taking the largest first, and what can be said when it is unclear."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fewest:
    """The fewest ballots that turn an outcome, as far as it is proven.

    Parameters
    ----------
    at_least
        No fewer ballots can do it; ``None`` if no number of ballots can.
    at_most
        So many ballots do it, checked by a full recount; ``None`` if no way was found.
    """

    at_least: int | None
    at_most: int | None

    def document(self) -> int | dict[str, int | None] | None:
        """Write one integer where it is proven, ``null`` if impossible, else both bounds."""
        if self.at_least is None:
            return None
        if self.at_least == self.at_most:
            return self.at_least
        return {"at_least": self.at_least, "at_most": self.at_most}


_FEW = 64
"""The largest effects that are looked at first."""

IMPOSSIBLE = Fewest(None, None)
"""No number of ballots turns the outcome."""


def easiest(ways: list[Fewest]) -> Fewest:
    """Return the fewest ballots that do any one of several things."""
    possible = [way for way in ways if way.at_least is not None]
    if not possible:
        return IMPOSSIBLE
    return Fewest(
        min(way.at_least for way in possible if way.at_least is not None),
        min((way.at_most for way in possible if way.at_most is not None), default=None),
    )


def fewest(gains: NDArray[Any], need: int) -> int | None:
    """Return how many of the gains, the largest first, add up to a need.

    ``None`` if all of them together fall short.
    """
    if need <= 0:
        return 0
    gains = gains[gains > 0]
    if gains.sum() < need:
        return None
    # Mostly a few are enough, and only these are put in order.
    few = _FEW
    while few < len(gains):
        largest = np.partition(gains, -few)[-few:]
        if largest.sum() >= need:
            gains = largest
            break
        few *= 16
    sums = np.cumsum(-np.sort(-gains))
    return int(np.searchsorted(sums, need)) + 1
