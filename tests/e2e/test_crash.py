"""Power cuts and several workers, with real servers in processes of their own.

The complex is prepared in this process on a clock of its own; the servers then run on that
complex's data with their clock moved to the voting days.
"""

import base64
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest import mock

import httpx2
import pytest

from api.cli.phone import insist
from api.cli.server_process import ServerProcess
from api.composition import compose
from api.settings import Settings
from tests.complex import CHOICES, Complex, done, small_roster
from tests.conftest import MovingClock
from tests.servers import create_database, free_port
from voting.identity import request
from voting.kernel import canonical
from voting.kernel.clock import system_clock
from voting.ledger import checkpoint, note, proof

_VOTERS = 32
_AT_ONCE = 4
ANSWER_SECONDS = 120
"""Waited for on a busy machine only."""


class Voting:
    """A complex in its voting days, left by this process for a server to take over."""

    def __init__(self, data, engines=None):
        self.data, self.engines = data, engines or {}
        self.place = place = Complex(
            data, MovingClock(), engines=engines, roster=small_roster(_VOTERS)
        )
        self.assembly = place.open()
        self.password = place._passwords["supervisor"]
        self.shift = place.clock() - system_clock()
        units = [unit.unit_key for unit in place.roster if unit.unit_key.startswith("2-1-")]
        self.units = [key for key in units if key != "2-1-901"]
        self.phones = [place.phone(self.assembly, unit) for unit in self.units]
        self.ballots = [
            phone.ballot(self.assembly.notice, self.assembly.notice_digest, [unit], CHOICES)
            for phone, unit in zip(self.phones, self.units, strict=True)
        ]
        place.shut()

    @property
    def path(self):
        return self.assembly.path

    @contextmanager
    def server(self, log, **environment):
        server = ServerProcess(self.data, log, self.engines | environment, free_port())
        with server:
            server.start(self.shift)
            yield server

    def log(self):
        """Entries of the assembly's log as stored, its tree recomputed, and its key."""
        with mock.patch.dict(os.environ, self.engines):
            service = compose(Settings(data=self.data))
        origin = service.ledger.origins.assembly(self.assembly.id)
        with service.database.read() as session:
            size = service.ledger.size(session, origin)
            entries = service.ledger.read_entries(session, origin, 0, size)
            service.ledger.check(session, origin)
            service.ledger.check(session, service.ledger.origins.register)
        service.database.close()
        return entries, note.NoteKey.parse(service.ledger.key(origin).vkey)


def promised(answer):
    """The signed receipt inside an answer."""
    return canonical.decode(base64.b64decode(answer["receipt"]["payload"]))


def test_no_receipted_ballot_is_lost_when_the_server_is_killed(tmp_path):
    voting = Voting(tmp_path / "data")
    half, killed, answers = threading.Event(), threading.Event(), {}

    def cast(number):
        if number == _VOTERS - 1:
            killed.wait(2 * ANSWER_SECONDS)  # somebody always comes after the power cut
        answer = insist(http, "POST", f"{voting.path}/ballots", content=voting.ballots[number])
        answers[number] = done(answer).json()
        if len(answers) >= _VOTERS // 2:
            half.set()

    with (
        voting.server(tmp_path / "server.log") as server,
        httpx2.Client(base_url=server.url, timeout=ANSWER_SECONDS) as http,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        casting = [pool.submit(cast, number) for number in range(_VOTERS)]
        assert half.wait(ANSWER_SECONDS)
        server.kill()
        before = dict(answers)
        killed.set()
        server.start(voting.shift)
        for done_casting in casting:
            done_casting.result()

        for number, ballot in enumerate(voting.ballots):
            again = done(http.post(f"{voting.path}/ballots", content=ballot)).json()
            assert again["summary"] == answers[number]["summary"]
            assert promised(again) == promised(answers[number])
        for number, phone in enumerate(voting.phones):
            asked = request.payload("receipts", voting.assembly.id, system_clock() + voting.shift)
            data = phone.sign(request.PAYLOAD_TYPE, asked)
            kept = done(http.post(f"{voting.path}/receipts", content=data)).json()
            assert [promised(each) for each in kept] == [promised(answers[number])]
        signed = done(http.get(f"{voting.path}/checkpoint")).content

    entries, key = voting.log()
    head = checkpoint.open_checkpoint(signed, key)
    assert head.size == len(entries) == 1 + _VOTERS
    assert sorted(answer["summary"]["position"] for answer in answers.values()) == list(
        range(1, 1 + _VOTERS)
    )
    for answer in answers.values():
        receipt = promised(answer)
        entry = base64.b64decode(receipt["entry"])
        assert entries[receipt["position"]] == entry
        proof.parse(receipt["proof"].encode()).verify(entry, key)
    assert {number for number in before if before[number] != answers[number]} == set()


@pytest.fixture(scope="module")
def engines(postgres_url, redis_url):
    """PostgreSQL and Redis, with a database of this module's own."""
    return {"YEZHU_DATABASE_URL": create_database(postgres_url), "YEZHU_REDIS_URL": redis_url}


def heads(lines):
    """Read events until the stream ends: how many heads took part at each."""
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))["items"][0]["participating"]["heads"]


def test_a_watcher_sees_ballots_that_another_worker_took(tmp_path, engines):
    """Each ballot comes on a connection of its own, so that either worker may get it."""
    voting = Voting(tmp_path / "data", engines)
    seen = []
    with (
        voting.server(tmp_path / "server.log", YEZHU_WORKERS="2") as server,
        httpx2.Client(base_url=server.url, timeout=ANSWER_SECONDS) as watcher,
    ):
        body = {"username": "supervisor", "password": voting.password}
        done(watcher.post("/v1/session", json=body))
        with watcher.stream("GET", f"{voting.path}/turnout/stream") as stream:
            assert stream.status_code == 200
            events = heads(stream.iter_lines())
            assert next(events) == 0
            for cast, ballot in enumerate(voting.ballots[:8], start=1):
                with httpx2.Client(base_url=server.url, timeout=ANSWER_SECONDS) as http:
                    done(http.post(f"{voting.path}/ballots", content=ballot))
                seen.append(next(count for count in events if count >= cast))
        log = (tmp_path / "server.log").read_text()

    assert seen == list(range(1, 9))
    assert len(voting.log()[0]) == 1 + 8
    assert log.count("Started server process") == 2
