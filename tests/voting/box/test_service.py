"""What the box takes is in the log before anybody hears of it, and can be proved without it."""

import base64
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.voting.conftest import voting
from tests.voting.world import choices
from voting.ballot.refusals import NotYourUnit, PollClosed
from voting.box import store
from voting.box.receipt import PAYLOAD_TYPE as RECEIPT_TYPE
from voting.box.refusals import AlreadyVoted, WrongSequence
from voting.box.store import SlotRow
from voting.identity.refusals import UnknownKey
from voting.identity.store import DeviceKeyRow
from voting.infra.throttle import TooManyAttempts
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.kernel.refusal import Refusal
from voting.kernel.suites import BadSignature, Ed25519
from voting.ledger import proof

ADDRESS = "203.0.113.7"
CHEN = ("2-1-102", "B1-1-002")


def cast(world, data):
    return world.box.cast(world.assembly_id, data, address=ADDRESS)


def ballots(world):
    with world.database.read() as session:
        return store.ballots(session, world.assembly_id)


def slots(world):
    """Position of the ballot that stands for each unit."""
    with world.database.read() as session:
        rows = session.scalars(select(SlotRow))
        return {world.roster.units[row.unit_code].unit_key: row.position for row in rows}


def refused(world):
    with world.database.read() as session:
        return store.refusal_counts(session, world.assembly_id)


def read_receipt(world, envelope):
    """Check a receipt as its holder can: with two public keys and no server."""
    key = Ed25519(world.log_key.public_key())
    said = canonical.decode(envelope.verify(key, RECEIPT_TYPE))
    entry, ballot, salt = (base64.b64decode(said[part]) for part in ("entry", "ballot", "salt"))
    signed = proof.parse(said["proof"].encode()).verify(entry, world.ledger.key(world.origin))
    assert proof.parse(said["proof"].encode()).index == said["position"]
    assert signed.size == said["log_size"]
    assert canonical.decode(entry)["commitment"] == Opening(salt, ballot).commitment
    assert canonical.decode(entry)["at"] == said["received_at"]
    assert canonical.digest(dsse.parse(ballot).payload) == said["ballot_digest"]
    return said, ballot


# Receipts


def test_a_receipt_is_verified_offline(open_engine_world):
    world = open_engine_world
    data = world.ballot("chen", CHEN)
    receipt, envelope = cast(world, data)
    said, ballot = read_receipt(world, envelope)
    assert ballot == data
    assert (said["assembly"], said["units"]) == (world.assembly_id, list(CHEN))
    assert (said["position"], said["log_size"]) == (1, 2)
    # The parking place is not in this agenda's default electorate.
    assert (said["heads"], said["area_cm2"]) == (1, 888_000)
    assert said["received_at"] == "2026-03-17T16:00:00Z"
    assert receipt.to_bytes() == envelope.payload
    assert world.log()[1] == receipt.entry


def test_a_parking_place_alone_is_credited_with_nothing(open_world):
    receipt, _ = open_world.cast("sun", ["B1-1-003"])
    assert (receipt.heads, receipt.area_cm2) == (0, 0)


def test_a_receipt_with_one_changed_byte_is_no_receipt(open_world):
    _, envelope = open_world.cast("chen", CHEN)
    spoilt = replace(envelope, payload=envelope.payload.replace(b'"heads":1', b'"heads":2'))
    with pytest.raises(BadSignature):
        read_receipt(open_world, spoilt)


def test_the_log_shows_neither_owner_nor_unit_nor_choice(open_world):
    open_world.cast("chen", CHEN)
    assert canonical.decode(open_world.log()[1]).keys() == {"at", "commitment", "type"}


def test_equal_ballots_cannot_be_told_by_their_entries(open_world):
    same = {"sequence": 1, "nonce": "0" * 32}
    open_world.cast("chen", CHEN[:1], **same)
    open_world.cast("chen", CHEN[1:], **same)
    first, second = (canonical.decode(entry) for entry in open_world.log()[1:])
    assert first["commitment"] != second["commitment"]


def test_the_same_bytes_give_the_same_receipt_for_ever(open_engine_world):
    world = open_engine_world
    data = world.ballot("chen", CHEN)
    first = cast(world, data)
    assert cast(world, data) == first
    world.cast("li", ["1-1-102", "1-1-201"])
    world.clock.advance(hours=1)
    assert cast(world, data) == first
    world.close()
    size = len(world.log())
    assert cast(world, data) == first
    assert (len(ballots(world)), len(world.log())) == (2, size)


def test_the_same_ballot_signed_anew_is_a_second_ballot(open_world):
    """Only equal bytes are the lost answer asked for again."""
    same = {"nonce": "0" * 32}
    open_world.cast("chen", CHEN, **same)
    with pytest.raises(AlreadyVoted):
        open_world.cast("chen", CHEN, **same)


# All or nothing


def failing_commit(monkeypatch, world):
    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(Session, "commit", fail)
    monkeypatch.setattr("sqlalchemy.orm.session.SessionTransaction.commit", fail)


def failing_insert(monkeypatch, world):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(store, "add_ballots", fail)


def failing_at_the_end(monkeypatch, world):
    write = world.database.write

    @contextmanager
    def fail():
        with write() as session:
            yield session
            session.flush()
            raise OSError("power cut")

    monkeypatch.setattr(world.database, "write", fail)


@pytest.mark.parametrize("failure", [failing_commit, failing_insert, failing_at_the_end])
def test_a_ballot_that_is_not_durable_is_not_there(open_engine_world, monkeypatch, failure):
    world = open_engine_world
    told = []
    monkeypatch.setattr(world.bus, "publish", told.append)
    data = world.ballot("chen", CHEN)
    with monkeypatch.context() as broken:
        failure(broken, world)
        with pytest.raises(OSError, match=r"disk full|power cut"):
            cast(world, data)
    assert (ballots(world), slots(world), len(world.log()), told) == ([], {}, 1, [])
    receipt, _ = cast(world, data)
    assert (receipt.position, told) == (1, [world.assembly_id])
    world.check_logs()


# Second ballots


def test_the_first_ballot_stands(open_world):
    open_world.cast("zhang", ["1-1-101"])
    with pytest.raises(AlreadyVoted):
        open_world.cast("zhang", ["1-1-101"], choices("oppose"))
    with pytest.raises(AlreadyVoted):
        open_world.cast("zhang", ["1-1-101", "1-1-202"])
    open_world.cast("zhang", ["1-1-202"])
    assert slots(open_world) == {"1-1-101": 1, "1-1-202": 2}


def test_the_first_co_owner_to_vote_speaks_for_all(open_world):
    open_world.cast("li", ["1-1-102", "1-1-201"])
    with pytest.raises(AlreadyVoted):
        open_world.cast("wang", ["1-1-201"], choices("oppose"))


def test_one_owner_votes_once_for_each_of_his_groups(open_world):
    open_world.cast("zhang", ["1-1-101", "1-1-202", "B1-1-001"])
    open_world.cast("zhang", ["1-2-101"])
    with pytest.raises(AlreadyVoted):
        open_world.cast("zhao", ["1-2-101"])


@pytest.fixture
def replacing(world):
    """An open box in which the last valid ballot stands."""
    return voting(world, begun=True, policies={"repeat": "last_valid"})


def test_a_replacement_names_what_it_replaces(replacing):
    first, _ = replacing.cast("chen", CHEN)
    second, _ = replacing.cast(
        "chen", CHEN, choices("oppose"), sequence=2, replaces=first.ballot_digest
    )
    assert slots(replacing) == dict.fromkeys(CHEN, second.position)
    third, envelope = replacing.cast("chen", CHEN[:1], sequence=3, replaces=second.ballot_digest)
    assert slots(replacing) == {CHEN[0]: third.position, CHEN[1]: second.position}
    assert read_receipt(replacing, envelope)[0]["position"] == 3
    assert len(ballots(replacing)) == 3


@pytest.mark.parametrize(
    ("sequence", "replaces"),
    [(1, None), (2, None), (2, "0" * 64), (1, "first"), (3, "first")],
)
def test_a_replacement_that_does_not_follow_is_refused(replacing, sequence, replaces):
    """A copied or delayed ballot must not push out what its owner said later."""
    first, _ = replacing.cast("chen", CHEN)
    named = first.ballot_digest if replaces == "first" else replaces
    with pytest.raises(WrongSequence) as answer:
        replacing.cast("chen", CHEN, sequence=sequence, replaces=named)
    assert answer.value.facts == {"sequence": 2, "replaces": first.ballot_digest}
    assert slots(replacing) == dict.fromkeys(CHEN, 1)


@pytest.mark.parametrize(("sequence", "replaces"), [(2, None), (0, None), (1, "0" * 64)])
def test_a_first_ballot_replaces_nothing(open_world, sequence, replaces):
    with pytest.raises(WrongSequence):
        open_world.cast("chen", CHEN, sequence=sequence, replaces=replaces)


def test_a_replaced_ballot_cast_again_gives_its_old_receipt(replacing):
    data = replacing.ballot("chen", CHEN)
    first = cast(replacing, data)
    replacing.cast("chen", CHEN, sequence=2, replaces=first[0].ballot_digest)
    assert cast(replacing, data) == first
    assert slots(replacing) == dict.fromkeys(CHEN, 2)


def test_a_co_owner_does_not_replace_what_he_did_not_sign(replacing):
    first, _ = replacing.cast("li", ["1-1-102", "1-1-201"])
    named = {"sequence": 2, "replaces": first.ballot_digest}
    for chain in ({}, named):
        with pytest.raises(AlreadyVoted) as answer:
            replacing.cast("wang", ["1-1-201"], choices("oppose"), **chain)
        assert answer.value.facts == {}
    # A new phone is still the same owner.
    replacing.enrol("li")
    replacing.cast("li", ["1-1-201"], choices("oppose"), **named)
    assert slots(replacing) == {"1-1-102": 1, "1-1-201": 2}


# Many at a time


def together(act, arguments):
    """Run one act on every argument at the same time; give what each returned or raised."""
    start, results = threading.Barrier(len(arguments)), [None] * len(arguments)

    def run(place, argument):
        start.wait()
        try:
            results[place] = act(argument)
        except Exception as error:  # noqa: BLE001 - looked at in the test's own thread
            results[place] = error

    threads = [
        threading.Thread(target=run, args=(place, argument))
        for place, argument in enumerate(arguments)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_many_ballots_at_a_time_each_get_a_place_of_their_own(open_engine_world):
    world = open_engine_world
    distinct = [
        world.ballot(name, units)
        for name, units in (
            ("zhang", ["1-1-101"]),
            ("zhang", ["1-1-202"]),
            ("zhao", ["1-2-101"]),
            ("li", ["1-1-102"]),
            ("wang", ["1-1-201"]),
            ("shop", ["2-1-101"]),
        )
    ]
    # The last of them is sent three times over, as by a phone whose answer was lost.
    results = together(lambda data: cast(world, data), [*distinct, distinct[-1], distinct[-1]])
    assert results[-1] == results[-2] == results[-3]
    assert sorted(receipt.position for receipt, _ in results[:6]) == list(range(1, 7))
    log = world.log()
    assert len(log) == 7
    for data, (receipt, envelope) in zip(distinct, results[:6], strict=True):
        assert log[receipt.position] == receipt.entry
        assert read_receipt(world, envelope)[1] == data
    world.check_logs()


def test_eight_sendings_of_one_ballot_are_one_ballot(open_engine_world):
    world = open_engine_world
    data = world.ballot("chen", CHEN)
    results = together(lambda same: cast(world, same), [data] * 8)
    assert results == [results[0]] * 8
    assert (results[0][0].position, len(world.log()), len(ballots(world))) == (1, 2, 1)
    world.check_logs()


def test_of_eight_ballots_for_one_flat_one_is_in(open_engine_world):
    world = open_engine_world
    rivals = [world.ballot(name, ["1-1-102"]) for name in ("li", "wang") * 4]
    results = together(lambda data: cast(world, data), rivals)
    lost = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in lost] == [AlreadyVoted] * 7
    assert (len(ballots(world)), len(world.log())) == (1, 2)
    assert refused(world) == {"already-voted": 7}
    world.check_logs()


# Refusals and the window


def test_of_refused_ballots_only_their_number_is_kept(open_world):
    world, size = open_world, len(open_world.log(open_world.register))
    for _ in range(2):
        with pytest.raises(NotYourUnit):
            world.cast("chen", ["1-1-101"])
    with pytest.raises(canonical.NotCanonical):
        cast(world, b"rubbish")
    assert refused(world) == {"not-canonical": 1, "not-your-unit": 2}
    assert (ballots(world), slots(world), len(world.log())) == ([], {}, 1)
    assert len(world.log(world.register)) == size


def test_a_ballot_for_an_assembly_nobody_called_leaves_nothing(open_world):
    with pytest.raises(Refusal) as answer:
        open_world.box.cast("another", open_world.ballot("chen", CHEN), address=ADDRESS)
    assert answer.value.code == "unknown-assembly"
    assert refused(open_world) == {}


def test_an_address_that_sends_only_rubbish_is_shut_out(open_world):
    for _ in range(300):
        open_world.throttle.failed("refused-ballots", ADDRESS, 300, 10)
    data = open_world.ballot("chen", CHEN)
    with pytest.raises(TooManyAttempts):
        cast(open_world, data)
    open_world.box.cast(open_world.assembly_id, data, address="198.51.100.1")


def test_the_last_second_is_in_and_the_next_is_not(open_world):
    open_world.clock.moment = open_world.poll.closes_at
    open_world.cast("chen", CHEN)
    open_world.clock.advance(seconds=1)
    with pytest.raises(PollClosed):
        open_world.cast("li", ["1-1-102"])
    assert (refused(open_world), len(open_world.log())) == ({"poll-closed": 1}, 2)


def test_a_late_ballot_leaves_the_closed_log_alone(open_world):
    data = open_world.ballot("chen", CHEN)
    before = open_world.close().log()
    with pytest.raises(PollClosed):
        cast(open_world, data)
    assert open_world.log() == before


def test_a_box_that_is_closed_while_a_ballot_is_checked_stays_closed(open_world, monkeypatch):
    """The window is asked about once more under the lock."""
    world = open_world
    data = world.ballot("chen", CHEN)
    locked = world.assemblies.locked_poll

    def meanwhile(session, assembly_id):
        world.clock.moment = world.poll.closes_at
        world.clock.advance(seconds=1)
        return locked(session, assembly_id)

    monkeypatch.setattr(world.assemblies, "locked_poll", meanwhile)
    with pytest.raises(PollClosed):
        cast(world, data)
    assert len(world.log()) == 1


def test_a_key_revoked_while_its_ballot_is_checked_votes_no_more(open_world, monkeypatch):
    world = open_world
    data = world.ballot("chen", CHEN)
    locked = world.assemblies.locked_poll

    def meanwhile(session, assembly_id):
        session.execute(update(DeviceKeyRow).values(revoked_at=world.clock()))
        return locked(session, assembly_id)

    monkeypatch.setattr(world.assemblies, "locked_poll", meanwhile)
    with pytest.raises(UnknownKey):
        cast(world, data)
    assert len(world.log()) == 1
