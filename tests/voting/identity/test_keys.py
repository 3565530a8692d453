"""A key is enrolled by whoever holds it, belongs to one owner, and ends when he has another."""

import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.voting.identity.enrolling import enrol, holder, register
from tests.voting.world import BUYER, CLAIMS, DEVELOPER, Handset, claim
from voting.ballot.refusals import NotYourUnit
from voting.identity import enrolment, store
from voting.identity.entries import key_statement
from voting.identity.model import Enrolled
from voting.identity.refusals import (
    ChallengeInvalid,
    KeyInUse,
    PossessionNotProved,
    StrongerProofNeeded,
    UnknownKey,
)
from voting.identity.store import DeviceKeyRow
from voting.kernel import canonical, dsse
from voting.kernel.canonical import NotCanonical
from voting.kernel.commitment import Opening
from voting.kernel.suites import WeakKey


@pytest.fixture
def frozen(world):
    return world.freeze()


def possession(world, signer, *, spki=None, roster=None, key_id=None, purpose=None):
    """A possession proof in which one thing may be wrong."""
    challenge, _ = world.identities.challenge(world.roster_id)
    payload = enrolment.payload(challenge, roster or world.roster.digest, spki or signer.spki)
    sealed = signer.seal(purpose or enrolment.PAYLOAD_TYPE, payload)
    return replace(sealed, key_id=key_id or sealed.key_id)


def test_a_key_is_not_enrolled_by_whoever_does_not_hold_it(frozen):
    """Signed with another key than the one to be enrolled."""
    mine, theirs = Handset(), Handset()
    envelope = possession(frozen, mine, spki=theirs.spki, key_id=theirs.key_id)
    with pytest.raises(PossessionNotProved):
        enrol(frozen, CLAIMS["chen"], envelope=envelope)


def test_the_key_id_must_be_the_keys_own(frozen):
    with pytest.raises(PossessionNotProved):
        enrol(frozen, CLAIMS["chen"], envelope=possession(frozen, Handset(), key_id="0" * 64))


def test_a_proof_for_another_roster_is_refused(frozen):
    with pytest.raises(PossessionNotProved):
        enrol(frozen, CLAIMS["chen"], envelope=possession(frozen, Handset(), roster="0" * 64))


def test_a_signature_for_another_purpose_is_no_proof(frozen):
    with pytest.raises(dsse.WrongPayloadType):
        enrol(frozen, CLAIMS["chen"], envelope=possession(frozen, Handset(), purpose="other"))


def test_a_weak_key_is_not_enrolled(frozen):
    weak = bytes.fromhex("302a300506032b6570032100") + bytes(32)
    with pytest.raises(WeakKey):
        enrol(frozen, CLAIMS["chen"], envelope=possession(frozen, Handset(), spki=weak))


@pytest.mark.parametrize(
    ("payload", "refusal"),
    [
        (b"{}", PossessionNotProved),
        (b"[]", PossessionNotProved),
        (b'{"challenge":1,"roster":"","spki":""}', PossessionNotProved),
        (b"not json", NotCanonical),
    ],
)
def test_another_text_is_no_proof(frozen, payload, refusal):
    envelope = Handset().seal(enrolment.PAYLOAD_TYPE, payload)
    with pytest.raises(refusal):
        enrol(frozen, CLAIMS["chen"], envelope=envelope)


def test_a_proof_that_fails_leaves_the_challenge_and_costs_no_attempt(frozen):
    phone = Handset()
    challenge, _ = frozen.identities.challenge(frozen.roster_id)
    sealed = phone.possession(challenge, frozen.roster.digest)
    spoilt = replace(sealed, signature=b"x" * 64)
    for _ in range(6):
        with pytest.raises(PossessionNotProved):
            enrol(frozen, CLAIMS["chen"], envelope=spoilt)
    enrol(frozen, CLAIMS["chen"], envelope=sealed)


def test_a_key_belongs_to_one_owner(frozen):
    phone = frozen.enrol("chen")
    with pytest.raises(KeyInUse):
        frozen.enrol("li", phone)
    assert frozen.roster.groups_of_owner[holder(frozen, phone).owner_code]
    assert len(register(frozen, "device-key")) == 1


def test_the_same_enrolment_again_changes_nothing(frozen):
    """As after an answer that was lost on the way."""
    phone = frozen.enrol("chen")
    before = frozen.log(frozen.register)
    frozen.enrol("chen", phone)
    assert frozen.log(frozen.register) == before


def test_a_new_key_ends_the_earlier_one_from_that_moment(engine_world, clock):
    world = engine_world.freeze()
    first = world.enrol("chen")
    clock.advance(hours=1)
    second = world.enrol("chen")
    with pytest.raises(UnknownKey):
        holder(world, first)
    assert holder(world, second).key.key_id == second.key_id
    position = [act["type"] for act in world.acts()].index("device-key")
    assert register(world, "device-key-revoked") == [
        {"at": "2026-03-02T03:00:00Z", "enrolment": position, "type": "device-key-revoked"}
    ]


def test_a_revoked_key_is_never_enrolled_again(frozen):
    first = frozen.enrol("chen")
    frozen.enrol("chen")
    with pytest.raises(KeyInUse):
        frozen.enrol("chen", first)


def test_a_co_owners_key_is_not_touched_by_the_others_enrolment(frozen):
    li = frozen.enrol("li")
    frozen.enrol("wang")
    assert holder(frozen, li)


def test_the_register_commits_to_the_key_and_shows_neither_key_nor_owner(frozen):
    phone = frozen.enrol("chen")
    (entry,) = register(frozen, "device-key")
    assert entry.keys() == {"at", "commitment", "type"}
    with frozen.database.read() as session:
        row = session.scalar(select(DeviceKeyRow))
    statement = key_statement(row.owner_code, frozen.roster.digest, phone.spki)
    assert Opening(row.salt, statement).commitment == entry["commitment"]


@pytest.mark.parametrize(("owner", "serial"), [(DEVELOPER, 9), (BUYER, 10)], ids=["unsold", "sold"])
def test_developer_stock_has_no_voter_on_a_phone(open_world, owner, serial):
    """Unsold and undelivered units are the developer's one head (JI art. 9)."""
    world = open_world
    world.enrol("stock", said=claim(owner, serial))
    assert world.identities.enrol(
        world.roster_id,
        claim(owner, serial),
        world.phones["stock"].possession(
            world.identities.challenge(world.roster_id)[0], world.roster.digest
        ),
        address="a",
    ) == Enrolled(world.phones["stock"].key_id, (), (), replaced=False)
    with pytest.raises(NotYourUnit):
        world.cast("stock", ["2-1-201"])
    with pytest.raises(NotYourUnit):
        world.cast("stock", ["2-1-202"])


def test_concurrent_enrolments_of_one_owner_leave_one_valid_key(engine_world, monkeypatch):
    """An owner with two valid keys could sign twice, and a stolen phone would stay good."""
    world = engine_world.freeze()
    find = store.valid_key_of

    def slowly(*arguments):
        found = find(*arguments)
        time.sleep(0.05)  # the others look, too, before this one is done
        return found

    monkeypatch.setattr(store, "valid_key_of", slowly)
    phones = [Handset() for _ in range(6)]
    proofs = [
        phone.possession(world.identities.challenge(world.roster_id)[0], world.roster.digest)
        for phone in phones
    ]

    def enrol_one(proof):
        with suppress(StrongerProofNeeded):
            world.identities.enrol(world.roster_id, CLAIMS["chen"], proof, address="203.0.113.7")

    together(enrol_one, proofs)
    with world.database.read() as session:
        (key,) = session.scalars(select(DeviceKeyRow)).all()
    assert key.revoked_at is None
    assert len(register(world, "device-key")) == 1
    assert register(world, "device-key-revoked") == []


def test_a_challenge_is_good_once_even_for_many_at_a_time(engine_world):
    world = engine_world.freeze()
    challenge, _ = world.identities.challenge(world.roster_id)
    proofs = [Handset().possession(challenge, world.roster.digest) for _ in range(6)]
    names = ["chen", "li", "wang", "zhao", "shop", "sun"]
    done = []

    def enrol_one(pair):
        name, proof = pair
        with suppress(ChallengeInvalid):
            world.identities.enrol(world.roster_id, CLAIMS[name], proof, address="203.0.113.7")
            done.append(name)

    together(enrol_one, list(zip(names, proofs, strict=True)))
    assert len(done) == 1
    assert len(register(world, "device-key")) == 1


def together(act, arguments):
    """Run one act on every argument at the same time; any surprise fails the test."""
    start, surprises = threading.Barrier(len(arguments)), []

    def run(argument):
        start.wait()
        try:
            act(argument)
        except Exception as error:  # noqa: BLE001 - reported to the test's own thread
            surprises.append(error)

    threads = [threading.Thread(target=run, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert surprises == []


def test_what_a_phone_signs_to_enrol_is_fixed():
    """Phones in the field sign these very bytes."""
    assert enrolment.payload("c", "r", b"key") == canonical.encode(
        {"challenge": "c", "roster": "r", "spki": "a2V5"}
    )
