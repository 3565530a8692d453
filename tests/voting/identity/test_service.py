"""Who proves himself enrols a key; who does not learns nothing and may not go on guessing."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from tests.voting.identity.enrolling import enrol, holder, register, units
from tests.voting.world import CLAIMS, LI, LIU, Handset, claim, title
from voting.identity.refusals import (
    ChallengeInvalid,
    IdentityNotProved,
    UnreadableClaim,
)
from voting.identity.service import CHALLENGE_LIFE
from voting.identity.store import ChallengeRow
from voting.infra.throttle import Throttle, TooManyAttempts
from voting.roster.document import RosterDocument
from voting.roster.version import RosterNotFrozen


@pytest.fixture
def frozen(world):
    return world.freeze()


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
