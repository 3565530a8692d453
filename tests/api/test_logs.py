"""The logs over HTTP, read by a client that knows only the C2SP documents."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import c2sp
from tests.complex import CHOICES, Log, done
from voting.ledger import proof
from voting.ledger.note import NoteKey
from voting.ledger.tree import leaf_hash, verify_consistency, verify_inclusion

VECTORS = Path(__file__).parents[1] / "voting/ledger/tlog-vectors.json"


@pytest.fixture(params=["town", "city"])
def place(request):
    return request.getfixturevalue(request.param)


def numbers(start, stop):
    return [b"%d" % number for number in range(start, stop)]


@settings(max_examples=8)
@given(
    st.lists(st.lists(st.binary(max_size=40), max_size=5), max_size=4),
    st.lists(st.integers(0, 300), min_size=1, max_size=3),
)
def test_a_client_that_knows_only_the_documents_checks_everything(town, small, growth):
    """Signature, every tile, every entry, and that each head continues the one before it."""
    log = Log(town)
    client = log.client()
    written, seen = [], [client.head()]
    batches = [*small, *(numbers(0, count) for count in growth)]
    for batch in batches:
        log.append(batch)
        written += batch
        head = client.head()
        assert head.size == len(written)
        assert client.entries(head) == written
        client.continues(seen[-1], head)
        seen.append(head)
    for head in seen:
        client.continues(head, seen[-1])
        for index in {0, 255, 256, head.size // 2, head.size - 1} & set(range(head.size)):
            client.included(head, index, written[index])


def test_every_entry_is_proved_at_every_size_by_the_proof_endpoints(place):
    log = Log(place)
    log.append(numbers(0, 21))
    roots = [c2sp.tree_hash([c2sp.leaf(each) for each in numbers(0, n)]) for n in range(22)]
    for size in range(1, 22, 4):
        for index in range(size):
            hashes = log.proved("inclusion", index=index, size=size)
            assert verify_inclusion(leaf_hash(b"%d" % index), index, size, hashes, roots[size])
        for old in range(size + 1):
            hashes = log.proved("consistency", old=old, new=size)
            assert verify_consistency(old, size, roots[old], roots[size], hashes)


def test_a_proof_file_needs_no_server(place):
    log = Log(place)
    log.append(numbers(0, 9))
    served = done(place.http.get(f"/v1/logs/{log.path}/proof", params={"index": 4})).content
    assert proof.parse(served).verify(b"4", NoteKey.parse(log.vkey)).size == 9


def test_files_of_70000_entries_are_those_of_go(town):
    """The tiles of the reference vectors, fetched one by one."""
    vectors = json.loads(VECTORS.read_text())
    expected = vectors["big"]
    log = Log(town)
    for start in range(0, expected["size"], 10_000):
        log.append(numbers(start, start + 10_000))
    for path, description in expected["tiles"].items():
        content = done(log.get(path)).content
        assert f"{len(content)} bytes sha256 {hashlib.sha256(content).hexdigest()}" == description
    bundle = done(log.get("tile/entries/000")).content
    assert hashlib.sha256(bundle).hexdigest() == vectors["entries_000_70000_sha256"]
    head = log.client().head()
    assert head.root.hex() == expected["root"]
    for index in (0, 12_345, 65_535, 65_536, 69_999):
        log.client().included(head, index, b"%d" % index)
    hashes = log.proved("inclusion", index=12_345, size=70_000)
    assert [each.hex() for each in hashes] == expected["inclusion_12345"]
    hashes = log.proved("consistency", old=65_537, new=70_000)
    assert [each.hex() for each in hashes] == expected["consistency_65537_70000"]


def test_only_what_the_log_has_reached_is_served(place):
    log = Log(place)
    log.append(numbers(0, 257))
    served = {"tile/0/000", "tile/0/000.p/255", "tile/0/001.p/1", "tile/1/000.p/1"}
    served |= {"tile/entries/000", "tile/entries/001.p/1"}
    for path in served:
        assert log.get(path).status_code == 200, path
    for path in (
        "tile/0/001", "tile/0/001.p/2", "tile/1/000", "tile/1/000.p/2", "tile/2/000.p/1",
        "tile/entries/001", "tile/entries/001.p/2", "tile/entries/002.p/1", "tile/0/002.p/1",
        "tile/63/000.p/1", "tile/64/000.p/1",
    ):  # fmt: skip
        answer = log.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-tile"), path
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/0/001.p/1", "tile/entries/000"])
def test_head_says_of_a_file_what_get_says(town, path):
    """Mirrors and caches ask by HEAD whether a file is there and has changed."""
    log = Log(town)
    log.append(numbers(0, 257))
    got, asked = (
        town.http.request(method, f"/log/{log.path}/{path}") for method in ("GET", "HEAD")
    )
    assert (asked.status_code, dict(asked.headers)) == (200, dict(got.headers))
    known = {"If-None-Match": got.headers["etag"]}
    assert town.http.head(f"/log/{log.path}/{path}", headers=known).status_code == 304
    assert town.http.head(f"/log/{log.path}/tile/0/002.p/1").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/0/00", "tile/0/x000/000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p/-1", "tile/00/000", "tile/-1/000", "tile/0/000/",
        "tile/0/000.p/", "tile/0/000.p/1/1", "tile/Entries/000", "tile/data/000", "tile/0/٠٠٠",
        "tile/0/000%20", "tile/0/x001x/000", "tile/8/0/000", "tile/0/" + "x999/" * 99 + "999",
        "tile/%00/000", "tile/0/000.p/1.p/1",
    ],
)  # fmt: skip
def test_another_spelling_is_another_file_and_there_is_none(town, path):
    log = Log(town)
    log.append(numbers(0, 300))
    assert log.get(path).status_code == 404


def test_files_may_be_kept_as_long_as_they_hold(place):
    log = Log(place)
    log.append(numbers(0, 3))
    tile, checkpoint = log.get("tile/0/000.p/3"), log.get("checkpoint")
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert tile.headers["content-type"] == "application/octet-stream"
    assert checkpoint.headers["cache-control"] == "public, max-age=2"
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    for path, answer in {"tile/0/000.p/3": tile, "checkpoint": checkpoint}.items():
        for known in (answer.headers["etag"], f'"other", W/{answer.headers["etag"]}'):
            again = log.get(path, **{"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["cache-control"] == answer.headers["cache-control"]
    log.append(numbers(3, 4))
    grown = log.get("checkpoint", **{"If-None-Match": checkpoint.headers["etag"]})
    assert grown.status_code == 200


def test_an_unknown_log_is_refused_everywhere(town):
    for path in (
        "/log/none/checkpoint", "/log/none/tile/0/000.p/1", "/v1/logs/none",
        "/v1/logs/none/inclusion?index=0&size=1", "/v1/logs/none/consistency?old=0&new=1",
        "/v1/logs/none/proof?index=0",
    ):  # fmt: skip
        answer = town.http.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-log"), path
    beyond = town.http.get("/v1/logs/register/proof", params={"index": 10**9})
    assert (beyond.status_code, beyond.json()["type"]) == (404, "/problems/no-such-log-entry")


def test_anybody_reads_the_logs_of_a_vote_and_finds_no_choice_in_them(place):
    """What the log commits to, and who may vote, is neither in the entries nor beside them."""
    assembly = place.open()
    ballot = place.signed(assembly, "1-1-101")
    receipt = done(place.http.post(f"{assembly.path}/ballots", content=ballot)).json()
    stranger = TestClient(place.app)
    listed = {log["origin"]: log for log in done(stranger.get("/v1/logs")).json()["logs"]}
    assert len(listed) >= 2
    for origin in ("test.yezhu.example/register", f"test.yezhu.example{assembly.path[3:]}"):
        log = listed[origin]
        assert done(stranger.get(f"/v1/logs/{log['path'].removeprefix('/log/')}")).json() == log
        client = c2sp.Client(
            lambda path, log=log: done(stranger.get(f"{log['path']}/{path}")).content, log["vkey"]
        )
        entries = client.entries(client.head())
        assert len(entries) == log["size"]
        public = b"".join(entries)
        for secret in (
            ballot, base64.b64decode(json.loads(ballot)["payload"]), b"1-1-101", "王喆".encode(),
            json.dumps(CHOICES["2"]).encode(),
        ):  # fmt: skip
            assert secret not in public
    entry = json.loads(entries[receipt["summary"]["position"]])
    assert entry.keys() == {"at", "commitment", "type"}
