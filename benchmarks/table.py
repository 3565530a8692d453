"""The one table that ``make bench`` ends with: medians, ratios, memory, growth."""

import statistics
from collections import defaultdict

import numpy as np

from benchmarks.timing import Row

_WIDTHS = (38, 10, 40, 9, 9, 7)
_HEADINGS = ("job", "units", "method", "median", "ratio", "B/unit")


def pooled(benchmarks):
    """Return the seconds of every round by row, all sweeps of a method together.

    A benchmark that names no row stands in a job of its own.
    """
    seconds = defaultdict(list)
    for benchmark in benchmarks:
        named = benchmark.extra_info.get("row")
        row = Row(**named) if named else Row(benchmark.group or "", 0, benchmark.name)
        seconds[row] += benchmark.stats.data
    return seconds


def lines_of(seconds):
    """Write the table."""
    medians = {row: statistics.median(rounds) for row, rounds in seconds.items()}
    yield _line(*_HEADINGS)
    previous = None
    for row in sorted(medians, key=lambda row: _order(row, list(medians))):
        if previous != (row.job, row.units):
            base = medians[row]
            yield ""
        previous = row.job, row.units
        held = "" if row.bytes_per_unit is None else f"{row.bytes_per_unit:.1f}"
        units = f"{row.units:,}" if row.units else ""
        line = _line(
            row.job, units, row.method, _spelled(medians[row]), f"{medians[row] / base:.2f}", held
        )
        yield f"{line}  {row.note}".rstrip()
    yield ""
    yield "growth: slope of log(median) over log(units), 1.00 is linear; all sizes, two largest"
    for (job, method), points in _series(medians).items():
        if len(points) > 2:
            units, times = np.log(np.array(sorted(points))).T
            slopes = [np.polyfit(units[begin:], times[begin:], 1)[0] for begin in (0, -2)]
            line = _line(job, "", method, f"{slopes[0]:.2f}", f"{slopes[1]:.2f}", "")
            yield line.rstrip()


def _series(medians):
    series = defaultdict(list)
    for row, median in medians.items():
        series[row.job, row.method].append((row.units, median))
    return series


def _order(row, rows):
    """Jobs and methods in the order they were first measured, sizes upwards."""
    jobs = [each.job for each in rows]
    methods = [(each.job, each.method) for each in rows]
    return jobs.index(row.job), row.units, methods.index((row.job, row.method))


def _spelled(seconds):
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}" if seconds < 1000 else f"{seconds:.0f} s"
    return f"{seconds * 1e6:.3g} µs"


def _line(*cells):
    left = {0, 2}
    padded = (
        f"{cell:<{width}}" if place in left else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return "  ".join(padded)
