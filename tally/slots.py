"""One slot for each unit: which of its ballots stands, and what ballots answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tally import kernel
from tally.columns import BallotColumns, Medium
from tally.model import Choice, Policies, Repeat

SILENT: Final = 120
"""Answer code of a unit without any ballot."""

DELIVERED: Final = 121
"""The same, with proof that the ballot paper was delivered."""

REJECTED: Final = 122
"""The same where only void ballots name the unit."""

_PREFERRED = {Repeat.PAPER_FIRST: Medium.PAPER, Repeat.PHONE_FIRST: Medium.PHONE}
"""The medium whose ballots stand before all others, by clause (domain C-17)."""

UNHELD = (SILENT, DELIVERED, REJECTED)
"""Answers of units that no ballot holds, in the order in which they follow the ballots."""


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """The ballot that holds the slot of each unit.

    Parameters
    ----------
    holder
        Ballot position, int32, shape ``(U,)``; from ``ballots`` on it says why there is none.
    silent
        What ``holder`` says of each unit when no ballot holds it: whether its paper was delivered.
    ballots
        Number B of ballots.
    """

    holder: NDArray[np.int32]
    silent: NDArray[np.int32]
    ballots: int


def fill_slots(
    ballots: BallotColumns,
    units: int,
    policies: Policies,
    *,
    delivered: NDArray[np.bool_] | None,
    struck: Collection[int],
) -> Slots:
    """Let one ballot stand for each unit.

    A whole void ballot never takes a slot (domain C-19). Among the others the published rule
    chooses by order of arrival, by medium, or the last of so many changes; the ballot chosen stands
    with all its items (domain C-17, C-18). A struck ballot keeps the
    slots it took and silences them: what it had superseded does not come back.

    Raises
    ------
    TallyError
        Paper or phone goes first, and a ballot's channel is neither.
    """
    count = len(ballots)
    silent = np.full(units, count + UNHELD.index(SILENT), dtype=np.int32)
    if delivered is not None:
        silent[delivered] = count + UNHELD.index(DELIVERED)
    holder = silent.copy()
    changes = policies.repeat_limit if policies.repeat is Repeat.LAST_VALID else 0
    kernel.fill(ballots.unit_offsets, ballots.unit_code, ballots.void, changes, holder)
    if policies.repeat in _PREFERRED:
        passed_over = ballots.void | (ballots.media() != _PREFERRED[policies.repeat])
        kernel.fill(ballots.unit_offsets, ballots.unit_code, passed_over, 0, holder)
    if ballots.void.any():
        void = _touched(ballots, np.flatnonzero(ballots.void), struck, units)
        spoiled = void & (holder >= count)
        holder[spoiled] = count + UNHELD.index(REJECTED)
    if struck:
        excluded = np.zeros(count + len(UNHELD), dtype=np.bool_)
        excluded[sorted(struck)] = True
        taken_away = excluded[holder]
        holder[taken_away] = silent[taken_away]
    return Slots(holder, silent, count)


def _touched(
    ballots: BallotColumns, chosen: NDArray[np.int64], struck: Collection[int], units: int
) -> NDArray[np.bool_]:
    """Tell which units the chosen ballots name, struck ones left out."""
    touched = np.zeros(units, dtype=np.bool_)
    for ballot in chosen.tolist():
        if ballot not in struck:
            start, end = ballots.unit_offsets[ballot : ballot + 2]
            touched[ballots.unit_code[start:end]] = True
    return touched


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What ballots answer, question by question, ready to be looked up by a slot.

    Parameters
    ----------
    columns
        Answer codes, uint8, shape ``(Q + 1, B + 3)``. The last row, absence, says nothing of any
        ballot; the last three columns are the answers of a unit that no ballot holds.
    seen
        Which codes the ballots carry, bool, shape ``(Q + 1, 256)``.
    """

    columns: NDArray[np.uint8]
    seen: NDArray[np.bool_]

    @classmethod
    def of(cls, choices: NDArray[np.int8]) -> "Answers":
        """Turn choices, ``(B, Q)``, into rows."""
        ballots, questions = choices.shape
        columns = np.empty((questions + 1, ballots + len(UNHELD)), dtype=np.uint8)
        columns[:-1, :ballots] = choices.T
        columns[-1, :ballots] = Choice.BLANK
        columns[:, ballots:] = UNHELD
        return cls(columns, kernel.seen(columns[:, :ballots]))

    def only(self, questions: Sequence[int]) -> "Answers":
        """Leave the other questions out."""
        if len(questions) == len(self.columns) - 1:
            return self
        rows = [*questions, -1]
        return Answers(self.columns[rows], self.seen[rows])

    def asked_instead(self, row: NDArray[np.uint8]) -> "Answers":
        """Put one other row, of which nothing is known, in the place of all questions."""
        return Answers(np.stack((row, self.columns[-1])), np.ones_like(self.seen))
