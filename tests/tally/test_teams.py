"""Ballots of one owner that move his head only together are counted together."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tally import flip
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.desk import Desk
from tally.flip import flip_of
from tally.model import Agenda, Form, Item, Kind, Matter, MixedUnits, Policies, VoidBallot
from tally.roll import ElectoralRoll
from tally.rules import rule_for
from tally.teams import LARGEST, Teams, teams_of

USUAL = settings.default.max_examples
ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
APPROVE, OPPOSE, ABSTAIN = 1, 2, 3


def flat_by_flat(owners, policies=None, matter=Matter.OTHER):
    """Owners as lists of (area, mark or None), each flat voted for by a ballot of its own."""
    agenda = Agenda(
        "大会", "业委会", None, None, date(2026, 6, 1),
        policies or Policies(), (replace(ITEM, matter=matter),),
    )  # fmt: skip
    flats = [
        (f"1-{owner}-{flat}", f"业主{owner}", area, mark)
        for owner, theirs in enumerate(owners)
        for flat, (area, mark) in enumerate(theirs)
    ]
    roster = RosterColumns.from_rows(
        [
            UnitRow(key, "1", Kind.DWELLING, area, developer_stock=False, owners=(name,))
            for key, name, area, _ in flats
        ]
    )
    cast = [
        BallotRow((key,), (mark,), void=False, channel="手机")
        for key, _, _, mark in flats
        if mark is not None
    ]
    return agenda, roster, BallotColumns.from_rows(roster, agenda, cast)


def flip_without_trying(agenda, roster, ballots, trials=0):
    desk = Desk(ElectoralRoll(agenda, roster), ballots)
    [[question]] = desk.roll.questions
    item = agenda.items[0]
    rule = rule_for(item.matter, agenda.decision_date)
    return flip_of(desk, item, question, APPROVE, agenda.policies, rule, trials * flip._QUICK)


def carried(agenda, roster, ballots, struck=()):
    [result] = count_assembly(agenda, roster, ballots, struck=struck, in_doubt=False)
    return result["carried"]


def fewest_by_trying(turned, ballots):
    """Every set of ballots, by its bits, the smallest that turns it."""
    sets = [
        [ballot for ballot in range(ballots) if each >> ballot & 1] for each in range(2**ballots)
    ]
    return min((len(each) for each in sets if each and turned(each)), default=None)


@settings(max_examples=USUAL, deadline=None)
@given(
    owners=st.lists(
        st.lists(
            st.tuples(
                st.integers(1, 9), st.sampled_from([APPROVE, APPROVE, APPROVE, OPPOSE, 3, 0, None])
            ),
            min_size=1,
            max_size=3,
        ),
        min_size=1,
        max_size=5,
    ),
    void_ballot=st.sampled_from(VoidBallot),
    mixed_units=st.sampled_from([MixedUnits.NO_CHOICE, MixedUnits.LAST_BALLOT]),
    matter=st.sampled_from([Matter.OTHER, Matter.RAISE_FUND]),
)
def test_who_votes_flat_by_flat_is_exact_without_trying(owners, void_ballot, mixed_units, matter):
    """One number for what carried if each unit says its own; all else is at least bracketed."""
    policies = Policies(void_ballot=void_ballot, mixed_units=mixed_units)
    vote = flat_by_flat(owners, policies, matter)
    agenda, roster, ballots = vote
    assume(len(ballots) < 10)
    before, count = carried(*vote), len(ballots)
    found = flip_without_trying(*vote)

    def struck(chosen):
        return carried(*vote, struck=chosen) != before

    def changed(chosen):
        choices = ballots.choices.copy()
        choices[chosen] = ABSTAIN if before else APPROVE
        return carried(agenda, roster, replace(ballots, choices=choices)) != before

    for told, true in (
        (found.strike, fewest_by_trying(struck, count)),
        (found.change, fewest_by_trying(changed, count)),
    ):
        if before and mixed_units is MixedUnits.NO_CHOICE:
            assert told.document() == true
        elif told.at_least is None:
            assert true is None
        else:
            assert true is None or told.at_least <= true
            assert told.at_most is None or told.at_most >= true


def test_where_bounds_do_not_meet_only_the_best_choice_is_tried():
    """Each pair of five ballots once: no word but approval brings this closer to carrying."""
    vote = flat_by_flat(
        [[(8, None)], [(4, OPPOSE)], [(3, 0), (5, OPPOSE)], [(8, ABSTAIN), (2, APPROVE)]]
    )
    assert flip_without_trying(*vote, trials=9).change.document() == {"at_least": 2, "at_most": 3}
    assert flip_without_trying(*vote, trials=10).change.document() == 3


@pytest.mark.parametrize("flats", [2, 3, LARGEST])
def test_all_ballots_of_an_owner_are_struck(flats, monkeypatch):
    """Nine owners approve for all their flats, one more than oppose; by area it is sure."""
    vote = flat_by_flat([[(1, APPROVE)] * flats] * 9 + [[(1, OPPOSE)]] * 8)
    assert flip_without_trying(*vote).strike.document() == flats
    # Where there would be too much to remember, what was known before is told.
    cells = 9 * (flats - 1)
    monkeypatch.setattr(flip, "_CELLS", cells)
    assert flip_without_trying(*vote).strike.document() == flats
    monkeypatch.setattr(flip, "_CELLS", cells - 1)
    told = {"at_least": 1, "at_most": flats}
    assert flip_without_trying(*vote).strike.document() == told


@pytest.mark.parametrize("place", [0, 4, 8])
def test_of_two_owners_the_one_with_fewer_ballots_is_struck(place):
    """Eight have three flats, one has two: his head goes first, wherever he stands."""
    approving = [[(1, APPROVE)] * 3] * 9
    approving[place] = [(1, APPROVE)] * 2
    vote = flat_by_flat([*approving, *[[(1, OPPOSE)]] * 8])
    assert flip_without_trying(*vote).strike.document() == 2


@pytest.mark.parametrize(
    ("mixed_units", "lost"),
    [(MixedUnits.LAST_BALLOT, [-1, -1, -1]), (MixedUnits.NO_CHOICE, [-1, 0, -1])],
)
def test_an_owner_is_lost_as_what_he_counted_as(monkeypatch, mixed_units, lost):
    """Nine approve last, each with one flat against: only by that rule did their heads approve."""
    seen = []

    def watched(*given):
        seen.append((given[2].tolist(), given[3], changes(*given)[0].tolist()))
        return changes(*given)

    changes = flip.head_changes
    monkeypatch.setattr(flip, "head_changes", watched)
    owners = [[(1, OPPOSE), (1, APPROVE)]] * 9 + [[(1, OPPOSE)]] * 8
    flip_without_trying(*flat_by_flat(owners, Policies(mixed_units=mixed_units)))
    every = list(range(18))
    struck = [effect for ballots, to, effect in seen if to is None and ballots == every]
    assert struck == [lost]


def test_every_choice_of_the_largest_team_is_tried():
    holdings = SimpleNamespace(
        ballots=np.arange(LARGEST),
        simple=np.zeros(LARGEST, dtype=np.bool_),
        link_ballot=np.arange(LARGEST),
        link_group=np.zeros(LARGEST, dtype=np.int64),
        group_area=np.ones(1),
    )
    found = teams_of(holdings, lambda ballots: np.array([(-len(ballots), 0, 0)]))
    assert found.effects[:, 0, 0].tolist() == [-choice.bit_count() for choice in range(16)]


def test_of_larger_teams_only_bounds_are_known():
    owners = [[(1, APPROVE)] * (LARGEST + 1)] * 9 + [[(1, OPPOSE)]] * 8
    told = {"at_least": 1, "at_most": LARGEST + 1}
    assert flip_without_trying(*flat_by_flat(owners)).strike.document() == told


def test_two_owners_whom_one_ballot_joins_are_one_team():
    """Ballots 0 and 1 hold units of owner 0, ballots 1 and 2 of owner 1; ballot 3 is by itself."""
    holdings = SimpleNamespace(
        ballots=np.arange(4),
        simple=np.array([False, False, False, True]),
        link_ballot=np.array([0, 1, 1, 2, 3]),
        link_group=np.array([0, 0, 1, 1, 2]),
        group_area=np.ones(4),  # the last has not voted
    )
    asked = []

    def effects(ballots):
        asked.append(sorted(ballots.tolist()))
        return np.array([(-1, 0, 0), (0, -1, 0), (0, 0, -7), (0, 0, 0)]) * len(ballots)

    found = teams_of(holdings, effects)
    assert found.member.tolist() == [[0, 1, 2, -1]]
    assert found.apart.tolist() == [False, False, False, True]
    assert asked == [[0], [1], [0, 1], [2], [0, 2], [1, 2], [0, 1, 2]]
    # Whoever is in no team does not count here.
    assert found.effects[:8, 0].tolist() == [
        [-each.bit_count(), -each.bit_count(), 0] for each in range(8)
    ]
    assert not found.effects[8:].any()
    assert found.effects.dtype == np.int64


def teams(*members, apart=0, **gains):
    """Teams of so many ballots, and what each choice of a team's ballots adds, first bit last."""
    found = np.zeros((2**LARGEST, len(members), 3), dtype=np.int64)
    member = np.full((len(members), LARGEST), -1, dtype=np.int64)
    ballot = 0
    for team, size in enumerate(members):
        member[team, :size] = np.arange(ballot, ballot + size)
        ballot += size
    for choice, added in gains.items():
        found[int(choice[3:], 2), int(choice[1]), 0] = added
    return Teams(member, np.arange(ballot + apart) >= ballot, found)


HEADS = np.array([1, 0, 0])
# Both ballots of the first add three, the second of the other two, and its three five.
TWO = teams(2, 3, apart=3, t0_11=3, t1_010=2, t1_111=5)
ALONE = np.array([9, 9, 9, 9, 9, 1, 0, 2])


@pytest.mark.parametrize(
    ("need", "chosen"),
    [
        (1, [7]),
        (2, [7]),
        (3, [7, 5]),
        (4, [7, 3]),
        (5, [7, 5, 3]),
        (6, [7, 5, 0, 1]),
        (7, [7, 3, 0, 1]),
        (8, [7, 5, 3, 0, 1]),
        (9, [7, 5, 2, 3, 4, 0]),
        (10, [7, 2, 3, 4, 0, 1]),
        (11, [7, 5, 2, 3, 4, 0, 1]),
        (12, None),
    ],
)
def test_as_few_as_possible_are_chosen(need, chosen):
    found = TWO.fewest(HEADS, need, ALONE, 7)
    if chosen is None:
        assert found is None
    else:
        assert len(found) == len(chosen)


@pytest.mark.parametrize("need", range(1, 12))
def test_what_is_chosen_adds_up(need):
    """Each choice by what it is said to add."""
    found = TWO.fewest(HEADS, need, ALONE, 7).tolist()
    first, second = {0, 1} <= set(found), {2, 3, 4} <= set(found)
    lone = 2 if 3 in found and not second else 0
    assert 3 * first + 5 * second + lone + sum(ALONE[each] for each in found if each > 4) >= need
    assert len(set(found)) == len(found)
    assert TWO.fewest(HEADS, need, ALONE, len(found)) is not None
    assert TWO.fewest(HEADS, need, ALONE, len(found) - 1) is None


def test_without_teams_the_largest_go_first():
    none = teams(apart=3)
    assert none.fewest(HEADS, 5, np.array([1, 4, 3]), 3).tolist() == [1, 2]
    assert none.fewest(HEADS, 9, np.array([1, 4, 3]), 3) is None
