"""Every "no" is one document in one form, and never repeats what a person typed."""

import importlib
import json
import pkgutil

import pytest
from fastapi.testclient import TestClient

import api
import voting
from api.cli.phone import Phone
from api.problems import COMMANDS_ONLY, MEDIA_TYPE, STATUS
from voting.assembly.refusals import WrongState
from voting.count.service import Counting
from voting.identity import enrolment
from voting.kernel.refusal import Refusal
from voting.outcome.bundle import BundleUnreadable
from voting.roster.workbook import roster_workbook

JSON = {"Content-Type": "application/json"}
NOT_IMPORTABLE = ("__main__", ".migrations.env")


def leaves(kind):
    below = kind.__subclasses__()
    return {kind} if not below else set().union(*map(leaves, below))


def all_refusals():
    for package in (api, voting):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not module.name.endswith(NOT_IMPORTABLE):
                importlib.import_module(module.name)
    # Test modules may define refusals of their own.
    return {
        refusal for refusal in leaves(Refusal) if refusal.__module__.startswith(("api.", "voting."))
    }


def test_every_refusal_has_a_status():
    # These are raised themselves and have kinds of their own besides.
    families = {WrongState, BundleUnreadable}
    assert STATUS.keys() | COMMANDS_ONLY == all_refusals() | families
    assert not STATUS.keys() & COMMANDS_ONLY
    assert set(STATUS.values()) <= {400, 401, 403, 404, 409, 413, 422, 429, 500, 503}


def test_every_code_means_one_thing():
    codes = [refusal.code for refusal in all_refusals()]

    assert len(codes) == len(set(codes))
    assert all(code == code.lower().strip("-") and " " not in code for code in codes)


def is_chinese(text):
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.fixture
def claim(town):
    """A sound claim as a phone sends it, with a possession proof of a wrong challenge."""
    assembly = town.publish()
    phone = Phone(town.http)
    digest = assembly.notice["roster"]["digest"]
    proof = phone.sign(enrolment.PAYLOAD_TYPE, enrolment.payload("no", digest, phone.spki))
    said = town.claim("2-1-101")
    return {
        "name": said.name,
        "id_type": said.id_type,
        "id_number": said.id_number,
        "title_no": said.title_no,
        "possession": json.loads(proof),
    }


def test_nothing_a_person_typed_comes_back(town, claim):
    keys = f"/v1/rosters/{town.roster_id}/keys"
    wrong_digit = claim["id_number"][:-1] + ("1" if claim["id_number"][-1] != "1" else "2")
    changes = [
        {},
        {"name": "王某某某"},
        {"id_number": wrong_digit},
        {"id_number": "x" * 65},
        {"id_type": "某证"},
        {"title_no": ["不动产权第7654321号"]},
        {"possession": {"payload": "王某某某"}},
        {"possession": None},
    ]
    for change in changes:
        sent = claim | change
        answer = town.http.post(keys, json=sent)
        assert 400 <= answer.status_code < 500
        for typed in (sent["name"], sent["id_number"], str(sent["title_no"]), claim["id_number"]):
            assert typed not in answer.text, change


def test_every_no_is_a_problem_document_in_chinese(town, claim):
    http = TestClient(town.app, raise_server_exceptions=False)
    convener = town.staff("convener")
    keys = f"/v1/rosters/{town.roster_id}/keys"
    answers = {
        ("unknown path", 404): http.get("/v1/nothing"),
        ("unknown method", 405): http.put("/v1/health"),
        ("unknown file", 404): http.get("/static/nothing.js"),
        ("unknown assembly", 404): http.get("/v1/assemblies/none/turnout"),
        ("not JSON", 422): http.post("/v1/session", content=b'{"user', headers=JSON),
        ("not UTF-8", 400): http.post("/v1/session", content=b'{"\xff', headers=JSON),
        ("missing fields", 422): http.post("/v1/session", json={}),
        ("not a form", 400): convener.post(
            "/v1/rosters", content=b"x", headers={"Content-Type": "multipart/form-data"}
        ),
        ("wrong password", 401): http.post(
            "/v1/session", json={"username": "nobody", "password": "x"}
        ),
        ("no longer good", 409): http.post(keys, json=claim),
        ("not signed in", 401): http.get("/v1/rosters"),
    }
    for (name, status), answer in answers.items():
        body = answer.json()
        assert answer.status_code == body["status"] == status, name
        assert answer.headers["content-type"] == MEDIA_TYPE, name
        assert body["type"] == "about:blank" or body["type"].startswith("/problems/"), name
        assert is_chinese(body["detail"]), name
    assert (
        answers["not a form", 400].json()["detail"] != answers["unknown path", 404].json()["detail"]
    )


def test_a_fault_of_the_program_is_told_without_saying_what(town, monkeypatch):
    """A 500 used to be plain text without the security headers."""

    def broken(_self, _assembly_id):
        raise ZeroDivisionError("身份证 110101…")

    monkeypatch.setattr(Counting, "turnout", broken)
    http = TestClient(town.app, raise_server_exceptions=False)
    answer = http.get("/v1/assemblies/any/turnout")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert is_chinese(answer.json()["detail"])
    assert "110101" not in answer.text


def strange_requests(town, claim, text):
    """Requests that carry ``text`` wherever an outsider or clerk can put a text."""
    keys, staff = f"/v1/rosters/{town.roster_id}/keys", town.staff
    written = json.dumps(text).encode()

    def replaced(body, old):
        return json.dumps(body).encode().replace(json.dumps(old).encode(), written)

    paper = {"serial": "S", "units": ["U"], "choices": {"C": "approve"}, "void_reason": "V"}
    session = {"username": "U", "password": "P"}
    envelope = {"payload": "", "payloadType": "T", "signatures": [{"keyid": "K", "sig": ""}]}
    post = "POST"
    yield from [(town.http, post, "/v1/session", replaced(session, old)) for old in "UP"]
    for field in ("name", "id_number", "id_type", "title_no"):
        yield town.http, post, keys, replaced(claim | {field: "@"}, "@")
    yield town.http, post, keys, replaced(claim | {"possession": envelope}, "K")
    for old in "SUCV":
        yield staff("clerk"), post, "/v1/assemblies/none/paper-ballots", replaced(paper, old)
    draft = {"roster_id": "R", "agenda": {"A": "B"}}
    yield from [(staff("convener"), post, "/v1/assemblies", replaced(draft, old)) for old in "RAB"]
    account = {"username": "user", "name": "N", "role": "clerk"}
    account |= {"id_type": "身份证", "id_number": claim["id_number"]}
    yield staff("administrator"), post, "/v1/staff", replaced(account, "N")
    compact = json.dumps(envelope, separators=(",", ":")).encode()
    yield town.http, post, "/v1/assemblies/none/ballots", compact.replace(b'"K"', written)


@pytest.mark.parametrize("where", ["town", "city"])
@pytest.mark.parametrize("text", ["\0", "\ud800", "a\0b"])
def test_texts_that_no_database_holds_are_refused(request, where, text):
    """U+0000 used to be a 500 on PostgreSQL and was stored on SQLite."""
    place = request.getfixturevalue(where)
    said = place.claim("2-1-102")
    claim = {
        "name": said.name,
        "id_type": said.id_type,
        "id_number": said.id_number,
        "title_no": said.title_no,
        "possession": {"payload": "", "payloadType": "", "signatures": []},
    }
    for http, method, path, body in strange_requests(place, claim, text):
        answer = http.request(method, path, content=body, headers=JSON)
        assert 400 <= answer.status_code < 500, (path, body)
        assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize("where", ["town", "city"])
def test_paths_that_no_database_holds_are_refused(request, where):
    place = request.getfixturevalue(where)
    for path in (
        "/v1/assemblies/%00/turnout",
        "/v1/assemblies/%00/notice",
        "/v1/assemblies/%ED%A0%80/turnout",
        "/v1/assemblies/" + "a" * 4000 + "/certificate",
    ):
        assert place.http.get(path).status_code in {404, 422}, path
    assert place.http.post("/v1/rosters/%00/challenges").status_code == 422


def test_communities_with_control_characters_are_refused(town):
    files = {"file": ("清册.xlsx", roster_workbook(town.roster))}
    answer = town.staff("convener").post("/v1/rosters", data={"community": "a\0"}, files=files)

    assert answer.status_code == 422


@pytest.mark.parametrize("depth", [480, 700, 900, 5000])
def test_deep_nesting_is_refused_and_never_a_fault(town, claim, depth):
    """A possession proof nested 600 deep used to be a 500."""
    deep = ("[" * depth + "]" * depth).encode()
    enrolling = json.dumps(claim | {"possession": {"payload": "@"}}).encode()
    keys = f"/v1/rosters/{town.roster_id}/keys"
    drafting = json.dumps({"roster_id": town.roster_id, "agenda": {"a": "@"}}).encode()

    for http, path, body in (
        (town.http, keys, enrolling.replace(b'"@"', deep)),
        (town.http, "/v1/assemblies/none/ballots", deep),
        (town.staff("convener"), "/v1/assemblies", drafting.replace(b'"@"', deep)),
    ):
        answer = http.post(path, content=body, headers=JSON)
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+08:00", "2026-02-30T00:00:00Z"]
)
def test_moments_beyond_the_calendar_are_refused(town, moment):
    """The last day of year 9999 does not exist in Beijing; it used to be a 500."""
    agenda = {"title": "题", "closes_at": moment, "items": []}
    answer = town.staff("convener").post(
        "/v1/assemblies", json={"roster_id": town.roster_id, "agenda": agenda}
    )

    assert answer.status_code == 422
    assert "/closes_at" in {found["column"] for found in answer.json()["problems"]}
