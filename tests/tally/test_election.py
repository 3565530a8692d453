"""From the number of those who passed to members and alternates, at its edges (domain C-27)."""

from datetime import date

import pytest

from tally import reference
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.model import (
    Agenda,
    BlankItem,
    Candidate,
    Choice,
    Form,
    Item,
    Kind,
    Matter,
    Policies,
    ShortOrEven,
    VoidBallot,
)

HOUSEHOLDS = 21
MEMBER, ALTERNATE, NONE, UNRESOLVED = "member", "alternate", "none", "unresolved"


def elected(approvals, policies, *, seats, alternates=0, households=HOUSEHOLDS, **more):
    """Count an election in which each candidate is approved by so many of the households."""
    people = tuple(Candidate(f"c{n}", f"候选人{n}") for n in range(len(approvals)))
    item = Item(
        "1",
        "选举",
        Form.ELECTION,
        more.get("matter", Matter.ELECT_COMMITTEE),
        seats=seats,
        alternates=alternates,
        candidates=people,
    )
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    rows = [
        UnitRow(f"1-{n}", "1", Kind.DWELLING, 100, developer_stock=False, owners=(f"业主{n}",))
        for n in range(households)
    ]
    roster = RosterColumns.from_rows(rows)
    cast = [
        BallotRow(
            (f"1-{n}",),
            tuple(int(Choice.APPROVE if n < yes else Choice.OPPOSE) for yes in approvals),
            void=False,
            channel="书面",
        )
        for n in range(households)
    ]
    ballots = BallotColumns.from_rows(roster, agenda, cast)
    [result] = count_assembly(agenda, roster, ballots, in_doubt=False)
    [plain] = reference.count_assembly(agenda, roster, ballots)
    assert [row["seat"] for row in result["candidates"]] == plain["seats"]
    assert result["needs_decision"] == plain["needs_decision"]
    assert result.get("supplementary_seats") == plain.get("supplementary_seats")
    return plain["seats"], result


MOVES = Policies(short_or_even=ShortOrEven.LOWEST_BECOMES_ALTERNATE)
CALLS = Policies(short_or_even=ShortOrEven.SUPPLEMENTARY_ELECTION)


@pytest.mark.parametrize(
    ("approvals", "seats", "alternates", "expected"),
    [
        # Nobody below him: he is the only alternate, though none was published.
        ([20, 19, 18, 17], 5, 0, [MEMBER] * 3 + [ALTERNATE]),
        ([20, 19, 18, 17], 4, 0, [MEMBER] * 3 + [ALTERNATE]),
        # He takes the first of the places published; there are no more of them than before.
        ([20, 19, 18, 17, 16], 4, 1, [MEMBER] * 3 + [ALTERNATE, NONE]),
        ([20, 19, 18, 17, 16, 15], 4, 2, [MEMBER] * 3 + [ALTERNATE] * 2 + [NONE]),
        # And never more than members (BJ art. 39).
        ([20, 19, 18, 17, 16, 15, 14], 4, 4, [MEMBER] * 3 + [ALTERNATE] * 3 + [NONE]),
        # The rank of the last is shared, across the boundary or below it.
        ([20, 19, 18, 18], 5, 0, [MEMBER] * 2 + [UNRESOLVED] * 2),
        ([20, 19, 18, 17, 17], 4, 1, [MEMBER] * 3 + [UNRESOLVED] * 2),
        ([20, 19, 18, 17, 17], 4, 2, [MEMBER] * 3 + [ALTERNATE] * 2),
        # An odd number stands as it is.
        ([20, 19, 18, 1, 1], 5, 0, [MEMBER] * 3 + [NONE] * 2),
    ],
)
def test_the_last_of_an_even_number_becomes_the_first_alternate(
    approvals, seats, alternates, expected
):
    found, result = elected(approvals, MOVES, seats=seats, alternates=alternates)
    assert found == expected
    assert result["needs_decision"] == ["tie"] * (UNRESOLVED in expected)
    assert result["carried"] is (UNRESOLVED not in expected)


@pytest.mark.parametrize(
    ("yes", "households", "matter", "reasons"),
    [
        (2, 100, Matter.ELECT_COMMITTEE, ["too_few", "even"]),
        (4, 101, Matter.ELECT_COMMITTEE, ["too_few", "even"]),
        (0, 100, Matter.ELECT_COMMITTEE, ["too_few", "even"]),
        (4, 100, Matter.OTHER, ["too_few"]),
    ],
)
def test_nobody_is_moved_where_that_leaves_too_few(yes, households, matter, reasons):
    approvals = [households] * yes + [0]
    found, result = elected(approvals, MOVES, seats=5, households=households, matter=matter)
    assert found == [MEMBER] * yes + [NONE]
    assert result["needs_decision"] == reasons


def test_a_lawful_number_is_left_in_a_complex_of_any_size():
    found, result = elected([101] * 5 + [100, 0], MOVES, seats=7, households=101)
    assert found == [MEMBER] * 5 + [ALTERNATE, NONE]
    assert result["carried"]


@pytest.mark.parametrize(
    ("yes", "seats", "households", "matter", "reasons", "vacant"),
    [
        (4, 5, 21, Matter.ELECT_COMMITTEE, ["supplementary_election"], 1),
        (3, 5, 101, Matter.ELECT_COMMITTEE, ["supplementary_election"], 2),
        (0, 5, 21, Matter.ELECT_COMMITTEE, ["supplementary_election"], 5),
        (1, 2, 21, Matter.OTHER, ["supplementary_election"], 1),
        # A lawful number stands although seats are left; full seats leave nothing to elect.
        (5, 7, 101, Matter.ELECT_COMMITTEE, [], None),
        (4, 4, 21, Matter.ELECT_COMMITTEE, ["even"], None),
    ],
)
def test_what_is_vacant_is_filled_in_a_supplementary_election(
    yes, seats, households, matter, reasons, vacant
):
    found, result = elected(
        [households] * yes + [0], CALLS, seats=seats, households=households, matter=matter
    )
    assert found == [MEMBER] * yes + [NONE]
    assert result["needs_decision"] == reasons
    assert result.get("supplementary_seats") == vacant
    assert result["carried"] is not bool(reasons)


def test_without_a_clause_nobody_is_moved_and_no_election_is_called():
    found, result = elected([20, 19, 18, 17], Policies(), seats=5)
    assert found == [MEMBER] * 4
    assert result["needs_decision"] == ["even"]
    assert "supplementary_seats" not in result


@pytest.mark.parametrize(
    ("approvals", "alternates", "expected", "reasons"),
    [
        ([19, 20, 1], 2, [ALTERNATE, ALTERNATE, NONE], []),
        ([19, 20, 18], 2, [ALTERNATE, ALTERNATE, NONE], []),
        # Fewer, or an even number of, alternates are lawful.
        ([1, 20, 1], 2, [NONE, ALTERNATE, NONE], []),
        ([20, 20, 1], 3, [ALTERNATE, ALTERNATE, NONE], []),
        ([19, 20, 19], 2, [UNRESOLVED, ALTERNATE, UNRESOLVED], ["tie"]),
        ([1, 1, 1], 3, [NONE, NONE, NONE], ["too_few"]),
    ],
)
@pytest.mark.parametrize("policies", [Policies(), MOVES])
def test_a_list_of_their_own_elects_alternates_only(
    approvals, alternates, expected, reasons, policies
):
    """Domain C-28: who passes is ranked and becomes an alternate; no committee is formed."""
    found, result = elected(approvals, policies, seats=0, alternates=alternates)
    assert found == expected
    assert result["needs_decision"] == reasons
    assert result["carried"] is not bool(reasons)


def test_a_list_on_which_nobody_passes_is_elected_again():
    found, result = elected([1, 1], CALLS, seats=0, alternates=2)
    assert found == [NONE, NONE]
    assert (result["needs_decision"], result["supplementary_seats"]) == (
        ["supplementary_election"],
        2,
    )
    assert elected([20, 1], CALLS, seats=0, alternates=2)[1]["needs_decision"] == []


BLANK, SPOILED = int(Choice.BLANK), int(Choice.VOID)


@pytest.mark.parametrize(
    ("void_ballot", "blank_item", "blank", "mixed", "spoiled"),
    [
        (VoidBallot.NOT_PARTICIPATING, BlankItem.NOT_PARTICIPATING, 0, 0, 0),
        (VoidBallot.NOT_PARTICIPATING, BlankItem.ABSTAIN, 1, 1, 0),
        (VoidBallot.PARTICIPATING, BlankItem.NOT_PARTICIPATING, 0, 1, 1),
        (VoidBallot.PARTICIPATING, BlankItem.ABSTAIN, 1, 1, 1),
    ],
)
def test_a_ballot_partly_blank_and_partly_void_is_whichever_takes_part(
    void_ballot, blank_item, blank, mixed, spoiled
):
    """One owner leaves both candidates blank, one spoils both, one does either; one approves."""
    policies = Policies(void_ballot=void_ballot, blank_item=blank_item)
    people = (Candidate("a", "候选人甲"), Candidate("b", "候选人乙"))
    item = Item("1", "选举", Form.ELECTION, Matter.ELECT_COMMITTEE, seats=3, candidates=people)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    area = {"blank": 1, "mixed": 10, "spoiled": 100, "approves": 1000}
    roster = RosterColumns.from_rows(
        [
            UnitRow(name, "1", Kind.DWELLING, cm2, developer_stock=False, owners=(name,))
            for name, cm2 in area.items()
        ]
    )
    marks = {
        "blank": (BLANK, BLANK),
        "mixed": (BLANK, SPOILED),
        "spoiled": (SPOILED, SPOILED),
        "approves": (int(Choice.APPROVE), BLANK),
    }
    rows = [
        BallotRow((unit,), choices, void=False, channel="书面") for unit, choices in marks.items()
    ]
    ballots = BallotColumns.from_rows(roster, agenda, rows)
    [result] = count_assembly(agenda, roster, ballots, in_doubt=False)
    [plain] = reference.count_assembly(agenda, roster, ballots)
    heads, area = 1 + blank + mixed + spoiled, 1000 + blank * 1 + mixed * 10 + spoiled * 100
    assert result["participating"] == {"heads": heads, "area_cm2": area}
    assert plain["participating"] == (heads, area)
    # Whoever left something blank is shown as void only where that is how he takes part.
    void = (2, 110) if mixed > blank else (1, 100)
    assert result["void"] == {"heads": void[0], "area_cm2": void[1]}
    assert plain["void"] == void
