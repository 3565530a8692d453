"""The witness over HTTP, and the two commands around it."""

import subprocess
import sys
from contextlib import closing

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from api.cli import witness_commands
from api.witness import STATUS, create_witness_app
from tests.servers import await_port, free_port
from tests.witnesses import LEAVES, LOG, NOW, VECTORS, WITNESS, request
from voting.ledger import tree
from voting.ledger.add_checkpoint import MAX_BYTES
from voting.ledger.checkpoint import Checkpoint, sign_checkpoint
from voting.ledger.cosignature import WitnessKey, cosignatures
from voting.ledger.witness import Witness
from voting.ledger.witness_state import WitnessState


def yezhu(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def http(tmp_path):
    with closing(WitnessState(tmp_path / "state", tmp_path / "key")) as state:
        yield TestClient(create_witness_app(Witness(WITNESS, [LOG.key], state, lambda: NOW)))


def add(http, body):
    return http.post("/add-checkpoint", content=body)


def test_the_answers_are_those_of_the_protocol(http):
    hashed = VECTORS["origin_hash"]
    assert http.get(f"/{hashed}/checkpoint").status_code == 404
    assert add(http, request(LOG, LEAVES, 0, 5)).status_code == 200
    granted = add(http, VECTORS["add_checkpoint_request"])
    assert (granted.status_code, granted.text) == (200, VECTORS["add_checkpoint_response"])
    latest = http.get(f"/{hashed}/checkpoint")
    assert latest.text == VECTORS["checkpoint"]["cosigned"]

    stale = add(http, VECTORS["add_checkpoint_request"])
    assert (stale.status_code, stale.text) == (409, "8\n")
    assert stale.headers["content-type"] == "text/x.tlog.size"
    assert add(http, request(LOG, LEAVES, 8, 5, proof=[])).status_code == 400
    assert add(http, b"old 8\n").status_code == 400
    assert add(http, b"old 8\n" + bytes(MAX_BYTES)).status_code == 400
    other = VECTORS["add_checkpoint_request"].replace(LOG.key.name, "other.example.org")
    assert add(http, other).status_code == 404
    forged = request(LOG, LEAVES, 8).replace(b"\n8\n", b"\n9\n")
    assert add(http, forged).status_code == 403
    split = request(LOG, LEAVES, 8, root=bytes([7] * 32), proof=[])
    assert add(http, split).status_code == 422
    for unknown in ("0" * 64, "..", "x" * 5000, hashed.upper()):
        assert http.get(f"/{unknown}/checkpoint").status_code == 404
    assert http.get("/add-checkpoint").status_code == 405


def test_every_refusal_of_a_request_has_a_status():
    assert set(STATUS.values()) == {400, 403, 404, 409, 422}


def test_a_street_office_makes_a_key_and_runs_a_witness(tmp_path):
    """Over a restart: the state is what makes a witness worth something."""
    key, state = tmp_path / "witness.key", tmp_path / "state"
    made = yezhu("witness-key", key, "--name", "witness.example.org/街道办")
    assert made.returncode == 0, made.stderr
    vkey = WitnessKey.parse(made.stdout.strip())
    assert key.stat().st_mode & 0o777 == 0o600
    again = yezhu("witness-key", key, "--name", "other")
    assert (again.returncode, "unsafe-witness-key" in again.stderr) == (2, True)
    for old, new in ((0, 3), (3, 8)):
        port = free_port()
        command = ["witness", "--key", key, "--state", state, "--port", port]
        with subprocess.Popen(
            [sys.executable, "-m", "api.cli", *map(str, command), "--log",
             f"{LOG.key.vkey}=http://127.0.0.1:{port}/nothing"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as server:  # fmt: skip
            try:
                await_port(port)
                body = request(LOG, LEAVES, old, new)
                line = httpx2.post(f"http://127.0.0.1:{port}/add-checkpoint", content=body)
                note = body.partition(b"\n\n")[2] + line.raise_for_status().content
                assert [each.witness for each in cosignatures(note, [vkey])] == [vkey.name]
            finally:
                server.kill()
            assert f"已见证到第 {old} 条。注意：读不到" in server.stdout.read()
    lost = yezhu("witness", "--key", key, "--state", tmp_path / "lost", "--log", LOG.key.vkey)
    assert (lost.returncode, "witness-state-doubtful" in lost.stderr) == (2, True)


def test_a_witness_does_not_start_on_what_is_no_key(tmp_path):
    def start(key, vkey):
        done = yezhu("witness", "--key", key, "--state", tmp_path / "state", "--log", vkey)
        assert done.returncode == 2
        return done.stderr

    assert "yezhu witness-key" in start(tmp_path / "none", LOG.key.vkey)
    key = tmp_path / "key"
    assert "malformed-log-key" in yezhu("witness-key", key, "--name", "two words").stderr
    assert yezhu("witness-key", key, "--name", "w.example.org").returncode == 0
    assert "malformed-log-key" in start(key, "no vkey")
    key.chmod(0o640)
    assert "chmod 600" in start(key, LOG.key.vkey)
    key.chmod(0o600)
    key.write_text("PRIVATE+KEY+w+00000000+AAAA\n")
    assert "私钥" in start(key, LOG.key.vkey)
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_the_published_checkpoint_of_a_log_is_looked_at_when_a_witness_starts(monkeypatch):
    def published(size, signed_by=LOG):
        root = tree.root_of(LEAVES[:size])
        note = sign_checkpoint(Checkpoint(LOG.key.name, size, root), signed_by)
        answer = httpx2.Response(200, content=note, request=httpx2.Request("GET", "http://log"))
        monkeypatch.setattr(witness_commands.httpx2, "get", lambda *_, **__: answer)
        return witness_commands._found(LOG.key, "http://log", 5)

    assert "现有 8 条" in published(8)
    assert "少于已见证的条数" in published(4)
    forger = type(LOG)(LOG.key.name, Ed25519PrivateKey.generate())
    assert "不是这个日志" in published(8, forger)
