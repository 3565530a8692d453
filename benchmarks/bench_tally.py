"""One assembly: from the stream of ballots, from the vote matrix, and building by building.

Each method is measured in several sweeps, the methods of a job taking turns, so that a busy
moment of the machine falls on all of them.
"""

from dataclasses import replace
from functools import cache

import pytest

from benchmarks import ours, peers_by_ballot, peers_by_item
from benchmarks.data import (
    matrix_codes,
    roster_codes,
    roster_table,
    spelled_out,
    stream_codes,
    vote_of,
)
from benchmarks.timing import Row, timed
from tally.count import count_assembly
from tally.model import BlankItem, Repeat

SIZES = (2_000, 10_000, 100_000)
LARGEST = 1_000_000
"""Counted on our side only, to see growth where fixed costs no longer show."""

ALONE = {"bench_stream", "bench_matrix"}
SWEEPS = 3
PEERS = {
    "pandas script on strings": peers_by_item.pandas_script,
    "pandas, row per item": peers_by_item.in_pandas,
    "pandas, row per ballot": peers_by_ballot.in_pandas,
    "Polars, row per item": peers_by_item.in_polars,
    "Polars, row per ballot": peers_by_ballot.in_polars,
    "DuckDB, row per item": peers_by_item.in_duckdb,
    "DuckDB, row per ballot": peers_by_ballot.in_duckdb,
    "PostgreSQL, row per item": peers_by_item.in_postgres,
    "PostgreSQL, row per ballot": peers_by_ballot.in_postgres,
}
BYTES = {
    ("pandas script on strings", "stream"): lambda vote: _frame_bytes(
        roster_table(vote), spelled_out(vote, stream_codes)
    ),
    ("pandas script on strings", "matrix"): lambda vote: _frame_bytes(
        roster_table(vote), spelled_out(vote, matrix_codes)
    ),
    ("pandas, row per item", "stream"): lambda vote: _frame_bytes(
        roster_codes(vote), stream_codes(vote)
    ),
    ("pandas, row per item", "matrix"): lambda vote: _frame_bytes(
        roster_codes(vote), matrix_codes(vote)
    ),
}


def pytest_generate_tests(metafunc):
    """Sweep by sweep over every size; once over the smallest where nothing is timed."""
    untimed = metafunc.config.getoption("benchmark_disable")
    sizes, sweeps = (SIZES[:1], 1) if untimed else (SIZES, SWEEPS)
    if metafunc.function.__name__ in ALONE and not untimed:
        sizes = (*sizes, LARGEST)
    if "units" in metafunc.fixturenames:
        metafunc.parametrize("units", sizes, scope="module")
    if "sweep" in metafunc.fixturenames:
        metafunc.parametrize("sweep", range(sweeps), scope="module")


@cache
def expected(units):
    """Return the figures and verdicts that every method has to find."""
    return peers_by_item.in_pandas(vote_of(units), "stream")()


@cache
def expected_by_building(units):
    return peers_by_item.pandas_by_building(vote_of(units))()


@pytest.mark.usefixtures("sweep")
def bench_stream(benchmark, units):
    """Time the whole way from integer codes: which ballot stands, what it says, who carries."""
    vote = vote_of(units)
    row = Row("ballot stream to verdicts", units, "yezhu, roster frozen", _stream_bytes(vote))
    laid_out = ours.prepare_stream(vote)
    timed(
        benchmark,
        row,
        lambda: ours.count_from_stream(vote, laid_out),
        answer=ours.answer_of_verdicts,
        expected=expected(units),
    )


@pytest.mark.usefixtures("sweep")
def bench_columns(benchmark, units):
    """Time the same from columns nobody has looked at yet: checks and grouping included."""
    vote = vote_of(units)
    timed(
        benchmark,
        Row("ballot stream to verdicts", units, "yezhu, roster checked and grouped too"),
        lambda: ours.count_from_columns(vote),
        answer=ours.answer_of_results,
        expected=expected(units),
    )


@pytest.mark.usefixtures("sweep")
@pytest.mark.parametrize("peer", PEERS)
def bench_stream_peer(benchmark, units, peer):
    vote = vote_of(units)
    row = Row("ballot stream to verdicts", units, peer, _bytes(peer, "stream", vote))
    timed(benchmark, row, PEERS[peer](vote, "stream"), expected=expected(units))


@pytest.mark.usefixtures("sweep")
def bench_matrix(benchmark, units):
    """Time the count alone, where the ballot that stands for each unit is known."""
    vote = vote_of(units)
    laid_out = ours.prepare_matrix(vote)
    timed(
        benchmark,
        Row("vote matrix to verdicts", units, "yezhu", _matrix_bytes(vote)),
        lambda: ours.count_from_matrix(vote, laid_out),
        answer=ours.answer_of_verdicts,
        expected=expected(units),
    )


@pytest.mark.usefixtures("sweep")
@pytest.mark.parametrize("peer", PEERS)
def bench_matrix_peer(benchmark, units, peer):
    vote = vote_of(units)
    row = Row("vote matrix to verdicts", units, peer, _bytes(peer, "matrix", vote))
    timed(benchmark, row, PEERS[peer](vote, "matrix"), expected=expected(units))


@pytest.mark.usefixtures("sweep")
def bench_buildings(benchmark, units):
    """Time a count and ten verdicts for each building."""
    vote = vote_of(units)
    laid_out = ours.prepare_buildings(vote)
    timed(
        benchmark,
        Row("verdicts by building", units, "yezhu"),
        lambda: ours.breakdown_by_building(vote, laid_out),
        answer=ours.answer_of_verdicts,
        expected=expected_by_building(units),
    )


@pytest.mark.usefixtures("sweep")
def bench_buildings_pandas(benchmark, units):
    vote = vote_of(units)
    row = Row("verdicts by building", units, "pandas groupby, row per item")
    timed(
        benchmark,
        row,
        peers_by_item.pandas_by_building(vote),
        expected=expected_by_building(units),
    )


@pytest.mark.usefixtures("sweep")
def bench_one_reading(benchmark, units):
    """Time one count; what all readings together are compared with."""
    vote = vote_of(units)
    laid_out = ours.prepare_stream(vote)
    timed(
        benchmark,
        Row("every reading in dispute", units, "yezhu, the published policies only"),
        lambda: ours.count_from_stream(vote, laid_out),
        answer=ours.answer_of_verdicts,
        expected=expected(units),
    )


@pytest.mark.usefixtures("sweep")
def bench_every_reading(benchmark, units):
    """Time every variant of ``depends_on``; each is what a count under that policy finds."""
    vote = vote_of(units)
    timed(
        benchmark,
        Row("every reading in dispute", units, "yezhu, and each policy otherwise"),
        lambda roll: ours.decide_every_reading(vote, roll),
        prepare=lambda: ours.prepare_stream(vote),
        answer=_recountable,
        expected=_readings(units),
    )


@pytest.mark.usefixtures("sweep")
def bench_every_reading_laid_out(benchmark, units):
    """Time the same on a roll where every electorate in dispute is laid out already."""
    vote = vote_of(units)
    roll = ours.prepare_every_reading(vote)
    timed(
        benchmark,
        Row("every reading in dispute", units, "yezhu, and each policy otherwise, laid out"),
        lambda: ours.decide_every_reading(vote, roll),
        answer=_recountable,
        expected=_readings(units),
    )


@pytest.mark.usefixtures("sweep")
def bench_in_doubt(benchmark, units):
    """Time all that a certificate says: every reading, and the fewest ballots that turn each."""
    vote = vote_of(units)
    timed(
        benchmark,
        Row("every reading in dispute", units, "yezhu, from columns, with flips"),
        lambda: count_assembly(vote.agenda, vote.roster, vote.ballots),
        answer=ours.answer_of_results,
        expected=expected(units),
    )


@cache
def _readings(units):
    """Count afresh under two of the policies that are asked about: both touch every figure."""
    vote = vote_of(units)
    others = {"repeat": Repeat.FIRST_VALID, "blank_item": BlankItem.ABSTAIN}
    found = []
    for name, value in others.items():
        policies = replace(vote.agenda.policies, **{name: value})
        agenda = replace(vote.agenda, policies=policies)
        results = count_assembly(agenda, vote.roster, vote.ballots, in_doubt=False)
        found.append([(result["carried"], result["approve"]) for result in results])
    return found


def _recountable(found):
    assert all(len(doubt["variants"]) == 12 for doubt in found)
    return [
        [
            (variant["carried"], variant["approve"])
            for doubt in found
            for variant in doubt["variants"]
            if variant["policy"] == name
        ]
        for name in ("repeat", "blank_item")
    ]


def _bytes(peer, job, vote):
    measure = BYTES.get((peer, job))
    return measure and measure(vote) / len(vote.roster)


def _frame_bytes(*frames):
    return sum(int(frame.memory_usage(deep=True, index=False).sum()) for frame in frames)


def _roster_bytes(vote):
    roster = vote.roster
    columns = (roster.building, roster.kind, roster.area_cm2, roster.developer_stock)
    return sum(column.nbytes for column in (*columns, roster.owner_offsets, roster.owner_code))


def _stream_bytes(vote):
    ballots = vote.ballots
    columns = (ballots.unit_offsets, ballots.unit_code, ballots.choices, ballots.void)
    stored = _roster_bytes(vote) + sum(column.nbytes for column in columns)
    return stored / len(vote.roster)


def _matrix_bytes(vote):
    return (_roster_bytes(vote) + vote.matrix.nbytes) / len(vote.roster)
