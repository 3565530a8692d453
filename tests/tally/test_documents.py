"""The result to the letter: certificates embed it, and outsiders read it."""

import json
from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from tally.clauses import used_policies
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.model import (
    Agenda,
    Candidate,
    Electorate,
    Follow,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Option,
    Policies,
    Quorum,
    Repeat,
    SameOwner,
    Silence,
    VoidBallot,
)

WRITTEN = Path(__file__).with_name("documents.json")
ITEMS = (
    Item("1", "筹集维修资金", Form.RESOLUTION, Matter.RAISE_FUND),
    Item(
        "2",
        "补选委员",
        Form.ELECTION,
        Matter.OTHER,
        seats=1,
        alternates=1,
        candidates=(Candidate("c1", "张"), Candidate("c2", "王")),
    ),
    Item(
        "3",
        "选聘物业服务人",
        Form.CHOOSE_ONE,
        Matter.HIRE_MANAGER,
        options=(Option("a", "甲公司"), Option("b", "乙公司")),
    ),
)
CLAUSES = (
    Policies(),
    Policies(
        silence=Silence.ABSTAIN,
        repeat=Repeat.LAST_VALID,
        mixed_units=MixedUnits.LAST_BALLOT,
        void_ballot=VoidBallot.PARTICIPATING,
        same_owner=SameOwner.ANY_COMMON_OWNER,
        include_kinds=frozenset({Kind.PARKING, Kind.DWELLING}),
    ),
    Policies(quorum=Quorum.PER_BALLOT, follow=Follow.EACH_MEASURE),
)
ROSTER = RosterColumns.from_rows(
    [
        UnitRow(f"1-1-{n}", "1", kind, area, developer_stock=False, owners=(owner,))
        for n, (kind, area, owner) in enumerate(
            [
                (Kind.DWELLING, 40, "甲"),
                (Kind.DWELLING, 11, "乙"),
                (Kind.DWELLING, 12, "丙"),
                (Kind.DWELLING, 13, "丁"),
                (Kind.DWELLING, 5, "戊"),
                (Kind.PARKING, 3, "己"),
            ]
        )
    ]
)
CAST = [
    ("1-1-0", (1, 1, 2, 16), False),
    ("1-1-1", (1, 1, 1, 16), False),
    ("1-1-2", (1, 2, 1, 16), False),
    ("1-1-3", (3, 3, 5, 6), False),
    ("1-1-4", (0, 0, 0, 0), True),
    ("1-1-5", (2, 1, 0, 17), False),
]


ROWS_OF_THE_LAW = {
    "silence": {"C-23"},
    "repeat": {"C-17", "C-18"},
    "mixed_units": {"C-3"},
    "blank_item": {"C-21"},
    "void_ballot": {"C-19"},
    "same_owner": {"C-4", "C-5", "C-6"},
    "void_item": {"C-20"},
    "ranking": {"C-26"},
    "quorum": {"C-30"},
    "follow": {"C-24"},
    "short_or_even": {"C-27"},
    "candidates": {"C-25"},
    "co_owners": {"C-1"},
}


def results():
    """The documents of one small assembly, under the defaults and under clauses."""
    written = []
    for policies in CLAUSES:
        agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, ITEMS)
        rows = [BallotRow((key,), marks, void=void, channel="书面") for key, marks, void in CAST]
        ballots = BallotColumns.from_rows(ROSTER, agenda, rows)
        written.append(count_assembly(agenda, ROSTER, ballots))
    return written


def test_results_are_written_as_published():
    assert results() == json.loads(WRITTEN.read_text(encoding="utf-8"))


def test_every_value_that_departs_from_a_default_has_a_clause_of_its_own():
    texts = []
    for policy in fields(Policies):
        standard = getattr(Policies(), policy.name)
        for value in type(standard) if isinstance(standard, StrEnum) else ():
            if value is not standard:
                [used] = used_policies(replace(Policies(), **{policy.name: value}))
                assert (used["policy"], used["value"]) == (policy.name, value.value)
                assert used["clause"] in ROWS_OF_THE_LAW[policy.name]
                texts.append(used["text"])
    assert len(set(texts)) == len(texts)


def test_nothing_is_worked_out_that_was_not_asked_for():
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), ITEMS)
    ballots = BallotColumns.from_rows(ROSTER, agenda, [])
    for result in count_assembly(agenda, ROSTER, ballots, in_doubt=False):
        assert result.keys().isdisjoint({"depends_on", "variants", "flip"})


@pytest.mark.parametrize(
    ("electorate", "disputed"),
    [
        (Electorate(), True),
        (Electorate(buildings=frozenset({"1"})), True),
        (Electorate(include_kinds=frozenset({Kind.DWELLING})), False),
        (Electorate(units=frozenset({"1-1-0"})), False),
    ],
)
def test_the_denominator_is_in_doubt_only_where_no_agenda_fixes_it(electorate, disputed):
    """Parking counts or not by the policy, unless the item says so itself (domain C-11)."""
    item = replace(ITEMS[0], electorate=electorate)
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (item,))
    [result] = count_assembly(agenda, ROSTER, BallotColumns.from_rows(ROSTER, agenda, []))
    varied = {variant["policy"] for variant in result["variants"]}
    assert ("include_kinds" in varied) is disputed
