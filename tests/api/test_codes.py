"""One-time codes over HTTP, by a real gateway, on both engines."""

import json
import time
from dataclasses import replace

import pytest

from api.cli.phone import Phone
from tests.complex import Complex, done
from tests.conftest import MovingClock
from tests.gateway import gateway
from tests.servers import create_database
from tests.voting.world import resident

PATIENCE_SECONDS = 60
"""Waited for on a busy machine only."""
NOBODY = [resident("19490102", serial) for serial in (91, 92)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request, tmp_path_factory):
    with gateway() as messages:
        engines = dict(messages.environment)
        if request.param == "postgresql":
            engines["YEZHU_DATABASE_URL"] = create_database(request.getfixturevalue("postgres_url"))
            engines["YEZHU_REDIS_URL"] = request.getfixturevalue("redis_url")
        folder = tmp_path_factory.mktemp("codes") / "data"
        complex_ = Complex(folder, MovingClock(), engines=engines)
        complex_.messages = messages
        yield complex_
        complex_.shut()


@pytest.fixture
def messages(place):
    return place.messages


def request(place, claim, phone):
    body = {
        "name": claim.name,
        "id_type": claim.id_type,
        "id_number": claim.id_number,
        "phone": phone,
    }
    return place.http.post(f"/v1/rosters/{place.roster_id}/codes", json=body)


def phone_of(place, unit_key):
    return place.roster.by_key()[unit_key].phones[0]


def digest_of(place):
    return done(place.http.get(f"/v1/rosters/{place.roster_id}")).json()["digest"]


def test_an_owner_enrols_and_replaces_his_key_by_codes(place, messages):
    claim, number = place.claim("2-1-101"), phone_of(place, "2-1-101")
    assert done(place.http.get(f"/v1/rosters/{place.roster_id}/ways")).json() == {
        "codes": True,
        "provider": None,
    }
    done(request(place, claim, number))
    told = messages.take()
    assert told["phone"] == number
    code = told["text"].removeprefix("验证码 ")[:6]
    first, second = Phone(place.http), Phone(place.http)
    first.enrol(place.roster_id, digest_of(place), replace(claim, title_no="", code=code))

    done(request(place, claim, number))
    second.enrol(place.roster_id, digest_of(place), replace(claim, code=messages.code()))
    place.service.notices.send_due()
    told = messages.take()
    assert told["phone"] == number
    assert "更换" in told["text"]


def test_whoever_asks_is_answered_the_same(place, messages):
    claim = place.claim("2-1-102")
    answers = [
        request(place, claim, phone_of(place, "2-1-102")),
        request(place, claim, "13900000000"),
        request(place, replace(claim, name="无此人"), phone_of(place, "2-1-102")),
        request(place, replace(claim, id_number=NOBODY[0]), "13900000001"),
    ]
    assert [answer.status_code for answer in answers] == [202] * 4
    assert len({answer.content for answer in answers}) == 1
    messages.take()
    assert messages.empty


def test_a_gateway_that_fails_changes_no_answer_and_is_logged_without_the_number(
    place, messages, capsys
):
    claim, number = place.claim("2-1-103"), phone_of(place, "2-1-103")
    messages.status = 503
    try:
        assert request(place, claim, number).status_code == 202
        messages.take()
    finally:
        messages.status = 204
    done(request(place, claim, number))
    messages.take()
    logged, until = "", time.monotonic() + PATIENCE_SECONDS
    while "HTTPStatusError" not in logged:
        assert time.monotonic() < until, "the failure was not logged"
        logged += "".join(capsys.readouterr())
        time.sleep(0.01)
    assert number not in logged
    assert claim.id_number not in logged


def test_too_many_requests_are_said_for_strangers_as_for_owners(place, messages):
    owner, stranger = place.claim("2-1-104"), replace(place.claim("2-1-104"), id_number=NOBODY[1])
    for claim, number in ((owner, phone_of(place, "2-1-104")), (stranger, "13900000002")):
        answers = [request(place, claim, number) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        assert answers[-1].json()["type"] == "/problems/too-many-attempts"
    for _ in range(3):
        messages.take()
    assert messages.empty


@pytest.mark.parametrize("phone", ["", "12", "1" * 40, None, 15400000001])
def test_what_is_no_number_is_refused_and_not_repeated(place, phone):
    answer = request(place, place.claim("2-1-101"), phone)
    assert answer.status_code == 422
    assert json.dumps(phone) not in answer.text or phone in {"", None}
