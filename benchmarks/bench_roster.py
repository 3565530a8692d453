"""A whole roster workbook read, verified and grouped, against the parser reading it alone.

A quarter of the units is co-owned, one in fifty a company's, one in twenty belongs to the owner of
an earlier one, every tenth building is a garage. The parser alone gives lists of cells and nothing
more; here every digit of every paper is checked, what is doubtful is asked, the owner groups are
explained line by line. Both are timed in turn, in one run, and no more than three times the
parser's own time is the promise.
"""

import io
import subprocess
import sys
import time
from datetime import date, timedelta
from functools import cache
from random import Random

from python_calamine import load_workbook

from tally.model import Kind
from voting.roster.examination import examine
from voting.roster.identity_numbers import credit_check, resident_check
from voting.roster.model import AreaSource, IdType, OwnerRecord, TitleStatus, UnitRecord
from voting.roster.workbook import roster_workbook

SEED = 20_260_101
UNITS = 100_000
FEW = 2_000
TODAY = date(2026, 11, 23)
ROUNDS = 5
AT_MOST = 3.0
MEGABYTES = 1_500

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CHARACTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 400)]


class Complex:
    """Draws owners and units, and keeps count of the heads while it does."""

    def __init__(self, units):
        self.chance = Random(SEED)
        self.people = 0
        self.titles = []
        self.area_cm2 = 0
        self.units = [self.unit(at) for at in range(units)]
        self.heads = len({frozenset(owner.id_number for owner in t) for t in self.titles})

    def person(self):
        """Draw a resident; no number comes twice."""
        self.people += 1
        born = date(1950, 1, 1) + timedelta(days=self.people // 1000)
        first_17 = f"110105{born:%Y%m%d}{self.people % 1000:03d}"
        name = "".join(self.chance.choices(_CHARACTERS, k=3))
        return OwnerRecord(name, IdType.RESIDENT, first_17 + resident_check(first_17))

    def company(self):
        """Draw a company."""
        self.people += 1
        organisation = f"{self.people:08d}"
        values = sum(w * int(d) for w, d in zip(_ORGANISATION_WEIGHTS, organisation, strict=True))
        first_17 = f"91110105{organisation}{'0123456789X0'[11 - values % 11]}"
        return OwnerRecord(
            f"第{self.people}公司", IdType.CREDIT_CODE, first_17 + credit_check(first_17)
        )

    def title(self):
        """Draw the owners of one unit."""
        draw = self.chance.random()
        if draw < 0.05 and self.titles:
            return self.chance.choice(self.titles)
        if draw < 0.30:
            return (self.person(), self.person())
        return (self.company(),) if draw < 0.32 else (self.person(),)

    def unit(self, at):
        """Draw the unit at a place of the complex."""
        building, place = divmod(at, 400)
        owners = self.title()
        self.titles.append(owners)
        area_cm2 = self.chance.randrange(400_000, 1_500_000, 100)
        self.area_cm2 += area_cm2
        return UnitRecord(
            building=str(building + 1),
            entrance=str(place // 100 + 1),
            room=f"{place % 100 // 4 + 1}{place % 4 + 1:02d}",
            kind=Kind.PARKING if building % 10 == 0 else Kind.DWELLING,
            area_cm2=area_cm2,
            area_source=AreaSource.REGISTER,
            owners=owners,
            title_status=TitleStatus.DELIVERED,
            phones=(f"154{self.people:08d}",),
            title_no=f"京(2021)朝不动产权第{at:07d}号",
        )


@cache
def complex_of(units):
    drawn = Complex(units)
    return drawn, roster_workbook(drawn.units, "幸福家园业主清册")


def parse(workbook):
    """Take the peer: the parser, and nothing else."""
    return load_workbook(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()


def check(workbook):
    """Read, verify and group."""
    return examine(workbook, "清册.xlsx", on=TODAY)


def require_truth(drawn, examination):
    assert len(examination.require()) == len(drawn.units)
    assert examination.explanation.after.heads == drawn.heads
    assert examination.explanation.after.area_cm2 == drawn.area_cm2


def seconds(action, workbook):
    begun = time.perf_counter()
    action(workbook)
    return time.perf_counter() - begun


def bench_check_a_workbook(benchmark):
    """Time the whole check; what it finds is compared with what was drawn."""
    drawn, workbook = complex_of(UNITS if benchmark.enabled else FEW)

    require_truth(drawn, benchmark.pedantic(check, args=(workbook,), rounds=ROUNDS))


def bench_parse_the_workbook_alone(benchmark):
    """Time the parser, for comparison."""
    drawn, workbook = complex_of(UNITS if benchmark.enabled else FEW)

    rows = benchmark.pedantic(parse, args=(workbook,), rounds=ROUNDS)

    assert len(rows) == len(drawn.units) + 2


def bench_ratio(benchmark):
    """Take turns, so that whatever else the machine does slows both down alike."""
    drawn, workbook = complex_of(UNITS if benchmark.enabled else FEW)
    require_truth(drawn, check(workbook))
    turns = [
        (seconds(parse, workbook), seconds(check, workbook))
        for _ in range(ROUNDS if benchmark.enabled else 1)
    ]
    alone, whole = (min(times) for times in zip(*turns, strict=True))
    benchmark.extra_info["ratio"] = round(whole / alone, 2)
    benchmark.pedantic(lambda: None)

    # Of a few rows nearly all the time is the start of the parser's process.
    assert not benchmark.enabled or whole <= AT_MOST * alone, (whole, alone)


def bench_memory(benchmark, tmp_path):
    """Check in a process of its own, and add its peak to that of the parser it starts.

    Its own is read from the kernel: ``ru_maxrss`` begins with that of whoever started a process.
    The parser's begins with that of the check, so that the sum is never too small.
    """
    drawn, workbook = complex_of(UNITS if benchmark.enabled else FEW)
    path = tmp_path / "roster.xlsx"
    path.write_bytes(workbook)
    program = (
        "import re, resource, sys; from pathlib import Path\n"
        "from voting.roster.examination import examine\n"
        "explained = examine(Path(sys.argv[1]).read_bytes(), 'x').explanation\n"
        "own = int(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])\n"
        "parser = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(explained.after.heads, (own + parser) // 1024)"
    )

    def run():
        return subprocess.run(  # noqa: S603 - this interpreter, and the program above
            [sys.executable, "-c", program, path], check=True, capture_output=True, text=True
        ).stdout

    heads, megabytes = map(int, benchmark.pedantic(run, rounds=1).split())
    benchmark.extra_info["megabytes"] = megabytes

    assert heads == drawn.heads
    assert not benchmark.enabled or megabytes < MEGABYTES
