"""The count against the script one would write instead: merge, groupby and nunique in pandas.

Ten resolutions over one roster. 3 % of the units are developer stock (one head), 4 % belong to
the owner of the unit before them, 72 % of the owners vote, and an eighth of the items is left
blank. Both sides start from the same ballots: columns of codes for the count, which is how ballots
are stored here, and tables with room numbers and names for the script, which is how they are kept
without it. Every timed result is compared with the other side's before it counts for anything.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tally.columns import BallotColumns, RosterColumns
from tally.count import count_assembly, owner_groups
from tally.decision import decide
from tally.desk import Desk
from tally.model import (
    Agenda,
    Choice,
    Form,
    Item,
    Matter,
    Policies,
    Repeat,
    SameOwner,
)
from tally.question import questions_of
from tally.rules import rule_for

SEED = 20_260_101
ITEMS = 10
SIZES = [1_000, 10_000, 100_000]
NAMES = {Choice.BLANK: "", Choice.APPROVE: "同意", Choice.OPPOSE: "反对", Choice.ABSTAIN: "弃权"}
BLOCKS = {"approve": "同意", "oppose": "反对", "abstain": "弃权"}


@dataclass(frozen=True)
class Vote:
    """One vote twice: as columns and as tables."""

    agenda: Agenda
    roster: RosterColumns
    ballots: BallotColumns
    roster_table: pd.DataFrame
    ballot_table: pd.DataFrame


@cache
def vote_of(units):
    rng = np.random.default_rng(SEED)
    roster = _roster(rng, units)
    items = tuple(
        Item(str(n + 1), f"议题 {n + 1}", Form.RESOLUTION, Matter.HIRE_MANAGER)
        for n in range(ITEMS)
    )
    agenda = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), items)
    head = owner_groups(roster, SameOwner.IDENTITY_SET)
    ballots = _ballots(rng, head)
    unit_key = np.array(roster.unit_key, dtype=object)
    cast = np.repeat(np.arange(len(ballots)), np.diff(ballots.unit_offsets))
    marks = np.array([NAMES[Choice(code)] for code in range(4)], dtype=object)
    return Vote(
        agenda,
        roster,
        ballots,
        pd.DataFrame(
            {
                "房号": unit_key,
                "面积": roster.area_cm2,
                "业主": np.array([f"业主{code}" for code in head], dtype=object),
            }
        ),
        pd.DataFrame(
            {
                "房号": np.tile(unit_key[ballots.unit_code], ITEMS),
                "议题": np.repeat([item.id for item in items], len(cast)),
                "选择": marks[ballots.choices[cast].T.reshape(-1)],
            }
        ),
    )


def _roster(rng, units):
    title = np.arange(units, dtype=np.int32)
    second = np.flatnonzero(rng.random(units) < 0.04)[1:]
    title[second] = title[second - 1]
    return RosterColumns(
        unit_key=tuple(f"{n // 120 + 1}-1-{n % 120 + 1}" for n in range(units)),
        buildings=tuple(str(n + 1) for n in range(-(-units // 120))),
        building=np.arange(units, dtype=np.int32) // 120,
        kind=np.zeros(units, dtype=np.int8),
        area_cm2=rng.integers(450_000, 2_200_000, size=units),
        developer_stock=rng.random(units) < 0.03,
        owner_offsets=np.arange(units + 1, dtype=np.int64),
        owner_code=title,
    )


def _ballots(rng, head):
    """One ballot for all units of each owner who votes, in random order of arrival."""
    heads = int(head.max()) + 1
    by_head = np.argsort(head, kind="stable").astype(np.int32)
    first = np.searchsorted(head[by_head], np.arange(heads + 1))
    voters = rng.permutation(heads)[: int(0.72 * heads)]
    units = [by_head[first[voter] : first[voter + 1]] for voter in voters]
    codes = np.array([0, 1, 1, 1, 1, 2, 2, 3], dtype=np.int8)
    return BallotColumns(
        unit_offsets=np.cumsum([0, *map(len, units)], dtype=np.int64),
        unit_code=np.concatenate(units),
        choices=rng.choice(codes, size=(len(voters), ITEMS)),
        void=np.zeros(len(voters), dtype=np.bool_),
        channel=np.zeros(len(voters), dtype=np.int8),
    )


def script(roster_table, ballot_table):
    """Count as a spreadsheet-minded script does: strings, merge, groupby, nunique."""
    marked = ballot_table[ballot_table["选择"] != ""]
    joined = marked.merge(roster_table, on="房号")
    return joined.groupby(["议题", "选择"]).agg(人数=("业主", "nunique"), 面积=("面积", "sum"))


@cache
def script_answer(units):
    vote = vote_of(units)
    return script(vote.roster_table, vote.ballot_table)


def figures(table):
    return {key: (int(row["人数"]), int(row["面积"])) for key, row in table.iterrows()}


def expected(units):
    return figures(script_answer(units))


@pytest.mark.parametrize("units", SIZES)
def bench_count(benchmark, units):
    """Go from columns to verdicts, everything checked and grouped on the way."""
    vote = vote_of(units)
    benchmark.group = f"{units} units"
    benchmark.extra_info["choices"] = vote.ballots.choices.size

    results = benchmark(count_assembly, vote.agenda, vote.roster, vote.ballots, in_doubt=False)

    counted = {
        (result["id"], name): (result[block]["heads"], result[block]["area_cm2"])
        for result in results
        for block, name in BLOCKS.items()
    }
    assert counted == expected(units)


@pytest.mark.parametrize("units", SIZES)
def bench_count_again(benchmark, units):
    """Time the count alone, on a desk where electorate and slots are laid out."""
    vote = vote_of(units)
    benchmark.group = f"{units} units"
    policies = vote.agenda.policies
    rule = rule_for(Matter.HIRE_MANAGER, vote.agenda.decision_date)
    questions = questions_of(vote.agenda)

    def laid_out():
        desk = Desk(vote.roster, vote.ballots, None, ())
        desk.held(desk.scope(vote.agenda.items[0], policies), desk.slots(Repeat.FIRST_VALID))
        return (desk,), {}

    def count(desk):
        return [
            decide(desk, item, asked, policies, rule)
            for item, asked in zip(vote.agenda.items, questions, strict=True)
        ]

    decisions = benchmark.pedantic(count, setup=laid_out, rounds=20)

    counted = {
        (decision.item.id, name): (
            getattr(decision.verdicts[0].votes, block).heads,
            getattr(decision.verdicts[0].votes, block).area_cm2,
        )
        for decision in decisions
        for block, name in BLOCKS.items()
    }
    assert counted == expected(units)


@pytest.mark.parametrize("units", SIZES)
def bench_pandas_script(benchmark, units):
    """Time the peer, which knows nothing of void, repeated or mixed ballots."""
    vote = vote_of(units)
    benchmark.group = f"{units} units"

    table = benchmark(script, vote.roster_table, vote.ballot_table)

    assert figures(table) == expected(units)


@pytest.mark.parametrize("units", SIZES[:2])
def bench_count_with_doubts(benchmark, units):
    """Decide again under every other policy, and find how few ballots would turn it."""
    vote = vote_of(units)
    benchmark.group = f"{units} units, with doubts"

    results = benchmark(count_assembly, vote.agenda, vote.roster, vote.ballots)

    for result in results:
        assert len(result["variants"]) == 8
        assert isinstance(result["flip"]["change"], int)
