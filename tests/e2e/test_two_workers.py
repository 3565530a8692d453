"""What one worker on PostgreSQL and Redis knows the other knows: failures, codes, and ballots.

Each is made to answer alone by halting the other.
"""

import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.cli.phone import Phone
from tests.complex import done
from tests.e2e.test_crash import ANSWER_SECONDS, Voting
from tests.e2e.test_workers import children
from tests.gateway import gateway
from tests.servers import create_database

_FAILURES_OF_STAFF = 5


class Pair:
    """Two workers of one server."""

    def __init__(self, voting, server, messages):
        self.voting, self.url, self.messages = voting, server.url, messages
        self.one, self.other = (pid for pid in children(server.pid) if "spawn_main" in command(pid))

    @contextmanager
    def only(self, worker):
        """Let one worker answer; give a client whose connections are all new."""
        halted = self.one if worker == self.other else self.other
        os.kill(halted, signal.SIGSTOP)
        try:
            with httpx2.Client(base_url=self.url, timeout=ANSWER_SECONDS) as http:
                yield http
        finally:
            os.kill(halted, signal.SIGCONT)


def command(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


@pytest.fixture(scope="module")
def pair(tmp_path_factory, postgres_url, redis_url):
    folder = tmp_path_factory.mktemp("pair")
    with gateway() as messages:
        engines = messages.environment | {
            "YEZHU_DATABASE_URL": create_database(postgres_url),
            "YEZHU_REDIS_URL": redis_url,
        }
        voting = Voting(folder / "data", engines)
        with voting.server(folder / "server.log", YEZHU_WORKERS="2") as server:
            yield Pair(voting, server, messages)


def guesses(http, times, address):
    """Guess a password, as a proxy on this machine passes it on; give the statuses."""
    return [
        http.post(
            "/v1/session",
            json={"username": f"{address}-{number}", "password": "guess"},
            headers={"X-Forwarded-For": address},
        ).status_code
        for number in range(times)
    ]


def test_what_failed_at_one_worker_counts_at_the_other(pair):
    first = _FAILURES_OF_STAFF - 1
    with pair.only(pair.one) as http:
        assert guesses(http, first, "203.0.113.7") == [401] * first
    with pair.only(pair.other) as http:
        assert guesses(http, 2, "203.0.113.7") == [401, 429]
        assert guesses(http, 1, "198.51.100.1") == [401]


def test_a_code_asked_of_one_worker_enrols_at_the_other_and_once(pair):
    place, unit = pair.voting.place, pair.voting.units[0]
    claim, number = place.claim(unit), place.roster.by_key()[unit].phones[0]
    said = {"name": claim.name, "id_type": claim.id_type, "id_number": claim.id_number}
    with pair.only(pair.one) as http:
        done(http.post(f"/v1/rosters/{place.roster_id}/codes", json=said | {"phone": number}))
        code = pair.messages.code()
        digest = done(http.get(f"/v1/rosters/{place.roster_id}")).json()["digest"]
    claim = replace(claim, code=code)
    with pair.only(pair.other) as http:
        (group,) = Phone(http).enrol(place.roster_id, digest, claim)
        assert unit in {each["unit"] for each in group["units"]}
    with pair.only(pair.one) as http, pytest.raises(httpx2.HTTPStatusError, match="403"):
        Phone(http).enrol(place.roster_id, digest, claim)


def heads(lines):
    """Who has taken part, one number for each event of a stream."""
    until = time.monotonic() + ANSWER_SECONDS
    for line in lines:
        assert time.monotonic() < until
        if line.startswith("data: "):
            yield json.loads(line[6:])["items"][0]["participating"]["heads"]


def test_a_ballot_cast_at_one_worker_is_seen_by_who_watches_the_other(pair):
    voting = pair.voting
    account = {"username": "supervisor", "password": voting.password}
    with httpx2.Client(base_url=pair.url, timeout=ANSWER_SECONDS) as watcher:
        with pair.only(pair.one):
            done(watcher.post("/v1/session", json=account))
            asked = watcher.build_request("GET", f"{voting.path}/turnout/stream")
            stream = watcher.send(asked, stream=True)
            events = heads(stream.iter_lines())
            before = next(events)
        with pair.only(pair.other) as http:
            done(http.post(f"{voting.path}/ballots", content=voting.ballots[-1]))
        assert before + 1 in events
        stream.close()
