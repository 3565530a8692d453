"""Two workers on PostgreSQL and Redis, killed together or halted while owners vote."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from api.cli.phone import insist
from tests.complex import done
from tests.e2e.test_crash import ANSWER_SECONDS, Voting, promised
from tests.servers import create_database

_HALTED_SECONDS = 8
"""Longer than the server once waited; what is halted takes no time of its own."""


@pytest.fixture
def engines(postgres_url, redis_url):
    """PostgreSQL and Redis, with a database of this test's own."""
    return {"YEZHU_DATABASE_URL": create_database(postgres_url), "YEZHU_REDIS_URL": redis_url}


def test_two_workers_killed_together_lose_no_receipted_ballot(tmp_path, engines):
    """Killing only the parent used to leave its workers alive, holding the port."""
    voting = Voting(tmp_path / "data", engines)
    half, answers = threading.Event(), {}

    def cast(number):
        # A connection of its own, so that either worker may take the ballot.
        with httpx2.Client(base_url=server.url, timeout=ANSWER_SECONDS) as http:
            sent = insist(http, "POST", f"{voting.path}/ballots", content=voting.ballots[number])
        answers[number] = done(sent).json()
        if len(answers) >= len(voting.ballots) // 2:
            half.set()

    with (
        voting.server(tmp_path / "server.log", YEZHU_WORKERS="2") as server,
        ThreadPoolExecutor(4) as pool,
    ):
        casting = [pool.submit(cast, number) for number in range(len(voting.ballots))]
        assert half.wait(ANSWER_SECONDS)
        server.kill()
        with pytest.raises(httpx2.TransportError):
            httpx2.get(f"{server.url}/v1/health", timeout=2)
        server.start(voting.shift)
        for cast_by_now in casting:
            cast_by_now.result()
        with httpx2.Client(base_url=server.url, timeout=ANSWER_SECONDS) as http:
            turnout = done(http.get(f"{voting.path}/turnout")).json()
            for number, ballot in enumerate(voting.ballots):
                again = done(http.post(f"{voting.path}/ballots", content=ballot)).json()
                assert promised(again) == promised(answers[number])

    entries, _ = voting.log()
    positions = sorted(answer["summary"]["position"] for answer in answers.values())
    assert positions == list(range(1, len(entries)))
    # Everybody sees whole batches of five, from whichever worker.
    shown = len(voting.ballots) // 5 * 5
    assert turnout["items"][0]["participating"]["heads"] == shown


def children(pid):
    """The processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return {int(child) for child in listed.split()}


def test_a_worker_that_a_busy_machine_halts_for_a_while_goes_on(tmp_path, engines):
    """After five seconds it was taken for dead and killed, and the answers it owed were lost."""
    voting = Voting(tmp_path / "data", engines)
    log = tmp_path / "server.log"
    with voting.server(log, YEZHU_WORKERS="2") as server:
        before = children(server.pid)
        for worker in before:
            os.kill(worker, signal.SIGSTOP)
        time.sleep(_HALTED_SECONDS)
        for worker in before:
            os.kill(worker, signal.SIGCONT)
        httpx2.get(f"{server.url}/v1/health", timeout=ANSWER_SECONDS).raise_for_status()
        assert children(server.pid) == before
    assert "died" not in log.read_text()
