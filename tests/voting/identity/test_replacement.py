"""Replacing a key takes more than enrolling one; what the earlier key signed stands."""

from dataclasses import replace

import pytest

from tests.voting.world import CLAIMS, Handset
from voting.ballot.refusals import NotYourUnit
from voting.identity import enrolment
from voting.identity.refusals import (
    IdentityNotProved,
    PossessionNotProved,
    StrongerProofNeeded,
    UnknownKey,
)
from voting.kernel import dsse

UNITS = ["2-1-102", "B1-1-002"]


@pytest.fixture
def frozen(world):
    return world.freeze()


def replacing(world, former, phone=None):
    """Enrol a phone for Chen with his title; ``former`` makes the earlier phone's envelope."""
    phone = phone or Handset()
    drawn, _ = world.identities.challenge(world.roster_id)
    possession = phone.possession(drawn, world.roster.digest)
    return world.identities.enrol(
        world.roster_id,
        CLAIMS["chen"],
        possession,
        address="203.0.113.7",
        former=former(possession),
    )


def test_a_title_alone_replaces_no_key_and_the_challenge_is_good_again(frozen):
    first, second = frozen.enrol("chen"), Handset()
    drawn, _ = frozen.identities.challenge(frozen.roster_id)
    possession = second.possession(drawn, frozen.roster.digest)

    def enrol(former):
        return frozen.identities.enrol(
            frozen.roster_id, CLAIMS["chen"], possession, address="a", former=former
        )

    with pytest.raises(StrongerProofNeeded):
        enrol(None)
    assert enrol(first.agree(possession)).replaced


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u200b", "-", "号"])
def test_a_blank_is_no_second_proof(frozen, blank):
    """Typed into the field for the code, it once counted beside the title."""
    frozen.enrol("chen")
    for said in (replace(CLAIMS["chen"], code=blank), replace(CLAIMS["chen"], title_no=blank)):
        drawn, _ = frozen.identities.challenge(frozen.roster_id)
        possession = Handset().possession(drawn, frozen.roster.digest)
        with pytest.raises((StrongerProofNeeded, IdentityNotProved)):
            frozen.identities.enrol(frozen.roster_id, said, possession, address="a")


def test_the_same_key_again_needs_no_more_proof(frozen):
    phone = frozen.enrol("chen")
    assert replacing(frozen, lambda _: None, phone).replaced is False


WRONG = {
    "a stranger's key": lambda _, possession: Handset().agree(possession),
    "a stranger's signature under his key id": lambda first, possession: replace(
        Handset().agree(possession), key_id=first.key_id
    ),
    "for another challenge": lambda first, _: first.agree(first.possession("other", "roster")),
    "a touched signature": lambda first, possession: replace(
        first.agree(possession), signature=b"x" * 64
    ),
}


@pytest.mark.parametrize("forged", WRONG.values(), ids=WRONG)
def test_only_the_earlier_key_itself_agrees_to_the_new_one(frozen, forged):
    first = frozen.enrol("chen")
    before = frozen.log(frozen.register)
    with pytest.raises(PossessionNotProved):
        replacing(frozen, lambda possession: forged(first, possession))
    assert frozen.log(frozen.register) == before


def test_an_enrolment_of_the_earlier_key_is_no_agreement(frozen):
    first = frozen.enrol("chen")
    with pytest.raises(dsse.WrongPayloadType):
        replacing(frozen, lambda possession: first.seal(enrolment.PAYLOAD_TYPE, possession.payload))


def test_a_co_owners_key_agrees_to_nothing(frozen):
    """李娜 and 王强 own the same flats; neither replaces the other's key."""
    li = frozen.enrol("li")
    frozen.enrol("wang")
    drawn, _ = frozen.identities.challenge(frozen.roster_id)
    possession = Handset().possession(drawn, frozen.roster.digest)
    with pytest.raises(PossessionNotProved):
        frozen.identities.enrol(
            frozen.roster_id, CLAIMS["wang"], possession, address="a", former=li.agree(possession)
        )


def test_a_replaced_key_agrees_to_no_third(frozen):
    first = frozen.enrol("chen")
    frozen.enrol("chen")
    with pytest.raises(PossessionNotProved):
        replacing(frozen, first.agree)


def test_ballots_stand_when_their_key_is_replaced_and_no_more_are_cast_with_it(open_world):
    world, first = open_world, open_world.phones["chen"]
    receipt = world.cast("chen", UNITS)
    data = world.ballot("chen", UNITS)
    world.enrol("chen")
    with pytest.raises(UnknownKey):
        world.box.cast(world.assembly_id, data, address="203.0.113.7")
    assert world.phones["chen"] is not first
    with pytest.raises(NotYourUnit):
        world.cast("chen", ["1-1-101"])
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    assert receipt
