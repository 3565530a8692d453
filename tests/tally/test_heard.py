"""What is heard as abstention before anything is counted (domain C-3, C-20, C-21)."""

from datetime import date

import pytest

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.model import (
    Agenda,
    BlankItem,
    Choice,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Policies,
    VoidItem,
)

FOR, BLANK, SPOILED = int(Choice.APPROVE), int(Choice.BLANK), int(Choice.VOID)


def counted(policies, *cast):
    """Count two items put to A with a flat and a shop and to B with a flat."""
    items = tuple(Item(each, "决议", Form.RESOLUTION, Matter.OTHER) for each in "12")
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, items)
    owned = (("flat", "A", 1), ("shop", "A", 10), ("other", "B", 100))
    roster = RosterColumns.from_rows(
        [
            UnitRow(key, "1", Kind.DWELLING, cm2, developer_stock=False, owners=(owner,))
            for key, owner, cm2 in owned
        ]
    )
    rows = [BallotRow((unit,), marks, void=False, channel="手机") for unit, marks in cast]
    ballots = BallotColumns.from_rows(roster, agenda, rows)
    fast = count_assembly(agenda, roster, ballots, in_doubt=False)
    return [{side: tuple(told[side].values()) for side in ("approve", "abstain")} for told in fast]


@pytest.mark.parametrize("void_item", VoidItem)
def test_a_blank_that_abstains_governs_where_the_last_ballot_does(void_item):
    policies = Policies(
        mixed_units=MixedUnits.LAST_BALLOT, blank_item=BlankItem.ABSTAIN, void_item=void_item
    )
    first, _ = counted(policies, ("flat", (FOR, FOR)), ("shop", (BLANK, FOR)))
    assert first == {"approve": (0, 0), "abstain": (1, 11)}


@pytest.mark.parametrize("blank_item", BlankItem)
def test_a_blank_does_not_govern_where_each_unit_speaks_for_itself(blank_item):
    policies = Policies(blank_item=blank_item)
    first, _ = counted(policies, ("flat", (FOR, FOR)), ("shop", (BLANK, FOR)))
    if blank_item is BlankItem.ABSTAIN:
        assert first == {"approve": (0, 1), "abstain": (1, 10)}
    else:
        assert first == {"approve": (1, 1), "abstain": (0, 0)}


def test_a_spoiled_mark_abstains_on_any_item():
    policies = Policies(void_item=VoidItem.ABSTAIN)
    first, second = counted(policies, ("flat", (FOR, SPOILED)), ("other", (FOR, FOR)))
    assert first == {"approve": (2, 101), "abstain": (0, 0)}
    assert second == {"approve": (1, 100), "abstain": (1, 1)}
