"""Units whose ballot a co-owner objects to, and what the rules make of them (domain C-1)."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tally.columns import BallotColumns
from tally.model import Choice, CoOwners
from tally.slots import REJECTED, UNHELD, Slots


def with_abstentions(ballots: BallotColumns, objected: NDArray[np.bool_]) -> BallotColumns:
    """Append one abstention for each objected unit, cast for nobody until a rule needs it.

    The ballots before them keep their places. They come last: where the last ballot of an owner
    speaks for all his units (domain C-3), the abstention does.

    Parameters
    ----------
    ballots
        B ballots with Q questions.
    objected
        Units whose standing ballot a co-owner objects to, bool, shape ``(U,)``; K of them.

    Returns
    -------
    BallotColumns
        B + K ballots; ``ballots`` itself if there are none to object to.
    """
    count = int(objected.sum())
    if not count or not len(ballots):
        return ballots
    questions = ballots.choices.shape[1]
    end = ballots.unit_offsets[-1]
    return replace(
        ballots,
        unit_offsets=np.append(ballots.unit_offsets, np.full(count, end)),
        choices=np.vstack(
            (ballots.choices, np.full((count, questions), Choice.ABSTAIN, dtype=np.int8))
        ),
        void=np.append(ballots.void, np.zeros(count, dtype=np.bool_)),
        # On whatever they might have come: the rules that ask never see them.
        channel=np.append(ballots.channel, np.full(count, ballots.channel[0])),
    )


def settle_contested(slots: Slots, objected: NDArray[np.bool_], rule: CoOwners) -> Slots:
    """Say what holds the objected units of which a ballot stands; of others nothing does anyway.

    Parameters
    ----------
    slots
        Of ballots as :func:`with_abstentions` gives them.
    objected
        As there.
    """
    units = np.flatnonzero(objected)
    stands = slots.holder[units] < slots.ballots
    holder = slots.holder.copy()
    if rule is CoOwners.ABSTAIN:
        own = slots.ballots - len(units) + np.arange(len(units))
        holder[units[stands]] = own[stands]
    elif rule is CoOwners.VOID:
        holder[units[stands]] = slots.ballots + UNHELD.index(REJECTED)
    return replace(slots, holder=holder)
