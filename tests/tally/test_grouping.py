"""Who is one head, against sets and pencil."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.columns import RosterColumns, UnitRow
from tally.count import owner_groups
from tally.model import Kind, SameOwner

USUAL = settings.default.max_examples
"""A hundred, and fewer for each mutant."""


def roster_of(owners, stock=()):
    return RosterColumns.from_rows(
        [
            UnitRow(f"1-1-{n}", "1", Kind.DWELLING, 1, n in stock, tuple(names))
            for n, names in enumerate(owners)
        ]
    )


def groups(owners, same_owner, stock=(), inside=None):
    return owner_groups(roster_of(owners, stock), same_owner, inside).tolist()


def households(owners, numbers, *, same_owner=SameOwner.HOUSEHOLD, stock=(), inside=None):
    rows = [
        UnitRow(f"1-1-{n}", "1", Kind.DWELLING, 1, n in stock, tuple(names), number)
        for n, (names, number) in enumerate(zip(owners, numbers, strict=True))
    ]
    return owner_groups(RosterColumns.from_rows(rows), same_owner, inside).tolist()


def same(owners, others, same_owner):
    if same_owner is SameOwner.ANY_COMMON_OWNER:
        return owners & others
    return owners == others and (same_owner is not SameOwner.EACH_TITLE or len(owners) == 1)


def test_codes_follow_first_appearance():
    assert groups(["b", "a", "b", "c"], SameOwner.IDENTITY_SET) == [0, 1, 0, 2]


def test_the_set_decides_not_its_spelling():
    owners = ["a", "ab", "ba", "aab", "abc", "aa"]
    assert groups(owners, SameOwner.IDENTITY_SET) == [0, 1, 1, 1, 2, 0]


def test_each_co_owned_title_may_count_and_a_sole_owner_is_still_one_head():
    owners = ["ab", "ba", "a", "aa", "", "b"]
    assert groups(owners, SameOwner.EACH_TITLE) == [0, 1, 2, 2, 3, 4]
    assert groups(["ab", "ab", "ab"], SameOwner.EACH_TITLE, stock={0, 2}) == [0, 1, 0]


def test_developer_stock_is_one_head_whoever_the_title_names():
    assert groups(["d", "x", "y", "d"], SameOwner.IDENTITY_SET, stock={0, 1}) == [0, 0, 1, 2]
    assert groups(["d", "x", "y", "d"], SameOwner.ANY_COMMON_OWNER, stock={0, 1}) == [0, 0, 1, 2]


def test_an_unknown_owner_is_a_head_of_his_own():
    for same_owner in SameOwner:
        assert groups(["", "", "a"], same_owner) == [0, 1, 2]


def test_spouses_who_each_own_a_flat_are_one_head_only_by_the_clause():
    """Domain C-4: their household is named in the roster, and counts where the rules say so."""
    assert households(["a", "b", "c"], [3, 3, None]) == [0, 0, 1]
    for same_owner in set(SameOwner) - {SameOwner.HOUSEHOLD}:
        assert households(["a", "b", "c"], [3, 3, None], same_owner=same_owner) == [0, 1, 2]


def test_a_household_takes_all_units_of_its_owners_with_it():
    """A sole owner of two flats stays one head (JI art. 9), whichever names the household."""
    owners = ["a", "a", "b", "ab", "b", "", ""]
    assert households(owners, [3, None, 3, None, None, 3, None]) == [0, 0, 0, 1, 0, 0, 2]
    assert households(["a", "b", "b", "c"], [3, 3, 4, 4]) == [0, 0, 0, 0]


def test_a_household_links_neither_stock_nor_through_units_outside():
    assert households(["a", "d", "b"], [3, 3, 4], stock={1}) == [0, 1, 2]
    inside = np.array([True, False, True])
    assert households(["a", "b", "b"], [3, 3, None], inside=inside) == [0, -1, 1]


def test_a_household_of_one_segment_is_nobody_in_another():
    rows = [UnitRow(str(n), "1", Kind.DWELLING, 1, False, (f"p{n}",), n // 2) for n in range(4)]
    segment = np.array([0, 0, 0, 1], dtype=np.int32)
    found = owner_groups(RosterColumns.from_rows(rows), SameOwner.HOUSEHOLD, segment=segment)
    assert found.tolist() == [0, 0, 1, 2]


def test_a_chain_of_common_owners_links_only_inside_the_scope():
    inside = np.array([True, False, True])
    assert groups(["a", "ab", "b"], SameOwner.ANY_COMMON_OWNER) == [0, 0, 0]
    assert groups(["a", "ab", "b"], SameOwner.ANY_COMMON_OWNER, inside=inside) == [0, -1, 1]


def test_a_long_chain_is_one_head():
    chain = [(str(n), str(n + 1)) for n in range(400)]
    order = np.random.default_rng(5).permutation(len(chain))
    assert set(groups([chain[n] for n in order], SameOwner.ANY_COMMON_OWNER)) == {0}


def test_nobody_is_linked_through_another_segment():
    """Once the product of both codes left 32 bits, and a couple elsewhere joined two strangers."""
    roster = roster_of(["a", "b", "ab", "c"])
    many = replace(roster, owner_code=np.array([0, 1, 0, 1, 2**16 - 1], dtype=np.int32))
    segment = np.array([0, 0, 2**16, 0], dtype=np.int32)
    found = owner_groups(many, SameOwner.ANY_COMMON_OWNER, segment=segment)
    assert (found.tolist(), found.dtype) == ([0, 1, 2, 3], "int32")
    few = roster_of(["a", "b", "c", "ab"])
    segment = np.array([0, 0, 0, 3], dtype=np.int32)
    found = owner_groups(few, SameOwner.ANY_COMMON_OWNER, segment=segment)
    assert found.tolist() == [0, 1, 2, 3]


def test_neither_owners_nor_households_tie_units_by_way_of_another_segment():
    """A third unit would join them, were it not in a segment of its own."""
    far = np.array([0, 0, 1, 2, 3], dtype=np.int32)
    owned = roster_of(["b", "c", "a", "a", "ab"])
    codes = owner_groups(owned, SameOwner.ANY_COMMON_OWNER, segment=far)
    assert len(set(codes.tolist())) == 5
    rows = [
        UnitRow(
            f"1-1-{n}", "1", Kind.DWELLING, 1, developer_stock=False, owners=(owner,), household=h
        )
        for n, (owner, h) in enumerate((("a", None), ("b", 1), ("a", 1)))
    ]
    apart = np.array([0, 0, 1], dtype=np.int32)
    codes = owner_groups(RosterColumns.from_rows(rows), SameOwner.HOUSEHOLD, segment=apart)
    assert len(set(codes.tolist())) == 3


def test_every_set_of_eight_owners_is_a_head_of_its_own():
    sets = [some for size in range(9) for some in combinations("abcdefgh", size)]
    assert groups(sets, SameOwner.IDENTITY_SET) == list(range(256))
    assert groups(sets * 2, SameOwner.IDENTITY_SET)[257:] == list(range(1, 256))


@pytest.mark.parametrize("same_owner", list(SameOwner))
@settings(max_examples=USUAL // 2, deadline=None)
@given(owners=st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), max_size=8))
def test_grouping_is_what_sets_say(owners, same_owner):
    """Two units share a head if their sets are equal, or of one owner where each title counts, or
    a chain of common owners joins them."""
    sets = [frozenset(names) for names in owners]
    linked = [
        [i == j or bool(a and same(a, b, same_owner)) for j, b in enumerate(sets)]
        for i, a in enumerate(sets)
    ]
    for k in range(len(sets)):
        for i in range(len(sets)):
            for j in range(len(sets)):
                linked[i][j] |= linked[i][k] and linked[k][j]
    found = groups(owners, same_owner)
    assert [[a == b for b in found] for a in found] == linked
