"""The result comes from the log alone, after the close; before it, only who took part is known."""

import json

import numpy as np
import pytest
from sqlalchemy import delete, update

from tally import reference
from tally.columns import BallotColumns, BallotRow
from tests.tally.test_agreement import assert_same
from tests.voting.conftest import voting
from tests.voting.world import choices
from voting.assembly.refusals import UnknownAssembly
from voting.box import store
from voting.box.paper import PaperBallot
from voting.box.store import BallotRow as StoredBallot
from voting.count.logged import LogDisagrees
from voting.count.service import ChoicesSealed, Counting
from voting.kernel import canonical
from voting.kernel.refusal import Refusal

ZHANG_ALONE = ("1-1-101", "1-1-202", "B1-1-001")


def paper(serial, units, said=None, void_reason=""):
    return PaperBallot(serial, units, said or choices(), void_reason)


def enter(world, entry):
    world.box.enter_paper(world.assembly_id, entry, by="c1")
    return world.box.enter_paper(world.assembly_id, entry, by="c2")


@pytest.fixture
def voted(open_world):
    """Phones and paper, split units, an early word superseded, and a void ballot."""
    return fill(open_world)


def fill(world):
    world.cast("zhang", ZHANG_ALONE[:1])
    world.cast("zhang", ZHANG_ALONE[1:], choices("oppose", "b"))
    world.cast("zhao", ["1-2-101"], choices("abstain", "none_of_these"))
    world.cast("li", ["1-1-102", "1-1-201"])
    world.cast("shop", ["2-1-101"], choices("approve", "b"))
    enter(world, paper("1", ("1-2-102",), choices("follow_majority", "blank")))
    enter(world, paper("2", ("2-1-102",), choices("void")))
    enter(world, paper("3", ("2-1-101",), choices("oppose")))
    enter(world, paper("4", ("2-1-201", "2-1-202"), void_reason="未签名"))
    return world


def count(world):
    with world.database.read() as session:
        return world.counting.count(session, world.poll)


def stored_rows(world):
    """What the tables say, read without the log."""
    with world.database.read() as session:
        rows = store.ballots(session, world.assembly_id)
    return [
        BallotRow(
            tuple(
                world.roster.units[code].unit_key for code in np.frombuffer(row.unit_codes, "<i4")
            ),
            tuple(np.frombuffer(row.choices, np.int8).tolist()),
            row.void,
            row.channel,
        )
        for row in rows
    ]


@pytest.mark.parametrize(
    "policies",
    [
        {},
        {"repeat": "last_valid", "mixed_units": "last_ballot"},
        {"silence": "follow_majority", "void_ballot": "participating", "blank_item": "abstain"},
        {"same_owner": "any_common_owner", "include_kinds": ["住宅", "车位"]},
    ],
    ids=str,
)
def test_the_result_is_what_a_pencil_makes_of_the_same_ballots(world, policies):
    world = fill(voting(world, begun=True, policies=policies)).close()
    agenda, columns = world.poll.agenda, world.roster.columns
    ballots = BallotColumns.from_rows(columns, agenda, stored_rows(world))
    plain = reference.count_assembly(agenda, columns, ballots)
    for fast, slow in zip(count(world)["items"], plain, strict=True):
        assert_same(fast, slow)


def test_a_paper_with_too_many_ticks_is_kept_and_its_election_is_void(world):
    """Domain C-25: a phone is told, a paper can only be read as it is; its other items stand."""
    world = voting(world, begun=True, policies={"candidates": "at_most_seats"})
    three = dict.fromkeys(("c1", "c2", "c3"), "approve")
    enter(world, paper("1", ("1-2-102",), choices(**{"2": three})))
    enter(world, paper("2", ("2-1-102",), choices(**{"2": three | {"c3": "blank"}})))
    items = {item["id"]: item for item in count(world.close())["items"]}
    assert items["1"]["approve"]["heads"] == 2
    assert (items["2"]["participating"]["heads"], items["2"]["void"]["heads"]) == (1, 1)
    heads = [row["approve"]["heads"] for row in items["2"]["candidates"]]
    assert heads == [1, 1, 0]
    assert items["2"]["candidates"][2]["abstain"]["heads"] == 1


def test_the_result_names_what_it_was_counted_from(voted):
    world = voted.close()
    result = count(world)
    with world.database.read() as session:
        logged = world.ledger.check(session, world.origin)
    assert result["log"] == {
        "origin": world.origin,
        "root": logged.root.hex(),
        "size": logged.size,
    }
    assert (result["notice"], result["roster"]) == (world.poll.notice_digest, world.roster.digest)
    assert result["ballots"] == {"paper": 4, "phone": 5, "superseded": [8], "void": [9]}
    assert canonical.decode(canonical.encode(result)) == result
    assert count(world) == result


def test_nobody_voted_is_a_result(open_world):
    result = count(open_world.close())
    assert result["ballots"] == {"paper": 0, "phone": 0, "superseded": [], "void": []}
    assert [item["carried"] for item in result["items"]] == [False] * 4


def tamper(world, statement):
    with world.database.write() as session:
        session.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        update(StoredBallot).values(data=b"{}"),
        update(StoredBallot).values(salt=bytes(32)),
        delete(StoredBallot),
    ],
    ids=["another ballot", "another salt", "no ballot"],
)
@pytest.mark.parametrize("position", [1, 6, 9])
def test_a_stored_ballot_that_the_log_does_not_know_stops_the_count(voted, statement, position):
    world = voted.close()
    tamper(world, statement.where(StoredBallot.position == position))
    with pytest.raises(LogDisagrees) as refused:
        count(world)
    assert refused.value.facts == {"position": position}


def test_two_ballots_that_changed_places_stop_the_count(voted):
    world = voted.close()
    with world.database.write() as session:
        first, second = (session.get_one(StoredBallot, (world.assembly_id, at)) for at in (1, 2))
        first.data, second.data = second.data, first.data
    with pytest.raises(LogDisagrees):
        count(world)


def test_the_codes_beside_a_ballot_are_never_counted(voted):
    """They serve the box; the count reads the signed text that the log committed to."""
    world = voted.close()
    before = count(world)
    tamper(world, update(StoredBallot).values(choices=bytes([2] * 6), void=False))
    assert count(world) == before


@pytest.mark.parametrize("read", ["count", "open_log"])
def test_choices_are_sealed_until_the_close(voted, read):
    with voted.database.read() as session, pytest.raises(ChoicesSealed):
        getattr(voted.counting, read)(session, voted.poll)
    voted.clock.moment = voted.poll.closes_at
    voted.clock.advance(days=1)
    with voted.database.read() as session, pytest.raises(ChoicesSealed):
        getattr(voted.counting, read)(session, voted.poll)


def test_an_opened_log_gives_every_ballot_in_its_order(voted):
    world = voted.close()
    with world.database.read() as session:
        opened = world.counting.open_log(session, world.poll)
    assert [ballot.position for ballot in opened] == list(range(1, 10))
    assert [ballot.void for ballot in opened] == [False] * 8 + [True]
    assert opened[2].units == ("1-2-101",)


def participating(world):
    return [
        (item["participating"]["heads"], item["participating"]["area_cm2"])
        for item in world.counting.turnout_for_staff(world.assembly_id)["items"]
    ]


def test_turnout_moves_with_every_ballot(open_world):
    world = open_world
    assert participating(world) == [(0, 0)] * 4
    world.cast("zhang", ["1-1-101"])
    assert participating(world) == [(1, 893_700)] * 3 + [(0, 0)]
    world.cast("zhang", ["1-1-202"])
    assert participating(world) == [(1, 1_643_700)] * 3 + [(0, 0)]
    enter(world, paper("1", ("2-1-102",)))
    assert participating(world) == [(2, 2_531_700)] * 3 + [(1, 888_000)]
    enter(world, paper("2", ("2-1-101",), void_reason="未签名"))
    assert participating(world) == [(2, 2_531_700)] * 3 + [(1, 888_000)]


def test_turnout_is_the_same_whatever_was_chosen(open_world):
    """No choice, and nothing that follows from one, is in what everybody sees."""
    world = open_world
    world.cast("chen", ["2-1-102"], choices("approve", "a"))
    seen = world.counting.turnout_for_staff(world.assembly_id)
    tamper(world, update(StoredBallot).values(choices=bytes([2] * 6), data=b"", salt=b""))
    assert world.counting.turnout_for_staff(world.assembly_id) == seen
    shown = json.dumps(seen, ensure_ascii=False)
    for word in ("approve", "oppose", "abstain", "carried", "winner", "2-1-102"):
        assert word not in shown
    assert seen["log_size"] == 2


def hours(told):
    return [
        (row["from"], row["until"], row["arrived"]["heads"], row["participating"]["area_cm2"])
        for row in told["hours"]
    ]


def test_turnout_tells_staff_which_hour_brought_whom(open_world):
    """From the arrival the log recorded; an owner's second flat brings its area and no head."""
    world = open_world
    world.cast("zhang", ["1-1-101"])
    world.clock.advance(minutes=59, seconds=59)
    world.cast("chen", ["2-1-102"])
    world.clock.advance(hours=5)
    world.cast("zhang", ["1-1-202"])
    told = world.counting.turnout_for_staff(world.assembly_id)
    assert hours(told) == [
        ("2026-03-17T16:00:00Z", "2026-03-17T17:00:00Z", 2, 893_700 + 888_000),
        ("2026-03-17T21:00:00Z", "2026-03-17T22:00:00Z", 0, 893_700 + 888_000 + 750_000),
    ]
    assert told["everybody"]["participating"] == told["items"][0]["participating"]
    kinds = {row["kind"]: row["participating"]["heads"] for row in told["kinds"]}
    assert kinds == {"住宅": 2, "商业": 0}
    floors = {
        (row["building"], row["floor"]): row["participating"]["heads"]
        for row in world.counting.floors(world.assembly_id)["floors"]
    }
    assert floors == {("1", 1): 1, ("1", 2): 1, ("2", 1): 1, ("2", 2): 0}


def test_a_worker_that_starts_later_tells_the_same(open_world):
    """What is kept in memory is what a recount of the box gives, whoever took the ballots."""
    world = fill(open_world)
    early = world.counting.turnout_for_staff(world.assembly_id)
    later = Counting(world.database, world.ledger, world.rosters, world.assemblies, world.clock)
    assert later.turnout_for_staff(world.assembly_id) == early
    assert later.floors(world.assembly_id) == world.counting.floors(world.assembly_id)


def test_everybody_sees_nothing_of_fewer_than_five_participants_before_the_close(open_world):
    """Then the totals are those of the result, and no building, kind, floor or hour tells more."""
    world = open_world
    world.cast("zhang", ["1-1-101"])
    world.cast("chen", ["2-1-102"])
    world.cast("shop", ["2-1-101"])
    told = world.counting.turnout(world.assembly_id)
    assert told["everybody"]["participating"] == {"heads": 0, "area_cm2": 0}
    assert (told["log_size"], told["hours"]) == (1, [])
    world.close()
    told = world.counting.turnout(world.assembly_id)
    assert told["everybody"]["participating"]["heads"] == 3
    assert told["log_size"] == 5
    assert {row["participating"] for row in told["buildings"] + told["kinds"]} == {None}
    assert told["hours"] == []
    assert "floors" not in told


def test_every_worker_shows_everybody_the_same(open_world):
    """One that watched every ballot, and one that reads them all at once, or read again."""
    world = open_world
    later = Counting(world.database, world.ledger, world.rosters, world.assemblies, world.clock)
    again = Counting(world.database, world.ledger, world.rosters, world.assemblies, world.clock)
    again.turnout(world.assembly_id)
    for name, units in (
        ("zhang", ["1-1-101"]), ("zhao", ["1-2-101"]), ("li", ["1-1-102", "1-1-201"]),
        ("zhang", ["1-1-202"]), ("liu", ["1-2-102"]),
    ):  # fmt: skip
        world.cast(name, units)
        seen = world.counting.turnout(world.assembly_id)
    # The item of building 2 has nobody yet, so those of building 1 wait for one more.
    assert seen["items"][0]["participating"]["heads"] == 0
    enter(world, paper("1", ("B1-1-001",)))
    assert world.counting.turnout(world.assembly_id) == seen
    assert later.turnout(world.assembly_id) == again.turnout(world.assembly_id) == seen


def test_the_least_recently_watched_assembly_is_read_from_the_box_again(open_world, monkeypatch):
    monkeypatch.setattr("voting.count.service._WATCHED_AT_ONCE", 1)
    world = open_world
    first = world.assembly_id
    world.cast("zhang", ["1-1-101"])
    seen = world.counting.turnout_for_staff(first)
    world.draft(
        opens_at="2026-05-18 00:00", closes_at="2026-05-25 18:00", decision_date="2026-05-25"
    ).publish()
    assert participating(world) == [(0, 0)] * 4
    assert list(world.counting._watched) == [world.assembly_id]
    assert {**world.counting.turnout_for_staff(first), "as_of": seen["as_of"]} == seen


def test_only_new_ballots_are_read_for_the_next_report(open_world, monkeypatch):
    world = open_world
    read = []
    arrivals = store.arrivals

    def watched(session, assembly_id, *, after):
        found = arrivals(session, assembly_id, after=after)
        read.append([position for position, _, _ in found])
        return found

    monkeypatch.setattr(store, "arrivals", watched)
    world.cast("zhang", ["1-1-101"])
    world.counting.turnout(world.assembly_id)
    world.counting.turnout(world.assembly_id)
    world.cast("chen", ["2-1-102"])
    world.counting.turnout(world.assembly_id)
    assert read == [[1], [], [2]]


def test_supervision_counts_refusals_and_waiting_paper(open_world):
    world = open_world
    assert world.counting.supervision(world.assembly_id) == {
        "assembly": world.assembly_id,
        "objections": 0,
        "pending_paper": 0,
        "refused": {},
    }
    world.box.enter_paper(world.assembly_id, paper("1", ("2-1-102",)), by="c1")
    with pytest.raises(Refusal):
        world.cast("chen", ["1-1-101"])
    seen = world.counting.supervision(world.assembly_id)
    assert (seen["pending_paper"], seen["refused"]) == (1, {"not-your-unit": 1})


@pytest.mark.parametrize("read", ["turnout", "turnout_for_staff", "floors", "supervision"])
def test_an_assembly_nobody_called_has_no_figures(open_world, read):
    with pytest.raises(UnknownAssembly):
        getattr(open_world.counting, read)("another")
