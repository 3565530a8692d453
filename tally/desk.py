"""The counting desk: one assembly's columns, looked at under any set of policies.

Whatever two questions or two readings have in common (slots, electorates, groups, censuses) is
worked out once.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from tally.census import Census, take_census
from tally.columns import KINDS, BallotColumns, RosterColumns
from tally.holdings import Holdings, holdings_of
from tally.model import BlankItem, Choice, Item, Kind, MixedUnits, Policies, Repeat
from tally.question import Question
from tally.scope import Scope, electorate_mask, kinds_counted, scope_of
from tally.slots import Slots, answer_columns, fill_slots


class Desk:
    """Columns of one assembly with everything already derived from them.

    Parameters
    ----------
    roster, ballots
        Sound columns (:mod:`tally.soundness`).
    delivered
        Units with proof of delivery, bool ``(U,)``, where delivery was recorded.
    struck
        Positions of ballots that a court strikes.
    """

    def __init__(
        self,
        roster: RosterColumns,
        ballots: BallotColumns,
        delivered: NDArray[np.bool_] | None,
        struck: Collection[int],
    ) -> None:
        self.roster = roster
        self.ballots = ballots
        self.delivered = delivered
        self._struck = struck
        self._answers = answer_columns(ballots.choices)
        self._slots: dict[Repeat, Slots] = {}
        self._scopes: dict[tuple[object, ...], Scope] = {}
        self._held: dict[tuple[Scope, Slots], NDArray[np.int64]] = {}
        self._holdings: dict[tuple[Scope, Slots], Holdings] = {}
        self._censuses: dict[tuple[int, Scope, Slots, bool, bool], Census] = {}

    def scope(self, item: Item, policies: Policies) -> Scope:
        """Line up the electorate of an item."""
        limits = item.electorate.buildings, item.electorate.units
        key = (kinds_counted(item, policies), *limits, policies.same_owner)
        if key not in self._scopes:
            inside = electorate_mask(self.roster, item, policies)
            self._scopes[key] = scope_of(self.roster, inside, policies.same_owner)
        return self._scopes[key]

    def slots(self, repeat: Repeat) -> Slots:
        """Tell which ballot stands for each unit."""
        if repeat not in self._slots:
            self._slots[repeat] = fill_slots(
                self.ballots,
                len(self.roster),
                repeat,
                delivered=self.delivered,
                struck=self._struck,
            )
        return self._slots[repeat]

    def held(self, scope: Scope, slots: Slots) -> NDArray[np.int64]:
        """Tell which ballot holds each unit of an electorate, in the order of the scope."""
        key = (scope, slots)
        if key not in self._held:
            self._held[key] = slots.holder[scope.rows]
        return self._held[key]

    def holdings(self, scope: Scope, slots: Slots) -> Holdings:
        """Tell which ballots hold whose units."""
        key = (scope, slots)
        if key not in self._holdings:
            self._holdings[key] = holdings_of(scope, slots)
        return self._holdings[key]

    def households(self, scope: Scope) -> int:
        """Count the dwellings of an electorate."""
        return int((self.roster.kind[scope.rows] == KINDS.index(Kind.DWELLING)).sum())

    def returned(self, questions: Sequence[Question], scope: Scope, policies: Policies) -> Census:
        """Count who took part in an election at all, whatever candidates he left blank.

        A ballot that marks any candidate abstains here; one that is blank throughout is blank.
        """
        answers = self._answers[[question.column for question in questions]]
        spoken = ~np.isin(answers, (Choice.BLANK, Choice.VOID))
        merged = np.where((answers == Choice.BLANK).any(axis=0), Choice.BLANK, Choice.VOID)
        # The last entries stand for units that no ballot holds and are the same in every column.
        merged = np.where(spoken.any(axis=0), Choice.ABSTAIN, merged).astype(np.uint8)
        merged[len(self.ballots) :] = answers[0, len(self.ballots) :]
        slots = self.slots(policies.repeat)
        return take_census(
            scope, self.held(scope, slots), merged, (Choice.ABSTAIN,), last_ballot_governs=False
        )

    def answers(self, question: Question, policies: Policies) -> NDArray[np.uint8]:
        """Return what each ballot says to a question, and what a unit without one says."""
        answers: NDArray[np.uint8] = self._answers[question.column]
        if _blank_speaks(policies):
            answers = answers.copy()
            answers[answers == Choice.BLANK] = Choice.ABSTAIN
        return answers

    def census(self, question: Question, scope: Scope, policies: Policies) -> Census:
        """Count one question in one electorate."""
        slots = self.slots(policies.repeat)
        governs = policies.mixed_units is MixedUnits.LAST_BALLOT
        key = (question.column, scope, slots, governs, _blank_speaks(policies))
        if key not in self._censuses:
            self._censuses[key] = take_census(
                scope,
                self.held(scope, slots),
                self.answers(question, policies),
                question.marks,
                last_ballot_governs=governs,
            )
        return self._censuses[key]


def _blank_speaks(policies: Policies) -> bool:
    """Tell whether a blank must be read as abstention before an owner's units are compared."""
    return (
        policies.mixed_units is MixedUnits.LAST_BALLOT and policies.blank_item is BlankItem.ABSTAIN
    )
