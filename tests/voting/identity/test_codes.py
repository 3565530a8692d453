"""One-time codes: sent to a telephone on the roster, and nobody learns who is on it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.voting.world import CHEN, CLAIMS, HEADER, ROWS, Handset, World, claim
from voting.identity.refusals import (
    CodesNotOffered,
    IdentityNotProved,
    StrongerProofNeeded,
    UnreadableClaim,
)
from voting.identity.service import CODE_LIFE
from voting.identity.store import CodeRow
from voting.infra.throttle import TooManyAttempts
from voting.roster.store import PhoneRow
from voting.roster.version import UnknownRoster

PHONE = "15400000008"
"""What the roster has of Chen: the number of his first unit."""


class Box:
    """A sender that keeps what it was to send."""

    def __init__(self):
        self.sent = []

    def send(self, phone, text):
        self.sent.append((phone, text))

    @property
    def code(self):
        """The six digits of the last message."""
        return self.sent[-1][1].removeprefix("验证码 ")[:6]


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def sending(database, clock, box):
    """A frozen roster, once for each engine, and a sender."""
    return World(database, clock, sender=box).begin().freeze()


@pytest.fixture
def frozen(sqlite_database, clock, box):
    return World(sqlite_database, clock, sender=box).begin().freeze()


def ask(world, said=CLAIMS["chen"], phone=PHONE, address="203.0.113.7"):
    return world.codes.request(world.roster_id, said, phone, address=address)


def by_code(code, said=CLAIMS["chen"], title_no=""):
    return replace(said, title_no=title_no, code=code)


def enrol(world, said, phone=None, **other):
    phone = phone or Handset()
    drawn, _ = world.identities.challenge(world.roster_id)
    possession = phone.possession(drawn, world.roster.digest)
    return world.identities.enrol(world.roster_id, said, possession, address="203.0.113.7", **other)


def register(world, kind):
    return [act for act in world.acts() if act["type"] == kind]


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def test_an_owner_without_his_title_at_hand_enrols_by_a_code(sending, box):
    ask(sending)
    ((phone, text),) = box.sent
    assert phone == PHONE
    assert box.code.isdigit()
    assert "10 分钟" in text
    enrolled = enrol(sending, by_code(box.code))
    assert [unit.unit_key for each in enrolled.held for unit in each.units] == [
        "2-1-102",
        "B1-1-002",
    ]


def test_a_number_may_be_typed_as_people_type_it(frozen, box):
    ask(frozen, phone="+86 154-0000-0008")
    assert box.sent[0][0] == PHONE


STRANGERS = {
    "somebody else's number": (CLAIMS["chen"], "15400000001"),
    "a number on no roster": (CLAIMS["chen"], "13900000000"),
    "another name": (replace(CLAIMS["chen"], name="陈龙"), PHONE),
    "nobody on the roster": (replace(CLAIMS["chen"], id_number="11010519491231002X"), PHONE),
}


@pytest.mark.parametrize(("said", "phone"), STRANGERS.values(), ids=STRANGERS)
def test_who_is_not_on_the_roster_with_this_number_is_answered_the_same(frozen, box, said, phone):
    before = frozen.log(frozen.register)
    assert ask(frozen, said, phone) is None
    assert box.sent == []
    assert ask(frozen) is None
    assert len(box.sent) == 1
    # Nor does the public register tell: a code is sent without opening anything.
    assert frozen.log(frozen.register) == before


def test_all_that_depends_on_the_roster_is_done_after_the_answer(sqlite_database, clock, box):
    """The time of an answer says nothing: until then no table of people was asked."""
    world = World(sqlite_database, clock, sender=box).begin().freeze()
    later = []
    world.codes._afterwards = later.append
    ask(world)
    ask(world, *STRANGERS["nobody on the roster"])
    assert len(later) == 2
    assert box.sent == []
    for act in later:
        act()
    assert len(box.sent) == 1


def test_a_number_that_four_owners_share_proves_none_of_them(sqlite_database, clock, box):
    """An agent's, who sold them their flats and knows names and numbers of them all."""
    shared = [(*row[:9], PHONE, *row[10:]) if i < 8 else row for i, row in enumerate(ROWS)]
    world = World(sqlite_database, clock, sender=box).begin().freeze(shared, HEADER)
    ask(world)
    assert box.sent == []


@pytest.mark.parametrize("phone", ["", "12", "010-62771234", "15400000008、15400000001", "x" * 32])
def test_what_is_no_mobile_number_is_said_so(frozen, phone):
    with pytest.raises(UnreadableClaim):
        ask(frozen, phone=phone)


def test_a_roster_that_is_not_public_is_not_asked(frozen):
    with pytest.raises(UnknownRoster):
        frozen.codes.request("none", CLAIMS["chen"], PHONE, address="a")


def test_without_a_sender_no_code_is_offered(world):
    world.freeze()
    assert not world.codes.offered
    with pytest.raises(CodesNotOffered):
        ask(world)


@pytest.mark.parametrize(
    "other",
    [
        {"address": "198.51.100.1", "phone": "13900000000"},
        {"address": "198.51.100.1", "said": CLAIMS["li"]},
    ],
    ids=["an identity", "a telephone"],
)
def test_three_requests_are_enough_for(frozen, clock, other):
    for _ in range(3):
        ask(frozen)
    with pytest.raises(TooManyAttempts):
        ask(frozen, **other)


def test_an_address_is_limited_whoever_is_asked_for(frozen):
    for _ in range(60):
        frozen.throttle.failed("code-address", "203.0.113.7", 60, 15)
    with pytest.raises(TooManyAttempts):
        ask(frozen)
    ask(frozen, address="198.51.100.1")


def test_a_wrong_code_proves_nothing(sending, box):
    ask(sending)
    for code in (wrong(box.code), "", "000", "一二三四五六"):
        with pytest.raises(IdentityNotProved):
            enrol(sending, by_code(code))
    enrol(sending, by_code(box.code))


def test_a_right_code_with_a_wrong_title_proves_nothing(frozen, box):
    ask(frozen)
    with pytest.raises(IdentityNotProved):
        enrol(frozen, by_code(box.code, title_no=CLAIMS["li"].title_no))
    with pytest.raises(IdentityNotProved):
        enrol(frozen, by_code(wrong(box.code), title_no=CLAIMS["chen"].title_no))


def test_a_code_is_good_for_its_owner_only(frozen, box):
    ask(frozen)
    with pytest.raises(IdentityNotProved):
        enrol(frozen, by_code(box.code, CLAIMS["liu"]))


def test_a_code_is_good_for_ten_minutes(frozen, clock, box):
    ask(frozen)
    clock.moment += CODE_LIFE
    with pytest.raises(IdentityNotProved):
        enrol(frozen, by_code(box.code))
    ask(frozen)
    clock.moment += CODE_LIFE
    clock.advance(seconds=-1)
    enrol(frozen, by_code(box.code))


def test_the_next_code_ends_the_one_before(frozen, box):
    ask(frozen)
    first = box.code
    ask(frozen)
    while box.code == first:
        ask(frozen)
    with pytest.raises(IdentityNotProved):
        enrol(frozen, by_code(first))


def test_five_wrong_guesses_end_a_code_though_the_throttle_forgot(frozen, box):
    """As after a restart without Redis: the guesses are counted beside the code."""
    ask(frozen)
    for _ in range(5):
        with frozen.database.write() as session:
            assert frozen.codes.right(session, frozen.roster_id, chen(frozen), "x") is None
    with pytest.raises(IdentityNotProved):
        enrol(frozen, by_code(box.code))


def chen(world):
    with world.database.read() as session:
        return session.scalar(select(CodeRow.owner_code))


def test_a_code_enrols_one_key_and_the_same_again_after_a_lost_answer(frozen, box):
    ask(frozen)
    phone = Handset()
    enrol(frozen, by_code(box.code), phone)
    again = enrol(frozen, by_code(box.code), phone)
    assert (again.key_id, again.replaced) == (phone.key_id, False)
    with pytest.raises(IdentityNotProved):
        enrol(frozen, by_code(box.code, title_no=CLAIMS["chen"].title_no))


def test_neither_code_nor_number_is_in_the_database(frozen, box, tmp_path):
    ask(frozen)
    frozen.database.close()
    data = b"".join(path.read_bytes() for path in tmp_path.glob("yezhu.db*"))
    assert PHONE.encode() not in data
    assert box.code.encode() not in data


def test_the_database_keeps_of_a_code_what_only_the_index_key_recognises(frozen, box):
    ask(frozen)
    with frozen.database.read() as session:
        (row,) = session.scalars(select(CodeRow))
    expected = f"{frozen.roster_id}\0{row.owner_code}\0{box.code}"
    assert row.digest == frozen.vault.index("one-time-code", expected)


def test_erased_people_have_no_number_left(frozen):
    with frozen.database.read() as session:
        assert session.scalars(select(PhoneRow)).all()
    frozen.clock.moment = frozen.clock().replace(year=2040)
    assert frozen.outcomes.erase(frozen.clock().replace(year=2039), (), by="operator") == 1
    with frozen.database.read() as session:
        assert session.scalars(select(PhoneRow)).all() == []


def test_a_code_and_a_title_replace_a_key_and_the_owner_is_told(sending, box, clock):
    first, second = sending.enrol("chen"), Handset()
    clock.advance(hours=1)
    ask(sending)
    enrolled = enrol(sending, by_code(box.code, title_no=CLAIMS["chen"].title_no), second)
    assert enrolled.replaced
    sending.notices.send_due()
    phone, text = box.sent[-1]
    assert phone == PHONE
    assert "更换" in text
    assert "居民委员会" in text
    assert CHEN[0] not in text
    assert CHEN[2] not in text
    position = [act["type"] for act in sending.acts()].index("device-key")
    (revoked,) = register(sending, "device-key-revoked")
    assert revoked["enrolment"] == position
    (opened,) = [act for act in register(sending, "act") if act.get("purpose") == "tell-owner"]
    assert opened["count"] == 1
    assert first.key_id != second.key_id


@pytest.mark.parametrize("proof", ["title", "code"])
def test_one_proof_alone_replaces_no_key(frozen, box, proof):
    frozen.enrol("chen")
    ask(frozen)
    said = CLAIMS["chen"] if proof == "title" else by_code(box.code)
    before = frozen.log(frozen.register)
    with pytest.raises(StrongerProofNeeded) as refused:
        enrol(frozen, said)
    assert refused.value.facts == {"earlier": frozen.phones["chen"].key_id}
    assert frozen.log(frozen.register) == before
    assert len(box.sent) == 1


def test_a_code_and_the_earlier_key_replace_it(frozen, box):
    first, second = frozen.enrol("chen"), Handset()
    ask(frozen)
    drawn, _ = frozen.identities.challenge(frozen.roster_id)
    possession = second.possession(drawn, frozen.roster.digest)
    enrolled = frozen.identities.enrol(
        frozen.roster_id,
        by_code(box.code),
        possession,
        address="a",
        former=first.agree(possession),
    )
    assert enrolled.replaced


def test_a_stranger_learns_nothing_of_a_key_that_is_enrolled(frozen):
    frozen.enrol("chen")
    with pytest.raises(IdentityNotProved):
        enrol(frozen, claim(CHEN, 1))
