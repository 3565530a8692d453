"""Complexes that lean every way, counted in one call under every mixture of clauses."""

from dataclasses import replace
from datetime import date
from itertools import islice, product

import numpy as np
import pytest

from tally.batch import count_batch, count_by_building
from tally.columns import BallotColumns, BallotRow, RosterColumns, Segments, UnitRow
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import (
    Agenda,
    BlankItem,
    Choice,
    Follow,
    Form,
    Item,
    Kind,
    Matter,
    Option,
    Policies,
    Quorum,
    Silence,
    VoidBallot,
)
from tally.side_by_side import side_by_side
from tests.tally.test_batch import assert_same

ABSENT, REJECTED = -1, -2
YES, NO, ABSTAIN, FOLLOW, BLANK, VOID = (
    Choice.APPROVE,
    Choice.OPPOSE,
    Choice.ABSTAIN,
    Choice.FOLLOW,
    Choice.BLANK,
    Choice.VOID,
)
# What the owners of nine units say; the area of each is as large as its place.
COMPLEXES = (
    (YES, YES, YES, YES, YES, FOLLOW, NO, BLANK, ABSENT),
    (NO, NO, NO, FOLLOW, FOLLOW, ABSTAIN, VOID, REJECTED, ABSENT),
    # By heads they approve, by area they oppose.
    (YES, YES, YES, YES, FOLLOW, ABSTAIN, ABSENT, NO, NO),
    # As many heads on both sides.
    (YES, NO, YES, NO, FOLLOW, FOLLOW, BLANK, REJECTED, REJECTED),
    # As much area on both sides: 1 + 8 and 2 + 7.
    (YES, NO, FOLLOW, VOID, BLANK, ABSENT, NO, YES, FOLLOW),
    (FOLLOW, FOLLOW, BLANK, VOID, REJECTED, ABSENT, ABSENT, ABSENT, ABSENT),
    (ABSENT,) * 9,
    (YES,) * 9,
)
MATTERS = (
    (Matter.OTHER, date(2026, 6, 1)),
    (Matter.RAISE_FUND, date(2026, 6, 1)),
    (Matter.DWELLING_TO_BUSINESS, date(2026, 6, 1)),
    (Matter.OTHER, date(2019, 6, 1)),
)
AREAS = (1, 2**50 + 1, 2**53 + 1)
"""Units of area (cm²): usual ones, some that a float cannot add up, some beyond 64 bits."""
MIXTURES = [
    *islice(product(AREAS, MATTERS, Silence, Quorum, Follow, VoidBallot, BlankItem), 0, None, 7)
]


def choices_of(mark):
    """The same will, put to a resolution and to one of two options."""
    of_options = {YES: Choice.OPTION, NO: Choice.OPTION + 1, REJECTED: BLANK}
    return int(max(mark, BLANK)), int(of_options.get(mark, mark))


def complex_of(said, area_cm2, agenda):
    rows = [
        UnitRow(f"{n}", "1", Kind.DWELLING, area_cm2 * (n + 1), False, (f"{n}",))
        for n in range(len(said))
    ]
    roster = RosterColumns.from_rows(rows)
    cast = [
        BallotRow((f"{n}",), choices_of(mark), void=mark == REJECTED, channel="手机")
        for n, mark in enumerate(said)
        if mark != ABSENT
    ]
    return roster, BallotColumns.from_rows(roster, agenda, cast)


@pytest.mark.parametrize(
    ("area", "law", "silence", "quorum", "follow", "void_ballot", "blank_item"), MIXTURES
)
def test_each_complex_as_if_it_were_alone(
    area, law, silence, quorum, follow, void_ballot, blank_item
):
    policies = Policies(
        silence=silence,
        quorum=quorum,
        follow=follow,
        void_ballot=void_ballot,
        blank_item=blank_item,
    )
    matter, day = law
    options = (Option("a", "甲"), Option("b", "乙"))
    items = (
        Item("1", "决议", Form.RESOLUTION, matter),
        Item("2", "多选一", Form.CHOOSE_ONE, matter, options=options),
    )
    agenda = Agenda("大会", "业委会", None, None, day, policies, items)
    parts = [complex_of(said, area, agenda) for said in COMPLEXES]
    # In complexes of even place every second unit has had its paper.
    delivered = [np.arange(9) % 2 == place % 2 for place in range(len(parts))]
    roster, segments, ballots = side_by_side(
        [(f"{place}", *part) for place, part in enumerate(parts)]
    )
    batch = count_batch(agenda, roster, segments, ballots, delivered=np.concatenate(delivered))
    verdicts = batch.verdicts()
    for segment, ((units, cast), posted) in enumerate(zip(parts, delivered, strict=True)):
        alone = count_assembly(agenda, units, cast, delivered=posted, in_doubt=False)
        assert batch.result(segment) == alone
        assert_same(verdicts, segment, alone)


def test_a_building_without_an_electorate_carries_nothing():
    """Not even where nobody has to approve for all of nobody to have done so."""
    item = Item("1", "住改商", Form.RESOLUTION, Matter.DWELLING_TO_BUSINESS)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (item,))
    roster = RosterColumns.from_rows(
        [
            UnitRow("1", "楼", Kind.DWELLING, 10, developer_stock=False, owners=("甲",)),
            UnitRow("2", "车库", Kind.PARKING, 10, developer_stock=False, owners=("甲",)),
        ]
    )
    row = BallotRow(("1",), (YES,), void=False, channel="手机")
    ballots = BallotColumns.from_rows(roster, agenda, [row])
    [[table]] = count_by_building(agenda, roster, ballots).verdicts()
    assert table.carried.tolist() == [True, False]


def test_proof_of_delivery_counts_by_building_too():
    policies = Policies(silence=Silence.DELIVERED_FOLLOWS)
    item = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    roster, both = complex_of((YES, ABSENT, ABSENT), 1, replace(agenda, items=(item, item)))
    ballots = replace(both, choices=both.choices[:, :1])
    delivered = np.array([False, True, False])
    [[table]] = count_by_building(agenda, roster, ballots, delivered=delivered).verdicts()
    assert table.participating.tolist() == [[2, 3]]


@pytest.mark.parametrize("silence", [Silence.NOT_PARTICIPATING, Silence.FOLLOW_MAJORITY])
def test_of_no_complex_at_all_nothing_can_be_said(silence):
    item = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
    agenda = Agenda(
        "大会", "业委会", None, None, date(2026, 6, 1), Policies(silence=silence), (item,)
    )
    nothing = RosterColumns.from_rows([])
    cast = BallotColumns.from_rows(nothing, agenda, [])
    with pytest.raises(TallyError, match=r"^议题 1 的表决范围内没有任何房屋，无法计票$"):
        count_batch(agenda, nothing, Segments((), np.zeros(0, dtype=np.int32)), cast).verdicts()
