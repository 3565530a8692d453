"""A signed request is good for one thing, for ten minutes, and only from the key it names."""

from dataclasses import replace

import pytest

from tests.voting.world import Handset
from voting.identity import request
from voting.identity.refusals import StaleRequest, UnknownKey
from voting.kernel import dsse
from voting.kernel.suites import BadSignature


@pytest.fixture
def frozen(world):
    return world.freeze()


def asked(world, phone, *, action="receipts", subject="a1", at=None):
    payload = request.payload(action, subject, at or world.clock())
    return phone.seal(request.PAYLOAD_TYPE, payload).to_bytes()


def check(world, data, **other):
    with world.database.read() as session:
        return request.verify(
            data,
            other.get("action", "receipts"),
            other.get("subject", "a1"),
            lambda key_id: world.identities.holder(session, world.roster_id, key_id),
            at=world.clock(),
        )


def test_a_signed_request_names_its_owner(frozen):
    phone = frozen.enrol("chen")
    with frozen.database.read() as session:
        owner = frozen.identities.holder(session, frozen.roster_id, phone.key_id)
    assert check(frozen, asked(frozen, phone)).owner_code == owner.owner_code


@pytest.mark.parametrize(
    "other", [{"action": "cast"}, {"subject": "a2"}], ids=["another action", "another subject"]
)
def test_a_request_is_good_for_one_thing_only(frozen, other):
    phone = frozen.enrol("chen")
    with pytest.raises(StaleRequest):
        check(frozen, asked(frozen, phone), **other)


@pytest.mark.parametrize(
    ("seconds", "good"), [(600, True), (601, False), (-600, True), (-601, False)]
)
def test_a_request_is_good_ten_minutes_either_way(frozen, clock, seconds, good):
    phone = frozen.enrol("chen")
    data = asked(frozen, phone)
    clock.advance(seconds=seconds)
    if good:
        check(frozen, data)
    else:
        with pytest.raises(StaleRequest):
            check(frozen, data)


@pytest.mark.parametrize(
    "text", [b"{}", b"[]", b'{"action":"receipts","at":1,"subject":"a1"}',
             b'{"action":"receipts","at":"now","subject":"a1"}'],
)  # fmt: skip
def test_a_signed_text_of_another_shape_is_no_request(frozen, text):
    phone = frozen.enrol("chen")
    with pytest.raises(StaleRequest):
        check(frozen, phone.seal(request.PAYLOAD_TYPE, text).to_bytes())


def test_a_request_by_a_key_nobody_enrolled_is_refused(frozen):
    with pytest.raises(UnknownKey):
        check(frozen, asked(frozen, Handset()))


def test_a_request_somebody_else_signed_under_his_key_id_is_refused(frozen):
    phone = frozen.enrol("chen")
    sealed = dsse.parse(asked(frozen, Handset()))
    with pytest.raises(BadSignature):
        check(frozen, replace(sealed, key_id=phone.key_id).to_bytes())


def test_a_ballot_is_no_request(frozen):
    phone = frozen.enrol("chen")
    payload = request.payload("receipts", "a1", frozen.clock())
    with pytest.raises(dsse.WrongPayloadType):
        check(frozen, phone.seal("application/vnd.yezhu.ballot.v1+json", payload).to_bytes())
