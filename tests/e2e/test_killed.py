"""Killed under load, at any moment: every receipt handed out is in log and tables afterwards."""

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest import mock

import httpx2
import pytest

from api.cli.audit import audit_tables
from api.cli.receipt import check_receipt
from tests.e2e.test_crash import ANSWER_SECONDS, Voting, promised
from tests.servers import create_database, postgres, valkey_server


class Phones:
    """Many phones that cast while somebody kills the servers, each until it has its receipt.

    They come in as many waves as there are deaths, and one more: each wave after a death meets
    nobody at first.
    """

    def __init__(self, voting, server, deaths):
        self.voting, self.receipts, self.failures = voting, {}, 0
        self.http = httpx2.Client(base_url=server.url, timeout=ANSWER_SECONDS)
        self.dead = [threading.Event() for _ in range(deaths)]
        self.some = [threading.Event() for _ in range(deaths)]

    def cast(self, number):
        wave = number % (len(self.dead) + 1)
        assert wave == 0 or self.dead[wave - 1].wait(ANSWER_SECONDS)
        deadline = time.monotonic() + ANSWER_SECONDS
        while number not in self.receipts:
            assert time.monotonic() < deadline
            try:
                answer = self.http.post(
                    f"{self.voting.path}/ballots", content=self.voting.ballots[number]
                )
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code == 201:
                self.receipts[number] = answer.json()
            else:
                # Nobody is there, or the database is not: never a receipt, never a refusal.
                assert answer is None or answer.status_code >= 500, answer.text
                self.failures += 1
                time.sleep(0.2)
        for died, some in enumerate(self.some):
            if len(self.receipts) > (1 + 2 * died) * len(self.voting.ballots) // 8:
                some.set()

    @contextmanager
    def casting(self):
        """Cast all ballots while the block runs, and see all of them through."""
        with self.http, ThreadPoolExecutor(len(self.voting.ballots)) as pool:
            running = [pool.submit(self.cast, n) for n in range(len(self.voting.ballots))]
            yield
            for each in running:
                each.result()

    def meet_death(self, kill, which=0):
        """Kill somebody when the wave is half through; give the receipts of by then."""
        assert self.some[which].wait(ANSWER_SECONDS)
        kill()
        before = dict(self.receipts)
        self.dead[which].set()
        return before


def proved(voting, receipts, folder):
    """Check receipts offline, and log and tables with them as ``yezhu audit`` does."""
    paths = []
    for number, answer in receipts.items():
        paths.append(folder / f"receipt-{number}.json")
        paths[-1].write_text(json.dumps(answer))
    assert {check_receipt(path, None) for path in paths} == {0}
    with mock.patch.dict(os.environ, voting.engines):
        assert audit_tables(voting.data, paths) == 0
    entries, _ = voting.log()
    positions = sorted(answer["summary"]["position"] for answer in receipts.values())
    assert positions == list(range(1, len(entries)))


@pytest.fixture
def servers():
    """PostgreSQL that writes through to the disk, and Redis, both of this test's own."""
    with postgres(durable=True) as database, valkey_server() as redis_url:
        yield database, redis_url


def test_workers_and_then_postgres_are_killed_under_load(tmp_path, servers, capsys):
    database, redis_url = servers
    url = create_database(database.url)
    voting = Voting(tmp_path / "data", {"YEZHU_DATABASE_URL": url, "YEZHU_REDIS_URL": redis_url})
    with voting.server(tmp_path / "server.log", YEZHU_WORKERS="2") as server:
        phones = Phones(voting, server, deaths=2)
        with phones.casting():
            before = phones.meet_death(server.kill)
            server.start(voting.shift)
            between = phones.meet_death(database.kill, 1)
            database.start()
    assert phones.failures > 0
    assert len(phones.receipts) == len(voting.ballots) > len(between) > len(before) > 0
    proved(voting, phones.receipts, tmp_path)


def test_the_server_on_sqlite_is_killed_under_load(tmp_path, capsys):
    voting = Voting(tmp_path / "data")
    with voting.server(tmp_path / "server.log") as server:
        phones = Phones(voting, server, deaths=1)
        with phones.casting():
            before = phones.meet_death(server.kill)
            server.start(voting.shift)
        with httpx2.Client(base_url=server.url, timeout=ANSWER_SECONDS) as http:
            for number, answer in before.items():
                again = http.post(f"{voting.path}/ballots", content=voting.ballots[number]).json()
                assert promised(again) == promised(answer)
    assert phones.failures > 0
    proved(voting, phones.receipts, tmp_path)
