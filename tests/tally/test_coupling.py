"""How far away another majority is: bounds that no set of ballots undercuts."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from tally.census import FLAG_OF, Census, Unspoken
from tally.coupling import (
    _gates,
    _larger,
    _least_to_lead,
    _least_to_tie,
    _Reach,
    _reach,
    _smaller,
    suppositions,
)
from tally.measure import Measure
from tally.model import Choice, Follow, Matter, Policies, Silence
from tally.reading import ABSTENTION, Lean, Reading, Terms, terms_of
from tally.rules import rule_for
from tally.slots import DELIVERED, SILENT

WIDE, NARROW = _Reach(np.full(20, 2), np.full(20, 200)), _Reach(np.full(20, 200), np.full(20, 2))


def reading(*totals):
    return Reading(
        {Choice.APPROVE + n: Measure(*each) for n, each in enumerate(totals)},
        *[Measure()] * 3,
        attending=None,
    )


@pytest.mark.parametrize(
    ("own", "rival", "ballots"),
    # A ballot of two heads shifts the lead by four at most.
    [(3, 9, 2), (3, 10, 2), (3, 6, 1), (3, 5, 1), (3, 2, 0), (3, 3, 1), (3, 14, 3), (0, 3, 1)],
)
def test_ballots_to_lead(own, rival, ballots):
    """One more than the strongest rival, on each measure."""
    by_heads = reading((own, 1000), (rival, 0), (rival - 1, 0))
    by_area = reading((1000, own), (0, rival), (0, rival - 1))
    assert _least_to_lead(by_heads, WIDE, Choice.APPROVE) == [ballots, 0]
    assert _least_to_lead(by_area, NARROW, Choice.APPROVE) == [0, ballots]


def test_a_lead_out_of_reach():
    assert _least_to_lead(reading((0, 0), (80, 1)), WIDE, Choice.APPROVE) == [None, 1]
    assert _least_to_lead(reading((0, 0), (79, 1)), WIDE, Choice.APPROVE) == [20, 1]


@pytest.mark.parametrize(
    ("own", "rival", "ballots"), [(9, 3, 2), (8, 3, 2), (7, 3, 1), (5, 3, 1), (12, 3, 3)]
)
def test_ballots_to_tie(own, rival, ballots):
    """Level with the strongest rival, on each measure."""
    by_heads = reading((own, 400), (rival, 0), (rival - 1, 0))
    by_area = reading((400, own), (0, rival), (0, rival - 1))
    led = Lean(Choice.APPROVE, Choice.APPROVE)
    assert _least_to_tie(by_heads, WIDE, led) == [ballots, 1]
    assert _least_to_tie(by_area, NARROW, led) == [1, ballots]


def test_where_nothing_leads_there_is_a_tie_already():
    assert _least_to_tie(reading((3, 5), (5, 3), (0, 0)), WIDE, ABSTENTION) == [0, 0]


def test_each_measure_may_have_a_leader_of_its_own():
    apart = Lean(Choice.OPPOSE, Choice.APPROVE)
    assert _least_to_tie(reading((3, 500), (8, 3), (0, 0)), WIDE, apart) == [2, 2]


def test_of_two_numbers_one_may_be_unknown():
    assert (_smaller([2, None, 1]), _smaller([None]), _smaller([])) == (1, None, None)
    assert (_larger([2, 1]), _larger([2, None])) == (2, None)


def gates(silence, decided, voted, whole, reach):
    """Of ``whole`` owners ``voted`` have approved, and the others are silent."""
    replay = SimpleNamespace(
        policies=Policies(silence=silence), rule=rule_for(Matter.OTHER, decided)
    )
    by_heads = {(Choice.APPROVE, 0): voted[0], (0, Unspoken.SILENT): whole[0] - voted[0]}
    by_area = {Choice.APPROVE: voted[1], SILENT: whole[1] - voted[1]}
    census = Census((1, 2, 3), by_heads, by_area, Measure(*whole))
    terms = Terms({}, {SILENT: ABSTENTION, DELIVERED: ABSTENTION}, void_takes_part=False)
    return _gates(replay, census, terms, reach)


CODE, OLD = date(2021, 1, 1), date(2020, 12, 31)


@pytest.mark.parametrize(
    ("decided", "voted", "whole", "lost"),
    [
        # Two thirds, and a ballot takes six thirds away.
        (CODE, 24, 30, 3),
        (CODE, 20, 30, 1),
        (CODE, 21, 29, 1),
        (CODE, 23, 29, 2),
        # More than half, and a ballot takes four halves away.
        (OLD, 16, 30, 1),
        (OLD, 17, 30, 1),
        (OLD, 19, 30, 2),
        (OLD, 18, 31, 2),
    ],
)
def test_ballots_that_close_the_gate(decided, voted, whole, lost):
    """Silence joins while the vote is quorate by itself; on either measure it may stop to be."""
    only_heads = _Reach(np.full(20, 2), np.zeros(20, dtype=np.int64))
    only_area = _Reach(np.zeros(20, dtype=np.int64), np.full(20, 2))
    expected = {(SILENT, DELIVERED): 0, (): lost}
    silence = Silence.FOLLOW_MAJORITY
    assert gates(silence, decided, (voted, 30), (whole, 30), only_heads) == expected
    assert gates(silence, decided, (30, voted), (30, whole), only_area) == expected


@pytest.mark.parametrize(
    ("decided", "voted", "whole", "won"),
    [
        (CODE, 19, 30, 1),
        (CODE, 18, 30, 1),
        (CODE, 17, 30, 2),
        (CODE, 0, 30, 10),
        (OLD, 15, 30, 1),
        (OLD, 14, 31, 1),
        (OLD, 13, 31, 2),
    ],
)
def test_ballots_that_open_the_gate(decided, voted, whole, won):
    """Silence joins once the vote is quorate by itself, on both measures."""
    reach = _Reach(np.full(20, 2), np.full(20, 2))
    expected = {(SILENT, DELIVERED): won, (): 0}
    silence = Silence.FOLLOW_MAJORITY
    assert gates(silence, decided, (voted, 30), (whole, 30), reach) == expected
    assert gates(silence, decided, (30, voted), (30, whole), reach) == expected


def test_a_gate_that_no_ballots_open():
    reach = _Reach(np.full(9, 2), np.full(9, 2))
    assert gates(Silence.FOLLOW_MAJORITY, CODE, (0, 0), (30, 30), reach) == {
        (SILENT, DELIVERED): None,
        (): 0,
    }


def test_other_clauses_know_no_gate():
    reach = _Reach(np.full(9, 2), np.full(9, 2))
    assert gates(Silence.ABSTAIN, CODE, (0, 0), (30, 30), reach) == {(SILENT, DELIVERED): 0}
    assert gates(Silence.DELIVERED_FOLLOWS, CODE, (0, 0), (30, 30), reach) == {(DELIVERED,): 0}
    assert gates(Silence.NOT_PARTICIPATING, CODE, (0, 0), (30, 30), reach) == {(): 0}


def thinkable(heads, *, matter=Matter.OTHER, approving=16, area=None, **clauses):
    """Owners of ten cm² with a ballot each, among them one who follows whoever leads.

    ``area``: what else the area of a choice is, in cm².
    """
    marks = (int(Choice.ABSTAIN), int(Choice.NONE_OF_THESE), 16, 17)
    rule = rule_for(matter, CODE)
    policies = Policies(**clauses)
    voters = sum(heads.values())
    census = Census(
        marks,
        {(code, 0) if code in marks else (0, FLAG_OF[code]): n for code, n in heads.items()},
        {code: 10 * n for code, n in heads.items()} | (area or {}),
        Measure(voters, 10 * voters),
    )
    cast = sum(n for code, n in heads.items() if code not in (SILENT, DELIVERED))
    replay = SimpleNamespace(
        policies=policies,
        rule=rule,
        approving=approving,
        scope=SimpleNamespace(total=census.total),
    )
    ballots = np.arange(cast)
    holdings = SimpleNamespace(
        ballots=ballots, link_ballot=ballots, link_group=ballots, group_area=np.full(cast, 10)
    )
    terms = terms_of(census, policies, rule)
    found = suppositions(replay, holdings, census, terms)
    assert found[0].terms is terms
    return [
        (each.terms.cast.get(Choice.FOLLOW), dict(each.terms.silent), each.at_least)
        for each in found
    ]


def both(side):
    """Followed by heads and with area alike."""
    return Lean(side, side)


def test_followers_may_come_to_follow_any_side():
    """The proposal's own, abstention, and any other; the present one at once."""
    assert thinkable({16: 5, 17: 3, 6: 1, Choice.FOLLOW: 1}) == [
        (both(16), {}, 0),
        (both(16), {}, 0),
        (both(3), {}, 1),
        (both(6), {}, 2),
    ]
    assert thinkable({16: 5, 17: 3, 6: 1, Choice.FOLLOW: 1}, approving=17) == [
        (both(16), {}, 0),
        (both(17), {}, 2),
        (both(3), {}, 1),
        (both(6), {}, 0),
    ]
    assert thinkable({16: 3, 17: 3, 6: 2, Choice.FOLLOW: 1}) == [
        (both(3), {}, 0),
        (both(16), {}, 1),
        (both(3), {}, 0),
        (both(6), {}, 1),
    ]


def test_abstention_that_leads_is_followed_at_once():
    assert thinkable({16: 3, 17: 2, 3: 9, Choice.FOLLOW: 1}) == [
        (both(3), {}, 0),
        (both(16), {}, 4),
        (both(3), {}, 0),
        (both(6), {}, 4),
    ]


def test_where_no_ballots_bring_the_quorum_only_those_who_voted_are_thought_of():
    found = thinkable(
        {16: 5, 17: 3, 6: 1, Choice.FOLLOW: 1, SILENT: 300}, silence=Silence.FOLLOW_MAJORITY
    )
    assert found[1:] == [(both(16), {}, 0), (both(3), {}, 1), (both(6), {}, 2)]


def test_a_side_that_no_ballots_put_in_front_is_left_out():
    assert thinkable({16: 1, Choice.FOLLOW: 1}, approving=17)[1:] == [
        (both(17), {}, 1),
        (both(3), {}, 1),
        (both(6), {}, 0),
    ]
    one = SimpleNamespace(heads=np.array([1]), area=np.array([1]))
    assert _least_to_lead(reading((0, 0), (5, 5)), one, Choice.APPROVE) == [None, None]


def test_where_each_measure_is_followed_by_itself_every_pair_of_sides_is_thinkable():
    """By heads the first option is two in front, by area the second; a ballot shifts two heads."""
    found = thinkable(
        {16: 5, 17: 3, 6: 1, Choice.FOLLOW: 1}, area={16: 30, 17: 70}, follow=Follow.EACH_MEASURE
    )
    assert found[0] == ((16, 17), {}, 0)
    assert {lean: far for lean, _, far in found[1:]} == {
        (16, 16): 3,
        (16, 3): 2,
        (16, 6): 0,
        (3, 16): 3,
        (3, 3): 2,
        (3, 6): 1,
        (6, 16): 3,
        (6, 3): 2,
        (6, 6): 2,
    }


def test_silence_that_joins_waits_for_its_gate():
    silent = {SILENT: 3}
    joined = {side: dict.fromkeys((SILENT, DELIVERED), both(side)) for side in (16, 3, 6)}
    # Six of nine took part: the gate is open, and closes with the first who leaves.
    open_gate = thinkable({16: 4, 17: 2} | silent, silence=Silence.FOLLOW_MAJORITY)
    assert open_gate == [
        (both(16), joined[16], 0),
        (both(16), joined[16], 0),
        (both(16), {}, 1),
        (both(3), joined[3], 1),
        (both(3), {}, 1),
        (both(6), joined[6], 2),
        (both(6), {}, 2),
    ]
    shut = thinkable({16: 4, 17: 1} | {SILENT: 4}, silence=Silence.FOLLOW_MAJORITY)
    assert shut[1:4] == [(both(16), joined[16], 1), (both(16), {}, 0), (both(3), joined[3], 2)]


def test_silence_that_abstains_abstains_whoever_leads():
    abstaining = dict.fromkeys((SILENT, DELIVERED), ABSTENTION)
    found = thinkable({16: 4, 17: 2, Choice.FOLLOW: 1, SILENT: 1}, silence=Silence.ABSTAIN)
    assert [silent for _, silent, _ in found] == [abstaining] * 4
    assert [side.heads for side, _, _ in found] == [16, 16, 3, 6]


def test_without_followers_or_where_consent_is_asked_nothing_hangs_on_others():
    assert len(thinkable({16: 5, 17: 3})) == 1
    assert len(thinkable({16: 5, 17: 3, SILENT: 1}, silence=Silence.ABSTAIN)) == 1
    assert len(thinkable({16: 5, SILENT: 1}, silence=Silence.DELIVERED_FOLLOWS)) == 4
    asked = {16: 5, Choice.FOLLOW: 1}
    assert len(thinkable(asked, matter=Matter.DWELLING_TO_BUSINESS)) == 1


@pytest.mark.parametrize(
    ("total", "kind"), [(2**56 - 1, "int64"), (2**56, "object"), (2**60, "object")]
)
def test_a_ballot_reaches_all_its_owners_have(total, kind):
    """To the cm², beyond what a float holds and, where a margin might, beyond 64 bits."""
    replay = SimpleNamespace(scope=SimpleNamespace(total=Measure(3, total)))
    holdings = SimpleNamespace(
        ballots=np.array([4, 7]),
        link_ballot=np.array([0, 1, 1]),
        link_group=np.array([2, 0, 1]),
        group_area=np.array([2**54 + 1, 1, 2**53 + 1]),
    )
    reach = _reach(replay, holdings)
    assert (reach.heads.tolist(), reach.area.tolist()) == ([1, 2], [2**53 + 1, 2**54 + 2])
    assert (reach.heads.dtype, reach.area.dtype) == ("int64", kind)
