"""Which ballot stands for a unit, and what it answers, row by row."""

from datetime import date

import numpy as np
import pytest

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.model import Agenda, Form, Item, Kind, Matter, Policies, Repeat
from tally.slots import DELIVERED, REJECTED, SILENT, Answers, fill_slots

AGENDA = Agenda(
    "大会",
    "业委会",
    None,
    None,
    date(2026, 6, 1),
    Policies(),
    (Item("1", "决议", Form.RESOLUTION, Matter.OTHER),),
)
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(f"{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(f"{n}",))
        for n in range(5)
    ]
)
CAST = [
    (("0", "1"), "手机", False),
    (("0",), "纸质", False),
    (("1", "2"), "纸质", True),
    (("0", "1"), "手机", False),
]
"""The fourth and the fifth unit have none; the third has one that is void."""
BALLOTS = BallotColumns.from_rows(
    ROSTER, AGENDA, [BallotRow(units, (1,), void, channel) for units, channel, void in CAST]
)
NONE, POSTED, VOID = 4, 5, 6
UNHELD = [SILENT, DELIVERED, REJECTED]


@pytest.mark.parametrize(
    ("policies", "struck", "holder"),
    [
        (Policies(), (), [0, 0, VOID, NONE, POSTED]),
        (Policies(repeat=Repeat.LAST_VALID), (), [3, 3, VOID, NONE, POSTED]),
        (Policies(repeat=Repeat.LAST_VALID, repeat_limit=1), (), [1, 3, VOID, NONE, POSTED]),
        (Policies(repeat=Repeat.PAPER_FIRST), (), [1, 0, VOID, NONE, POSTED]),
        (Policies(repeat=Repeat.PHONE_FIRST), (), [0, 0, VOID, NONE, POSTED]),
        # A limit is of changes; where the first stands there are none.
        (Policies(repeat_limit=1), (), [0, 0, VOID, NONE, POSTED]),
        # What a struck ballot had superseded does not come back; a struck void one was never cast.
        (Policies(repeat=Repeat.LAST_VALID), (3,), [NONE, POSTED, VOID, NONE, POSTED]),
        (Policies(), (2,), [0, 0, NONE, NONE, POSTED]),
    ],
)
def test_one_ballot_stands_for_a_unit_or_why_none_does(policies, struck, holder):
    delivered = np.array([False, True, False, False, True])
    slots = fill_slots(BALLOTS, 5, policies, delivered=delivered, struck=struck)
    assert slots.holder.tolist() == holder
    assert slots.silent.tolist() == [NONE, POSTED, NONE, NONE, POSTED]
    assert (slots.ballots, slots.holder.dtype, slots.silent.dtype) == (4, "int32", "int32")


def test_answers_stand_in_rows_with_absence_last():
    answers = Answers.of(np.array([[1, 2, 0], [4, 5, 3]], dtype=np.int8))
    rows = [[1, 4, *UNHELD], [2, 5, *UNHELD], [0, 3, *UNHELD], [0, 0, *UNHELD]]
    seen = [{1, 4}, {2, 5}, {0, 3}, {0}]

    def occur(some):
        return [set(row.nonzero()[0].tolist()) for row in some.seen]

    assert (answers.columns.tolist(), answers.columns.dtype) == (rows, "uint8")
    assert occur(answers) == seen
    assert answers.only([0, 1, 2]) is answers
    for some in ([1], [0, 2], [1, 2]):
        assert answers.only(some).columns.tolist() == [*(rows[row] for row in some), rows[-1]]
        assert occur(answers.only(some)) == [*(seen[row] for row in some), seen[-1]]
    other = answers.asked_instead(np.array([3, 3, *UNHELD], dtype=np.uint8))
    assert other.columns.tolist() == [[3, 3, *UNHELD], rows[-1]]
    assert other.seen.all()
