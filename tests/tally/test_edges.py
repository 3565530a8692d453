"""Where the law turns, to the head and to the cm², by both counts: each edge by its name."""

from datetime import date

import pytest

from tally import reference
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import Agenda, Choice, Form, Item, Kind, Matter, Policies

APPROVE, OPPOSE, NOBODY = int(Choice.APPROVE), int(Choice.OPPOSE), None
GENERAL, SPECIAL = Matter.OTHER, Matter.RAISE_FUND
CODE, BEFORE = date(2026, 6, 1), date(2020, 12, 31)
LARGE = 10**13
"""Area in cm²: 1,000 km²."""


def votes(**marks):
    """Owners of 100 m² each by what they say: ``approve``, ``oppose``, ``silent``."""
    said = {"approve": APPROVE, "oppose": OPPOSE, "silent": NOBODY}
    return [
        (f"{name}{n}", 1_000_000, said[name]) for name, count in marks.items() for n in range(count)
    ]


def sized(*units):
    """Owners one by one, by area in cm² and what they say."""
    return [(f"业主{n}", area, said) for n, (area, said) in enumerate(units)]


def both_counts(units, matter=GENERAL, day=CODE, kind=Kind.DWELLING):
    item = Item("1", "决议", Form.RESOLUTION, matter)
    agenda = Agenda("大会", "业委会", None, None, day, Policies(), (item,))
    roster = RosterColumns.from_rows(
        [
            UnitRow(f"1-1-{n}", "1", kind, area, developer_stock=False, owners=(owner,))
            for n, (owner, area, _) in enumerate(units)
        ]
    )
    cast = [
        BallotRow((f"1-1-{n}",), (said,), void=False, channel="书面")
        for n, (_, _, said) in enumerate(units)
        if said is not None
    ]
    ballots = BallotColumns.from_rows(roster, agenda, cast)
    return (
        lambda: count_assembly(agenda, roster, ballots)[0],
        lambda: reference.count_assembly(agenda, roster, ballots)[0],
    )


@pytest.mark.parametrize(
    ("units", "matter", "day", "carried"),
    [
        pytest.param(votes(approve=2, oppose=2), GENERAL, CODE, False, id="exactly half"),
        pytest.param(votes(approve=3, oppose=2), GENERAL, CODE, True, id="over half"),
        pytest.param(votes(approve=2, silent=1), GENERAL, CODE, True, id="exactly two thirds"),
        pytest.param(votes(approve=3, silent=2), GENERAL, CODE, False, id="under two thirds"),
        pytest.param(
            votes(approve=3, oppose=1), SPECIAL, CODE, True, id="exactly three quarters"
        ),
        pytest.param(votes(approve=5, oppose=2), SPECIAL, CODE, False, id="under three quarters"),
        pytest.param(votes(approve=1, silent=1), GENERAL, BEFORE, False, id="half, before 2021"),
        pytest.param(votes(approve=2, silent=1), SPECIAL, BEFORE, True, id="two thirds of all"),
        pytest.param(
            sized((LARGE, APPROVE), (LARGE, OPPOSE), (1, APPROVE)), GENERAL, CODE, True,
            id="half of 10**13 cm² and one cm² more",
        ),
        pytest.param(
            sized((LARGE - 1, APPROVE), (LARGE, OPPOSE), (1, APPROVE)), GENERAL, CODE, False,
            id="half of 10**13 cm²",
        ),
        pytest.param(
            sized((2 * LARGE - 1, APPROVE), (1, APPROVE), (LARGE, NOBODY)), GENERAL, CODE, True,
            id="two thirds of 3 * 10**13 cm²",
        ),
        pytest.param(
            sized((2 * LARGE - 2, APPROVE), (1, APPROVE), (LARGE + 1, NOBODY)), GENERAL, CODE,
            False, id="one cm² under two thirds",
        ),
        pytest.param(votes(approve=1), GENERAL, CODE, True, id="one owner, who approves"),
        pytest.param(votes(oppose=1), GENERAL, CODE, False, id="one owner, who opposes"),
        pytest.param(votes(silent=1), GENERAL, CODE, False, id="one owner, who is silent"),
        pytest.param(votes(silent=3), SPECIAL, CODE, False, id="nobody takes part"),
        pytest.param(
            [("甲", 10, APPROVE), ("甲", 10, APPROVE), ("甲", 10, NOBODY)], GENERAL, CODE, True,
            id="everybody is one owner",
        ),
        pytest.param(
            [("甲", 10, APPROVE), ("甲", 10, OPPOSE)], GENERAL, CODE, False,
            id="everybody is one owner, who contradicts himself",
        ),
    ],
)  # fmt: skip
def test_both_counts_turn_at_the_same_place(units, matter, day, carried):
    fast, plain = both_counts(units, matter, day)
    assert fast()["carried"] is carried
    assert plain()["carried"] is carried


def test_an_electorate_of_nobody_is_refused_by_both():
    for count in both_counts(votes(approve=2), kind=Kind.PARKING):
        with pytest.raises(TallyError, match="没有任何房屋"):
            count()
