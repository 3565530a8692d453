"""How far an outcome hangs on readings that practice and courts dispute."""

from dataclasses import replace

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
from tally.scope import kinds_counted

_LET_IN = (MixedUnits.NO_CHOICE, MixedUnits.LAST_BALLOT)
"""What becomes of differing ballots that were let in. That nobody may cast such a one can be left
away, but not be put on owners who were not told of it."""

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
    for name, other in _alternatives(desk, policies, item):
        decision = decide(desk, item, questions, other, rule)
        if decision.outcome != outcome and name not in depends_on:
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


def _alternatives(desk: Desk, policies: Policies, item: Item) -> list[tuple[str, Policies]]:
    """Return each policy with every other value it may lawfully have been given."""
    others = [
        *(("silence", replace(policies, silence=value)) for value in _silences(desk)),
        *(("repeat", replace(policies, repeat=value)) for value in _repeats(desk.ballots)),
        ("repeat_limit", replace(policies, repeat_limit=None)),
        *(("mixed_units", replace(policies, mixed_units=value)) for value in _LET_IN),
        *(("blank_item", replace(policies, blank_item=value)) for value in BlankItem),
        *(("void_ballot", replace(policies, void_ballot=value)) for value in VoidBallot),
        *(("same_owner", replace(policies, same_owner=value)) for value in _owners(desk.roll)),
        *(
            ("include_kinds", replace(policies, include_kinds=kinds))
            for kinds in _kinds(policies, item)
        ),
        *(("void_item", replace(policies, void_item=value)) for value in VoidItem),
        *(("quorum", replace(policies, quorum=value)) for value in Quorum),
        *(("follow", replace(policies, follow=value)) for value in Follow),
        *(("co_owners", replace(policies, co_owners=value)) for value in _contested(desk)),
        *(_of_elections(policies) if item.form is Form.ELECTION else ()),
    ]
    return [(name, other) for name, other in others if other != policies]


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


def _of_elections(policies: Policies) -> list[tuple[str, Policies]]:
    """Return how candidates are marked and who passed is seated, in elections and nowhere else.

    A limit on ticks can be left away, but not be put on owners whom nobody told of it; nor can
    lots be drawn without a seed that was published.
    """
    return [
        *(("ranking", replace(policies, ranking=value)) for value in Ranking),
        *(("short_or_even", replace(policies, short_or_even=value)) for value in ShortOrEven),
        ("candidates", replace(policies, candidates=Candidates.EACH)),
        ("lot_seed", replace(policies, lot_seed=None)),
    ]


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
    if decision.reading.attending is not None:
        short["attending"] = decision.reading.attending.document()
    if decision.seating is not None:
        return short | {"seats": decision.seating.by_id(decision.item)}
    if decision.item.form is Form.CHOOSE_ONE:
        return short | {"winner": decision.winner}
    return short | {"approve": decision.verdicts[0].votes.approve.document()}
