"""Our side of the table: one function for each job, each from what the product has in hand there.

``prepare_*`` is not timed, as the peers' tables are not: it lays out what the product keeps from
the moment a roster is frozen, and nothing that depends on ballots unless it says so.
"""

import numpy as np

from benchmarks.answer import Answer
from benchmarks.data import MARKS
from tally import kernel
from tally.batch import Batch, verdicts_of
from tally.census import VoteMatrix
from tally.columns import Segments
from tally.count import count_assembly
from tally.desk import Desk
from tally.doubt import Doubt
from tally.model import Choice, Policies
from tally.roll import ElectoralRoll
from tally.rules import rule_for
from tally.slots import SILENT

BLOCKS = ("approve", "oppose", "abstain")


def count_from_columns(vote):
    """Go from bare columns to results; everything is checked and grouped on the way."""
    return count_assembly(vote.agenda, vote.roster, vote.ballots, in_doubt=False)


def prepare_stream(vote):
    """Lay out the electorate of a frozen roster."""
    roll = ElectoralRoll(vote.agenda, vote.roster, _undivided(vote.roster))
    roll.scope(vote.agenda.items[0], vote.agenda.policies)
    return roll


def count_from_stream(vote, roll):
    """Go from the stream of ballots to verdicts, the roster being frozen."""
    tables = Batch(Desk(roll, vote.ballots), roll.segments).verdicts()
    return {item: table for item, [table] in enumerate(tables)}


def prepare_matrix(vote, segments=None):
    """Lay out what stands for each unit, as a recount on a tick has it in hand."""
    roll = ElectoralRoll(vote.agenda, vote.roster, segments)
    scope = roll.scope(vote.agenda.items[0], vote.agenda.policies)
    answers = np.vstack((vote.matrix, np.where(vote.matrix[0] == SILENT, SILENT, 0)))
    speaks = scope.alone.astype(np.uint8)
    speaks[scope.several.units[scope.several.starts]] = 1
    matrix = VoteMatrix(
        np.ascontiguousarray(answers[:, scope.rows], dtype=np.uint8),
        scope.weights,
        speaks,
        scope.offsets,
        scope.heads,
        scope.areas_cm2,
    )
    return roll, matrix, kernel.seen(vote.matrix)


def count_from_matrix(vote, prepared):
    """Count what stands and decide."""
    roll, matrix, seen = prepared
    return _verdicts(vote, roll, matrix, seen)


def prepare_buildings(vote):
    """Lay the same out building by building."""
    roster = vote.roster
    return prepare_matrix(vote, Segments(roster.buildings, roster.building))


def breakdown_by_building(vote, prepared):
    """Count and decide in each building, its owners regrouped inside it."""
    roll, matrix, seen = prepared
    return _verdicts(vote, roll, matrix, seen)


def prepare_every_reading(vote):
    """Lay out every electorate that a policy in dispute would have."""
    roll = prepare_stream(vote)
    decide_every_reading(vote, roll)
    return roll


def decide_every_reading(vote, roll):
    """Decide each item under every disputed policy."""
    doubt, agenda = Doubt(Desk(roll, vote.ballots)), vote.agenda
    return [
        doubt.of(item, asked, rule_for(item.matter, agenda.decision_date))
        for item, asked in zip(agenda.items, roll.questions, strict=True)
    ]


def prepare_city(answers, area, head, offsets, heads, area_cm2):
    """Lay a mapped city out; nothing is copied."""
    return VoteMatrix(answers, kernel.Weights.of(area), head, offsets, heads, area_cm2)


def count_city(matrix, rule):
    """Count and decide every complex of a city.

    Parameters
    ----------
    matrix
        What stands for each unit, from :func:`prepare_city`.
    rule
        The rule of all items.

    Returns
    -------
    Answer
        A row for each complex.
    """
    questions = len(matrix.answers) - 1
    seen = np.zeros((questions, 256), dtype=np.bool_)
    seen[:, MARKS] = True
    marks = tuple(int(mark) for mark in MARKS)
    [table] = matrix.census([marks] * questions, seen)
    return answer_of_verdicts(verdicts_of(table, (Choice.APPROVE,), Policies(), rule))


def answer_of_verdicts(tables):
    """Read an answer from verdicts in many segments."""
    blocks = [[getattr(table, block) for block in BLOCKS] for table in tables.values()]
    figures = np.array(blocks).transpose(2, 0, 1, 3)
    return Answer(figures, np.stack([table.carried for table in tables.values()], axis=1))


def answer_of_results(results):
    """Read an answer from the result a certificate embeds."""
    figures = [
        [(result[block]["heads"], result[block]["area_cm2"]) for block in BLOCKS]
        for result in results
    ]
    return Answer(np.array([figures]), np.array([[result["carried"] for result in results]]))


def _verdicts(vote, roll, matrix, seen):
    [table] = matrix.census([question.marks for [question] in roll.questions], seen)
    rule = rule_for(vote.agenda.items[0].matter, vote.agenda.decision_date)
    return verdicts_of(table, (Choice.APPROVE,), vote.agenda.policies, rule)


def _undivided(roster):
    return Segments(("",), np.zeros(len(roster), dtype=np.int32))
