"""``make load``: one run on this machine, beside a usual stack and beside the least possible.

Everything is started here and stopped again: PostgreSQL that writes through to the disk, Valkey,
the product's own server, and the peers.
"""

import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from api.cli.server_process import ServerProcess
from benchmarks.load import client
from benchmarks.load.electorate import Electorate
from benchmarks.load.processes import cpu_seconds
from tests.servers import await_port, create_database, free_port, postgres, valkey_server

_OWNERS = int(os.environ.get("LOAD_OWNERS", "6000"))
_CONNECTIONS = int(os.environ.get("LOAD_CONNECTIONS", "64"))
_RATES = (500, 1000, 2000)
_POSITION = re.compile(rb'"position":([0-9]+)')


class Bench:
    """The machine's part: servers, the process that sends, and what was measured."""

    def __init__(self, folder, database, phones):
        self.folder, self._database, self._phones = folder, database, phones

    def send(self, server_pid, how, port, path, ballots, setting):
        """Send ballots and say what each cost: seconds of server, database, client."""
        pids = [server_pid, self._database.pid]
        before = [cpu_seconds(pid) for pid in pids]
        sending = self._phones.submit(how, port, path, ballots, setting).result()
        spent = [cpu_seconds(pid) - then for pid, then in zip(pids, before, strict=True)]
        return sending, [seconds / len(ballots) * 1e6 for seconds in spent]

    def closed(self, name, server_pid, port, path, ballots):
        """Send as fast as answers come; print and give ballots a second and CPU of each."""
        # What comes first compiles, connects and fills caches: it is sent and not measured.
        warm, measured = ballots[: len(ballots) // 6], ballots[len(ballots) // 6 :]
        self.send(server_pid, client.closed_loop, port, path, warm, _CONNECTIONS)
        sending, (server, database) = self.send(
            server_pid, client.closed_loop, port, path, measured, _CONNECTIONS
        )
        rate = len(measured) / sending.seconds
        sent = sending.cpu_seconds / len(measured) * 1e6
        _say(
            f"{name:<34} {rate:>8,.0f} {server:>8.0f} {database:>8.0f} {server + database:>8.0f}"
            f" {sent:>8.0f} {_waited(sending)}"
        )
        return rate, server + database, sending

    @contextlib.contextmanager
    def peer(self, kind, spki):
        """Run a peer and give its process and port."""
        keys, port = self.folder / "keys.json", free_port()
        keys.write_text(json.dumps({key_id: each.hex() for key_id, each in spki.items()}))
        environment = os.environ | {"PEER_DATABASE_URL": create_database(self._database.url)}
        command = [sys.executable, "-m", "benchmarks.load.peers", kind, str(port), str(keys)]
        server = subprocess.Popen(command, env=environment)  # noqa: S603 - a module of ours
        try:
            await_port(port)
            yield server.pid, port
        finally:
            server.terminate()
            server.wait()


def main():
    """Measure everything once and print it."""
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="yezhu-load-") as folder,
        postgres(durable=True) as database,
        valkey_server() as redis_url,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as phones,
    ):
        bench = Bench(Path(folder), database, phones)
        url = create_database(database.url)
        engines = {"YEZHU_DATABASE_URL": url, "YEZHU_REDIS_URL": redis_url}
        electorate = Electorate(bench.folder / "data", engines, _OWNERS)
        assemblies = electorate.publish(2 + len(_RATES))
        electorate.open(assemblies)
        cast = [electorate.ballots(assembly) for assembly in assemblies]
        _say(f"{_OWNERS} owners have enrolled after {time.monotonic() - begun:.0f} s\n")
        _measure(bench, electorate, assemblies, cast)
    _say(f"\n{time.monotonic() - begun:.0f} s in all")


def _measure(bench, electorate, assemblies, cast):
    _say(f"closed loop, {_CONNECTIONS} connections; CPU in µs for each ballot")
    _say(
        f"{'':<34} {'per s':>8} {'server':>8} {'database':>8} {'both':>8} {'client':>8}"
        f" {'p50':>8} {'p99 ms':>8}"
    )
    with bench.peer("bare", electorate.spki) as (pid, port):
        _, least, _ = bench.closed("bare verification, bare HTTP", pid, port, "/", cast[0])
    with bench.peer("orm", electorate.spki) as (pid, port):
        usual, _, _ = bench.closed("FastAPI, ORM, commit each", pid, port, "/ballots", cast[0])
    for workers, assembly, ballots in zip((1, 2), assemblies, cast, strict=False):
        with _serving(bench, electorate, workers) as server:
            name = f"yezhu, {workers} worker{'s' * (workers > 1)}"
            path = f"{assembly.path}/ballots"
            rate, cost, sending = bench.closed(name, server.pid, server.port, path, ballots)
            _check_durable(sending)
            goal = {1: 10, 2: 15}[workers]
            _say(
                f"    {rate / usual:.1f} times the usual stack (goal {goal}), "
                f"{cost / least:.2f} times the least CPU (goal 2.0)"
            )
    _say("\nopen loop, 1 worker, random arrivals; ms until the receipt is there")
    _say(f"{'per second':<34} {'p50':>8} {'p99':>8}")
    with _serving(bench, electorate, 1) as server:
        for rate, assembly, ballots in zip(_RATES, assemblies[2:], cast[2:], strict=True):
            path = f"{assembly.path}/ballots"
            bench.send(server.pid, client.closed_loop, server.port, path, ballots[:500], 16)
            sent = ballots[500 : 500 + 4 * rate]
            sending, _ = bench.send(server.pid, client.open_loop, server.port, path, sent, rate)
            _check_durable(sending)
            _say(f"{rate:<34} {_waited(sending)}")


@contextlib.contextmanager
def _serving(bench, electorate, workers):
    log = bench.folder / "server.log"
    environment = electorate.engines | {"YEZHU_WORKERS": str(workers)}
    with ServerProcess(electorate.data, log, environment, free_port()) as server:
        server.start(electorate.shift)
        yield server


def _check_durable(sending):
    """Every answer is a receipt with a place of its own."""
    places = {int(_POSITION.search(answer)[1]) for answer in sending.answers}
    assert len(places) == len(sending.answers)


def _waited(sending):
    percentiles = statistics.quantiles(sending.waited, n=100)
    return f"{percentiles[49] * 1e3:>8.1f} {percentiles[98] * 1e3:>8.1f}"


def _say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
