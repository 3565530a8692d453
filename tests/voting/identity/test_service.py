"""Who proves himself enrols a key; who does not learns nothing and may not go on guessing."""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from tests.voting.world import BUYER, CLAIMS, DEVELOPER, LI, LIU, Handset, claim, title
from voting.ballot.refusals import NotYourUnit
from voting.identity import enrolment, store
from voting.identity.entries import key_statement
from voting.identity.model import Enrolled
from voting.identity.refusals import (
    ChallengeInvalid,
    IdentityNotProved,
    KeyInUse,
    PossessionNotProved,
    StrongerProofNeeded,
    UnknownKey,
    UnreadableClaim,
)
from voting.identity.service import CHALLENGE_LIFE
from voting.identity.store import ChallengeRow, DeviceKeyRow
from voting.infra.throttle import Throttle, TooManyAttempts
from voting.kernel import canonical, dsse
from voting.kernel.canonical import NotCanonical
from voting.kernel.commitment import Opening
from voting.kernel.suites import WeakKey
from voting.roster.document import RosterDocument
from voting.roster.version import RosterNotFrozen


@pytest.fixture
def frozen(world):
    return world.freeze()


def enrol(world, said, phone=None, *, challenge=None, envelope=None, address="203.0.113.7"):
    phone = phone or Handset()
    drawn = challenge or world.identities.challenge(world.roster_id)[0]
    envelope = envelope or phone.possession(drawn, world.roster.digest)
    enrolled = world.identities.enrol(world.roster_id, said, envelope, address=address)
    return enrolled.key_id, enrolled.held


def holder(world, phone):
    with world.database.read() as session:
        return world.identities.holder(session, world.roster_id, phone.key_id)


def units(holdings):
    return [[unit.unit_key for unit in holding.units] for holding in holdings]


def register(world, kind):
    return [act for act in world.acts() if act["type"] == kind]


def test_an_owner_is_shown_every_unit_he_votes_for(frozen):
    phone = Handset()
    key_id, holdings = enrol(frozen, CLAIMS["chen"], phone)
    assert key_id == phone.key_id
    assert units(holdings) == [["2-1-102", "B1-1-002"]]
    assert holdings[0].area_cm2 == 888_000 + 125_000
    assert holder(frozen, phone).key.spki == phone.spki


@pytest.mark.parametrize("name", ["li", "wang"])
def test_each_co_owner_enrols_for_the_units_they_own_together(frozen, name):
    _, holdings = enrol(frozen, CLAIMS[name])
    assert units(holdings) == [["1-1-102", "1-1-201"]]


def test_an_owner_alone_here_and_with_a_spouse_there_has_two_heads(frozen):
    """Domain C-5: two sets of owners, two ballots."""
    _, holdings = enrol(frozen, CLAIMS["zhang"])
    assert units(holdings) == [["1-1-101", "1-1-202", "B1-1-001"], ["1-2-101"]]
    assert len({holding.group for holding in holdings}) == 2
    _, holdings = enrol(frozen, CLAIMS["zhao"])
    assert units(holdings) == [["1-2-101"]]


@pytest.mark.parametrize("serial", [1, 4, 5, 11])
def test_any_one_of_an_owners_titles_proves_him(frozen, serial):
    _, holdings = enrol(frozen, replace(CLAIMS["zhang"], title_no=title(serial)))
    assert len(holdings) == 2


def test_what_is_typed_may_be_full_width_lower_case_and_stretched(frozen):
    said = CLAIMS["liu"]
    typed = replace(
        said,
        name="刘　洋",
        id_type=" 居民身份证 ",
        id_number="".join(chr(ord(digit) + 0xFEE0) for digit in said.id_number),
        title_no=said.title_no.replace("(", "〔").replace(")", "）"),
    )
    assert units(enrol(frozen, typed)[1]) == [["1-2-102"]]


def test_a_first_generation_number_and_its_eighteen_digits_are_one_person(frozen):
    eighteen = CLAIMS["liu"].spelled().id_number
    assert (len(LIU[2]), len(eighteen)) == (15, 18)
    assert units(enrol(frozen, replace(CLAIMS["liu"], id_number=eighteen))[1]) == [["1-2-102"]]


WRONG = {
    "name": replace(CLAIMS["chen"], name="陈龙"),
    "number": replace(CLAIMS["chen"], id_number=CLAIMS["li"].id_number),
    "number nobody has": replace(CLAIMS["chen"], id_number="11010519491231002X"),
    "type": replace(CLAIMS["chen"], id_type="护照"),
    "title of somebody else": replace(CLAIMS["chen"], title_no=title(1)),
    "title nobody has": replace(CLAIMS["chen"], title_no=title(999)),
    "no title": replace(CLAIMS["chen"], title_no=""),
    "no name": replace(CLAIMS["chen"], name=""),
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG)
def test_whichever_part_is_wrong_the_answer_is_the_same(frozen, said):
    with pytest.raises(IdentityNotProved) as refused:
        enrol(frozen, said)
    with pytest.raises(IdentityNotProved) as other:
        enrol(frozen, WRONG["title nobody has"])
    assert refused.value.detail == other.value.detail
    assert refused.value.facts == other.value.facts == {}
    assert register(frozen, "device-key") == []


@pytest.mark.parametrize("wrong", ["name", "title of somebody else"])
def test_five_wrong_claims_shut_an_identity_for_everybody(frozen, wrong):
    for number in range(5):
        with pytest.raises(IdentityNotProved):
            enrol(frozen, WRONG[wrong], address=f"203.0.113.{number}")
    with pytest.raises(TooManyAttempts):
        enrol(frozen, CLAIMS["chen"], address="198.51.100.1")
    enrol(frozen, CLAIMS["li"], address="203.0.113.1")


def test_fifty_wrong_claims_shut_an_address(frozen):
    throttle = frozen.throttle
    for _ in range(50):
        throttle.failed("enrol-address", "203.0.113.7", 50, 15)
    with pytest.raises(TooManyAttempts):
        enrol(frozen, CLAIMS["chen"])
    enrol(frozen, CLAIMS["chen"], address="198.51.100.1")


def test_neither_a_shut_out_address_nor_a_wrong_claim_costs_the_reading_of_a_roster(
    frozen, monkeypatch
):
    """A roster of 100,000 units takes a second to parse; asking is free."""
    monkeypatch.setattr(RosterDocument, "from_bytes", None)
    ask = partial(frozen.identities.share, frozen.roster_id, address="203.0.113.7")
    for _ in range(5):
        with pytest.raises(IdentityNotProved):
            ask(claim(LI, 1))
    with pytest.raises(TooManyAttempts):
        ask(CLAIMS["li"])


def test_a_published_roster_is_read_once_for_all_who_ask(frozen, monkeypatch):
    read, count = RosterDocument.from_bytes, []
    monkeypatch.setattr(RosterDocument, "from_bytes", lambda data: count.append(1) or read(data))
    for _ in range(3):
        frozen.rosters.published(frozen.roster_id)
    assert len(count) == 1


def test_the_throttle_knows_nobodys_number(frozen, monkeypatch):
    seen = []
    monkeypatch.setattr(Throttle, "failed", lambda _, *what: seen.append(what))
    with pytest.raises(IdentityNotProved):
        enrol(frozen, WRONG["name"])
    assert seen
    assert CLAIMS["chen"].id_number not in repr(seen)


@pytest.mark.parametrize(
    "slip",
    [
        {"id_number": "110105194912310021"},
        {"id_number": "12"},
        {"id_type": "学生证"},
        {"id_type": ""},
    ],
    ids=str,
)
def test_a_slip_of_the_finger_is_said_and_costs_no_attempt(frozen, slip):
    for _ in range(6):
        with pytest.raises(UnreadableClaim):
            enrol(frozen, replace(CLAIMS["chen"], **slip))
    enrol(frozen, CLAIMS["chen"])


def test_a_challenge_is_good_once(frozen):
    challenge, _ = frozen.identities.challenge(frozen.roster_id)
    enrol(frozen, CLAIMS["chen"], challenge=challenge)
    with pytest.raises(ChallengeInvalid):
        enrol(frozen, CLAIMS["chen"], challenge=challenge)


def test_a_wrong_claim_uses_the_challenge_up(frozen):
    challenge, _ = frozen.identities.challenge(frozen.roster_id)
    with pytest.raises(IdentityNotProved):
        enrol(frozen, WRONG["name"], challenge=challenge)
    with pytest.raises(ChallengeInvalid):
        enrol(frozen, CLAIMS["chen"], challenge=challenge)


def test_a_challenge_is_good_for_ten_minutes(frozen, clock):
    challenge, expires_at = frozen.identities.challenge(frozen.roster_id)
    assert expires_at - clock() == CHALLENGE_LIFE
    clock.moment = expires_at
    with pytest.raises(ChallengeInvalid):
        enrol(frozen, CLAIMS["chen"], challenge=challenge)


def test_a_challenge_is_good_until_its_last_second(frozen, clock):
    challenge, expires_at = frozen.identities.challenge(frozen.roster_id)
    clock.moment = expires_at
    clock.advance(seconds=-1)
    enrol(frozen, CLAIMS["chen"], challenge=challenge)


def test_a_challenge_of_another_roster_is_refused(frozen):
    challenge, _ = frozen.identities.challenge(frozen.roster_id)
    frozen.freeze()
    with pytest.raises(ChallengeInvalid):
        enrol(frozen, CLAIMS["chen"], challenge=challenge)


def test_a_challenge_nobody_drew_is_refused(frozen):
    with pytest.raises(ChallengeInvalid):
        enrol(frozen, CLAIMS["chen"], challenge="guessed")


def test_expired_challenges_are_forgotten(frozen, clock):
    frozen.identities.challenge(frozen.roster_id)
    clock.moment += CHALLENGE_LIFE
    frozen.identities.challenge(frozen.roster_id)
    with frozen.database.read() as session:
        assert len(session.scalars(select(ChallengeRow)).all()) == 1


def test_there_is_no_challenge_for_a_roster_that_may_change(world):
    summary, _ = world.freeze().rosters.import_sheet(
        b"\n".join(
            (
                "楼栋,单元,房号,用途,专有部分面积,面积来源,业主姓名,证件类型,证件号码,产权状态".encode(),
                "1,1,1,住宅,50,登记,某,护照,E12345,已交付".encode(),
            )
        ),
        "b.csv",
        "别处",
        by="c1",
    )
    with pytest.raises(RosterNotFrozen):
        world.identities.challenge(summary.roster_id)


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
