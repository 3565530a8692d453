"""Ballots cast together are answered as if each had come alone, after those before it."""

from dataclasses import replace

import pytest

from tests.voting.box.test_service import ADDRESS, CHEN, ballots, read_receipt, refused, slots
from tests.voting.conftest import voting
from tests.voting.world import Handset, choices
from voting.ballot import verify
from voting.ballot.refusals import NotYourUnit
from voting.box import store
from voting.box.refusals import AlreadyVoted, WrongSequence
from voting.box.service import Sent
from voting.identity.refusals import UnknownKey
from voting.infra.throttle import TooManyAttempts
from voting.kernel import canonical, dsse
from voting.kernel.refusal import Refusal
from voting.ledger import proof
from voting.outcome.audit import audit


def together(world, *data):
    return cast_all(world, world.assembly_id, [Sent(each, ADDRESS) for each in data])


def cast_all(world, assembly_id, sent):
    return world.box.cast_together(assembly_id, world.box.check(assembly_id, sent))


def alone(world, *data):
    return [together(world, each)[0] for each in data]


def told(answer):
    """What a sender learns, but for salts, digests and the log's length, which have to differ."""
    if isinstance(answer, Refusal):
        return type(answer), answer.detail, answer.facts.get("sequence")
    return answer[0].position, answer[0].units


def mixed(world):
    """One of everything, in an order in which each depends on those before."""
    first = world.ballot("chen", CHEN)
    digest = canonical.digest(dsse.parse(first).payload)
    again = dsse.parse(first)
    respelt = world.phones["chen"].seal(again.payload_type, again.payload).to_bytes()
    world.phones["nobody"] = Handset()
    return [
        b"rubbish",
        first,
        world.ballot("zhang", ["1-1-101"]),
        world.ballot("li", CHEN),
        world.ballot("zhang", ["1-1-202"]),
        first,
        respelt,
        world.ballot("chen", CHEN, choices("oppose"), sequence=2, replaces=digest),
        world.ballot("chen", CHEN, choices("abstain"), sequence=2, replaces=digest),
        world.ballot("li", ["1-1-102"]),
        world.ballot("wang", ["1-1-102"]),
        world.ballot("nobody", ["1-1-102"]),
        b'{"payload":"","payloadType":"","signatures":[{"keyid":"\\u0000","sig":""}]}',
        world.ballot("zhao", ["1-2-101"]),
    ]


@pytest.mark.parametrize("repeat", ["first_valid", "last_valid"])
def test_a_batch_is_answered_like_one_after_the_other(engine_world, repeat):
    """Two assemblies on one roster get such ballots: the first one by one, the second at once."""
    world, seen = voting(engine_world, begun=True, policies={"repeat": repeat}), []
    for cast in (alone, together):
        if seen:
            world.clock.advance(days=-16)
            world.draft(policies={"repeat": repeat}).publish().open()
        answers = cast(world, *mixed(world))
        given = [answer for answer in answers if isinstance(answer, tuple)]
        for receipt, envelope in given:
            assert read_receipt(world, envelope)[0]["position"] == receipt.position
        with world.database.read() as session:
            rows = store.taken_slots(session, world.assembly_id, range(len(world.roster.units)))
        seen.append((list(map(told, answers)), rows, refused(world), len(world.log())))
    assert seen[1] == seen[0]
    assert len(given) == (6 if repeat == "first_valid" else 7)
    world.check_logs()
    with world.database.read() as session:
        found = audit(session, world.ledger, world.rosters.custody.basis)
    # The accounts of this world are not in the register; its votes are all in their logs.
    assert {each.table for each in found} == {"staff_accounts"}


def test_a_batch_is_one_write_one_append_and_one_checkpoint(open_engine_world, monkeypatch):
    world, asked = open_engine_world, []

    def watch(owner, name):
        real = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given: asked.append(name) or real(*given))

    watch(world.database, "write")
    watch(world.ledger, "tail")
    watch(world.ledger, "prove_tail")
    answers = together(
        world,
        world.ballot("chen", CHEN),
        world.ballot("zhang", ["1-1-101"]),
        world.ballot("li", ["1-1-102"]),
    )
    assert asked == ["write", "tail", "prove_tail"]
    assert [receipt.position for receipt, _ in answers] == [1, 2, 3]
    assert {receipt.log_size for receipt, _ in answers} == {4}
    notes = {proof.parse(receipt.proof).checkpoint_note for receipt, _ in answers}
    assert len(notes) == 1


def test_a_receipt_of_a_batch_is_the_same_for_ever(open_engine_world):
    world = open_engine_world
    data = [world.ballot("chen", CHEN), world.ballot("zhang", ["1-1-101"])]
    first = together(world, *data)
    world.cast("li", ["1-1-102"])
    assert together(world, data[1], data[0]) == [first[1], first[0]]
    assert alone(world, *data) == first


def test_the_same_bytes_twice_in_a_batch_are_one_ballot(open_engine_world):
    world = open_engine_world
    data = world.ballot("chen", CHEN)
    answers = together(world, data, data, data)
    assert answers == [answers[0]] * 3
    assert (len(ballots(world)), len(world.log())) == (1, 2)


def test_what_breaks_over_one_ballot_breaks_for_it_alone(open_world, monkeypatch):
    world = open_world
    good = world.ballot("chen", CHEN)
    checked = verify.choice_vector
    mistakes = iter([ZeroDivisionError("a mistake of ours")])

    def choice_vector(agenda, said):
        if said["1"] == "oppose":
            raise next(mistakes)
        return checked(agenda, said)

    bad = world.ballot("zhang", ["1-1-101"], choices("oppose"))
    monkeypatch.setattr(verify, "choice_vector", choice_vector)
    failed, (receipt, _) = together(world, bad, good)
    assert isinstance(failed, ZeroDivisionError)
    assert receipt.position == 1
    assert refused(world) == {}


def test_a_ballot_that_cannot_be_stored_does_not_take_others_with_it(
    open_engine_world, monkeypatch
):
    world = open_engine_world
    good = [world.ballot("chen", CHEN), world.ballot("li", ["1-1-102"])]
    bad = world.ballot("zhang", ["1-1-101"])
    rubbish = b"rubbish"
    add = store.add_ballots

    def fail(session, shared, columns):
        add(session, shared, columns)
        if bad in columns["data"]:
            raise ValueError("no place for it")

    monkeypatch.setattr(store, "add_ballots", fail)
    first, failed, unread, second = together(world, good[0], bad, rubbish, good[1])
    assert isinstance(failed, ValueError)
    assert isinstance(unread, canonical.NotCanonical)
    assert (first[0].position, second[0].position) == (1, 2)
    assert slots(world) == {CHEN[0]: 1, CHEN[1]: 1, "1-1-102": 2}
    assert refused(world) == {"not-canonical": 1}
    world.check_logs()


def test_only_the_address_that_sent_rubbish_is_shut_out(open_world):
    world = open_world
    for _ in range(300):
        world.throttle.failed("refused-ballots", ADDRESS, 300, 10)
    data = world.ballot("chen", CHEN)
    sent = [Sent(data, ADDRESS), Sent(data, "198.51.100.1")]
    answers = cast_all(world, world.assembly_id, sent)
    assert isinstance(answers[0], TooManyAttempts)
    assert answers[1][0].position == 1
    assert refused(world) == {}


def test_refusals_of_a_batch_are_counted_by_their_reasons(open_world):
    world = open_world
    answers = together(
        world,
        world.ballot("chen", ["1-1-101"]),
        world.ballot("chen", CHEN),
        world.ballot("chen", CHEN),
        world.ballot("chen", ["1-1-101"]),
    )
    assert [type(answer) for answer in answers[:1] + answers[2:]] == [
        NotYourUnit, AlreadyVoted, NotYourUnit,
    ]  # fmt: skip
    assert refused(world) == {"already-voted": 1, "not-your-unit": 2}


def test_unknown_assemblies_and_wrong_numbers_are_told_to_each(open_world):
    world = open_world
    lost = cast_all(world, "another", [Sent(world.ballot("chen", CHEN), ADDRESS)] * 2)
    assert [answer.code for answer in lost] == ["unknown-assembly"] * 2
    assert refused(world) == {}
    world.phones["nobody"] = Handset()
    answers = together(world, world.ballot("chen", CHEN, sequence=2), world.ballot("nobody", CHEN))
    assert [type(answer) for answer in answers] == [WrongSequence, UnknownKey]


def test_a_key_revoked_between_check_and_turn_is_good_no_more(open_engine_world):
    world = open_engine_world
    checked = world.box.check(world.assembly_id, [Sent(world.ballot("chen", CHEN), ADDRESS)])
    world.enrol("chen")
    (answer,) = world.box.cast_together(world.assembly_id, checked)
    assert isinstance(answer, UnknownKey)


def test_the_same_bytes_come_back_with_the_same_receipt_after_the_close(open_engine_world):
    world = open_engine_world
    data = world.ballot("chen", CHEN)
    (given,) = together(world, data)
    world.close()
    assert together(world, data, world.ballot("zhang", ["1-1-101"]))[0] == given


def test_a_key_id_that_no_key_has_is_asked_of_no_database(open_engine_world):
    world = open_engine_world
    odd = replace(dsse.parse(world.ballot("chen", CHEN)), key_id="\x00").to_bytes()
    strange, taken = together(world, odd, world.ballot("zhang", ["1-1-101"]))
    assert isinstance(strange, UnknownKey)
    assert taken[0].position == 1
