"""What each ballot moves, against a recount without it and against one where it says otherwise."""

from dataclasses import replace
from datetime import date
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.coupling import suppositions
from tally.desk import Desk
from tally.levers import change_levers, strike_levers
from tally.margins import margins_of
from tally.model import Agenda, Choice, Form, Item, Kind, Matter, MixedUnits, Policies
from tally.question import votes_on
from tally.reading import settle, terms_of
from tally.replay import Replay
from tally.roll import ElectoralRoll
from tally.rules import rule_for
from tally.standing import Standing, take_census


@st.composite
def votes(draw, drawn):
    """Small ones; in half of them the last ballot of an owner speaks for all his units."""
    vote = draw(drawn(most_units=5, most_ballots=5, turnout=6))
    policies = replace(vote.agenda.policies, mixed_units=draw(st.sampled_from(MixedUnits)))
    return replace(vote, agenda=replace(vote.agenda, policies=policies))


def picking(data):
    return lambda some: data.draw(st.sampled_from(some))


class Proposal:
    """One proposal of a drawn vote, under terms that hold still."""

    def __init__(self, vote, pick):
        desk = Desk(ElectoralRoll(vote.agenda, vote.roster), vote.ballots, vote.delivered)
        item, policies = vote.agenda.items[0], vote.agenda.policies
        question = pick(desk.roll.questions[0])
        self.approving = pick(question.approving)
        self.rule = rule_for(item.matter, vote.agenda.decision_date)
        self.replay = Replay(desk, item, question, self.approving, policies, self.rule)
        self.holdings = desk.holdings(self.replay.scope, self.replay.slots)
        census = desk.census(question, self.replay.scope, policies)
        terms = terms_of(census, policies, self.rule)
        thinkable = suppositions(self.replay, self.holdings, census, terms)
        self.terms = pick([each.terms for each in thinkable])
        self.votes = self.counted(self.replay.held, self.replay.answers)

    def counted(self, held, answers):
        replay = self.replay
        [table] = take_census(
            Standing.of(replay.scope, held),
            replay._all_answers.asked_instead(answers),
            [replay.question.marks],
            last_ballot_governs=replay.last_ballot_governs,
        )
        return votes_on(settle(table.of(0), self.terms), replay.scope.total, self.approving)

    def struck(self, chosen):
        gone = np.isin(self.replay.held, self.holdings.ballots[chosen])
        held = np.where(gone, self.replay.silent, self.replay.held)
        return self.counted(held, self.replay.answers)

    def changed(self, chosen, to):
        answers = self.replay.answers.copy()
        answers[self.holdings.ballots[chosen]] = to
        return self.counted(self.replay.held, answers)

    def check(self, levers, chosen, then):
        """The sum over known ballots is what they do; over any ballots, no less than they do."""
        before, after = margins_of(self.votes, self.rule), margins_of(then, self.rule)
        for now, later in zip(before, after, strict=True):
            moved = later.value - now.value
            for sign in (1, -1):
                most = sum(levers.most(now, sign)[chosen].tolist())
                assert most >= sign * moved
                if levers.known(now)[chosen].all():
                    assert most == sign * moved

    def check_all(self, to):
        """Check every ballot by itself, and all of them together."""
        striking = strike_levers(self.replay, self.holdings, self.terms)
        changing = change_levers(self.replay, self.holdings, self.terms, to)
        if not self.replay.last_ballot_governs:
            assert striking.area_known.all()
            assert changing.area_known.all()
        count = len(self.holdings.ballots)
        simple = np.flatnonzero(self.holdings.simple).tolist()
        for chosen in [[each] for each in range(count)] + [list(range(count)), simple]:
            self.check(striking, chosen, self.struck(chosen))
            self.check(changing, chosen, self.changed(chosen, to))


@pytest.mark.parametrize("area", [10, 2**53], ids=["small", "past-floats"])
@pytest.mark.parametrize("mixed_units", MixedUnits)
@pytest.mark.parametrize("marks", [*product((0, 1, 2, 3, 4), repeat=2)], ids=str)
def test_an_owner_with_two_ballots(mixed_units, marks, area):
    """He and his neighbour have two flats each; both of the neighbour's are on one ballot."""
    roster = RosterColumns.from_rows(
        [
            UnitRow(f"{n}", "1", Kind.DWELLING, area + n, developer_stock=False, owners=(owner,))
            for n, owner in enumerate("甲乙甲乙")
        ]
    )
    item = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
    policies = Policies(mixed_units=mixed_units)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (item,))
    cast = (("0",), marks[0]), (("1", "3"), Choice.APPROVE), (("2",), marks[1])
    rows = [BallotRow(units, (mark,), void=False, channel="手机") for units, mark in cast]
    ballots = BallotColumns.from_rows(roster, agenda, rows)
    vote = SimpleNamespace(agenda=agenda, roster=roster, ballots=ballots, delivered=None)
    for place in (0, -1):
        proposal = Proposal(vote, lambda some, place=place: some[place])
        proposal.check_all(int(Choice.APPROVE))
        proposal.check_all(int(Choice.ABSTAIN))


@given(data=st.data())
def test_sums_over_ballots_are_what_a_recount_finds_or_more(drawn, data):
    proposal = Proposal(data.draw(votes(drawn)), picking(data))
    proposal.check_all(int(data.draw(st.sampled_from([proposal.approving, Choice.ABSTAIN]))))


@given(data=st.data())
def test_a_changed_ballot_keeps_its_owners_in_the_vote(drawn, data):
    """Whatever cannot be known of it, the quorum has nothing to lose."""
    proposal = Proposal(data.draw(votes(drawn)), picking(data))
    levers = change_levers(proposal.replay, proposal.holdings, proposal.terms, int(Choice.ABSTAIN))
    quorum, *_ = margins_of(replace(proposal.votes, attending=None), proposal.rule)
    assert (levers.most(quorum, -1)[~levers.heads_known] <= 0).all()
