"""From the log to a witness and back: what it signed is shown wherever the log is shown."""

import base64
import json
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from api import witness_feed
from api.settings import FollowedBy, Settings, UnfitSettings
from api.witness import create_witness_app
from api.witness_feed import WitnessFeed
from tests import c2sp
from tests.complex import CHOICES, Log, done
from tests.witnesses import WITNESS
from voting.identity import request
from voting.ledger import proof
from voting.ledger.cosignature import WitnessSigner
from voting.ledger.note import NoteKey
from voting.ledger.witness import Witness
from voting.ledger.witness_state import WitnessState

SEEN = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture(params=["town", "city"])
def place(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def log(place):
    return Log(place)


@pytest.fixture
def signer():
    """A witness of its own for each test: the complex keeps what they sign."""
    return WitnessSigner("witness.example.org/office", Ed25519PrivateKey.generate())


@pytest.fixture
def state(tmp_path):
    with closing(WitnessState(tmp_path / "state", tmp_path / "key")) as state:
        yield state


def follow(place, signer, http):
    service = place.service
    return WitnessFeed(
        service.database, service.ledger, FollowedBy(signer.key, "http://witness"), http
    )


def witness(place, signer, state, *paths):
    """A witness server that knows these logs of a place."""
    ledger = place.service.ledger
    keys = [ledger.key(ledger.origins.under(path)) for path in paths]
    return TestClient(create_witness_app(Witness(signer, keys, state, lambda: SEEN)))


def answering(status, body=b"", kind="text/plain"):
    """A witness that always says the same."""

    async def answer(_request):
        return PlainTextResponse(body, status, {"Content-Type": kind})

    return TestClient(Starlette(routes=[Route("/add-checkpoint", answer, methods=["POST"])]))


def cosigned(log, signer):
    return c2sp.cosigned_at(log.client().head(), signer.key.vkey)


def test_growth_is_cosigned_and_shown_in_the_checkpoint(place, log, signer, state):
    feed = follow(place, signer, witness(place, signer, state, log.path))
    for batch in (1, 6, 0, 300):
        log.append([b"entry"] * batch)
        if batch:
            assert cosigned(log, signer) is None
        feed.look()
        assert cosigned(log, signer) == int(SEEN.timestamp())
    described = done(place.http.get(f"/v1/logs/{log.path}")).json()
    assert described["witnesses"] == [
        {"name": signer.key.name, "vkey": signer.key.vkey, "size": 307,
         "cosigned_at": "2026-03-02T03:00:00Z"}
    ]  # fmt: skip


def test_two_witnesses_stand_side_by_side(place, log, signer, state, tmp_path):
    log.append([b"entry"])
    follow(place, signer, witness(place, signer, state, log.path)).look()
    other = WitnessSigner("a-notary.example.org", Ed25519PrivateKey.generate())
    with closing(WitnessState(tmp_path / "other", tmp_path / "other-key")) as elsewhere:
        follow(place, other, witness(place, other, elsewhere, log.path)).look()
    assert cosigned(log, signer) == cosigned(log, other) == int(SEEN.timestamp())


def test_a_witness_that_is_ahead_of_what_we_remember_is_asked_from_there(place, log, signer, state):
    """Its answer was lost, or another server of ours asked."""
    app = witness(place, signer, state, log.path)
    log.append([b"entry"] * 5)
    with place.service.database.read() as session:
        _, lost = place.service.ledger.submission(session, log.origin, 0)
    assert app.post("/add-checkpoint", content=lost.to_bytes()).status_code == 200
    log.append([b"entry"] * 2)
    follow(place, signer, app).look()
    assert cosigned(log, signer) is not None


def test_a_proof_is_given_by_the_checkpoint_that_was_witnessed(place, log, signer, state):
    """The log has grown since: the file still carries the witness's line."""
    log.append([b"0", b"1", b"2"])
    follow(place, signer, witness(place, signer, state, log.path)).look()
    log.append([b"3"])
    key = NoteKey.parse(log.vkey)

    def proved(index):
        answer = place.http.get(f"/v1/logs/{log.path}/proof", params={"index": index})
        read = proof.parse(done(answer).content)
        read.verify(b"%d" % index, key)
        head = c2sp.open_checkpoint(read.checkpoint_note, log.vkey)
        return head.size, c2sp.cosigned_at(head, signer.key.vkey)

    assert proved(1) == (3, int(SEEN.timestamp()))
    assert proved(3) == (4, None)


def test_an_owner_who_asks_again_gets_a_witnessed_proof_beside_the_same_receipt(
    place, signer, state
):
    assembly = place.open()
    phone = place.phone(assembly, "1-1-101")
    units = place.owners_units("1-1-101")
    ballot = phone.ballot(assembly.notice, assembly.notice_digest, units, CHOICES)
    cast = done(place.http.post(f"{assembly.path}/ballots", content=ballot)).json()
    path = assembly.path.removeprefix("/v1/")
    follow(place, signer, witness(place, signer, state, path)).look()
    asked = phone.sign(
        request.PAYLOAD_TYPE, request.payload("receipts", assembly.id, place.clock())
    )
    (again,) = done(place.http.post(f"{assembly.path}/receipts", content=asked)).json()
    assert again["receipt"] == cast["receipt"]
    entry = base64.b64decode(json.loads(base64.b64decode(cast["receipt"]["payload"]))["entry"])
    read = proof.parse(again["witnessed_proof"].encode())
    vkey = place.http.get(f"/v1/logs/{path}").json()["vkey"]
    read.verify(entry, NoteKey.parse(vkey))
    head = c2sp.open_checkpoint(read.checkpoint_note, vkey)
    assert c2sp.cosigned_at(head, signer.key.vkey) == int(SEEN.timestamp())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"", "text/plain"),
        (200, b"hello\n", "text/plain"),
        (200, b"\n\n\n", "text/plain"),
        (200, bytes(100_000), "text/plain"),
        (200, b"\xff\xfe", "text/plain"),
        (400, b"", "text/plain"),
        (403, b"", "text/plain"),
        (404, b"", "text/plain"),
        (409, b"7\n", "text/plain"),
        (409, b"seven\n", "text/x.tlog.size"),
        (409, b"0\n", "text/x.tlog.size"),
        (409, b"1000000000000000000\n", "text/x.tlog.size"),
        (422, b"", "text/plain"),
        (500, b"", "text/plain"),
    ],
)
def test_whatever_a_witness_answers_nothing_false_is_kept(town, signer, status, body, kind):
    log = Log(town)
    log.append([b"entry"] * 3)
    follow(town, signer, answering(status, body, kind)).look()
    assert cosigned(log, signer) is None


def test_a_signature_of_another_size_or_key_is_not_kept(town, signer):
    log = Log(town)
    log.append([b"entry"] * 3)
    text = log.client().head().text.decode()
    for line in (
        signer.cosign(text.replace("\n3\n", "\n2\n"), 1_790_000_000),
        signer.cosign(text, 2**62),
        WITNESS.cosign(text, 1_790_000_000),
    ):
        follow(town, signer, answering(200, line.encode())).look()
        assert cosigned(log, signer) is None
    follow(town, signer, answering(200, signer.cosign(text, 1_790_000_000).encode())).look()
    assert cosigned(log, signer) == 1_790_000_000


def test_a_witness_that_does_not_answer_is_asked_less_and_less_often(town, signer, monkeypatch):
    asked, moment = [], [1000.0]

    def gone(request):
        asked.append(moment[0])
        raise httpx2.ConnectError("nobody there")

    Log(town).append([b"entry"])
    feed = follow(town, signer, httpx2.Client(transport=httpx2.MockTransport(gone)))
    monkeypatch.setattr(witness_feed.time, "monotonic", lambda: moment[0])
    for _ in range(3000):
        feed.look()
        moment[0] += 1
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert gaps[:5] == [4, 8, 16, 32, 64]
    assert max(gaps) == 300
    assert len(asked) < 20


def test_a_witness_that_follows_other_logs_is_rarely_bothered(town, signer, monkeypatch):
    asked, moment = [], [1000.0]

    def unknown(request):
        asked.append((request.content, moment[0]))
        return httpx2.Response(404)

    origin = Log(town).origin.encode()
    with town.service.database.write() as session:
        town.service.ledger.append(session, origin.decode(), [b"entry"])
    feed = follow(town, signer, httpx2.Client(transport=httpx2.MockTransport(unknown)))
    monkeypatch.setattr(witness_feed.time, "monotonic", lambda: moment[0])
    for _ in range(25):
        feed.look()
        moment[0] += 200
    assert [at for body, at in asked if b"\n" + origin + b"\n" in body] == [*range(1000, 5801, 600)]


def test_a_redirect_is_not_followed(town, signer):
    log = Log(town)
    log.append([b"entry"])

    async def elsewhere(_request):
        return RedirectResponse("http://elsewhere/add-checkpoint")

    app = Starlette(routes=[Route("/add-checkpoint", elsewhere, methods=["POST"])])
    follow(town, signer, TestClient(app, follow_redirects=False)).look()
    assert cosigned(log, signer) is None


def test_a_ballot_waits_for_no_witness(place, signer):
    """One that hangs: the feed stands, the box does not."""
    assembly = place.open()
    ballot = place.signed(assembly, "1-1-101")

    receipts = []

    def cast_meanwhile(request):
        receipts.append(done(place.http.post(f"{assembly.path}/ballots", content=ballot)).json())
        raise httpx2.ReadTimeout("hangs")

    follow(place, signer, httpx2.Client(transport=httpx2.MockTransport(cast_meanwhile))).look()
    assert len(receipts) == 1


def test_witnesses_are_named_in_one_setting(monkeypatch):
    other = WitnessSigner("notary.example.org", Ed25519PrivateKey.generate()).key
    both = f"{WITNESS.key.vkey}=https://w.example.org/a  {other.vkey}=http://127.0.0.1:1"
    monkeypatch.setenv("YEZHU_WITNESSES", both)
    assert Settings.read().followed_by() == [
        FollowedBy(WITNESS.key, "https://w.example.org/a"),
        FollowedBy(other, "http://127.0.0.1:1"),
    ]
    for wrong in (
        WITNESS.key.vkey, f"{WITNESS.key.vkey}=w.example.org", "x=https://w.example.org",
        f"{WITNESS.key.vkey}=http://a {WITNESS.key.vkey}=http://b",
    ):  # fmt: skip
        monkeypatch.setenv("YEZHU_WITNESSES", wrong)
        with pytest.raises(UnfitSettings, match="YEZHU_WITNESSES"):
            Settings.read()
