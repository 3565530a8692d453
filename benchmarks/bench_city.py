"""A city of ten million units, from mapped files: against others, in two processes, in memory."""

import multiprocessing
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks import city_peers, city_process
from benchmarks.answer import Answer
from benchmarks.city import City, write_city
from benchmarks.timing import Row, timed

UNITS, COMPLEXES = 10_000_000, 8_000
UNITS_UNTIMED, COMPLEXES_UNTIMED = 40_000, 32
SWEEPS = 3
JOB = "city of {complexes:,} complexes"
PARTS = 8
"""Tasks a city is cut into; eight keep two processes busy to the end."""

PEERS = {
    "pandas groupby": city_peers.in_pandas,
    "Polars": city_peers.in_polars,
    "DuckDB": city_peers.in_duckdb,
    "PostgreSQL": city_peers.in_postgres,
}


def pytest_generate_tests(metafunc):
    """Repeat what is quick, so that a busy moment of the machine falls on all of it."""
    if "sweep" in metafunc.fixturenames:
        untimed = metafunc.config.getoption("benchmark_disable")
        metafunc.parametrize("sweep", range(1 if untimed else SWEEPS), scope="module")


@pytest.fixture(scope="module")
def folder(request):
    """Write the column files of a city; of a small one where nothing is timed."""
    untimed = request.config.getoption("benchmark_disable")
    size = (UNITS_UNTIMED, COMPLEXES_UNTIMED) if untimed else (UNITS, COMPLEXES)
    with tempfile.TemporaryDirectory(prefix="yezhu-city-") as path:
        write_city(path, *size)
        yield path


@pytest.fixture(scope="module")
def city(folder):
    return City.mapped(folder)


@pytest.fixture(scope="module")
def expected(city):
    """Return what DuckDB finds; every other method has to find it too."""
    return city_peers.in_duckdb(city)()


@pytest.fixture(scope="module")
def job(city):
    return JOB.format(complexes=city.complexes)


@pytest.fixture(scope="module")
def memory(folder):
    """Return the bytes a unit takes beyond a process that has counted one complex."""
    if not Path("/proc/self/status").exists():
        return None, "memory is measured on Linux only"
    command = [sys.executable, "-m", "benchmarks.city_process", folder]
    root = Path(__file__).parent.parent
    run = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)  # noqa: S603  # our own module
    before, most = map(int, run.stdout.split())
    note = f"B/unit over {before / 1e6:.0f} MB before; {most / 1e6:.0f} MB resident in all"
    return (most - before) / len(City.mapped(folder)), note


@pytest.fixture(scope="module")
def pools():
    """Start one process and two processes that stay, as those of a server do."""
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(1, mp_context=context) as one,
        ProcessPoolExecutor(2, mp_context=context) as two,
    ):
        yield {"one process": one, "two processes": two}


@pytest.mark.usefixtures("sweep")
def bench_city(benchmark, city, memory, expected, job):
    """Time the count of all complexes; its memory is measured in a process of its own."""
    held, note = memory
    row = Row(job, len(city), "yezhu", held, note)
    matrix = city_process.laid_out(city)
    timed(benchmark, row, lambda: city_process.count(matrix), expected=expected)


@pytest.mark.usefixtures("sweep")
def bench_city_floor(benchmark, city, job):
    """Time the reading of the same bytes."""
    read = city_peers.read_once(city)
    timed(benchmark, Row(job, len(city), "reading the same bytes once"), read, expected=read())


@pytest.mark.parametrize("peer", PEERS)
def bench_city_peer(benchmark, city, expected, job, peer):
    timed(benchmark, Row(job, len(city), peer), PEERS[peer](city), expected=expected)


@pytest.mark.usefixtures("sweep")
@pytest.mark.parametrize("processes", ["one process", "two processes"])
def bench_city_processes(benchmark, city, folder, expected, job, pools, processes):
    """Time the same stretches of complexes in one process and in two."""
    bounds = np.linspace(0, city.complexes, PARTS + 1).astype(int).tolist()

    def count():
        parts = pools[processes].map(
            city_process.count_stretch, [folder] * PARTS, bounds, bounds[1:]
        )
        figures, carried = zip(*((part.figures, part.carried) for part in parts), strict=True)
        return Answer(np.concatenate(figures), np.concatenate(carried))

    count()  # loads the processes
    row = Row(f"{job}, in processes", len(city), f"yezhu, {processes}")
    timed(benchmark, row, count, expected=expected)
