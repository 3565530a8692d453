"""One owner, one voice: rules that do not let a second, different ballot of an owner in (C-3)."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tally.columns import BallotColumns, Medium, RosterColumns, Segments
from tally.grouping import owner_groups
from tally.model import MixedUnits, Policies, Repeat


def as_received(
    ballots: BallotColumns,
    roster: RosterColumns,
    policies: Policies,
    segments: Segments | None = None,
) -> BallotColumns:
    """Take its units from every ballot that the published rules do not let in.

    A box that keeps the rules has none of them. Where there is one all the same, on a sheet that
    somebody typed, what stood for the owner before it goes on standing.

    Parameters
    ----------
    ballots, roster
        B ballots of U units.
    segments
        Complexes, where there are several: nobody speaks for another one.

    Returns
    -------
    BallotColumns
        With the same B positions; ``ballots`` itself where nothing is turned away.
    """
    refused = refused_ballots(ballots, roster, policies, segments)
    if not refused.any():
        return ballots
    sizes = np.diff(ballots.unit_offsets)
    offsets = np.zeros_like(ballots.unit_offsets)
    np.cumsum(np.where(refused, 0, sizes), out=offsets[1:])
    kept = ballots.unit_code[~np.repeat(refused, sizes)]
    return replace(ballots, unit_offsets=offsets, unit_code=kept)


def refused_ballots(
    ballots: BallotColumns,
    roster: RosterColumns,
    policies: Policies,
    segments: Segments | None = None,
) -> NDArray[np.bool_]:
    """Tell which ballots would leave an owner's units under different ballots; bool, ``(B,)``.

    Who is one owner follows from the whole roster, whatever the single items are put to; two
    ballots differ if they do in any mark. A void ballot is never turned away (domain C-19).

    Raises
    ------
    TallyError
        Paper or phone goes first, and a ballot's channel is neither.
    """
    refused = np.zeros(len(ballots), dtype=np.bool_)
    if policies.mixed_units is not MixedUnits.REFUSE_DIFFERENT or not len(ballots):
        return refused
    whose = owner_groups(
        roster, policies.same_owner, segment=None if segments is None else segments.code
    )
    _, voice = np.unique(ballots.choices, axis=0, return_inverse=True)
    for ballot in _conflicts(ballots, policies, whose, voice.reshape(-1)):
        refused[ballot] = True
    return refused


def _conflicts(
    ballots: BallotColumns,
    policies: Policies,
    whose: NDArray[np.int32],
    voice: NDArray[np.int64],
) -> Iterator[int]:
    """Go through the ballots of owners who do not speak with one voice, in order of arrival."""
    sizes = np.diff(ballots.unit_offsets)
    claimant = np.repeat(np.arange(len(ballots)), sizes)
    valid = ~ballots.void[claimant]
    claimant, unit = claimant[valid], ballots.unit_code[valid]
    owner = whose[unit]
    owners = int(whose.max(initial=-1)) + 1
    lowest, highest = np.full(owners, len(ballots)), np.full(owners, -1)
    np.minimum.at(lowest, owner, voice[claimant])
    np.maximum.at(highest, owner, voice[claimant])
    torn = (lowest < highest)[owner]

    gives_way = _GivesWay(ballots, policies)
    holder: dict[int, int] = {}
    received: dict[int, int] = {}
    # All that stands for an owner says the same, so one voice and a number of units describe it.
    standing: dict[int, tuple[int, int]] = {}
    for ballot in np.unique(claimant[torn]).tolist():
        start, end = ballots.unit_offsets[ballot : ballot + 2]
        units = ballots.unit_code[start:end].tolist()
        said = int(voice[ballot])
        taken: dict[int, set[int]] = {}
        for each in units:
            if each not in holder or gives_way(holder[each], ballot, received[each]):
                taken.setdefault(int(whose[each]), set()).add(each)
        left = {
            group: standing.get(group, (said, 0))[1] - sum(each in holder for each in theirs)
            for group, theirs in taken.items()
        }
        if any(left[group] and standing[group][0] != said for group in taken):
            yield ballot
            continue
        for group, theirs in taken.items():
            standing[group] = said, left[group] + len(theirs)
            holder |= dict.fromkeys(theirs, ballot)
        for each in units:
            received[each] = received.get(each, 0) + 1


class _GivesWay:
    """Whether the ballot that stands for a unit makes room for a later one (C-17, C-18)."""

    def __init__(self, ballots: BallotColumns, policies: Policies) -> None:
        preferred = {Repeat.PAPER_FIRST: Medium.PAPER, Repeat.PHONE_FIRST: Medium.PHONE}
        self._policies = policies
        self._preferred = preferred.get(policies.repeat)
        self._media = None if self._preferred is None else ballots.media()

    def __call__(self, standing: int, later: int, received: int) -> bool:
        if self._media is not None:
            return bool(self._media[later] == self._preferred != self._media[standing])
        if self._policies.repeat is Repeat.FIRST_VALID:
            return False
        limit = self._policies.repeat_limit
        return limit is None or received <= limit
