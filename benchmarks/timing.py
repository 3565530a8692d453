"""How a method is timed: answer checked first, then as many rounds as a moment allows."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

_SECONDS = 0.4
"""Time one method may take in one sweep, beyond its first round."""

_MOST_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """Where a measurement stands in the table.

    Parameters
    ----------
    job
        What is to be done; ratios are formed within a job and a size.
    units
        Size.
    method
        Who does it; the first one measured is what the others are compared with.
    bytes_per_unit
        What it holds in memory, where that was measured.
    note
        Anything the reader of the row has to know.
    """

    job: str
    units: int
    method: str
    bytes_per_unit: float | None = field(default=None, compare=False)
    note: str = field(default="", compare=False)


def timed(benchmark, row, count, *, expected, prepare=None, answer=None):
    """Time one method, once its answer is the expected one.

    Parameters
    ----------
    row
        Where the figures go.
    count
        What is timed. Called without arguments, or with what ``prepare`` returned.
    expected
        The answer of the others.
    prepare
        Runs before each round, untimed.
    answer
        Turns what ``count`` returned into an answer; it is one already if absent.
    """
    read = answer or _as_it_is
    begun = time.perf_counter()
    first = count(*_arguments(prepare))
    took = time.perf_counter() - begun
    assert read(first) == expected, f"{row.method} counts otherwise"

    rounds = 1 if benchmark.disabled else max(1, min(_MOST_ROUNDS, round(_SECONDS / took)))
    benchmark.extra_info["row"] = asdict(row)
    last = benchmark.pedantic(
        count, setup=lambda: (_arguments(prepare), {}), rounds=rounds, warmup_rounds=0
    )
    assert read(last) == expected, f"{row.method} counts otherwise the second time"


def _arguments(prepare) -> tuple[Any, ...]:
    return () if prepare is None else (prepare(),)


def _as_it_is(result):
    return result
