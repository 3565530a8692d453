"""The demonstration is an invented complex whose story is the same from every machine."""

from datetime import UTC, datetime

import pytest

from api.cli.demo_ballots import (
    demo_agenda,
    demo_ballots,
    named_choices,
)
from api.cli.demo_roster import CANDIDATES, demo_roster
from tally.model import Choice
from tests.api.cli.demo_sheet import demo_sheet_ballots
from voting.assembly.agenda import parse_agenda
from voting.box.sheet import ballot_sheet
from voting.count.recount import recount
from voting.kernel import canonical
from voting.roster.grouping import group_of_unit, reconcile
from voting.roster.model import IdType, TitleStatus
from voting.roster.verify import read_roster
from voting.roster.workbook import roster_workbook

AGENDA_FILE = canonical.encode(
    demo_agenda(datetime(2026, 11, 1, 1, tzinfo=UTC), datetime(2026, 11, 20, 10, tzinfo=UTC))
)
AGENDA = parse_agenda(AGENDA_FILE)


@pytest.fixture(scope="module")
def roster():
    return demo_roster()


def test_the_roster_is_a_sound_sheet_and_always_the_same(roster):
    assert demo_roster() == roster
    assert demo_roster(1) != roster
    assert read_roster(roster_workbook(roster, "幸福家园业主清册"), "清册.xlsx") == roster


def test_the_complex_has_everything_that_makes_counting_hard(roster):
    summary = reconcile(roster)
    counted = summary.without_parking_and_storage

    assert 1_150 <= counted.units <= 1_250
    assert counted.heads < counted.units
    assert summary.developer_stock.heads == 1
    assert summary.groups_with_several_units > 20
    assert summary.co_owned_units > 200
    assert summary.corporate_units > 20
    assert {unit.title_status for unit in roster} == set(TitleStatus)
    assert any(unit.area_cm2 % 100 for unit in roster)  # a third decimal
    assert any("䶮" in owner.name for unit in roster for owner in unit.owners)
    names = {owner.name for unit in roster for owner in unit.owners}
    assert names >= set(CANDIDATES)
    assert all((unit.title_no is None) == unit.developer_stock for unit in roster)


def test_nobody_living_can_hold_a_demonstration_number(roster):
    numbers = [
        owner.id_number
        for unit in roster
        for owner in unit.owners
        if owner.id_type is IdType.RESIDENT
    ]

    assert all(number.startswith("9999") for number in numbers)


@pytest.mark.parametrize("seed", [20_260_101, 1, 2, 3])
def test_the_story_ends_as_it_is_told(roster, seed):
    ballots = demo_ballots(roster, AGENDA, seed)
    sheet = ballot_sheet(AGENDA, demo_sheet_ballots(ballots, AGENDA))
    result = recount(roster_workbook(roster), "r.xlsx", sheet, "b.csv", AGENDA_FILE)

    carried = {item["id"]: item["carried"] for item in result["items"]}
    assert (carried["1"], carried["2"], carried["3"], carried["4"]) == (True, True, False, True)
    fund = result["items"][2]["tests"]
    assert fund["approval_heads"]["holds"]
    assert not fund["approval_area"]["holds"]
    seats = [candidate["seat"] for candidate in result["items"][4]["candidates"]]
    assert seats == ["member"] * 7 + ["alternate", "none"]
    for item in result["items"]:
        assert 74 <= item["participating"]["heads"] * 100 // item["electorate"]["heads"] <= 80
    assert len(result["ballots"]["void"]) == 3
    assert len(result["ballots"]["superseded"]) == 2


def test_ballots_are_the_same_from_a_seed_and_each_speaks_for_one_owner(roster):
    ballots = demo_ballots(roster, AGENDA)
    group_of = group_of_unit(roster)

    assert ballots == demo_ballots(roster, AGENDA)
    assert {ballot.channel for ballot in ballots} == {"phone", "paper"}
    for ballot in ballots:
        assert len({group_of[key] for key in ballot.unit_keys}) == 1
        assert AGENDA.opens_at <= ballot.received_at(AGENDA) <= AGENDA.closes_at
        if ballot.channel == "phone":
            assert ballot.unit.title_no is not None
            assert set(ballot.choices) <= {Choice.APPROVE, Choice.OPPOSE, Choice.ABSTAIN}


def test_choices_are_spelled_as_ballots_spell_them(roster):
    ballot = next(b for b in demo_ballots(roster, AGENDA) if b.channel == "phone")
    named = named_choices(AGENDA, ballot.choices)

    assert set(named) == {"1", "2", "3", "4", "5"}
    assert set(named["5"]) == {f"c{at}" for at in range(1, 10)}
    assert named["1"] in {"approve", "oppose", "abstain"}
