"""What everybody sees moves by five owners at once: no two reports differ by fewer.

Each unit's area is a power of two, so that a difference of areas names the units it is made of.
"""

from datetime import date
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tally.columns import RosterColumns, UnitRow
from tally.grouping import owner_groups
from tally.model import Agenda, Electorate, Form, Item, Kind, Matter, Policies
from voting.count.batches import BatchedTurnout
from voting.count.disclosure import disclosed_while_open

UNITS = 40
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(
            f"{n % 3}-1-{n}",
            str(n % 3),
            Kind.PARKING if n % 7 == 6 else Kind.DWELLING,
            2**n,
            developer_stock=False,
            owners=(f"p{n % 31}",),
        )
        for n in range(UNITS)
    ]
)
EVERYBODY = Item("1", "规约", Form.RESOLUTION, Matter.COVENANT)
ONE_BUILDING = Item(
    "2", "电梯", Form.RESOLUTION, Matter.USE_FUND, Electorate(buildings=frozenset({"2"}))
)
AGENDA = Agenda(
    "大会", "业委会", None, None, date(2026, 6, 1), Policies(), (EVERYBODY, ONE_BUILDING)
)
OWNER = owner_groups(ROSTER, Policies().same_owner)
ballots = st.lists(
    st.tuples(
        st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=4, unique=True),
        st.integers(490_000, 490_003),
    ),
    max_size=60,
).map(lambda cast: sorted(cast, key=lambda ballot: ballot[1]))


def units_in(area_cm2):
    return {unit for unit in range(UNITS) if area_cm2 >> unit & 1}


def shown(live):
    """Every figure in sight, as the set of units that it counts."""
    report = live.report()
    dated = [{**row, "from": row["hour"]} for row in report["hours"]]
    report = disclosed_while_open({**report, "hours": dated})
    assert {row["participating"] for row in report["buildings"] + report["kinds"]} == {None}
    figures = {row["id"]: units_in(row["participating"]["area_cm2"]) for row in report["items"]}
    figures["everybody"] = units_in(report["everybody"]["participating"]["area_cm2"])
    hours = report["hours"]
    return figures | {hour["from"]: units_in(hour["arrived"]["area_cm2"]) for hour in hours}


@settings(max_examples=120, deadline=None)
@given(ballots)
def test_no_two_reports_differ_by_fewer_than_five_owners(stream):
    """In any figure, nor in one figure less another."""
    live = BatchedTurnout(AGENDA, ROSTER)
    seen = [(shown(live), live.position)]
    for position, (units, hour) in enumerate(stream, start=1):
        live.record(position, units, hour)
        seen.append((shown(live), live.position))
    for (before, earlier), (after, later) in combinations(seen, 2):
        if earlier == later:
            assert before == after
            continue
        new = {name: units - before.get(name, set()) for name, units in after.items()}
        new["elsewhere"] = new["everybody"] - new["2"]
        for units in new.values():
            owners = {int(OWNER[unit]) for unit in units}
            assert not owners or len(owners) >= 5


def cast(live, *units):
    for position, unit in enumerate(units, start=1):
        live.record(position, [unit], 490_000)
    return live.report()["everybody"]["participating"]["heads"], live.position


def test_the_fifth_owner_brings_all_five():
    dwellings = (0, 1, 3, 4)
    assert cast(BatchedTurnout(AGENDA, ROSTER), *dwellings) == (0, 0)
    assert cast(BatchedTurnout(AGENDA, ROSTER), *dwellings, 7) == (5, 5)
    assert cast(BatchedTurnout(AGENDA, ROSTER), *dwellings, 7, 9) == (5, 5)


def test_an_owner_who_comes_again_is_still_one():
    """Units 0 and 31 are of one owner; a unit that votes twice brings nothing either."""
    assert cast(BatchedTurnout(AGENDA, ROSTER), 0, 1, 3, 3, 0, 31) == (0, 0)


def test_units_that_are_asked_other_questions_wait_apart():
    """Four of one building and one of the other: the item of either would show too few."""
    assert cast(BatchedTurnout(AGENDA, ROSTER), 0, 1, 3, 4, 2) == (0, 0)


def test_units_that_no_item_is_put_to_bring_nobody():
    assert cast(BatchedTurnout(AGENDA, ROSTER), 0, 1, 3, 4, 6) == (0, 0)
