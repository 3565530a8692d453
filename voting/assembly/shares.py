"""What somebody's units count for under an agenda: heads and area, item by item."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally.grouping import owner_groups
from tally.model import Agenda, Electorate
from tally.scope import electorate_mask
from voting.roster.document import RosterDocument
from voting.roster.grouping import HeadRule


@dataclass(frozen=True, slots=True)
class ItemShare:
    """Somebody's part in one item; areas in cm².

    ``units`` are those of his that the item is put to, and ``heads`` what they count as;
    ``with_others`` tells whether units that are not his count in the same heads. The last two are
    the whole electorate.
    """

    item_id: str
    title: str
    units: tuple[str, ...]
    heads: int
    area_cm2: int
    with_others: bool
    electorate_heads: int
    electorate_area_cm2: int


@dataclass(frozen=True, slots=True)
class AssemblyShare:
    """Somebody's part in one vote, under the rules that its notice has published."""

    assembly_id: str
    title: str
    rule: HeadRule
    include_kinds: tuple[str, ...]
    items: tuple[ItemShare, ...]


def assembly_share(
    assembly_id: str, agenda: Agenda, roster: RosterDocument, unit_keys: Iterable[str]
) -> AssemblyShare:
    """Say what these units count for in every item (domain W-5, W-8, C-33).

    Heads are grouped inside the electorate of each item, as the count groups them.

    Parameters
    ----------
    roster
        The pinned roster; units that it does not have count for nothing.
    """
    mine = np.zeros(len(roster.units), dtype=np.bool_)
    mine[[roster.unit_code[key] for key in unit_keys if key in roster.unit_code]] = True
    scopes: dict[Electorate, tuple[NDArray[np.bool_], NDArray[np.int32]]] = {}
    shares = []
    for item in agenda.items:
        if item.electorate not in scopes:
            inside = electorate_mask(roster.columns, item, agenda.policies)
            groups = owner_groups(roster.columns, agenda.policies.same_owner, inside)
            scopes[item.electorate] = inside, groups
        inside, groups = scopes[item.electorate]
        his = mine & inside
        theirs = np.unique(groups[his])
        shares.append(
            ItemShare(
                item.id,
                item.title,
                tuple(roster.units[code].unit_key for code in np.flatnonzero(his)),
                len(theirs),
                int(roster.columns.area_cm2[his].sum()),
                bool(np.isin(groups[inside & ~mine], theirs).any()),
                int(groups.max(initial=-1)) + 1,
                int(roster.columns.area_cm2[inside].sum()),
            )
        )
    kinds = sorted(kind.value for kind in agenda.policies.include_kinds)
    rule = HeadRule(agenda.policies.same_owner.value)
    return AssemblyShare(assembly_id, agenda.title, rule, tuple(kinds), tuple(shares))
