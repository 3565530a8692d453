"""The counting desk: one vote's ballots on an electoral roll, looked at under any policies.

Whatever two questions or two readings have in common (slots, censuses) is worked out once.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tally.census import Census, CensusTable
from tally.columns import BallotColumns
from tally.contested import settle_contested, with_abstentions
from tally.holdings import Holdings, holdings_of
from tally.model import (
    BlankItem,
    Candidates,
    Choice,
    CoOwners,
    Item,
    MixedUnits,
    Policies,
    Repeat,
    SameOwner,
    VoidBallot,
    VoidItem,
)
from tally.one_voice import as_received
from tally.question import Question
from tally.roll import ElectoralRoll
from tally.scope import Scope
from tally.slots import Answers, Slots, fill_slots
from tally.soundness import (
    require_delivery,
    require_known_choices,
    require_sound_ballots,
    require_struck,
    require_units,
)
from tally.standing import Standing, take_census
from tally.ticks import within_places


class Desk:
    """Ballots on a roll with everything already derived from them.

    Parameters
    ----------
    roll
        Whom the questions were put to.
    ballots
        In order of arrival.
    delivered
        Units with proof of delivery, bool ``(U,)``, where delivery was recorded.
    struck
        Positions of ballots that a court strikes.
    objected
        Units to whose ballot a co-owner objects, bool ``(U,)``.

    Raises
    ------
    TallyError
        The ballots contradict themselves or the roll.
    """

    def __init__(
        self,
        roll: ElectoralRoll,
        ballots: BallotColumns,
        delivered: NDArray[np.bool_] | None = None,
        struck: Collection[int] = (),
        objected: NDArray[np.bool_] | None = None,
    ) -> None:
        require_sound_ballots(roll.agenda, roll.roster, ballots)
        if objected is not None:
            require_units("异议记录", roll.roster, objected)
            ballots = with_abstentions(ballots, objected)
        self.objected = objected if objected is not None and objected.any() else None
        self._answers = Answers.of(ballots.choices)
        require_known_choices(roll.agenda, roll.questions, self._answers)
        require_delivery(roll.agenda, roll.roster, delivered)
        require_struck(ballots, struck)
        self.roll = roll
        self.ballots = ballots
        self.delivered = delivered
        self._struck = struck
        self._slots: dict[tuple[Repeat, int | None, SameOwner | None, CoOwners], Slots] = {}
        self._standing: dict[tuple[Scope, Slots], Standing] = {}
        self._holdings: dict[tuple[Scope, Slots], Holdings] = {}
        self._tables: dict[tuple[object, ...], list[CensusTable]] = {}
        self._returned: dict[tuple[object, ...], CensusTable] = {}

    def scope(self, item: Item, policies: Policies) -> Scope:
        """Return the electorate of an item."""
        return self.roll.scope(item, policies)

    def slots(self, policies: Policies) -> Slots:
        """Tell which ballot stands for each unit."""
        refusing = policies.mixed_units is MixedUnits.REFUSE_DIFFERENT
        whose = policies.same_owner if refusing else None
        contested = CoOwners.FIRST_STANDS if self.objected is None else policies.co_owners
        key = (policies.repeat, policies.repeat_limit, whose, contested)
        if key not in self._slots:
            slots = fill_slots(
                as_received(self.ballots, self.roll.roster, policies, self.roll.segments),
                len(self.roll.roster),
                policies,
                delivered=self.delivered,
                struck=self._struck,
            )
            if self.objected is not None:
                slots = settle_contested(slots, self.objected, contested)
            # Where nobody voted twice, rules on repetition change nothing.
            known = self._slots.values()
            twins = (other for other in known if np.array_equal(other.holder, slots.holder))
            self._slots[key] = next(twins, slots)
        return self._slots[key]

    def standing(self, scope: Scope, slots: Slots) -> Standing:
        """Tell who is heard through which ballot."""
        key = (scope, slots)
        if key not in self._standing:
            held = slots.holder if scope.everybody else slots.holder[scope.rows]
            self._standing[key] = Standing.of(scope, held)
        return self._standing[key]

    def holdings(self, scope: Scope, slots: Slots) -> Holdings:
        """Tell which ballots hold whose units."""
        key = (scope, slots)
        if key not in self._holdings:
            self._holdings[key] = holdings_of(scope, slots)
        return self._holdings[key]

    def answers(self, policies: Policies) -> Answers:
        """Return what each ballot answers, and what a unit without one does."""
        marked = self._marked(policies)
        abstaining = self._abstaining(policies)
        if not abstaining:
            return marked
        columns = marked.columns.copy()
        # The last columns stand for units that no ballot holds: a void ballot stays void.
        marks = columns[:-1, : len(self.ballots)]
        marks[np.isin(marks, abstaining)] = Choice.ABSTAIN
        seen = marked.seen.copy()
        seen[:-1, Choice.ABSTAIN] = True
        return Answers(columns, seen)

    def tables(self, scope: Scope, policies: Policies) -> list[CensusTable]:
        """Count all questions that are put to one electorate."""
        slots = self.slots(policies)
        standing = self.standing(scope, slots)
        # Where nobody's units are held by different ballots, any of his is his last.
        governs = policies.mixed_units is MixedUnits.LAST_BALLOT and len(standing.torn.starts) > 0
        together = self.roll.questions_to(scope, policies)
        columns = [question.column for question in together]
        key = (scope, slots, governs, self._marked(policies), self._abstaining(policies), *columns)
        if key not in self._tables:
            tables = take_census(
                standing,
                self.answers(policies).only(columns),
                [question.marks for question in together],
                last_ballot_governs=governs,
            )
            self._tables[key] = [
                replace(table, columns=tuple(columns[row] for row in table.columns))
                for table in tables
            ]
        return self._tables[key]

    def _marked(self, policies: Policies) -> Answers:
        """Return the marks by the form of ballot that the rules prescribe for elections."""
        return self._ticked if policies.candidates is Candidates.AT_MOST_SEATS else self._answers

    @cached_property
    def _ticked(self) -> Answers:
        agenda = self.roll.agenda
        return within_places(self._answers, zip(agenda.items, self.roll.questions, strict=True))

    def _abstaining(self, policies: Policies) -> tuple[Choice, ...]:
        """Return the codes on ballots that are read as abstention before anything is counted.

        A spoiled mark must be told from a void ballot (domain C-20), a blank be heard before the
        units of an owner are compared. Codes that no ballot carries are left out, so that a
        clause on what never occurred costs nothing.
        """
        blank_speaks = (
            policies.mixed_units is MixedUnits.LAST_BALLOT
            and policies.blank_item is BlankItem.ABSTAIN
        )
        codes = [Choice.BLANK] * blank_speaks
        codes += [Choice.VOID] * (policies.void_item is VoidItem.ABSTAIN)
        seen = self._marked(policies).seen
        return tuple(code for code in codes if seen[:-1, code].any())

    def census(
        self, question: Question, scope: Scope, policies: Policies, segment: int = 0
    ) -> Census:
        """Count one question in one electorate, together with all that are put to the same."""
        tables = self.tables(scope, policies)
        column = question.column
        [census] = [table.of(column, segment) for table in tables if column in table.columns]
        return census

    def returned(
        self, questions: Sequence[Question], scope: Scope, policies: Policies, segment: int
    ) -> Census:
        """Count who took part in an election at all, whatever candidates he left blank.

        A ballot that marks any candidate abstains here; one that is blank throughout is blank,
        and one that is partly blank and partly void is whichever of the two takes part.
        """
        slots = self.slots(policies)
        void_first = (
            policies.void_ballot is VoidBallot.PARTICIPATING
            and policies.blank_item is BlankItem.NOT_PARTICIPATING
        )
        columns = [question.column for question in questions]
        marked = self._marked(policies)
        key = (scope, slots, void_first, marked, self._abstaining(policies), *columns)
        if key not in self._returned:
            self._returned[key] = self._take_returned(
                self.answers(policies).columns[columns],
                scope,
                slots,
                unspoken=Choice.VOID if void_first else Choice.BLANK,
            )
        return self._returned[key].of(0, segment)

    def _take_returned(
        self, answers: NDArray[np.uint8], scope: Scope, slots: Slots, *, unspoken: Choice
    ) -> CensusTable:
        spoken = ~np.isin(answers, (Choice.BLANK, Choice.VOID))
        other = Choice.BLANK if unspoken is Choice.VOID else Choice.VOID
        merged = np.where((answers == unspoken).any(axis=0), unspoken, other)
        # The last entries stand for units that no ballot holds and are the same in every column.
        merged = np.where(spoken.any(axis=0), Choice.ABSTAIN, merged).astype(np.uint8)
        merged[len(self.ballots) :] = answers[0, len(self.ballots) :]
        [table] = take_census(
            self.standing(scope, slots),
            self._answers.asked_instead(merged),
            [(Choice.ABSTAIN,)],
            last_ballot_governs=False,
        )
        return table
