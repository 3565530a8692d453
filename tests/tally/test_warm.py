"""Warming up compiles what a count will call: each loop, with the very types."""

from dataclasses import replace
from datetime import date
from functools import cache, partial
from types import SimpleNamespace

from numba import float64, int64, typeof, uint8

from tally import kernel, vectorised
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.model import Agenda, Choice, Form, Item, Kind, Matter, Policies, Repeat

LOOPS = (
    "first_ballots",
    "last_ballots",
    "ballots_with_changes",
    "spread",
    "mark_seen",
    "measure_narrow",
    "measure_wide",
)
AGENDA = Agenda(
    "大会",
    "业委会",
    None,
    None,
    date(2026, 6, 1),
    Policies(),
    (Item("1", "决议", Form.RESOLUTION, Matter.OTHER),),
)


def listening(monkeypatch):
    """Put an engine in place that tells with which types each of its loops was called."""
    called = set()

    def loop(name, *task):
        called.add((name, tuple(map(typeof, task))))
        if name == "measure_narrow":
            *some, _block, heads, areas = task
            return vectorised.measure_wide(*some, heads, areas)
        return getattr(vectorised, name)(*task)

    engine = SimpleNamespace(**{name: partial(loop, name) for name in LOOPS})
    monkeypatch.setattr(kernel, "_compiled", cache(lambda: engine))
    return called


def count(area_cm2, policies):
    roster = RosterColumns.from_rows(
        [
            UnitRow(
                f"{n}", "1", Kind.DWELLING, area_cm2 + n, developer_stock=False, owners=(f"{n}",)
            )
            for n in range(3)
        ]
    )
    agenda = replace(AGENDA, policies=policies)
    row = BallotRow(("0",), (Choice.APPROVE,), void=False, channel="手机")
    count_assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, [row]))


def test_it_calls_each_loop_with_the_types_of_a_count(monkeypatch):
    warmed = listening(monkeypatch)
    assert kernel.warm() is True
    assert {name for name, _ in warmed} == set(LOOPS)

    used = listening(monkeypatch)
    kernel.warm()  # so that even the smallest count takes this engine
    used.clear()
    for area in (1, 2**45):
        count(area, Policies())
        count(area, Policies(repeat=Repeat.LAST_VALID, repeat_limit=None))
        count(area, Policies(repeat=Repeat.LAST_VALID, repeat_limit=1))
    assert used == warmed
    for _, types in used:
        assert not any(getattr(each, "dtype", None) == float64 for each in types)


def test_codes_are_compared_as_bytes_and_sums_are_whole(monkeypatch):
    used = listening(monkeypatch)
    kernel.warm()
    for name, types in used:
        if name.startswith("measure"):
            assert (types[0].dtype, types[2].dtype, types[4].dtype) == (uint8,) * 3
            assert (types[-2].dtype, types[-1].dtype) == (int64, int64)


def test_the_compiler_is_worth_loading_from_a_quarter_of_a_million_answers(monkeypatch):
    listening(monkeypatch)
    assert kernel._engine(2**18 - 1) is vectorised
    assert kernel._engine(2**18) is not vectorised
    assert kernel._engine(1) is not vectorised


def test_there_is_nothing_to_warm_without_a_compiler(monkeypatch):
    monkeypatch.setattr(kernel, "_compiled", cache(lambda: None))
    assert kernel.warm() is False
