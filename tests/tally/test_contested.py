"""Co-owners who disagree: what becomes of a ballot that one of them objects to (domain C-1)."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.contested import with_abstentions
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import (
    Agenda,
    CoOwners,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Policies,
    Repeat,
    Silence,
    VoidBallot,
)

YES, NO = 1, 2
ITEM = Item("1", "决议", Form.RESOLUTION, Matter.OTHER)
ABSTAINING, VOIDING = (Policies(co_owners=rule) for rule in (CoOwners.ABSTAIN, CoOwners.VOID))
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(str(n), "1", Kind.DWELLING, 10 + n, developer_stock=False, owners=tuple(owners))
        for n, owners in enumerate(["ab", "c", "c", "d"])
    ]
)
CAST = (("0", YES), ("12", YES), ("3", NO), ("0", NO))


def counted(policies, objected=(0,), cast=CAST, **more):
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, (ITEM,))
    rows = [BallotRow(tuple(units), (mark,), void=False, channel="手机") for units, mark in cast]
    ballots = BallotColumns.from_rows(ROSTER, agenda, rows)
    contested = None if objected is None else np.isin(np.arange(4), objected)
    [result] = count_assembly(agenda, ROSTER, ballots, objected=contested, **more)
    return result


def figures(result, *blocks):
    return [(result[block]["heads"], result[block]["area_cm2"]) for block in blocks]


def test_without_a_clause_the_first_ballot_stands():
    result = counted(Policies())
    assert figures(result, "participating", "approve") == [(3, 46), (2, 33)]
    assert result["used_policies"] == []


def test_a_frozen_unit_abstains_with_its_area():
    result = counted(ABSTAINING)
    assert figures(result, "participating", "approve", "abstain") == [(3, 46), (1, 23), (1, 10)]
    [used] = result["used_policies"]
    assert (used["policy"], used["value"], used["clause"]) == ("co_owners", "abstain", "C-1")


def test_each_frozen_unit_abstains_for_itself():
    result = counted(ABSTAINING, objected=(0, 3))
    assert figures(result, "participating", "approve", "abstain") == [(3, 46), (1, 23), (2, 23)]


def test_both_ballots_are_void_and_the_unit_takes_no_part():
    result = counted(VOIDING)
    assert figures(result, "participating", "void") == [(2, 36), (1, 10)]
    assert result["used_policies"][0]["clause"] == "C-1"


def test_void_is_void_as_the_rules_say_and_never_silent():
    """Neither is it deemed to follow, nor is it out where void ballots count as participation."""
    silent = counted(replace(VOIDING, silence=Silence.ABSTAIN))
    assert figures(silent, "participating", "abstain") == [(2, 36), (0, 0)]
    present = counted(replace(VOIDING, void_ballot=VoidBallot.PARTICIPATING))
    assert figures(present, "participating", "void") == [(3, 46), (1, 10)]


@pytest.mark.parametrize("policies", [ABSTAINING, VOIDING])
def test_an_objection_to_no_ballot_changes_nothing(policies):
    cast = [each for each in CAST if each[0] != "0"]
    assert figures(counted(policies, cast=cast), "participating") == [(2, 36)]
    assert figures(counted(policies, cast=[]), "participating") == [(0, 0)]


def test_a_struck_ballot_is_silent_whoever_objected():
    assert figures(counted(ABSTAINING, struck=[0]), "participating") == [(2, 36)]


def test_the_abstention_is_the_last_word_where_the_last_ballot_governs():
    rules = replace(ABSTAINING, mixed_units=MixedUnits.LAST_BALLOT)
    result = counted(rules, objected=(1,))
    assert figures(result, "approve", "abstain") == [(1, 10), (1, 23)]


def test_no_medium_is_asked_of_an_abstention():
    rules = replace(ABSTAINING, repeat=Repeat.PAPER_FIRST)
    assert figures(counted(rules), "abstain") == [(1, 10)]


def test_the_other_rules_are_tried_where_somebody_objected_and_only_there():
    def tried(result):
        return [row["value"] for row in result["variants"] if row["policy"] == "co_owners"]

    assert tried(counted(Policies())) == ["abstain", "void"]
    assert tried(counted(VOIDING)) == ["first_stands", "abstain"]
    assert tried(counted(VOIDING, objected=())) == tried(counted(VOIDING, objected=None)) == []


def test_ballots_keep_their_places_before_the_abstentions():
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (ITEM,))
    row = BallotRow(("1", "2"), (YES,), void=True, channel="手机")
    ballots = BallotColumns.from_rows(ROSTER, agenda, [row])
    objected = np.array([True, False, True, False])
    more = with_abstentions(ballots, objected)
    assert more.unit_offsets.tolist() == [0, 2, 2, 2]
    assert more.choices.tolist() == [[YES], [3], [3]]
    assert more.void.tolist() == [True, False, False]
    assert (more.choices.dtype, more.channel.tolist()) == ("int8", [0, 0, 0])
    assert with_abstentions(ballots, ~objected & objected) is ballots


def test_a_record_that_does_not_fit_the_roster_is_refused():
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (ITEM,))
    nobody = BallotColumns.from_rows(ROSTER, agenda, [])
    with pytest.raises(TallyError, match="异议记录一列应为 bool"):
        count_assembly(agenda, ROSTER, nobody, objected=np.array([True]))
