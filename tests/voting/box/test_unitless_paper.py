"""A paper of which nobody can tell whose it is: void, in the log, and in nobody's way (C-19)."""

import json
from dataclasses import replace

import pytest

from tests.voting.box.test_paper import enter, paper, pending
from tests.voting.box.test_service import CHEN, ballots, slots
from tests.voting.conftest import voting
from tests.voting.world import choices, sheet
from voting.assembly.agenda import agenda_document
from voting.ballot.refusals import NotYourUnit, UnknownUnit
from voting.box.authority import Guardian
from voting.box.paper import PaperBallot, as_logged, parse
from voting.box.refusals import (
    PaperAlreadyAccepted,
    PaperEntriesDiffer,
    UnreadablePaper,
)
from voting.count.recount import recount
from voting.kernel import canonical
from voting.kernel.commitment import Opening

UNREAD = PaperBallot("7", (), {}, "房号被水浸，无法辨认")
TWO_OWNERS = PaperBallot("8", (), {}, "列了两个业主的房屋：1-1-101、2-1-102")


def entered(world, *papers):
    for each in papers:
        for by in ("c1", "c2"):
            position = enter(world, each, by)
    return position


def result(world):
    world.close()
    with world.database.read() as session:
        return world.counting.count(session, world.poll)


def test_two_clerks_enter_it_and_it_is_in_the_log(open_engine_world):
    """Nobody could enter it, and it was in no account of the papers handed in."""
    world = open_engine_world
    assert enter(world, UNREAD, "c1") is None
    assert enter(world, UNREAD, "c2") == 1
    (row,) = ballots(world)
    assert (row.void, row.group_code, row.codes) == (True, None, ())
    assert canonical.decode(row.data).keys() == {
        "carried", "format", "scans", "serial", "void_reason",
    }  # fmt: skip
    entry = canonical.decode(world.log()[1])
    assert entry["type"] == row.channel == "paper-ballot"
    assert entry["commitment"] == Opening(row.salt, row.data).commitment
    assert slots(world) == {}
    world.check_logs()


@pytest.mark.parametrize("repeat", ["first_valid", "last_valid", "paper_first"])
def test_it_takes_no_turn_between_ballots_of_others(world, repeat):
    """It neither takes a place nor gives one up; the void ones are told apart by position."""
    voting(world, begun=True, policies={"repeat": repeat})
    entered(world, UNREAD)
    world.cast("chen", CHEN)
    entered(world, TWO_OWNERS)
    assert slots(world) == dict.fromkeys(CHEN, 2)
    counted = result(world)
    assert counted["ballots"] == {"paper": 2, "phone": 1, "superseded": [], "void": [1, 3]}
    assert counted["items"][0]["participating"]["heads"] == 1


def test_its_number_is_used_once(open_world):
    entered(open_world, UNREAD, TWO_OWNERS)
    for again in (UNREAD, replace(TWO_OWNERS, serial="7"), paper("7")):
        with pytest.raises(PaperAlreadyAccepted):
            enter(open_world, again, "c3")


def test_both_clerks_find_it_illegible_and_for_the_same_reason(open_world):
    enter(open_world, UNREAD, "c1")
    others = (paper("7"), paper("7", void_reason=UNREAD.void_reason))
    for other in (*others, replace(UNREAD, void_reason="撕毁"), replace(UNREAD, carried=True)):
        with pytest.raises(PaperEntriesDiffer):
            enter(open_world, other, "c2")


@pytest.mark.parametrize(
    "more",
    [
        {"void_reason": ""},
        {"void_reason": "　"},
        {"choices": choices()},
        {"capacity": "guardian"},
        {"capacity": "guardian", "authority": Guardian("agreement")},
        {"authority": Guardian("agreement")},
        {"serial": ""},
        {"serial": "7 "},
        {"scans": ("b" * 64, "a" * 64)},
    ],
)
def test_it_says_why_it_is_void_and_nothing_else(open_world, more):
    """What somebody typed beside it would else be gone from the text of the entry."""
    with pytest.raises(UnreadablePaper):
        enter(open_world, replace(UNREAD, **more), "c1")
    assert pending(open_world) == 0


@pytest.mark.parametrize("units", [("1-1-101", "2-1-102"), ("1-1-101", "9-9-999")])
def test_who_types_what_is_written_there_is_told_how_to_enter_it(open_world, units):
    with pytest.raises((NotYourUnit, UnknownUnit)) as refusal:
        enter(open_world, paper(units=units, void_reason="列了别人的房屋"), "c1")
    assert "房屋留空并写明作废原因" in refusal.value.detail
    assert entered(open_world, TWO_OWNERS) == 1


def test_a_scan_shows_others_what_could_not_be_read(open_world):
    world = open_world
    (warning,) = world.box.paper_warnings(world.assembly_id, UNREAD)
    assert "扫描" in warning
    scan = world.scans.keep(world.assembly_id, b"%PDF-1.7 a wet paper")
    carried = replace(UNREAD, scans=(scan,), carried=True)
    assert world.box.paper_warnings(world.assembly_id, carried) == []
    assert entered(world, carried) == 1
    (row,) = ballots(world)
    assert parse(row.data) == carried


def test_nobody_takes_part_by_it_even_where_void_papers_do(world):
    voting(world, begun=True, policies={"void_ballot": "participating"})
    entered(world, UNREAD, paper(void_reason="未签名", serial="9"))
    (item, *_) = result(world)["items"]
    chens_flat = {"area_cm2": 888_000, "heads": 1}
    assert (item["participating"], item["void"]) == (chens_flat, chens_flat)


def test_turnout_and_its_batches_do_not_know_of_it(open_world):
    before = open_world.counting.turnout_for_staff(open_world.assembly_id)
    entered(open_world, UNREAD)
    after = open_world.counting.turnout_for_staff(open_world.assembly_id)
    assert after == before | {"log_size": 2}


def test_the_sheet_of_the_logged_ballots_has_it_among_the_void_ones(open_world):
    entered(open_world, UNREAD)
    open_world.cast("chen", CHEN)
    counted = result(open_world)
    ballots_sheet = open_world.outcomes.ballot_sheet(open_world.assembly_id)
    agenda = json.dumps(agenda_document(open_world.poll.agenda)).encode()
    again = recount(sheet(), "清册.csv", ballots_sheet, "票.csv", agenda)
    assert len(again["ballots"]["void"]) == 1
    assert again["items"] == counted["items"]


@pytest.mark.parametrize(
    "said",
    [
        {"units": []},
        {"units": ["1-1-101"]},
        {"choices": {}},
        {"capacity": "owner"},
        {"format": "yezhu-paper/1"},
        {"format": "yezhu-paper/2"},
        {"carried": 0},
        {"scans": None},
        {"scans": [1]},
        {"serial": ""},
        {"void_reason": None},
    ],
)
def test_its_text_has_one_spelling(said):
    data = as_logged(UNREAD).to_bytes()
    with pytest.raises(UnreadablePaper):
        parse(canonical.encode(canonical.decode(data) | said))
