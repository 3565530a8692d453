"""How far an outcome hangs on readings that practice and courts dispute."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tally.columns import KINDS, MEDIUM_OF, BallotColumns, Medium
from tally.decision import Decision, decide
from tally.desk import Desk
from tally.model import (
    BlankItem,
    Candidates,
    CoOwners,
    Follow,
    Form,
    Item,
    Kind,
    MixedUnits,
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
from tally.question import Question
from tally.roll import ElectoralRoll
from tally.rules import Rule

_LET_IN = (MixedUnits.NO_CHOICE, MixedUnits.LAST_BALLOT)
"""What becomes of differing ballots that were let in. That nobody may cast such a one can be left
away, but not be put on owners who were not told of it."""

_SIDE_KINDS = frozenset({Kind.PARKING, Kind.STORAGE})

_ON_COUNTING = frozenset(
    {
        "repeat",
        "repeat_limit",
        "mixed_units",
        "same_owner",
        "include_kinds",
        "void_item",
        "candidates",
        "co_owners",
    }
)
"""Policies on whose ballots are counted as what, and on nothing that is made of the count."""

_OF_ELECTIONS: Mapping[str, Iterable[Any]] = {
    "ranking": Ranking,
    "short_or_even": ShortOrEven,
    "candidates": [Candidates.EACH],
    "lot_seed": [None],
}
"""How candidates are marked and who passed is seated, in elections and nowhere else.

A limit on ticks can be left away, but not be put on owners whom nobody told of it; nor can lots be
drawn without a seed that was published.
"""


class Doubt:
    """One vote under every other reading of its published policies, one policy at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._policies = desk.roll.agenda.policies
        self._others = _alternatives(desk, self._policies)

    def of(self, item: Item, questions: list[Question], rule: Rule) -> dict[str, object]:
        """Decide an item again under every other value of each policy that concerns it.

        Returns
        -------
        dict
            ``depends_on``, the policies under another value of which the outcome differs, in their
            published order; ``variants``, every such decision in short.
        """
        desk = self._desk
        published = decide(desk, item, questions, self._policies, rule)
        counted = desk.tables(desk.scope(item, self._policies), self._policies)
        depends_on: list[str] = []
        variants: list[dict[str, object]] = []
        for name, other in self._others:
            # An electorate of nobody is no reading: the garage without its stalls.
            if not _concerns(name, item) or not desk.roll.asks_anybody(item, other):
                continue
            if name in _ON_COUNTING and desk.tables(desk.scope(item, other), other) is counted:
                decision = published
            else:
                decision = decide(desk, item, questions, other, rule)
            if decision.outcome != published.outcome and name not in depends_on:
                depends_on.append(name)
            variants.append({"policy": name, "value": policy_value(other, name)} | _short(decision))
        return {"depends_on": depends_on, "variants": variants}


def policy_value(policies: Policies, name: str) -> str | int | list[str]:
    """Write one policy as the agenda spells it.

    A limit that it does not set is ``unlimited``, lots that it does not draw are ``none``.
    """
    value = getattr(policies, name)
    if name == "lot_seed":
        return value or "none"
    if name == "repeat_limit":
        return "unlimited" if value is None else int(value)
    if isinstance(value, frozenset):
        return [kind.value for kind in KINDS if kind in value]
    return str(value)


def _alternatives(desk: Desk, policies: Policies) -> list[tuple[str, Policies]]:
    """Return each policy with every other value it may lawfully have been given."""
    values: dict[str, Iterable[Any]] = {
        "silence": _silences(desk),
        "repeat": _repeats(desk.ballots),
        "repeat_limit": [None],
        "mixed_units": _LET_IN,
        "blank_item": BlankItem,
        "void_ballot": VoidBallot,
        "same_owner": _owners(desk.roll),
        "include_kinds": _kinds(policies),
        "void_item": VoidItem,
        "quorum": Quorum,
        "follow": Follow,
        "co_owners": _contested(desk),
        **_OF_ELECTIONS,
    }
    return [
        (name, replace(policies, **{name: value}))
        for name, others in values.items()
        for value in others
        if value != getattr(policies, name)
    ]


def _silences(desk: Desk) -> list[Silence]:
    """Leave out the clause on delivery where delivery was not recorded."""
    recorded = desk.delivered is not None
    return [value for value in Silence if recorded or value is not Silence.DELIVERED_FOLLOWS]


def _repeats(ballots: BallotColumns) -> list[Repeat]:
    """Leave out which medium goes first unless ballots came on both: it would change nothing."""
    if {MEDIUM_OF.get(name) for name in ballots.channels} == set(Medium):
        return list(Repeat)
    return [Repeat.FIRST_VALID, Repeat.LAST_VALID]


def _contested(desk: Desk) -> tuple[CoOwners, ...]:
    """Leave out what becomes of objections where there are none."""
    return () if desk.objected is None else tuple(CoOwners)


def _owners(roll: ElectoralRoll) -> list[SameOwner]:
    """Leave out households where the roster names none: they would be nobody."""
    named = roll.roster.household is not None
    return [value for value in SameOwner if named or value is not SameOwner.HOUSEHOLD]


def _concerns(name: str, item: Item) -> bool:
    """Tell whether an item can hang on a policy: not on kinds that it names itself, for one."""
    if name == "include_kinds":
        return item.electorate.include_kinds is None and item.electorate.units is None
    return name not in _OF_ELECTIONS or item.form is Form.ELECTION


def _kinds(policies: Policies) -> tuple[frozenset[Kind], ...]:
    """Return the two denominators in dispute: with and without parking and storage (C-11)."""
    without = policies.include_kinds - _SIDE_KINDS
    return tuple(kinds for kinds in (without, policies.include_kinds | _SIDE_KINDS) if kinds)


def _short(decision: Decision) -> dict[str, object]:
    short: dict[str, object] = {
        "carried": decision.carried,
        "electorate": decision.electorate.document(),
        "participating": decision.reading.participating.document(),
    }
    if decision.reading.attending is not None:
        short["attending"] = decision.reading.attending.document()
    if decision.seating is not None:
        return short | {"seats": decision.seating.by_id(decision.item)}
    if decision.item.form is Form.CHOOSE_ONE:
        return short | {"winner": decision.winner}
    return short | {"approve": decision.verdicts[0].votes.approve.document()}
