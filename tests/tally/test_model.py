"""What an agenda says of its own ballot."""

from datetime import date

from tally.model import Agenda, Candidate, Form, Item, Matter, Option, Policies


def test_candidates_have_a_column_each_and_other_items_one():
    items = (
        Item("1", "决议", Form.RESOLUTION, Matter.OTHER),
        Item(
            "2",
            "选举",
            Form.ELECTION,
            Matter.OTHER,
            seats=1,
            candidates=(Candidate("a", "甲"), Candidate("b", "乙")),
        ),
        Item(
            "3", "选聘", Form.CHOOSE_ONE, Matter.OTHER, options=(Option("a", ""), Option("b", ""))
        ),
    )
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), items)
    assert list(agenda.question_columns()) == [(0, None), (1, 0), (1, 1), (2, None)]
