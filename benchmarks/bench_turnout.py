"""Live turnout: what one ballot costs, against counting everything again.

100,000 units and ten items. 3 % of the units are developer stock (one head), 4 % belong to the
owner of the unit before them, and 72 % of the units vote over twelve days of daytime.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pytest

from tally.columns import RosterColumns
from tally.grouping import owner_groups
from tally.model import Agenda, Form, Item, Matter, Policies, SameOwner
from tally.turnout import LiveTurnout, turnout

SEED = 20_260_101
UNITS, ITEMS = 100_000, 10
BALLOTS = 20_000


@dataclass(frozen=True)
class Voting:
    """A roster and who has voted when."""

    agenda: Agenda
    roster: RosterColumns
    unit: list[int]
    hour: list[int]


@cache
def voting():
    rng = np.random.default_rng(SEED)
    title = np.arange(UNITS, dtype=np.int32)
    second = np.flatnonzero(rng.random(UNITS) < 0.04)[1:]
    title[second] = title[second - 1]
    roster = RosterColumns(
        unit_key=tuple(f"{n // 120 + 1}-1-{n % 120 // 6 + 1}{n % 6 + 1:02}" for n in range(UNITS)),
        buildings=tuple(str(n + 1) for n in range(-(-UNITS // 120))),
        building=np.arange(UNITS, dtype=np.int32) // 120,
        kind=np.zeros(UNITS, dtype=np.int8),
        area_cm2=rng.integers(450_000, 2_200_000, size=UNITS),
        developer_stock=rng.random(UNITS) < 0.03,
        owner_offsets=np.arange(UNITS + 1, dtype=np.int64),
        owner_code=title,
    )
    items = tuple(
        Item(str(n + 1), f"议题 {n + 1}", Form.RESOLUTION, Matter.HIRE_MANAGER)
        for n in range(ITEMS)
    )
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), items)
    unit = rng.permutation(UNITS)[: int(0.72 * UNITS)]
    hour = 490_000 + np.sort(rng.integers(12 * 14, size=len(unit)))
    return Voting(agenda, roster, unit.tolist(), hour.tolist())


def live_turnout():
    vote = voting()
    live = LiveTurnout(vote.agenda, vote.roster)
    for unit, hour in zip(vote.unit, vote.hour, strict=True):
        live.record((unit,), hour)
    live.report()  # buildings and kinds are laid out when first asked for
    return live


def taking_part():
    """Heads and area of who has voted, counted the plain way."""
    vote = voting()
    group = owner_groups(vote.roster, SameOwner.IDENTITY_SET)[vote.unit]
    return {
        "heads": len(set(group.tolist())),
        "area_cm2": int(vote.roster.area_cm2[vote.unit].sum()),
    }


def bench_record(benchmark):
    """Take note of 20,000 ballots for one unit each, and say what one of them costs."""
    vote = voting()
    cast = [((unit,), hour) for unit, hour in zip(vote.unit[:BALLOTS], vote.hour, strict=False)]
    live = LiveTurnout(vote.agenda, vote.roster)
    benchmark.group = "live turnout"

    def record():
        for units, hour in cast:
            live.record(units, hour)

    benchmark(record)

    voted = np.zeros(UNITS, dtype=np.bool_)
    voted[vote.unit[:BALLOTS]] = True
    assert live.items() == turnout(vote.agenda, vote.roster, voted)
    if benchmark.stats is not None:  # timed
        microseconds = benchmark.stats.stats.median / BALLOTS * 1e6
        benchmark.extra_info["microseconds a ballot"] = microseconds
        assert microseconds < 2


@pytest.mark.parametrize("part", ["items", "buildings", "hours", "floors", "report"])
def bench_report(benchmark, part):
    """Count the whole roster again, as a tick does; ``report`` is all but the floors."""
    live = live_turnout()
    benchmark.group = "live turnout"

    told = benchmark(getattr(live, part))

    rows = told["hours"] if part == "report" else told
    expected = taking_part()
    if part in {"items", "hours", "report"}:
        assert rows[-1]["participating"] == expected
    else:
        areas = sum(row["participating"]["area_cm2"] for row in rows)
        assert areas == expected["area_cm2"]


def bench_recount_from_ballots(benchmark):
    """Lay out the roster and take every ballot again: what no update has to do."""
    benchmark.group = "live turnout"

    live = benchmark.pedantic(live_turnout, rounds=3)

    assert live.items()[0]["participating"] == taking_part()
