"""Small random assemblies that meet every rule: co-owners, developer stock, repeated and void
ballots, blanks, followers, all three forms, every policy, areas past 2**53."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.grouping import owner_groups
from tally.model import (
    DEFAULT_KINDS,
    Agenda,
    BlankItem,
    Candidate,
    Candidates,
    Choice,
    CoOwners,
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
    Ranking,
    Repeat,
    SameOwner,
    ShortOrEven,
    Silence,
    VoidBallot,
    VoidItem,
)

# For each of thousands of mutants: the same examples every time, fewer of them, and no search for
# the smallest one that fails.
settings.register_profile(
    "mutants",
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)

SMALL = st.integers(1, 12)
"""Areas that tie and hit halves, thirds and quarters often."""
LARGE = st.integers(2**53, 2**53 + 3)
"""Areas that a float cannot tell apart."""
HUGE = st.integers(2**59, 2**59 + 3)
"""Areas whose multiples leave 64 bits."""


@dataclass(frozen=True)
class Assembly:
    agenda: Agenda
    roster: RosterColumns
    ballots: BallotColumns
    delivered: np.ndarray | None


@st.composite
def policies(draw, *, delivery):
    silences = [each for each in Silence if delivery or each is not Silence.DELIVERED_FOLLOWS]
    return Policies(
        silence=draw(st.sampled_from(silences)),
        repeat=draw(st.sampled_from(Repeat)),
        repeat_limit=draw(st.sampled_from([None, 1, 2])),
        mixed_units=draw(st.sampled_from(MixedUnits)),
        blank_item=draw(st.sampled_from(BlankItem)),
        void_ballot=draw(st.sampled_from(VoidBallot)),
        same_owner=draw(st.sampled_from(SameOwner)),
        include_kinds=draw(st.sampled_from([DEFAULT_KINDS, DEFAULT_KINDS | {Kind.PARKING}])),
        void_item=draw(st.sampled_from(VoidItem)),
        ranking=draw(st.sampled_from(Ranking)),
        quorum=draw(st.sampled_from(Quorum)),
        follow=draw(st.sampled_from(Follow)),
        short_or_even=draw(st.sampled_from(ShortOrEven)),
        candidates=draw(st.sampled_from(Candidates)),
        lot_seed=draw(st.sampled_from([None, "甲", "乙"])),
        co_owners=draw(st.sampled_from(CoOwners)),
    )


@st.composite
def rosters(draw, *, most_units):
    units = draw(st.integers(1, most_units))
    names = st.sampled_from(draw(st.sampled_from(["甲乙", "甲乙丙丁戊"])))
    area = draw(st.sampled_from([SMALL, SMALL, SMALL, LARGE, HUGE]))
    # Few rosters name households.
    households = draw(st.sampled_from([st.none(), st.sampled_from([None, None, 7, 8])]))
    rows = [
        UnitRow(
            unit_key=f"1-1-{unit + 1}",
            building=draw(st.sampled_from(["1号楼", "2号楼"])),
            # One dwelling is always there, so that somebody has a vote.
            kind=Kind.DWELLING
            if unit == 0
            else draw(st.sampled_from([Kind.DWELLING, Kind.DWELLING, Kind.PARKING])),
            area_cm2=draw(area),
            developer_stock=draw(st.integers(0, 5)) == 0,
            owners=tuple(draw(st.lists(names, min_size=draw(st.integers(0, 1)), max_size=2))),
            household=draw(households),
        )
        for unit in range(units)
    ]
    return RosterColumns.from_rows(rows)


ITEMS = {
    Form.RESOLUTION: Item("1", "决议", Form.RESOLUTION, Matter.HIRE_MANAGER),
    Form.ELECTION: Item(
        "2",
        "选举",
        Form.ELECTION,
        Matter.ELECT_COMMITTEE,
        candidates=tuple(Candidate(f"c{i}", f"候选人{i}") for i in range(5)),
    ),
    Form.CHOOSE_ONE: Item(
        "3",
        "多选一",
        Form.CHOOSE_ONE,
        Matter.HIRE_MANAGER,
        options=tuple(Option(name, name) for name in "AB"),
    ),
}


@st.composite
def items(draw, forms):
    base = ITEMS[draw(st.sampled_from(forms))]
    electorate = draw(
        st.sampled_from(
            [
                Electorate(),
                Electorate(),
                Electorate(include_kinds=frozenset({Kind.DWELLING, Kind.PARKING})),
                Electorate(units=frozenset({"1-1-1"})),
            ]
        )
    )
    matters = [base.matter, base.matter, Matter.RAISE_FUND]
    seats, alternates = 0, 0
    if base.form is Form.ELECTION:
        seats = draw(st.sampled_from([0, 3, 4, 5]))
        alternates = draw(st.sampled_from([1, 2] if seats == 0 else [0, 1, 2]))
    if base.form is Form.RESOLUTION:
        matters.append(Matter.DWELLING_TO_BUSINESS)
    return Item(
        base.id,
        base.title,
        base.form,
        draw(st.sampled_from(matters)),
        electorate,
        seats=seats,
        alternates=alternates,
        candidates=base.candidates,
        options=base.options,
    )


def marks_of(form, *, following=True):
    marks = [Choice.BLANK, Choice.ABSTAIN, Choice.VOID] + [Choice.FOLLOW] * following
    if form is Form.CHOOSE_ONE:
        return [*marks, Choice.NONE_OF_THESE, *[Choice.OPTION] * 4, Choice.OPTION + 1]
    return [*marks, *[Choice.APPROVE] * 5, *[Choice.OPPOSE] * 2]


@st.composite
def assemblies(
    draw,
    *,
    most_units=7,
    most_ballots=7,
    forms=tuple(Form),
    turnout=0,
    simple=False,
    most_items=1,
):
    """Draw an assembly.

    ``turnout``: owners in ten who vote, on average, once for all their units, before any other
    ballots. ``simple``: nobody else votes and nobody follows, under the default policies.
    """
    roster = draw(rosters(most_units=most_units))
    delivery = not simple and draw(st.booleans())
    delivered = np.array([draw(st.booleans()) for _ in roster.unit_key]) if delivery else None
    agenda = Agenda(
        "大会",
        "业委会",
        None,
        None,
        draw(st.sampled_from([date(2026, 6, 1), date(2026, 6, 1), date(2019, 6, 1)])),
        Policies() if simple else draw(policies(delivery=delivery)),
        tuple(
            replace(draw(items(forms)), id=str(number))
            for number in range(draw(st.integers(1, most_items)))
        ),
    )
    marks = [
        marks_of(agenda.items[item].form, following=not simple)
        for item, _ in agenda.question_columns()
    ]
    # Some complexes vote unit by unit, so that one owner has several ballots.
    by_unit = not simple and draw(st.booleans())
    electors = [(key,) for key in roster.unit_key] if by_unit else _owners(roster, agenda)
    cast = [units for units in electors if draw(st.integers(1, 10)) <= turnout]
    some_units = st.lists(st.sampled_from(roster.unit_key), min_size=1, max_size=2, unique=True)
    if not simple:
        more = max(most_ballots - len(cast), 0)
        cast += [tuple(draw(some_units)) for _ in range(draw(st.integers(0, more)))]
    rows = [
        BallotRow(
            unit_keys=units,
            choices=tuple(int(draw(st.sampled_from(offered))) for offered in marks),
            void=draw(st.integers(0, 9)) == 0,
            channel=draw(st.sampled_from(["手机", "纸质"])),
        )
        for units in draw(st.permutations(cast))[:most_ballots]
    ]
    return Assembly(agenda, roster, BallotColumns.from_rows(roster, agenda, rows), delivered)


def _owners(roster, agenda):
    """Units of each owner, so that one ballot speaks for all of them."""
    groups = owner_groups(roster, agenda.policies.same_owner).tolist()
    return [
        tuple(key for key, code in zip(roster.unit_key, groups, strict=True) if code == group)
        for group in sorted(set(groups))
    ]


def pytest_collection_modifyitems(config, items):
    """Examples by hand come first: they notice most mutants, and at once."""
    if config.getoption("hypothesis_profile") == "mutants":
        items.sort(key=lambda item: hasattr(item.obj, "hypothesis"))


@pytest.fixture(scope="session")
def drawn():
    """The strategy of assemblies, as tests in this folder ask for it."""
    return assemblies
