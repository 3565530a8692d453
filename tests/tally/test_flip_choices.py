"""Which choices a changed ballot is tried with: one, unless others follow the majority."""

from datetime import date

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.desk import Desk
from tally.fewest import Fewest
from tally.flip import PATIENCE, flip_of
from tally.model import Agenda, Choice, Form, Item, Kind, Matter, MixedUnits, Policies
from tally.roll import ElectoralRoll
from tally.rules import rule_for

ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)


def change(units, policies=None, patience=PATIENCE):
    """Fewest ballots to change, of a ballot for each unit by (owner, area, mark)."""
    policies = policies or Policies()
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (ITEM,))
    roster = RosterColumns.from_rows(
        [
            UnitRow(f"{n}", "1", Kind.DWELLING, area, developer_stock=False, owners=(owner,))
            for n, (owner, area, _) in enumerate(units)
        ]
    )
    rows = [
        BallotRow((f"{n}",), (mark,), void=False, channel="手机")
        for n, (_, _, mark) in enumerate(units)
    ]
    desk = Desk(ElectoralRoll(agenda, roster), BallotColumns.from_rows(roster, agenda, rows))
    [[question]] = desk.roll.questions
    rule = rule_for(ITEM.matter, agenda.decision_date)
    return flip_of(desk, ITEM, question, int(Choice.APPROVE), policies, rule, patience).change


def test_opposing_may_do_what_abstaining_does_not():
    """Three approve, one opposes, one follows: with one more against it he follows nobody."""
    marks = [Choice.APPROVE] * 3 + [Choice.OPPOSE, Choice.FOLLOW]
    assert change([(f"{n}", 10, mark) for n, mark in enumerate(marks)]) == Fewest(1, 1)


def test_where_nobody_follows_only_the_best_choice_is_tried():
    """Ten recounts are enough for five ballots; with three choices each they would not be."""
    units = [
        ("甲", 3, Choice.OPPOSE),
        ("甲", 4, Choice.BLANK),
        ("甲", 1, Choice.APPROVE),
        ("甲", 2, Choice.ABSTAIN),
        ("乙", 4, Choice.APPROVE),
    ]
    last_governs = Policies(mixed_units=MixedUnits.LAST_BALLOT)
    assert change(units, last_governs, 10_000) == Fewest(1, 1)
