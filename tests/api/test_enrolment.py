"""Enrolment over HTTP when the network does what networks do."""

import json

import pytest

from api.cli.phone import Phone
from tests.complex import done
from voting.identity import enrolment


@pytest.fixture(params=["town", "city"])
def place(request):
    return request.getfixturevalue(request.param)


def enrolling(place, assembly, unit_key, phone=None):
    """What a phone posts to enrol, with a fresh challenge; the owner's earlier phone agrees."""
    phone = phone or Phone(place.http)
    claim, digest = place.claim(unit_key), assembly.notice["roster"]["digest"]
    drawn = done(place.http.post(f"/v1/rosters/{place.roster_id}/challenges")).json()["challenge"]
    message = enrolment.payload(drawn, digest, phone.spki)
    earlier = place.phones.get(claim.id_number)
    place.phones[claim.id_number] = phone
    return {
        "name": claim.name,
        "id_type": claim.id_type,
        "id_number": claim.id_number,
        "title_no": claim.title_no,
        "possession": json.loads(phone.sign(enrolment.PAYLOAD_TYPE, message)),
        "former": earlier and json.loads(earlier.sign(enrolment.REPLACEMENT_TYPE, message)),
    }


def send(place, body):
    return place.http.post(f"/v1/rosters/{place.roster_id}/keys", json=body)


def test_an_enrolment_whose_answer_was_lost_is_answered_again(place):
    """Its challenge is used up; the demonstration, killing its server, met a 409 here."""
    body = enrolling(place, place.publish(), "2-1-101")
    first = done(send(place, body))

    # The second time nothing is replaced any more.
    assert done(send(place, body)).json() == first.json() | {"replaced": False}


def test_a_used_challenge_is_good_for_no_other_key_and_no_other_owner(place):
    assembly = place.publish()
    body = enrolling(place, assembly, "2-1-102")
    done(send(place, body))
    neighbour = place.claim("2-1-103")
    others = body | {
        "name": neighbour.name,
        "id_number": neighbour.id_number,
        "title_no": neighbour.title_no,
    }

    answer = send(place, others)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/challenge-invalid")


def test_an_earlier_enrolment_sent_again_does_not_bring_a_replaced_key_back(place):
    assembly = place.publish()
    replaced = enrolling(place, assembly, "2-1-104")
    done(send(place, replaced))
    again = done(send(place, enrolling(place, assembly, "2-1-104"))).json()
    assert again["replaced"] is True

    answer = send(place, replaced)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/challenge-invalid")
