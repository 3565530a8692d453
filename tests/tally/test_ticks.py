"""A ballot that may tick no more candidates than there are places (domain C-25)."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tally import reference
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.desk import Desk
from tally.model import (
    Agenda,
    BlankItem,
    Candidate,
    Candidates,
    Choice,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Policies,
    VoidBallot,
    VoidItem,
)
from tally.roll import ElectoralRoll
from tests.tally.test_agreement import assert_same

BLANK, YES, NO, ABSTAIN, FOLLOW, VOID = list(Choice)[:6]
TICKS = Policies(candidates=Candidates.AT_MOST_SEATS)
RESOLUTION = Item("1", "决议", Form.RESOLUTION, Matter.HIRE_MANAGER)
ELECTION = Item(
    "2",
    "选举",
    Form.ELECTION,
    Matter.OTHER,
    seats=2,
    alternates=1,
    candidates=tuple(Candidate(f"c{n}", f"候选人{n}") for n in range(3)),
)
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(f"1-{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(owner,))
        for n, owner in enumerate("甲甲乙丙")
    ]
)


def desk_of(marks, policies=TICKS, items=(ELECTION,)):
    """Put one ballot before the desk, for the unit of the third owner."""
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, items)
    row = BallotRow(("1-2",), tuple(map(int, marks)), void=False, channel="书面")
    return Desk(ElectoralRoll(agenda, ROSTER), BallotColumns.from_rows(ROSTER, agenda, [row]))


def counted(rows, policies, item=ELECTION):
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    cast = [
        BallotRow(units, tuple(map(int, marks)), void=False, channel="书面")
        for units, marks in rows
    ]
    ballots = BallotColumns.from_rows(ROSTER, agenda, cast)
    [result] = count_assembly(agenda, ROSTER, ballots)
    [plain] = reference.count_assembly(agenda, ROSTER, ballots)
    assert_same(result, plain)
    return result


@pytest.mark.parametrize(
    ("marks", "read"),
    [
        # So many as there are seats are as marked; one more, and nothing on the item counts.
        ((YES, YES, NO), (YES, YES, NO)),
        ((YES, YES, YES), (VOID, VOID, VOID)),
        # Who marks anybody abstains from the others; who marks nobody is blank.
        ((YES, BLANK, BLANK), (YES, ABSTAIN, ABSTAIN)),
        ((BLANK, NO, BLANK), (ABSTAIN, NO, ABSTAIN)),
        ((BLANK, BLANK, ABSTAIN), (ABSTAIN, ABSTAIN, ABSTAIN)),
        ((BLANK, BLANK, BLANK), (BLANK, BLANK, BLANK)),
        # A spoiled mark marks nobody, and stays spoiled beside others.
        ((VOID, BLANK, VOID), (VOID, BLANK, VOID)),
        ((VOID, BLANK, YES), (VOID, ABSTAIN, YES)),
        # To follow the majority is no tick: it might approve more than there are seats.
        ((FOLLOW, BLANK, YES), (ABSTAIN, ABSTAIN, YES)),
        ((FOLLOW, YES, YES), (ABSTAIN, YES, YES)),
        ((FOLLOW, BLANK, BLANK), (ABSTAIN, ABSTAIN, ABSTAIN)),
        ((NO, NO, NO), (NO, NO, NO)),
    ],
)
def test_marks_are_read_as_ticks(marks, read):
    desk = desk_of(marks)
    ticked = desk.answers(TICKS)
    assert ticked.columns[:3, 0].tolist() == list(read)
    assert [set(np.flatnonzero(row)) for row in ticked.seen[:3]] == [{mark} for mark in read]
    assert desk.answers(Policies()).columns[:3, 0].tolist() == list(marks)


@pytest.mark.parametrize(
    ("alternates", "read"), [(1, (VOID, VOID, VOID)), (2, (YES, YES, ABSTAIN))]
)
def test_on_a_list_of_their_own_there_are_as_many_ticks_as_alternates(alternates, read):
    item = replace(ELECTION, seats=0, alternates=alternates)
    answers = desk_of((YES, YES, BLANK), items=(item,)).answers(TICKS)
    assert answers.columns[:3, 0].tolist() == list(read)


def test_every_item_is_read_by_itself():
    """A blank resolution stays blank beside a marked election, and one election beside another."""
    items = (RESOLUTION, ELECTION, replace(ELECTION, id="3"), replace(RESOLUTION, id="4"))
    marks = (BLANK, YES, BLANK, BLANK, *(BLANK,) * 3, YES)
    answers = desk_of(marks, items=items).answers(TICKS)
    assert answers.columns[:8, 0].tolist() == [BLANK, YES, ABSTAIN, ABSTAIN, *[BLANK] * 3, YES]
    over = (YES, YES, YES, YES, *(YES, NO, YES), BLANK)
    answers = desk_of(over, items=items).answers(TICKS)
    assert answers.columns[:8, 0].tolist() == [YES, VOID, VOID, VOID, YES, NO, YES, BLANK]


def test_the_clause_costs_nothing_where_no_ballot_reads_otherwise():
    desk = desk_of((YES, NO, YES))
    assert desk.answers(TICKS) is desk.answers(Policies())
    scope = desk.scope(ELECTION, TICKS)
    assert desk.tables(scope, TICKS) is desk.tables(scope, Policies())


FULL, OVER = (YES, YES, NO), (YES, YES, YES)


@pytest.mark.parametrize(
    ("policies", "participating", "void"),
    [
        (TICKS, 2, 1),
        (replace(TICKS, void_ballot=VoidBallot.PARTICIPATING), 3, 1),
        (replace(TICKS, void_item=VoidItem.ABSTAIN), 3, 0),
        (Policies(), 3, 0),
    ],
)
def test_an_over_ticked_item_is_treated_like_any_spoiled_one(policies, participating, void):
    """Domain C-19, C-20: it takes part or not by the clauses on what is void."""
    cast = [(("1-0", "1-1"), OVER), (("1-2",), FULL), (("1-3",), FULL)]
    result = counted(cast, policies)
    assert result["participating"]["heads"] == participating
    assert result["void"]["heads"] == void
    approving = 3 if policies.candidates is Candidates.EACH else 2
    assert result["candidates"][0]["approve"]["heads"] == approving


def test_a_marked_ballot_takes_part_in_the_vote_on_every_candidate():
    cast = [((f"1-{n}",), (YES, BLANK, BLANK)) for n in range(4)]
    ticked, one_by_one = counted(cast, TICKS), counted(cast, Policies())
    assert [row["participating"]["heads"] for row in ticked["candidates"]] == [3, 3, 3]
    assert [row["participating"]["heads"] for row in one_by_one["candidates"]] == [3, 0, 0]
    blank = counted([(units, (BLANK,) * 3) for units, _ in cast], TICKS)
    assert blank["participating"]["heads"] == 0
    abstaining = replace(TICKS, blank_item=BlankItem.ABSTAIN)
    assert counted([(("1-3",), (BLANK,) * 3)], abstaining)["participating"]["heads"] == 1


def test_an_over_ticked_ballot_does_not_govern_the_others_of_its_owner():
    """Where the last ballot governs (domain C-3), a spoiled one has nothing to say."""
    cast = [(("1-0",), FULL), (("1-1",), OVER)]
    result = counted(cast, replace(TICKS, mixed_units=MixedUnits.LAST_BALLOT))
    assert result["candidates"][0]["approve"] == {"heads": 1, "area_cm2": 10}
    assert result["void"] == {"heads": 0, "area_cm2": 10}
    blank_speaks = Policies(
        candidates=Candidates.AT_MOST_SEATS,
        mixed_units=MixedUnits.LAST_BALLOT,
        blank_item=BlankItem.ABSTAIN,
    )
    result = counted([*cast, (("1-2",), (BLANK,) * 3)], blank_speaks)
    assert result["participating"]["heads"] == 2
    assert result["void"] == {"heads": 0, "area_cm2": 10}


def test_a_limit_may_be_left_away_but_not_put_on_owners_who_were_not_told():
    cast = [((f"1-{n}",), OVER) for n in range(4)]
    ticked, one_by_one = counted(cast, TICKS), counted(cast, Policies())
    assert "candidates" in ticked["depends_on"]
    [without] = [row for row in ticked["variants"] if row["policy"] == "candidates"]
    assert (ticked["participating"]["heads"], without["participating"]["heads"]) == (0, 3)
    assert (without["value"], set(without["seats"].values())) == ("each", {"unresolved"})
    assert "candidates" not in {row["policy"] for row in one_by_one["variants"]}
    resolution = counted([(("1-3",), (YES,))], TICKS, RESOLUTION)
    assert "candidates" not in {row["policy"] for row in resolution["variants"]}


def test_a_changed_ballot_takes_back_another_tick():
    """One ballot with all its ticks used is enough to turn the first candidate."""
    cast = [(("1-0", "1-1"), FULL), (("1-2",), (NO, YES, YES)), (("1-3",), (NO, NO, YES))]
    result = counted(cast, TICKS)
    assert [row["carried"] for row in result["candidates"]] == [False, True, False]
    assert result["candidates"][0]["flip"]["change"] == 1
    # A spoiled item comes in by being marked as it may be.
    spoiled = counted([(("1-0", "1-1"), FULL), (("1-2",), OVER)], TICKS)
    assert [row["carried"] for row in spoiled["candidates"]] == [False] * 3
    assert spoiled["candidates"][0]["flip"]["change"] == 1


def test_nothing_is_looked_for_but_what_ballots_say_then():
    """Answers of units without a ballot follow behind; they are none of the marks."""
    desk = desk_of([YES, YES, BLANK], items=(replace(ELECTION, seats=1),))
    seen = desk._ticked.seen
    assert [set(map(int, row.nonzero()[0])) for row in seen] == [{VOID}, {VOID}, {VOID}, {BLANK}]
