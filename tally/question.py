"""The questions of an item: which choices they offer and how their votes are put to the test."""

from dataclasses import dataclass

from tally.measure import Measure
from tally.model import Agenda, Choice, Form, Item
from tally.reading import Reading
from tally.verdict import Votes

_RESOLUTION_MARKS = (int(Choice.APPROVE), int(Choice.OPPOSE), int(Choice.ABSTAIN))


@dataclass(frozen=True, slots=True)
class Question:
    """One choice column of the ballot.

    Parameters
    ----------
    column
        Position among the choice columns.
    marks
        Codes that express a will; abstention is always one of them.
    approving
        Codes that approve, one after the other put to the test: the options of a choose-one
        item, otherwise only ``APPROVE``.
    """

    column: int
    marks: tuple[int, ...]
    approving: tuple[int, ...]

    @property
    def allowed(self) -> frozenset[int]:
        """Every code a ballot may carry here."""
        return frozenset({*self.marks, Choice.BLANK, Choice.FOLLOW, Choice.VOID})


def votes_on(reading: Reading, electorate: Measure, approving: int) -> Votes:
    """Read the votes on one proposal: who named another choice opposes (domain C-29)."""
    approve, abstain = reading.totals[approving], reading.totals[Choice.ABSTAIN]
    return Votes(
        electorate=electorate,
        participating=reading.participating,
        approve=approve,
        oppose=reading.expressed - approve - abstain,
        abstain=abstain,
        void=reading.void,
        attending=reading.attending,
    )


def questions_of(agenda: Agenda) -> list[list[Question]]:
    """Return the questions of each item, in ballot order."""
    questions: list[list[Question]] = [[] for _ in agenda.items]
    for column, (item, _) in enumerate(agenda.question_columns()):
        questions[item].append(_question(agenda.items[item], column))
    return questions


def _question(item: Item, column: int) -> Question:
    if item.form is not Form.CHOOSE_ONE:
        return Question(column, _RESOLUTION_MARKS, (int(Choice.APPROVE),))
    options = tuple(Choice.OPTION + position for position in range(len(item.options)))
    return Question(column, (int(Choice.ABSTAIN), int(Choice.NONE_OF_THESE), *options), options)
