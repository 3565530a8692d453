"""A city of the rarer votes: void and followed, spoiled, blank, repeated, and owners who are torn.

A fifth of the units belongs to the owner of an earlier one, and every unit votes by itself: many an
owner of several has voted for some of them only, or differently.
"""

import numpy as np

from benchmarks.answer import Answer
from benchmarks.data import ITEMS, SEED
from benchmarks.ours import BLOCKS
from tally.columns import BallotColumns, RosterColumns
from tally.model import BlankItem, Choice, Follow, MixedUnits, Policies, Quorum, Repeat

MARKS = (Choice.BLANK, Choice.APPROVE, Choice.OPPOSE, Choice.ABSTAIN, Choice.FOLLOW, Choice.VOID)
SHARES = (0.05, 0.45, 0.30, 0.10, 0.06, 0.04)
VOID = 0.03
POLICIES = {
    "by default": Policies(),
    "by clause": Policies(
        repeat=Repeat.LAST_VALID,
        mixed_units=MixedUnits.LAST_BALLOT,
        blank_item=BlankItem.ABSTAIN,
        quorum=Quorum.PER_BALLOT,
        follow=Follow.EACH_MEASURE,
    ),
}


def draw_city(units, complexes):
    """Draw name, roster and ballots of each complex; the same ones every time."""
    rng = np.random.default_rng(SEED)
    sizes = rng.multinomial(units - complexes, rng.dirichlet(np.full(complexes, 3.0))) + 1
    return [(f"第{n}小区", *_complex(rng, int(size))) for n, size in enumerate(sizes, start=1)]


def answer_of(verdicts):
    """Read an answer from what a batch decided, item by item."""
    figures = [[getattr(table, block) for block in BLOCKS] for [table] in verdicts]
    carried = np.stack([table.carried for [table] in verdicts], axis=1)
    return Answer(np.array(figures).transpose(2, 0, 1, 3), carried)


def answer_of_reference(results):
    """Read an answer from what the specification says of one complex after the other."""
    proposals = [[item["proposals"][0] for item in result] for result in results]
    figures = [[[each[block] for block in BLOCKS] for each in row] for row in proposals]
    carried = [[each["carried"] for each in row] for row in proposals]
    return Answer(np.array(figures, dtype=np.int64), np.array(carried))


def _complex(rng, units):
    owner = np.arange(units, dtype=np.int32)
    bought = np.flatnonzero(rng.random(units) < 0.2)
    owner[bought] = rng.integers(np.maximum(bought, 1))
    roster = RosterColumns(
        unit_key=tuple(f"1-1-{n + 1}" for n in range(units)),
        buildings=("1",),
        building=np.zeros(units, dtype=np.int32),
        kind=np.zeros(units, dtype=np.int8),
        area_cm2=rng.integers(450_000, 2_200_000, size=units),
        developer_stock=rng.random(units) < 0.03,
        owner_offsets=np.arange(units + 1, dtype=np.int64),
        owner_code=owner,
    )
    voters = np.flatnonzero(rng.random(units) < rng.uniform(0.6, 1.0))
    cast = rng.permutation(np.append(voters, voters[rng.random(len(voters)) < 0.3]))
    return roster, BallotColumns(
        unit_offsets=np.arange(len(cast) + 1, dtype=np.int64),
        unit_code=cast.astype(np.int32),
        choices=rng.choice(np.array(MARKS, dtype=np.int8), p=SHARES, size=(len(cast), ITEMS)),
        void=rng.random(len(cast)) < VOID,
        channel=np.zeros(len(cast), dtype=np.int8),
        channels=("phone",),
    )
