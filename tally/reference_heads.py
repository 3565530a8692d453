"""Who is one head, to be followed with a pencil: a part of the specification.

Shares nothing with :mod:`tally.grouping` but the words and the columns.
"""

from tally.columns import RosterColumns
from tally.model import SameOwner


def heads_of(
    roster: RosterColumns, electorate: list[int], same_owner: SameOwner
) -> list[list[int]]:
    """Gather the units of each head, inside the electorate only (JI art. 9)."""
    stock = [unit for unit in electorate if roster.developer_stock[unit]]
    named: list[tuple[frozenset[object], list[int]]] = []
    unknown = []
    for unit in electorate:
        if unit in stock:
            continue
        ties = _ties(roster, unit, same_owner)
        units = [unit]
        if not ties:
            unknown.append(units)
            continue
        apart = []
        for others, theirs in named:
            if ties & others:
                ties, units = ties | others, theirs + units
            else:
                apart.append((others, theirs))
        named = [*apart, (ties, units)]
    return [stock] * bool(stock) + unknown + [units for _, units in named]


def _ties(roster: RosterColumns, unit: int, same_owner: SameOwner) -> frozenset[object]:
    """List what makes a unit one head with every other of which the same is said."""
    start, end = roster.owner_offsets[unit : unit + 2]
    owners = frozenset(int(owner) for owner in roster.owner_code[start:end])
    together: frozenset[object] = frozenset({owners} if owners else ())
    match same_owner:
        case SameOwner.IDENTITY_SET:
            return together
        case SameOwner.ANY_COMMON_OWNER:
            return owners
        case SameOwner.EACH_TITLE:
            # Where each title counts, only sole owners are one head for several (JI art. 9).
            return together if len(owners) == 1 else frozenset({f"title {unit}"})
        case SameOwner.HOUSEHOLD:
            if roster.household is None or roster.household[unit] < 0:
                return together
            return together | {f"household {roster.household[unit]}"}
