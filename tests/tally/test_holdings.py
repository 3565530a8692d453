"""Whose effect is known by itself: one ballot, one owner, neither with any other."""

import numpy as np
import pytest

from tally.columns import RosterColumns, UnitRow
from tally.holdings import holdings_of
from tally.model import Kind, SameOwner
from tally.scope import scope_of
from tally.slots import Slots


@pytest.mark.parametrize(
    ("owners", "holder", "simple"),
    [
        ("abc", [0, 1, 2], [True, True, True]),
        ("aab", [0, 0, 1], [True, True]),
        # Two ballots of one owner hang on each other, and a ballot of two owners on both.
        ("aab", [0, 1, 2], [False, False, True]),
        ("abc", [0, 0, 1], [False, True]),
        # Whoever has no ballot is nobody's.
        ("abc", [0, 3, 3], [True]),
    ],
)
def test_a_ballot_is_simple_where_it_alone_speaks_for_one_owner(owners, holder, simple):
    rows = [
        UnitRow(f"{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(owner,))
        for n, owner in enumerate(owners)
    ]
    scope = scope_of(RosterColumns.from_rows(rows), np.ones(3, dtype=bool), SameOwner.IDENTITY_SET)
    held = np.array(holder, dtype=np.int32)
    found = holdings_of(scope, Slots(held, np.full(3, 3, dtype=np.int32), 3))
    assert found.simple.tolist() == simple
