"""Ballots that differ from what stands for the owner's other units are not let in (C-3)."""

from dataclasses import replace
from datetime import date

import pytest

from tally.columns import BallotColumns, BallotRow, RosterColumns, Segments, UnitRow
from tally.count import count_assembly
from tally.desk import Desk
from tally.errors import TallyError
from tally.model import (
    Agenda,
    Choice,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Option,
    Policies,
    Repeat,
    SameOwner,
    VoidItem,
)
from tally.one_voice import as_received, refused_ballots
from tally.roll import ElectoralRoll

YES, NO = 1, 2
ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
RULE = Policies(mixed_units=MixedUnits.REFUSE_DIFFERENT)
CHANGING = replace(RULE, repeat=Repeat.LAST_VALID)
TWO = ITEM, replace(ITEM, id="2")


def roster_of(owners, *, stock=(), household=None):
    return RosterColumns.from_rows(
        [
            UnitRow(str(n), "1", Kind.DWELLING, 10, n in stock, tuple(names), household)
            for n, names in enumerate(owners)
        ]
    )


def agenda_of(policies, items=(ITEM,)):
    return Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, items)


def cast(roster, *rows, policies=RULE, items=(ITEM,)):
    """Ballots as (units, marks or mark, channel or "void")."""
    return BallotColumns.from_rows(
        roster,
        agenda_of(policies, items),
        [
            BallotRow(
                tuple(units),
                marks if isinstance(marks, tuple) else (marks,),
                void=bool(more) and more[0] == "void",
                channel=more[0] if more else "手机",
            )
            for units, marks, *more in rows
        ],
    )


def refused(roster, *rows, policies=RULE, items=(ITEM,), segments=None):
    ballots = cast(roster, *rows, policies=policies, items=items)
    return refused_ballots(ballots, roster, policies, segments).nonzero()[0].tolist()


MINE = roster_of(["a", "a", "a", "b"])


@pytest.mark.parametrize(
    ("policies", "rows", "expected"),
    [
        (RULE, [("0", YES), ("1", NO)], [1]),
        (RULE, [("0", YES), ("1", YES), ("3", NO)], []),
        (RULE, [("0", YES), ("1", NO), ("1", YES), ("2", NO)], [1, 3]),
        # A second ballot for the same unit stands for nothing, whatever it says.
        (RULE, [("0", YES), ("0", NO), ("1", YES)], []),
        (RULE, [("0", YES), ("01", NO)], [1]),
        (RULE, [("0", YES, "void"), ("1", NO), ("2", YES, "void")], []),
        # Where a ballot may be replaced, all units have to be replaced at once.
        (CHANGING, [("0", YES), ("0", NO), ("1", NO)], []),
        (CHANGING, [("0", YES), ("1", YES), ("0", NO)], [2]),
        (CHANGING, [("0", YES), ("1", YES), ("01", NO), ("2", NO)], []),
        (
            replace(CHANGING, repeat_limit=1),
            [("0", YES), ("0", NO), ("1", NO), ("01", YES), ("1", NO)],
            [3],
        ),
        (replace(CHANGING, repeat_limit=1), [("0", YES), ("0", YES), ("01", NO)], [2]),
        (replace(RULE, repeat=Repeat.PAPER_FIRST), [("0", YES), ("0", NO, "纸质"), ("1", NO)], []),
        (replace(RULE, repeat=Repeat.PAPER_FIRST), [("0", YES, "纸质"), ("0", NO), ("1", YES)], []),
        (
            replace(RULE, repeat=Repeat.PHONE_FIRST),
            [("0", YES, "纸质"), ("1", YES, "纸质"), ("0", NO), ("01", NO)],
            [2],
        ),
        (Policies(), [("0", YES), ("1", NO)], []),
    ],
)
def test_whoever_speaks_twice_says_the_same(policies, rows, expected):
    assert refused(MINE, *rows, policies=policies) == expected


def test_a_refused_ballot_takes_no_unit_of_anybody():
    """Of several owners, as no box accepts it: one of them is enough to turn it away."""
    assert refused(MINE, ("0", YES), ("13", NO), ("3", YES)) == [1]


def test_any_mark_makes_the_difference():
    rows = [("0", (YES, YES)), ("1", (YES, 0)), ("2", (YES, YES))]
    assert refused(MINE, *rows, items=TWO) == [1]


def test_who_is_one_owner_is_for_the_published_rule_to_say():
    couple = roster_of(["a", "ab", "b"], household=3)
    rows = [("0", YES), ("1", NO), ("2", NO)]
    by_rule = {
        rule: refused(couple, *rows, policies=replace(RULE, same_owner=rule)) for rule in SameOwner
    }
    assert by_rule == {
        SameOwner.IDENTITY_SET: [],
        SameOwner.EACH_TITLE: [],
        SameOwner.ANY_COMMON_OWNER: [1, 2],
        SameOwner.HOUSEHOLD: [1, 2],
    }
    stock = roster_of(["d", "e"], stock={0, 1})
    assert refused(stock, ("0", YES), ("1", NO)) == [1]


def test_the_stock_of_two_complexes_is_two_owners():
    stock = roster_of(["d", "d"], stock={0, 1})
    apart = Segments(("甲", "乙"), stock.building * 0 + [0, 1])
    apart = replace(apart, code=apart.code.astype("int32"))
    assert refused(stock, ("0", YES), ("1", NO), segments=apart) == []
    ballots = cast(stock, ("0", YES), ("1", NO))
    assert as_received(ballots, stock, RULE, apart) is ballots
    desk = Desk(ElectoralRoll(agenda_of(RULE), stock, apart), ballots)
    assert desk.slots(RULE).holder.tolist() == [0, 1]


def test_who_is_one_owner_by_another_rule_is_turned_away_by_that():
    """The same desk, asked for one reading after the other, mixes neither up."""
    shared = roster_of([["a", "b"], ["b", "c"]])
    ballots = cast(shared, ("0", YES), ("1", NO))
    desk = Desk(ElectoralRoll(agenda_of(RULE), shared), ballots)
    common = replace(RULE, same_owner=SameOwner.ANY_COMMON_OWNER)
    assert desk.slots(RULE).holder.tolist() == [0, 1]
    assert desk.slots(common).holder[0] == 0
    assert desk.slots(common).holder[1] >= len(ballots)


def test_a_spoiled_mark_that_abstains_is_counted_on_every_item():
    alone = roster_of(["a"])
    policies = Policies(void_item=VoidItem.ABSTAIN)
    chosen = Item("0", "选定", Form.CHOOSE_ONE, Matter.OTHER, options=(Option("a", "甲"),))
    agenda = agenda_of(policies, (chosen, ITEM))
    marks = int(Choice.OPTION), int(Choice.VOID)
    ballots = cast(alone, ("0", marks), policies=policies, items=(chosen, ITEM))
    _, second = count_assembly(agenda, alone, ballots, in_doubt=False)
    assert second["participating"] == {"heads": 1, "area_cm2": 10}


def test_ballots_keep_their_places():
    ballots = cast(MINE, ("0", YES), ("12", NO), ("3", NO))
    received = as_received(ballots, MINE, RULE)
    assert received.unit_offsets.tolist() == [0, 1, 1, 2]
    assert received.unit_code.tolist() == [0, 3]
    assert (len(received), received.unit_offsets.dtype) == (3, "int64")
    assert as_received(ballots, MINE, Policies()) is ballots
    same = cast(MINE, ("0", YES), ("12", YES))
    assert as_received(same, MINE, RULE) is same


def test_what_was_refused_is_as_if_it_had_never_come():
    [result] = count_assembly(
        agenda_of(RULE), MINE, cast(MINE, ("0", YES), ("12", NO), ("3", NO)), in_doubt=True
    )
    assert result["participating"] == {"heads": 2, "area_cm2": 20}
    assert result["approve"] == {"heads": 1, "area_cm2": 10}
    [used] = result["used_policies"]
    assert (used["value"], used["clause"]) == ("refuse_different", "C-3")
    tried = [each["value"] for each in result["variants"] if each["policy"] == "mixed_units"]
    assert tried == ["no_choice", "last_ballot"]


def test_nobody_is_refused_by_a_rule_that_was_not_published():
    [result] = count_assembly(agenda_of(Policies()), MINE, cast(MINE, ("0", YES), ("1", NO)))
    tried = [each["value"] for each in result["variants"] if each["policy"] == "mixed_units"]
    assert tried == ["last_ballot"]


def test_a_channel_that_says_nothing_is_refused_where_it_matters():
    with pytest.raises(TallyError):
        refused(
            MINE, ("0", YES, "广播"), ("1", NO), policies=replace(RULE, repeat=Repeat.PAPER_FIRST)
        )
