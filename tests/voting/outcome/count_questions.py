"""What both verifiers are asked about counting: every pair of marks, under the clauses on them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations_with_replacement, product
from types import SimpleNamespace

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.model import (
    Agenda,
    BlankItem,
    Candidate,
    Candidates,
    Choice,
    Electorate,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Option,
    Policies,
    Quorum,
    ShortOrEven,
    VoidBallot,
    VoidItem,
)
from tests.voting.outcome.votes import first_count, second_count
from voting.kernel import canonical

MARKS = (
    Choice.BLANK, Choice.APPROVE, Choice.OPPOSE, Choice.ABSTAIN, Choice.FOLLOW, Choice.VOID,
)  # fmt: skip


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    yield "count", _counted, _counted_again, ((vote,) for vote in _votes())


def _counted(vote):
    return canonical.encode(first_count(vote))


def _counted_again(vote):
    return canonical.encode(second_count(vote))


def _votes():
    # Each pair of marks on two candidates, and on two flats of one owner, is on one paper.
    pairs = [*product(MARKS, repeat=2)]
    two = tuple(Candidate(name, name) for name in "ab")
    for candidates, void, blank, spoiled, quorum in product(
        Candidates, VoidBallot, BlankItem, VoidItem, Quorum
    ):
        policies = Policies(
            candidates=candidates,
            void_ballot=void,
            blank_item=blank,
            void_item=spoiled,
            quorum=quorum,
        )
        item = _election(two, seats=1)
        for pair in pairs if quorum is Quorum.PER_ITEM else ():
            # Alone with one who approves, so that it decides.
            yield _vote(item, policies, [pair, (Choice.APPROVE, Choice.OPPOSE)])
        yield _vote(item, policies, pairs)
    resolution = Item("1", "决议", Form.RESOLUTION, Matter.HIRE_MANAGER)
    for mixed, blank in product(MixedUnits, BlankItem):
        policies = Policies(mixed_units=mixed, blank_item=blank)
        for one, other in pairs:
            yield _vote(resolution, policies, [(one,), (other,)], owners=1)
    yield from _options()
    yield from _seats()
    yield from _committees()
    yield from _scopes(resolution)


def _election(candidates, seats):
    return Item(
        "1", "选举", Form.ELECTION, Matter.ELECT_COMMITTEE, seats=seats, candidates=candidates
    )


def _options():
    """Five owners of equal flats and one, two or three options: every tie there can be."""
    beside = (Choice.ABSTAIN, Choice.NONE_OF_THESE, Choice.VOID)
    for names in ("a", "ab", "abc"):
        options = tuple(Option(name, name) for name in names)
        item = Item("1", "多选一", Form.CHOOSE_ONE, Matter.HIRE_MANAGER, options=options)
        codes = [*range(Choice.OPTION, Choice.OPTION + len(names)), *beside]
        for chosen in combinations_with_replacement(codes, 5):
            yield _vote(item, Policies(), [(code,) for code in chosen], apart=0)


def _seats():
    """Three candidates who pass or not, one of them maybe behind the others, and lots or none."""
    three = tuple(Candidate(name, name) for name in "abc")
    marks = (Choice.APPROVE, Choice.OPPOSE)
    for seats, alternates, seed, short in product((1, 2, 3), (0, 1), (None, "x"), ShortOrEven):
        item = replace(_election(three, seats), alternates=alternates)
        policies = Policies(lot_seed=seed, short_or_even=short)
        for pattern, last in product(product(marks, repeat=3), marks):
            yield _vote(item, policies, [pattern, pattern, (last, *pattern[1:])], apart=0)


def _committees():
    """Three of five pass: enough for a hundred dwellings, whatever shops there are."""
    five = tuple(Candidate(name, name) for name in "abcde")
    marks = (Choice.APPROVE,) * 3 + (Choice.OPPOSE,) * 2
    for dwellings in (99, 100, 101):
        for shops in (0, 1, 101):
            yield _vote(_election(five, 5), Policies(), [marks] * dwellings, shops=shops)
    for short, passing, seats, alternates in product(ShortOrEven, range(6), (3, 4, 5), range(3)):
        item = replace(_election(five, seats), alternates=alternates)
        marks = (Choice.APPROVE,) * passing + (Choice.OPPOSE,) * (5 - passing)
        behind = (Choice.OPPOSE, Choice.APPROVE, Choice.ABSTAIN, Choice.APPROVE, Choice.APPROVE)
        yield _vote(item, Policies(short_or_even=short), [marks] * 4 + [behind])


def _scopes(item):
    """Limits of each kind, with a clause that counts flats only."""
    everything = frozenset({Kind.DWELLING, Kind.COMMERCIAL})
    for kinds, buildings, units in product(
        (None, everything), (None, frozenset({"1"})), (None, frozenset({"0", "2"}))
    ):
        limits = Electorate(kinds, buildings, units)
        scoped = Item(item.id, item.title, item.form, item.matter, limits)
        policies = Policies(include_kinds=frozenset({Kind.DWELLING}))
        yield _vote(scoped, policies, [(Choice.APPROVE,)] * 2, shops=2)
    nowhere = Electorate(buildings=frozenset({"9"}))
    yield _vote(
        Item(item.id, item.title, item.form, item.matter, nowhere), Policies(), [(Choice.APPROVE,)]
    )


def _vote(item, policies, marked, *, owners=None, shops=0, apart=1):
    """One flat and one paper for each row of marks, areas ``apart``; shops of one owner."""
    agenda = Agenda("大会", "", None, None, date(2026, 6, 1), policies, (item,))
    rows = [
        UnitRow(
            str(at),
            "1",
            Kind.DWELLING,
            1000 + at * apart,
            False,
            (str(at % (owners or len(marked))),),
        )
        for at in range(len(marked))
    ]
    rows += [
        UnitRow(str(at), "2", Kind.COMMERCIAL, 1, False, ("shops",))
        for at in range(len(marked), len(marked) + shops)
    ]
    roster = RosterColumns.from_rows(rows)
    ballots = [
        BallotRow((str(at),), tuple(map(int, marks)), void=False, channel="纸质")
        for at, marks in enumerate(marked)
    ]
    columns = BallotColumns.from_rows(roster, agenda, ballots)
    return SimpleNamespace(agenda=agenda, roster=roster, ballots=columns, delivered=None)
