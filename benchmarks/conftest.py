"""Ends a run of the benchmarks with their table."""

from benchmarks.table import lines_of, pooled


def pytest_terminal_summary(terminalreporter, config):
    """Print what was measured, if anything was."""
    seconds = pooled(config._benchmarksession.benchmarks)  # noqa: SLF001  # no public way to them
    if any(seconds.values()):
        terminalreporter.section("medians and ratios")
        for line in lines_of(seconds):
            terminalreporter.write_line(line)
