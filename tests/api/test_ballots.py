"""The ballot box over HTTP: what is accepted, what is refused, and what supervisors see of it."""

import json

import pytest

from api.cli.receipt import check_receipt
from tests.complex import CHOICES, done
from voting.identity import request
from voting.kernel import canonical, dsse


@pytest.fixture(params=["town", "city"])
def place(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def assembly(place):
    return place.open()


def staff_see(place, assembly):
    """Give the turnout as the stream for staff tells it, ballot by ballot."""
    return place.app.state.service.counting.turnout_for_staff(assembly.id)


def cast(place, assembly, data):
    return place.http.post(f"{assembly.path}/ballots", content=data)


def test_an_owner_votes_with_all_his_units_as_one_head(place, assembly):
    summary = done(cast(place, assembly, place.signed(assembly, "1-1-102"))).json()["summary"]

    assert summary["units"] == ["1-1-101", "1-1-102", "地下车库-B1-001"]
    assert summary["heads"] == 1
    assert summary["area_cm2"] == 2 * 893_725  # the stall does not count
    assert summary["position"] == 1
    turnout = staff_see(place, assembly)
    assert turnout["items"][0]["participating"] == {"heads": 1, "area_cm2": 2 * 893_725}
    assert turnout["log_size"] == 2


def test_the_same_bytes_again_get_the_same_receipt(place, assembly):
    data = place.signed(assembly, "2-1-101")
    first = done(cast(place, assembly, data))
    done(cast(place, assembly, place.signed(assembly, "2-1-102")))

    assert cast(place, assembly, data).content == first.content
    turnout = staff_see(place, assembly)
    assert turnout["items"][0]["participating"]["heads"] == 2


def test_refused_ballots_say_why_and_are_counted_for_the_supervisor(place, assembly):
    good = place.signed(assembly, "2-1-103")
    other = place.open()
    padded = good + b" " * dsse.MAX_BYTES
    attempts = [
        (padded, 413, "envelope-too-large"),
        (iter([padded[:5000], padded[5000:]]), 413, "envelope-too-large"),  # no Content-Length
        (good[:-20], 400, "not-canonical"),
        (good.replace(b",", b", ", 1), 400, "not-canonical"),
        (b"", 400, "not-canonical"),
        (b"[]", 400, "malformed-envelope"),
        (good.replace(b"ballot.v1", b"ballot.v2"), 400, "wrong-payload-type"),
        (place.signed(other, "2-1-103"), 409, "wrong-assembly"),
    ]
    for data, status, code in attempts:
        answer = cast(place, assembly, data)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")

    seen = place.staff("supervisor").get(f"{assembly.path}/supervision").json()
    assert seen["refused"] == {
        "envelope-too-large": 2,
        "malformed-envelope": 1,
        "not-canonical": 3,
        "wrong-assembly": 1,
        "wrong-payload-type": 1,
    }
    assert staff_see(place, assembly)["log_size"] == 1


def test_a_key_that_was_replaced_votes_no_more(place, assembly):
    lost = place.signed(assembly, "2-1-104")
    done(cast(place, assembly, place.signed(assembly, "2-1-104")))

    answer = cast(place, assembly, lost)

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/unknown-key")


def test_turnout_tells_no_choice_and_no_name(place, assembly):
    done(cast(place, assembly, place.signed(assembly, "1-1-101")))

    text = place.http.get(f"{assembly.path}/turnout").text

    assert "approve" not in text
    assert "王喆" not in text
    assert set(json.loads(text)) == {
        "as_of", "assembly", "buildings", "everybody", "hours", "items", "kinds", "log_size",
        "state", "title",
    }  # fmt: skip


def test_an_owner_fetches_his_receipt_again_and_nobody_elses(place, assembly):
    phone = place.phone(assembly, "2-1-201")
    data = phone.ballot(assembly.notice, assembly.notice_digest, ["2-1-201"], CHOICES)
    receipt = done(cast(place, assembly, data)).json()
    neighbour = place.phone(assembly, "2-1-202")

    def ask(asking, action="receipts", subject=assembly.id, at=None):
        payload = request.payload(action, subject, at or place.clock())
        data = asking.sign(request.PAYLOAD_TYPE, payload)
        return place.http.post(f"{assembly.path}/receipts", content=data)

    assert done(ask(phone)).json() == [receipt]
    assert done(ask(neighbour)).json() == []
    for stale in (
        ask(phone, action="revoke"),
        ask(phone, subject="another"),
        ask(phone, at=assembly.opens_at),
    ):
        assert (stale.status_code, stale.json()["type"]) == (403, "/problems/stale-request")
    assert cast(place, assembly, data).json() == receipt


def test_a_receipt_cannot_be_had_with_a_ballot_instead_of_a_request(place, assembly):
    data = place.signed(assembly, "2-1-203")

    answer = place.http.post(f"{assembly.path}/receipts", content=data)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/wrong-payload-type")


def test_paper_counts_when_two_clerks_read_the_same(place, assembly):
    body = {
        "serial": "0001",
        "units": ["2-1-204"],
        "choices": {"1": "approve", "2": {"c1": "blank", "c2": "void"}, "3": "none_of_these"},
    }
    enter = f"{assembly.path}/paper-ballots"
    clerk, other = place.staff("clerk1"), place.staff("clerk2")

    assert done(clerk.post(enter, json=body)).json() == {"position": None, "warnings": []}
    assert clerk.post(enter, json=body).json()["type"] == "/problems/same-clerk"
    differing = other.post(enter, json=body | {"void_reason": "未签名"})
    assert (differing.status_code, differing.json()["type"]) == (
        409,
        "/problems/paper-entries-differ",
    )
    waiting = place.staff("supervisor").get(f"{assembly.path}/supervision").json()
    assert waiting["pending_paper"] == 1
    assert done(other.post(enter, json=body)).json() == {"position": 1, "warnings": []}
    assert staff_see(place, assembly)["log_size"] == 2


def test_the_log_is_signed_and_grows(place, assembly):
    before = done(place.http.get(f"{assembly.path}/checkpoint")).text.splitlines()
    done(cast(place, assembly, place.signed(assembly, "2-1-101")))
    after = done(place.http.get(f"{assembly.path}/checkpoint")).text.splitlines()

    assert before[0] == after[0] == f"test.yezhu.example/assemblies/{assembly.id}"
    assert (before[1], after[1]) == ("1", "2")
    assert after[4].startswith(f"— {before[0]} ")


def test_the_notice_is_served_as_the_bytes_whose_digest_ballots_carry(place, assembly):
    raw = place.http.get(f"{assembly.path}/notice").content

    assert canonical.digest(raw) == assembly.notice_digest
    assert canonical.encode(json.loads(raw)) == raw
    listed = place.http.get("/v1/assemblies").json()["assemblies"]
    assert assembly.notice_digest in {found["notice_digest"] for found in listed}


def test_the_answer_as_saved_is_a_receipt_that_can_be_checked_offline(place, assembly, tmp_path):
    answer = done(cast(place, assembly, place.signed(assembly, "1-1-102")))
    path = tmp_path / "receipt.json"
    path.write_bytes(answer.content)

    assert check_receipt(path, None) == 0
    assert check_receipt(path, answer.json()["log_key"]) == 0
