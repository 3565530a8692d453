"""A city counted in a process of its own: by halves in a pool, or alone to see what it holds.

``python -m benchmarks.city_process FOLDER`` prints the bytes resident before and at most.
"""

import sys
from datetime import date
from functools import cache
from pathlib import Path

from benchmarks import ours
from benchmarks.city import City
from tally import kernel
from tally.model import Matter
from tally.rules import rule_for

RULE = rule_for(Matter.HIRE_MANAGER, date(2026, 6, 1))


def laid_out(city):
    """Lay a city out as it is between one count and the next."""
    columns = city.answers, city.area, city.head, city.offsets
    return ours.prepare_city(*columns, *city.electorates.T)


def count(matrix):
    """Count a city, or a stretch of one."""
    return ours.count_city(matrix, RULE)


def count_stretch(folder, first, last):
    """Count some complexes of a mapped city; the layout is kept for the next call."""
    return count(_stretch(folder, first, last))


@cache
def _stretch(folder, first, last):
    return laid_out(City.mapped(folder).stretch(first, last))


def _resident(field):
    """Read ``VmRSS`` or ``VmHWM`` (the peak) of this process, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def main():
    """Load everything and count one complex, then the city."""
    city = City.mapped(sys.argv[1])
    kernel.warm()
    count(laid_out(city.stretch(0, 1)))
    before = _resident("VmRSS")
    count(laid_out(city))
    sys.stdout.write(f"{before} {_resident('VmHWM')}\n")


if __name__ == "__main__":
    main()
