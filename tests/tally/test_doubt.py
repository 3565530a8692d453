"""Which other readings doubt tries."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tally.columns import BallotColumns, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.model import Agenda, Form, Item, Kind, Matter, Policies

ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
AGENDA = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (ITEM,))
UNIT = UnitRow("1", "1", Kind.DWELLING, 10, developer_stock=False, owners=("甲",))
ROSTER = RosterColumns.from_rows([UNIT])


@pytest.mark.parametrize(
    ("delivered", "silences"),
    [
        (None, ["abstain", "follow_majority"]),
        (np.array([True]), ["abstain", "follow_majority", "delivered_follows"]),
    ],
)
def test_the_clause_on_delivery_is_tried_where_delivery_was_recorded(delivered, silences):
    nobody = BallotColumns.from_rows(ROSTER, AGENDA, [])
    [result] = count_assembly(AGENDA, ROSTER, nobody, delivered=delivered)
    tried = [row["value"] for row in result["variants"] if row["policy"] == "silence"]
    assert tried == silences


@pytest.mark.parametrize(
    ("household", "rules"),
    [
        (None, ["any_common_owner", "each_title"]),
        (3, ["any_common_owner", "each_title", "household"]),
    ],
)
def test_households_are_tried_where_the_roster_names_them(household, rules):
    """Nowhere else could the clause change anything (domain C-4)."""
    roster = RosterColumns.from_rows([replace(UNIT, household=household)])
    [result] = count_assembly(AGENDA, roster, BallotColumns.from_rows(roster, AGENDA, []))
    tried = [row["value"] for row in result["variants"] if row["policy"] == "same_owner"]
    assert tried == rules
