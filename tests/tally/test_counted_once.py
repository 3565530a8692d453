"""What two readings of the same ballots have in common is counted once."""

from dataclasses import replace
from datetime import date

import pytest

from tally import doubt
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.desk import Desk
from tally.model import (
    Agenda,
    Electorate,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Policies,
    SameOwner,
)
from tally.roll import ElectoralRoll

ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
PUBLISHED = Policies()


def roll_of(owners, items=(ITEM,), buildings="东东西西"):
    """Lay out units ``1``, ``2`` and so on, of owners with a letter each."""
    rows = [
        UnitRow(f"{n + 1}", building, Kind.DWELLING, 10, developer_stock=False, owners=tuple(names))
        for n, (names, building) in enumerate(zip(owners, buildings, strict=False))
    ]
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), PUBLISHED, tuple(items))
    return ElectoralRoll(agenda, RosterColumns.from_rows(rows))


def desk_of(roll, *cast):
    """Put ballots for some units each on a desk, all in favour."""
    rows = [BallotRow(tuple(units), (1,), void=False, channel="phone") for units in cast]
    return Desk(roll, BallotColumns.from_rows(roll.roster, roll.agenda, rows))


@pytest.mark.parametrize(
    ("owners", "shared"),
    [
        (("甲", "乙", "甲", "丙"), {SameOwner.ANY_COMMON_OWNER, SameOwner.EACH_TITLE}),
        # Held by two together, once with and once without anything of their own.
        (("甲乙", "乙", "丙", "丁"), {SameOwner.EACH_TITLE}),
        (("甲乙", "甲乙", "丙", "丁"), {SameOwner.ANY_COMMON_OWNER}),
    ],
)
def test_rules_of_grouping_under_which_everybody_is_the_same_head_share_an_electorate(
    owners, shared
):
    roll = roll_of(owners)
    # The roster names no households, so nobody asks for them.
    rules = set(SameOwner) - {SameOwner.HOUSEHOLD}
    scopes = {rule: roll.scope(ITEM, replace(PUBLISHED, same_owner=rule)) for rule in rules}
    usual = scopes.pop(SameOwner.IDENTITY_SET)
    assert {rule for rule, scope in scopes.items() if scope is usual} == shared


def test_other_units_are_another_electorate_though_their_owners_have_the_same_numbers():
    items = [
        replace(ITEM, id=building, electorate=Electorate(buildings=frozenset({building})))
        for building in "东西"
    ]
    roll = roll_of(("甲", "乙", "丙", "丁"), items)
    east, west = (roll.scope(item, PUBLISHED) for item in items)
    assert east.owner.tolist() == west.owner.tolist()
    assert [east.rows.tolist(), west.rows.tolist()] == [[0, 1], [2, 3]]


@pytest.mark.parametrize(("cast", "shared"), [(["13"], True), (["1", "3"], False)])
def test_that_the_last_ballot_governs_is_counted_apart_only_where_somebody_has_two(cast, shared):
    desk = desk_of(roll_of(("甲", "乙", "甲", "丙")), *cast)
    scope = desk.scope(ITEM, PUBLISHED)
    governed = replace(PUBLISHED, mixed_units=MixedUnits.LAST_BALLOT)
    assert (desk.tables(scope, governed) is desk.tables(scope, PUBLISHED)) is shared


@pytest.mark.parametrize(
    ("cast", "apart"),
    [
        (["13", "2"], set()),
        (["1", "3"], {"mixed_units"}),
        # His second covers one unit only, but the first stands.
        (["13", "1"], {"repeat"}),
        (["2", "2"], {"repeat"}),
    ],
)
def test_a_policy_that_leaves_the_count_as_it_is_is_not_decided_again(monkeypatch, cast, apart):
    desk = desk_of(roll_of(("甲", "乙", "甲", "丙")), *cast)
    decided = []
    original = doubt.decide

    def decide(desk, item, questions, policies, rule):
        decided.append(policies)
        return original(desk, item, questions, policies, rule)

    monkeypatch.setattr(doubt, "decide", decide)
    [result] = count_assembly(desk.roll.agenda, desk.roll.roster, desk.ballots)

    names = {
        name
        for policies in decided
        for name in Policies.__slots__
        if getattr(policies, name) != getattr(PUBLISHED, name)
    }
    on_meaning = {"silence", "blank_item", "void_ballot", "quorum", "follow"}
    assert names == on_meaning | apart
    told = {row["policy"] for row in result["variants"]}
    on_counting = {"repeat", "mixed_units", "same_owner", "include_kinds", "void_item"}
    assert told == on_meaning | on_counting


@pytest.mark.parametrize(
    ("electorate", "asked"),
    [
        (Electorate(), True),
        (Electorate(buildings=frozenset("东")), True),
        (Electorate(include_kinds=frozenset({Kind.DWELLING})), False),
        (Electorate(units=frozenset({"1", "2"})), False),
    ],
)
def test_an_item_that_names_its_kinds_or_units_does_not_hang_on_those_of_others(electorate, asked):
    roll = roll_of(("甲", "乙", "甲", "丙"), [replace(ITEM, electorate=electorate)])
    desk = desk_of(roll, "13", "2")
    [result] = count_assembly(roll.agenda, roll.roster, desk.ballots)
    told = [row["policy"] for row in result["variants"]]
    assert ("include_kinds" in told) is asked
    # The policies behind it are asked about all the same.
    assert {"void_item", "quorum", "follow"} <= set(told)
