"""An electorate lined up: whose units stand where, and what they weigh."""

import numpy as np
import pytest

from tally.columns import RosterColumns, Segments, UnitRow, boundaries, code_count
from tally.errors import TallyError
from tally.model import Electorate, Form, Item, Kind, Matter, Policies, SameOwner
from tally.scope import electorate_mask, scope_of

UNITS = 100
"""So many that a sort which is not stable shows."""


def roster_of(owners, area_cm2=1):
    return RosterColumns.from_rows(
        [
            UnitRow(f"{n}", "1", Kind.DWELLING, area_cm2 + n, developer_stock=False, owners=(name,))
            for n, name in enumerate(owners)
        ]
    )


def test_units_keep_the_order_of_the_roster_in_each_segment_and_of_each_owner():
    roster = roster_of(f"{n % 3}" for n in range(UNITS))
    segments = Segments(("双", "单"), np.arange(UNITS, dtype=np.int32) % 2)
    scope = scope_of(roster, np.ones(UNITS, dtype=bool), SameOwner.IDENTITY_SET, segments)

    assert scope.rows.tolist() == [*range(0, UNITS, 2), *range(1, UNITS, 2)]
    assert scope.offsets.tolist() == [0, 50, 100]
    assert scope.heads.tolist() == [3, 3]
    assert scope.areas_cm2.tolist() == [2500, 2550]
    starts = scope.several.starts.tolist()
    assert sorted(scope.several.sizes.tolist()) == [16, 16, 17, 17, 17, 17]
    for start, size in zip(starts, scope.several.sizes.tolist(), strict=True):
        theirs = scope.several.units[start : start + size].tolist()
        assert theirs == sorted(theirs)
        assert len(set(scope.owner[theirs].tolist())) == 1
    assert not scope.everybody
    assert not scope.alone.any()


def test_nobody_has_several_units():
    scope = scope_of(roster_of("甲乙丙"), np.ones(3, dtype=bool), SameOwner.IDENTITY_SET)
    assert scope.alone.all()
    assert scope.everybody
    assert scope.several.differ(np.zeros(3, dtype=np.int32)).tolist() == []
    assert (scope.heads.tolist(), scope.offsets.tolist()) == ([3], [0, 3])


def test_whose_units_differ():
    scope = scope_of(roster_of("甲乙甲乙丙"), np.ones(5, dtype=bool), SameOwner.IDENTITY_SET)
    held = np.array([7, 8, 9, 8, 7], dtype=np.int32)
    assert scope.several.differ(held).tolist() == [True, False]


def test_units_outside_the_electorate_link_nobody_in_any_segment():
    """A and B own a parking space together, and a flat each."""
    rows = [
        UnitRow("1", "1", Kind.DWELLING, 10, developer_stock=False, owners=("A",)),
        UnitRow("2", "1", Kind.PARKING, 10, developer_stock=False, owners=("A", "B")),
        UnitRow("3", "1", Kind.DWELLING, 10, developer_stock=False, owners=("B",)),
    ]
    roster, inside = RosterColumns.from_rows(rows), np.array([True, False, True])
    segments = Segments(("一",), np.zeros(3, dtype=np.int32))
    scope = scope_of(roster, inside, SameOwner.ANY_COMMON_OWNER, segments)
    assert scope.heads.tolist() == [2]


def test_areas_of_segments_are_exact_beyond_what_a_float_holds():
    roster = roster_of("甲乙丙", area_cm2=2**60 + 1)
    segments = Segments(("一", "二"), np.array([0, 1, 1], dtype=np.int32))
    scope = scope_of(roster, np.ones(3, dtype=bool), SameOwner.IDENTITY_SET, segments)
    assert scope.areas_cm2.tolist() == [2**60 + 1, 2**61 + 5]


@pytest.mark.parametrize(
    "limits", [Electorate(units=frozenset()), Electorate(buildings=frozenset()), Electorate()]
)
def test_nobody_is_refused_even_where_there_is_no_roster(limits):
    item = Item("1", "决议", Form.RESOLUTION, Matter.OTHER, limits)
    with pytest.raises(TallyError, match=r"^议题 1 的表决范围内没有任何房屋，无法计票$"):
        electorate_mask(RosterColumns.from_rows([]), item, Policies())


def test_codes_are_counted_and_lists_bounded():
    assert code_count(np.array([], dtype=np.int32)) == 0
    assert code_count(np.array([0], dtype=np.int32)) == 1
    assert code_count(np.array([3, 1], dtype=np.int32)) == 4
    assert boundaries([]).tolist() == [0]
    assert boundaries([2, 0, 1]).tolist() == [0, 2, 2, 3]


def test_every_limit_of_an_electorate_narrows_it():
    rows = [("1", "东", Kind.DWELLING), ("2", "东", Kind.PARKING), ("3", "西", Kind.DWELLING)]
    roster = RosterColumns.from_rows(
        [
            UnitRow(key, house, kind, 1, developer_stock=False, owners=())
            for key, house, kind in rows
        ]
    )

    def inside(**limits):
        item = Item("1", "决议", Form.RESOLUTION, Matter.OTHER, Electorate(**limits))
        return electorate_mask(roster, item, Policies()).tolist()

    dwellings, east = frozenset({Kind.DWELLING}), frozenset({"东"})
    assert inside(include_kinds=dwellings) == [True, False, True]
    assert inside(include_kinds=dwellings, buildings=east) == [True, False, False]
    assert inside(include_kinds=dwellings, units=frozenset("23")) == [False, False, True]
    assert inside(buildings=east, units=frozenset("23")) == [False, True, False]
