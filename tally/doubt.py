"""How far an outcome hangs on readings that practice and courts dispute."""

from dataclasses import replace

from tally.columns import KINDS
from tally.decision import Decision, decide
from tally.desk import Desk
from tally.model import (
    BlankItem,
    Form,
    Item,
    Kind,
    MixedUnits,
    Policies,
    Repeat,
    SameOwner,
    Silence,
    VoidBallot,
)
from tally.question import Question
from tally.rules import Rule
from tally.scope import kinds_counted

_SIDE_KINDS = frozenset({Kind.PARKING, Kind.STORAGE})


def doubts(
    desk: Desk, item: Item, questions: list[Question], policies: Policies, rule: Rule
) -> dict[str, object]:
    """Decide an item again under every other value of each policy, one at a time.

    Returns
    -------
    dict
        ``depends_on``, the policies under another value of which the outcome differs, in their
        published order; ``variants``, every such decision in short.
    """
    outcome = decide(desk, item, questions, policies, rule).outcome
    depends_on: list[str] = []
    variants: list[dict[str, object]] = []
    for name, other in _alternatives(policies, item, delivery=desk.delivered is not None):
        decision = decide(desk, item, questions, other, rule)
        if decision.outcome != outcome and name not in depends_on:
            depends_on.append(name)
        variants.append({"policy": name, "value": policy_value(other, name)} | _short(decision))
    return {"depends_on": depends_on, "variants": variants}


def policy_value(policies: Policies, name: str) -> str | list[str]:
    """Write one policy as the agenda spells it."""
    value = getattr(policies, name)
    if isinstance(value, frozenset):
        return [kind.value for kind in KINDS if kind in value]
    return str(value)


def _alternatives(policies: Policies, item: Item, *, delivery: bool) -> list[tuple[str, Policies]]:
    """Return each policy with every other value it may lawfully have been given."""
    others = [
        *(("silence", replace(policies, silence=value)) for value in _silences(delivery=delivery)),
        *(("repeat", replace(policies, repeat=value)) for value in Repeat),
        *(("mixed_units", replace(policies, mixed_units=value)) for value in MixedUnits),
        *(("blank_item", replace(policies, blank_item=value)) for value in BlankItem),
        *(("void_ballot", replace(policies, void_ballot=value)) for value in VoidBallot),
        *(("same_owner", replace(policies, same_owner=value)) for value in SameOwner),
        *(
            ("include_kinds", replace(policies, include_kinds=kinds))
            for kinds in _kinds(policies, item)
        ),
    ]
    return [(name, other) for name, other in others if other != policies]


def _silences(*, delivery: bool) -> list[Silence]:
    """Leave out the clause on delivery where delivery was not recorded."""
    return [value for value in Silence if delivery or value is not Silence.DELIVERED_FOLLOWS]


def _kinds(policies: Policies, item: Item) -> tuple[frozenset[Kind], ...]:
    """Return the two denominators in dispute: with and without parking and storage (C-11)."""
    if item.electorate.include_kinds is not None or kinds_counted(item, policies) is None:
        return ()
    without = policies.include_kinds - _SIDE_KINDS
    return tuple(kinds for kinds in (without, policies.include_kinds | _SIDE_KINDS) if kinds)


def _short(decision: Decision) -> dict[str, object]:
    short: dict[str, object] = {
        "carried": decision.carried,
        "electorate": decision.electorate.document(),
        "participating": decision.reading.participating.document(),
    }
    if decision.seating is not None:
        return short | {"seats": decision.seating.by_id(decision.item)}
    if decision.item.form is Form.CHOOSE_ONE:
        return short | {"winner": decision.winner}
    return short | {"approve": decision.verdicts[0].votes.approve.document()}
