"""One seeded vote, as the integer columns the count takes and as the tables others keep.

Ten resolutions over one roster in buildings of 120 units. 3 % of the units are developer stock
(one head), 4 % belong to the owner of the unit before them, every fourth owner is a couple, 72 % of
the owners vote, 35 % of those vote twice, and 5 % of the items are left blank. The last ballot
counts, for all units of its owner and with all its items.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from tally.columns import BallotColumns, RosterColumns
from tally.model import Agenda, Choice, Form, Item, Matter, Policies, Repeat
from tally.slots import SILENT

SEED = 20_260_101
ITEMS = 10
UNITS_OF_BUILDING = 120
TURNOUT = 0.72
COLUMNS = tuple(f"c{item}" for item in range(ITEMS))
"""Names of the choice columns where a row holds a whole ballot."""

MARKS = (Choice.APPROVE, Choice.OPPOSE, Choice.ABSTAIN)
NAMES = {Choice.BLANK: "", Choice.APPROVE: "同意", Choice.OPPOSE: "反对", Choice.ABSTAIN: "弃权"}


@dataclass(frozen=True, slots=True, eq=False)
class Vote:
    """One vote of U units and B ballots.

    Parameters
    ----------
    agenda, roster, ballots
        What the count takes.
    owner
        Head each unit belongs to, dense codes, int32, shape ``(U,)``. Worked out here, not by the
        package whose answers are checked with it.
    matrix
        What stands for each unit after the last ballot of its owner, uint8, shape ``(10, U)``.
    """

    agenda: Agenda
    roster: RosterColumns
    ballots: BallotColumns
    owner: np.ndarray
    matrix: np.ndarray

    @property
    def heads(self):
        """Owners in all."""
        return int(self.owner.max()) + 1


@cache
def vote_of(units):
    """Draw a vote of so many units; the same one every time."""
    rng = np.random.default_rng(SEED)
    roster = _roster(rng, units)
    agenda = agenda_of(Policies(repeat=Repeat.LAST_VALID))
    stock = roster.developer_stock
    first = roster.owner_code[roster.owner_offsets[:-1]]
    _, owner = np.unique(np.where(stock, -1, first), return_inverse=True)
    owner = owner.astype(np.int32)
    caster, ballots = _stream(rng, owner)

    last = np.full(int(owner.max()) + 1, -1)
    np.maximum.at(last, caster, np.arange(len(caster)))
    standing = last[owner]
    voted = standing >= 0
    matrix = np.full((ITEMS, units), SILENT, dtype=np.uint8)
    matrix[:, voted] = ballots.choices[standing[voted]].T
    return Vote(agenda, roster, ballots, owner, matrix)


def agenda_of(policies):
    """Put ten resolutions to the vote."""
    items = tuple(
        Item(str(n + 1), f"议题 {n + 1}", Form.RESOLUTION, Matter.HIRE_MANAGER)
        for n in range(ITEMS)
    )
    return Agenda("大会", "业委会", None, None, date(2026, 6, 1), policies, items)


def choices_by_byte():
    """Tell which choice each random byte stands for, by item: uint8, shape ``(10, 256)``.

    5 % are blank. Items differ in approval, so that some are carried and some are not.
    """
    byte = np.arange(256)[None, :]
    approve = np.linspace(0.42, 0.66, ITEMS)[:, None] * 256
    oppose = approve + 0.7 * (0.95 * 256 - approve)
    choice = 1 + (byte >= approve) + (byte >= oppose)
    return np.where(byte >= 0.95 * 256, Choice.BLANK, choice).astype(np.uint8)


def _roster(rng, units):
    title = np.arange(units, dtype=np.int32)
    second = np.flatnonzero(rng.random(units) < 0.04)[1:]
    title[second] = title[second - 1]
    couple = title % 4 == 0
    _, spouse = np.unique(title[couple], return_inverse=True)
    people = np.insert(title, np.flatnonzero(couple) + 1, units + spouse)
    building = np.arange(units, dtype=np.int32) // UNITS_OF_BUILDING
    return RosterColumns(
        unit_key=tuple(f"{n // 120 + 1}-1-{n % 120 + 1}" for n in range(units)),
        buildings=tuple(str(n + 1) for n in range(int(building[-1]) + 1)),
        building=building,
        kind=np.zeros(units, dtype=np.int8),
        area_cm2=rng.integers(450_000, 2_200_000, size=units),
        developer_stock=rng.random(units) < 0.03,
        owner_offsets=np.append(0, np.cumsum(1 + couple)),
        owner_code=people,
    )


def _stream(rng, owner):
    """Let owners vote, some of them twice, in random order; return who cast each ballot too."""
    units_of = np.bincount(owner)
    voters = rng.permutation(len(units_of))[: int(TURNOUT * len(units_of))]
    caster = rng.permutation(np.concatenate([voters, voters[: int(0.35 * len(voters))]]))
    by_owner = np.argsort(owner, kind="stable").astype(np.int32)
    lengths = units_of[caster]
    offsets = np.append(0, np.cumsum(lengths))
    begins = (np.cumsum(units_of) - units_of)[caster]
    places = np.arange(offsets[-1]) + np.repeat(begins - offsets[:-1], lengths)
    marks = choices_by_byte()[
        np.arange(ITEMS), rng.integers(256, size=(len(caster), ITEMS), dtype=np.uint8)
    ]
    return caster, BallotColumns(
        unit_offsets=offsets,
        unit_code=by_owner[places],
        choices=marks.astype(np.int8),
        void=np.zeros(len(caster), dtype=np.bool_),
        channel=np.zeros(len(caster), dtype=np.int8),
    )


@cache
def roster_codes(vote):
    """Return the roster as integers: a row for each unit."""
    return pd.DataFrame(
        {
            "unit": np.arange(len(vote.roster), dtype=np.int32),
            "building": vote.roster.building,
            "owner": vote.owner,
            "area": vote.roster.area_cm2,
        }
    )


@cache
def stream_codes(vote):
    """Return the ballots as integers: a row for each ballot, unit and item, in order of arrival."""
    seq = np.repeat(np.arange(len(vote.ballots), dtype=np.int32), _lengths(vote))
    return pd.DataFrame(
        {
            "seq": np.repeat(seq, ITEMS),
            "unit": np.repeat(vote.ballots.unit_code, ITEMS),
            "item": np.tile(np.arange(ITEMS, dtype=np.int8), len(seq)),
            "choice": vote.ballots.choices[seq].reshape(-1),
        }
    )


@cache
def matrix_codes(vote):
    """Return what stands after the last ballot: a row for each unit that voted, and item."""
    voted = np.flatnonzero(vote.matrix[0] != SILENT).astype(np.int32)
    return pd.DataFrame(
        {
            "unit": np.tile(voted, ITEMS),
            "item": np.repeat(np.arange(ITEMS, dtype=np.int8), len(voted)),
            "choice": vote.matrix[:, voted].reshape(-1).view(np.int8),
        }
    )


@cache
def stream_rows(vote):
    """Return the ballots as integers: a row for each ballot and unit, a column for each item."""
    seq = np.repeat(np.arange(len(vote.ballots), dtype=np.int32), _lengths(vote))
    choices = vote.ballots.choices[seq].T
    return pd.DataFrame(
        {"seq": seq, "unit": vote.ballots.unit_code} | dict(zip(COLUMNS, choices, strict=True))
    )


@cache
def matrix_rows(vote):
    """Return what stands after the last ballot: a row for each unit that voted."""
    voted = np.flatnonzero(vote.matrix[0] != SILENT).astype(np.int32)
    choices = vote.matrix[:, voted].view(np.int8)
    return pd.DataFrame({"unit": voted} | dict(zip(COLUMNS, choices, strict=True)))


@cache
def roster_table(vote):
    """Return the roster as a spreadsheet has it."""
    return pd.DataFrame(
        {
            "房号": np.array(vote.roster.unit_key, dtype=object),
            "面积": vote.roster.area_cm2,
            "业主": np.array([f"业主{code}" for code in vote.owner], dtype=object),
        }
    )


@cache
def spelled_out(vote, codes_of):
    """Return the rows of :func:`stream_codes` or :func:`matrix_codes` in words."""
    codes = codes_of(vote)
    room = np.array(vote.roster.unit_key, dtype=object)
    item = np.array([item.id for item in vote.agenda.items], dtype=object)
    mark = np.array([NAMES[Choice(code)] for code in range(4)], dtype=object)
    return pd.DataFrame(
        {"房号": room[codes["unit"]], "议题": item[codes["item"]], "选择": mark[codes["choice"]]}
    )


def _lengths(vote):
    return np.diff(vote.ballots.unit_offsets)
