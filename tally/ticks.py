"""Ballots that tick at most as many candidates as there are places (domain C-25)."""

from collections.abc import Iterable, Sequence

import numpy as np

from tally import kernel
from tally.model import Choice, Form, Item
from tally.question import Question
from tally.slots import UNHELD, Answers


def within_places(answers: Answers, items: Iterable[tuple[Item, Sequence[Question]]]) -> Answers:
    """Read the marks on each election as ticks.

    More ticks than places spoil the whole election on that ballot, as two ticks spoil a resolution
    (domain C-20). Whoever marks one candidate at least takes part in the vote on every other and
    does not approve him; a ballot that is blank throughout stays blank. A spoiled mark alone
    marks nobody. To follow the majority is no tick and abstains: it could approve more candidates
    than there are places.

    Parameters
    ----------
    answers
        As they stand on the ballots.
    items
        Each agenda item with its questions.

    Returns
    -------
    Answers
        The very same where no ballot reads otherwise.
    """
    columns = answers.columns.copy()
    ballots = columns.shape[1] - len(UNHELD)
    for item, questions in items:
        if item.form is not Form.ELECTION:
            continue
        rows = [question.column for question in questions]
        marks = answers.columns[rows, :ballots]
        ticks = np.count_nonzero(marks == Choice.APPROVE, axis=0)
        marked = (~np.isin(marks, (Choice.BLANK, Choice.VOID))).any(axis=0)
        marks[np.isin(marks, (Choice.BLANK, Choice.FOLLOW)) & marked] = Choice.ABSTAIN
        marks[:, ticks > item.places] = Choice.VOID
        columns[rows, :ballots] = marks
    if np.array_equal(columns, answers.columns):
        return answers
    return Answers(columns, kernel.seen(columns[:, :ballots]))
