"""How close it was, against trying every set of ballots."""

from dataclasses import replace
from datetime import date
from itertools import combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.desk import Desk
from tally.flip import flip_of
from tally.model import (
    Agenda,
    Candidates,
    Choice,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Policies,
    Quorum,
    Silence,
)
from tally.one_voice import as_received
from tally.question import questions_of
from tally.roll import ElectoralRoll
from tally.rules import rule_for

USUAL = settings.default.max_examples
"""A hundred, and fewer for each mutant."""
MOST_BALLOTS = 6 if USUAL >= 100 else 4
"""Trying every choice for every set takes four times as long with each ballot more."""
ONE_QUESTION = (Form.RESOLUTION, Form.RESOLUTION, Form.CHOOSE_ONE)


def proposals(vote, ballots, struck=()):
    [result] = count_assembly(
        vote.agenda, vote.roster, ballots, delivered=vote.delivered, struck=struck, in_doubt=False
    )
    if result["form"] == Form.RESOLUTION:
        return [result["carried"]]
    rows = result["candidates" if result["form"] == Form.ELECTION else "options"]
    return [row["carried"] for row in rows]


def fewest_by_trying(turned, ballots, marks):
    """Try no ballot, then every one, every pair and so on."""
    for count in range(1, ballots + 1):
        for chosen in combinations(range(ballots), count):
            if any(turned(chosen, to) for to in product(marks, repeat=count)):
                return count
    return None


def flips_of(vote, patience):
    desk = Desk(ElectoralRoll(vote.agenda, vote.roster), vote.ballots, vote.delivered)
    item = vote.agenda.items[0]
    rule = rule_for(item.matter, vote.agenda.decision_date)
    return [
        (question, flip_of(desk, item, question, approving, vote.agenda.policies, rule, patience))
        for question in questions_of(vote.agenda)[0]
        for approving in question.approving
    ]


def counted_only(vote):
    """Positions of the ballots that hold a unit of the electorate."""
    desk = Desk(ElectoralRoll(vote.agenda, vote.roster), vote.ballots, vote.delivered)
    policies = vote.agenda.policies
    scope = desk.scope(vote.agenda.items[0], policies)
    return desk.holdings(scope, desk.slots(policies)).ballots.tolist()


def let_in(vote):
    """What the rules let in stays in, whatever a ballot of it might have said instead."""
    policies = vote.agenda.policies
    if policies.mixed_units is not MixedUnits.REFUSE_DIFFERENT:
        return vote
    received = as_received(vote.ballots, vote.roster, policies)
    policies = replace(policies, mixed_units=MixedUnits.NO_CHOICE)
    return replace(vote, ballots=received, agenda=replace(vote.agenda, policies=policies))


def truth(vote, number, question):
    """Fewest to strike and to change for one proposal, by trying."""
    vote = let_in(vote)
    counted = counted_only(vote)
    before = proposals(vote, vote.ballots)[number]

    def struck(chosen, _to):
        gone = [counted[each] for each in chosen]
        return proposals(vote, vote.ballots, gone)[number] != before

    def changed(chosen, to):
        choices = vote.ballots.choices.copy()
        choices[[counted[each] for each in chosen], question.column] = to
        if vote.agenda.policies.candidates is Candidates.AT_MOST_SEATS:
            for each in chosen:
                take_back(choices[counted[each]], question.column, vote.agenda.items[0])
        after = replace(vote.ballots, choices=choices)
        return proposals(vote, after)[number] != before

    return (
        fewest_by_trying(struck, len(counted), [None]),
        fewest_by_trying(changed, len(counted), question.marks),
    )


def take_back(marks, kept, item):
    """Take other ticks back until a ballot, whose one item this is, has no more than it may."""
    for column in range(item.questions):
        ticks = (marks == Choice.APPROVE).sum()
        if item.form is Form.ELECTION and ticks > item.places and column != kept:
            marks[column] = Choice.BLANK


def assert_bracketed(found, true):
    """What is said is true, and where one integer is said it is the one."""
    if found.at_least is None:
        assert true is None
    elif true is None:
        assert found.at_most is None
    else:
        assert found.at_least <= true
        assert found.at_most is None or found.at_most >= true


@settings(max_examples=5 * USUAL // 2, deadline=None)
@given(data=st.data())
def test_small_assemblies_are_always_exact(drawn, data):
    """Under every policy, with shared, mixed and repeated ballots, in both directions."""
    vote = data.draw(drawn(most_units=6, most_ballots=4, forms=ONE_QUESTION, turnout=7))
    for number, (question, flip) in enumerate(flips_of(vote, patience=10**9)):
        strike, change = truth(vote, number, question)
        assert flip.strike.document() == strike
        assert flip.change.document() == change


@settings(max_examples=USUAL // 2, deadline=None)
@given(data=st.data(), patience=st.sampled_from([0, 10**9]))
def test_ticks_are_changed_on_whole_ballots(drawn, data, patience):
    """A ballot with all its ticks used, or too many, is changed by marking the item anew."""
    vote = data.draw(drawn(most_units=5, most_ballots=3, forms=(Form.ELECTION,), turnout=8))
    policies = replace(vote.agenda.policies, candidates=Candidates.AT_MOST_SEATS)
    vote = replace(vote, agenda=replace(vote.agenda, policies=policies))
    question, flip = flips_of(vote, patience)[0]
    strike, change = truth(vote, 0, question)
    assert_bracketed(flip.strike, strike)
    assert_bracketed(flip.change, change)
    if patience:
        assert (flip.strike.document(), flip.change.document()) == (strike, change)


@settings(max_examples=5 * USUAL // 2, deadline=None)
@given(data=st.data())
def test_bounds_hold_without_trying(drawn, data):
    """What large assemblies rely on, shown on small ones: no patience at all, and still true."""
    vote = data.draw(drawn(most_units=6, most_ballots=4, forms=ONE_QUESTION, turnout=7))
    for number, (question, flip) in enumerate(flips_of(vote, patience=0)):
        strike, change = truth(vote, number, question)
        assert_bracketed(flip.strike, strike)
        assert_bracketed(flip.change, change)


@settings(max_examples=5 * USUAL // 2, deadline=None)
@given(data=st.data(), mixed_units=st.sampled_from(MixedUnits), quorum=st.sampled_from(Quorum))
def test_the_usual_vote_is_exact_without_trying(drawn, data, mixed_units, quorum):
    """One ballot an owner and nobody follows: one integer, whatever the size.

    Only striking towards carriage may be left open, where no set of areas fits the window.
    """
    vote = data.draw(
        drawn(most_units=8, most_ballots=MOST_BALLOTS, forms=ONE_QUESTION, turnout=8, simple=True)
    )
    policies = replace(vote.agenda.policies, mixed_units=mixed_units, quorum=quorum)
    vote = replace(vote, agenda=replace(vote.agenda, policies=policies))
    before = proposals(vote, vote.ballots)
    for number, (question, flip) in enumerate(flips_of(vote, patience=0)):
        strike, change = truth(vote, number, question)
        assert flip.change.document() == change
        assert_bracketed(flip.strike, strike)
        if before[number]:
            assert flip.strike.document() == strike


@settings(max_examples=3 * USUAL // 2, deadline=None)
@given(data=st.data())
def test_needed_is_the_least_that_comes_and_approves(drawn, data):
    """On each measure: one head or cm² fewer and one of its two tests still fails."""
    vote = data.draw(drawn(forms=(Form.RESOLUTION,)))
    policies = replace(vote.agenda.policies, silence=Silence.NOT_PARTICIPATING)
    agenda = replace(vote.agenda, policies=policies)
    [result] = count_assembly(agenda, vote.roster, vote.ballots, delivered=vote.delivered)
    rule = rule_for(vote.agenda.items[0].matter, vote.agenda.decision_date)
    for measure, noun in (("heads", "heads"), ("area_cm2", "area")):
        needed = result["flip"][f"needed_{measure}"]
        if needed is None:  # somebody follows whoever leads, or nobody can bring it
            continue

        def holds(more, measure=measure):
            whole = result["electorate"][measure]
            part = result["participating"][measure] + more
            attending = result.get("attending", result["participating"])[measure] + more
            base = part if rule.base == "participants" else whole
            return rule.quorum.holds(attending, whole) and rule.approval.holds(
                result["approve"][measure] + more, base
            )

        assert holds(needed)
        assert needed == 0 or not holds(needed - 1)
        tests = result["tests"]
        both = tests[f"quorum_{noun}"]["holds"] and tests[f"approval_{noun}"]["holds"]
        assert (needed == 0) == both


@pytest.mark.parametrize("silence", [Silence.NOT_PARTICIPATING, Silence.ABSTAIN])
@pytest.mark.parametrize("quorum", Quorum)
@settings(max_examples=USUAL // 2, deadline=None)
@given(
    approve=st.integers(0, 6), oppose=st.integers(0, 6), blank=st.integers(0, 3),
    silent=st.integers(0, 9), matter=st.sampled_from([Matter.OTHER, Matter.RAISE_FUND]),
)  # fmt: skip
def test_so_many_as_are_needed_come_and_it_carries(
    silence, quorum, approve, oppose, blank, silent, matter
):
    """By a recount with their ballots, all owners having one unit of one size each."""
    assume(approve + oppose + blank + silent)
    item = Item("1", "决议", Form.RESOLUTION, matter)
    policies = Policies(silence=silence, quorum=quorum)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    marks = [1] * approve + [2] * oppose + [0] * blank
    rows = [
        UnitRow(f"1-{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(f"p{n}",))
        for n in range(len(marks) + silent)
    ]
    roster = RosterColumns.from_rows(rows)

    def count(more):
        cast = [
            BallotRow((f"1-{n}",), (mark,), void=False, channel="书面")
            for n, mark in enumerate(marks + [1] * more)
        ]
        return count_assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, cast))[0]

    needed = count(0)["flip"]["needed_heads"]
    carried = [more for more in range(silent + 1) if count(more)["carried"]]
    if needed is None or needed > silent:
        assert carried == []
    else:
        assert min(carried) == needed


def test_no_figure_says_what_is_missing_where_votes_hang_on_the_majority():
    """Three for, three against, three silent who join whoever leads: one more is enough."""
    rows = [
        UnitRow(f"1-{n}", "1", Kind.DWELLING, 10, developer_stock=False, owners=(f"p{n}",))
        for n in range(9)
    ]
    roster = RosterColumns.from_rows(rows)
    item = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
    policies = Policies(silence=Silence.FOLLOW_MAJORITY)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    cast = [
        BallotRow((f"1-{n}",), (1 if n < 3 else 2,), void=False, channel="书面") for n in range(6)
    ]
    [result] = count_assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, cast))
    flip = result["flip"]
    assert (flip["needed_heads"], flip["needed_area_cm2"]) == (None, None)


def test_no_strike_helps_where_too_few_approve_at_all():
    """Each owner sends two ballots, so nothing is simple, and still it is proven: null.

    Of 300 owners 240 vote and 90 approve. To carry, 61 of the others would have to go; that
    leaves 179, and the quorum asks for 200.
    """
    rows = [
        UnitRow(f"1-{n}-{side}", "1", Kind.DWELLING, 100, developer_stock=False, owners=(f"p{n}",))
        for n in range(300)
        for side in (1, 2)
    ]
    roster = RosterColumns.from_rows(rows)
    item = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (item,))
    cast = [
        BallotRow((f"1-{n}-{side}",), (1 if n < 90 else 2,), void=False, channel="书面")
        for n in range(240)
        for side in (1, 2)
    ]
    ballots = BallotColumns.from_rows(roster, agenda, cast)
    [result] = count_assembly(agenda, roster, ballots)
    assert result["flip"]["strike"] is None
    # Both ballots of 31 owners: 61 would leave the last of them between two answers.
    assert result["flip"]["change"] == 62


def test_margins_beyond_64_bits():
    """One ballot for the units of two owners, in areas whose multiples overflow int64."""
    rows = [
        UnitRow(f"1-1-{n}", "1", Kind.DWELLING, 2**59, developer_stock=False, owners=(f"p{n}",))
        for n in range(3)
    ]
    roster = RosterColumns.from_rows(rows)
    policies = Policies(mixed_units=MixedUnits.LAST_BALLOT)
    item = Item("1", "决议", Form.RESOLUTION, Matter.RAISE_FUND)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    cast = [BallotRow(("1-1-0", "1-1-1"), (0,), void=False, channel="书面")]
    [result] = count_assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, cast))
    assert result["flip"]["change"] == 1
