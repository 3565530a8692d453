"""One of several: the winner, or the two who meet again."""

from datetime import date

import pytest

from tally.choose_one import run_off_of, winner_of
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.measure import Measure
from tally.model import Agenda, Choice, Form, Item, Kind, Matter, Option, Policies
from tally.rules import rule_for
from tally.verdict import Votes, judge

DAY = date(2026, 6, 1)
RULE = rule_for(Matter.OTHER, DAY)


def verdict(heads, area_cm2, whole=100):
    everybody = Measure(whole, 10 * whole)
    approve = Measure(heads, area_cm2)
    votes = Votes(everybody, everybody, approve, everybody - approve, Measure(), Measure())
    return judge(votes, RULE)


FAILED, PASSED = verdict(20, 200), verdict(60, 600)


def test_the_one_that_passes_wins():
    assert winner_of((FAILED, PASSED)) == 1
    assert winner_of((FAILED, FAILED)) is None


@pytest.mark.parametrize(
    ("verdicts", "rejection", "pair"),
    [
        ([(30, 300), (20, 200), (40, 400)], FAILED, (2, 0)),
        ([(30, 300), (30, 200), (30, 400)], FAILED, (2, 0)),
        # Nothing to choose from once all of them are rejected.
        ([(30, 300), (5, 50)], PASSED, None),
        # The second is nobody's choice.
        ([(30, 300), (0, 0)], FAILED, None),
        # Two are second.
        ([(30, 300), (20, 200), (20, 200)], FAILED, None),
        ([(20, 200), (20, 200), (30, 300), (10, 100)], FAILED, None),
        # Two are first.
        ([(20, 200), (20, 200), (10, 100)], FAILED, (0, 1)),
        ([(30, 300)], FAILED, None),
    ],
)
def test_the_two_front_runners_meet_again(verdicts, rejection, pair):
    options = tuple(verdict(heads, area) for heads, area in verdicts)
    assert run_off_of(options, rejection) == pair


def test_where_one_has_won_nobody_meets_again():
    options = (Option("a", "甲"), Option("b", "乙"))
    item = Item("1", "选聘", Form.CHOOSE_ONE, Matter.HIRE_MANAGER, options=options)
    agenda = Agenda("大会", "业委会", None, None, DAY, Policies(), (item,))
    roster = RosterColumns.from_rows(
        [
            UnitRow(f"{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(f"{n}",))
            for n in range(3)
        ]
    )
    rows = [
        BallotRow((f"{n}",), (Choice.OPTION + (n == 2),), void=False, channel="手机")
        for n in range(3)
    ]
    [result] = count_assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, rows))
    assert (result["winner"], result["run_off"]) == ("a", None)
