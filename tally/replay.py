"""What if: the same question once more, with some ballots struck or changed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tally.desk import Desk
from tally.model import Item, MixedUnits, Policies
from tally.question import Question, votes_on
from tally.reading import read
from tally.rules import Rule
from tally.standing import Standing, take_census
from tally.verdict import judge


class Replay:
    """One proposal, recounted in full for every supposition: nothing is estimated here.

    Parameters
    ----------
    desk, item, question, policies, rule
        What was counted.
    approving
        The code that approves the proposal.
    """

    def __init__(
        self,
        desk: Desk,
        item: Item,
        question: Question,
        approving: int,
        policies: Policies,
        rule: Rule,
    ) -> None:
        self.scope = desk.scope(item, policies)
        self.slots = desk.slots(policies)
        self._standing = desk.standing(self.scope, self.slots)
        self.held = self._standing.held
        self.silent = self.slots.silent[self.scope.rows]
        self._all_answers = desk.answers(policies)
        self.answers = self._all_answers.columns[question.column]
        self.last_ballot_governs = policies.mixed_units is MixedUnits.LAST_BALLOT
        self.question = question
        self.approving = approving
        self.policies = policies
        self.rule = rule

    def carried_if_struck(self, ballots: Sequence[int] | NDArray[np.int64]) -> bool:
        """Let the units of some ballots fall silent; superseded ballots do not come back."""
        struck = np.zeros(self.answers.shape, dtype=np.bool_)
        struck[ballots] = True
        held = np.where(struck[self.held], self.silent, self.held)
        return self._carried(Standing.of(self.scope, held), self.answers)

    def carried_if_changed(
        self, ballots: Sequence[int] | NDArray[np.int64], to: int | Sequence[int]
    ) -> bool:
        """Let some ballots name other choices; they stand as they did before (domain C-3)."""
        answers = self.answers.copy()
        answers[ballots] = to
        return self._carried(self._standing, answers)

    def _carried(self, standing: Standing, answers: NDArray[np.uint8]) -> bool:
        [table] = take_census(
            standing,
            self._all_answers.asked_instead(answers),
            [self.question.marks],
            last_ballot_governs=self.last_ballot_governs,
        )
        reading = read(table.of(0), self.policies, self.rule)
        return judge(votes_on(reading, self.scope.total, self.approving), self.rule).carried
