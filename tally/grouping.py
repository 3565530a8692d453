"""Who is one head: units of the roster gathered into owner groups."""

import numpy as np
from numpy.typing import NDArray

from tally.columns import RosterColumns, code_count
from tally.households import NO_HOUSEHOLD
from tally.model import SameOwner

OUTSIDE = -1
"""Group code of a unit outside the electorate."""


def owner_groups(
    roster: RosterColumns,
    same_owner: SameOwner,
    in_scope: NDArray[np.bool_] | None = None,
    segment: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """Give every unit the code of its owner group; one group is one head (JI art. 9).

    Parameters
    ----------
    roster
        U units.
    same_owner
        ``identity_set``: units with exactly the same set of owners. ``any_common_owner``: units
        linked by a chain of common owners, every link of it inside the scope. ``each_title``:
        units with the same sole owner; a co-owned unit is a group of its own. ``household``:
        units with the same set of owners or of the same household, and all that hang together by
        such links inside the scope.
    in_scope
        Units of the electorate, bool, shape ``(U,)``; all of them if absent.
    segment
        Which of several electorates (complexes, buildings) each unit belongs to, int32, shape
        ``(U,)``; heads are then grouped inside each, and nothing links one with another.

    Returns
    -------
    NDArray[np.int32]
        Codes 0, 1, ... in order of first appearance, shape ``(U,)``; :data:`OUTSIDE` out of scope.

    Notes
    -----
    All developer stock inside the scope is one group, whoever the title names. A unit whose owner
    is unknown stays a head of its own (domain C-38).
    """
    inside = np.ones(len(roster), dtype=np.bool_) if in_scope is None else in_scope
    owned = inside & ~roster.developer_stock
    match same_owner:
        case SameOwner.IDENTITY_SET:
            labels = _identity_sets(roster, owned)
        case SameOwner.ANY_COMMON_OWNER:
            labels = _linked_by_owner(roster, owned, segment)
        case SameOwner.EACH_TITLE:
            labels = _sole_owners(roster, owned)
        case SameOwner.HOUSEHOLD:
            labels = _linked_by_household(roster, owned, segment)
    labels = np.where(roster.developer_stock, code_count(labels), labels)
    if segment is not None:
        _, labels = np.unique(labels * code_count(segment) + segment, return_inverse=True)
    groups = np.full(len(roster), OUTSIDE, dtype=np.int32)
    groups[inside] = _number_by_first_appearance(labels[inside])
    return groups


def _identity_sets(roster: RosterColumns, owned: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Label equal sets of owners equally, different sets differently."""
    owners = code_count(roster.owner_code)
    titles = np.diff(roster.owner_offsets)
    # Owner unknown: a label of its own. Sole owner, the usual case: the owner's code.
    labels = owners + np.arange(len(roster))
    sole = owned & (titles == 1)
    labels[sole] = roster.owner_code[roster.owner_offsets[:-1][sole]]

    unit, owner = _titles_of(roster, owned & (titles > 1))
    if len(unit) == 0:
        return labels
    # Sorted and without repetition, so that {A, B}, {B, A} and {B, A, A} read alike.
    order = np.lexsort((owner, unit))
    unit, owner = unit[order], owner[order]
    fresh = np.ones(len(unit), dtype=np.bool_)
    fresh[1:] = (unit[1:] != unit[:-1]) | (owner[1:] != owner[:-1])
    unit, owner = unit[fresh], owner[fresh]
    first = np.flatnonzero(np.concatenate(([True], unit[1:] != unit[:-1])))
    size = np.diff(np.append(first, len(unit)))

    # Read every set owner by owner; a label stands for the prefix read so far. Labels of
    # different lengths never meet, because each step starts above all earlier ones.
    ceiling = owners + len(roster)
    prefix = owner[first]
    for step in range(1, int(size.max())):
        longer = np.flatnonzero(size > step)
        pair = prefix[longer] * owners + owner[first[longer] + step]
        distinct, prefix[longer] = np.unique(pair, return_inverse=True)
        prefix[longer] += ceiling
        ceiling += len(distinct)
    labels[unit[first]] = prefix
    return labels


def _sole_owners(roster: RosterColumns, owned: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Label units by their only owner, and apart where there are several or none."""
    owners = code_count(roster.owner_code)
    labels = _identity_sets(roster, owned)
    # Sets of one are labelled with the owner's code, all others above.
    apart = owners + np.arange(len(roster))
    return np.where(labels < owners, labels, apart)


def _linked_by_owner(
    roster: RosterColumns, owned: NDArray[np.bool_], segment: NDArray[np.int32] | None
) -> NDArray[np.int64]:
    """Label units alike that are connected by common owners."""
    return _linked(len(roster), *_titles_of(roster, owned), segment)


def _linked_by_household(
    roster: RosterColumns, owned: NDArray[np.bool_], segment: NDArray[np.int32] | None
) -> NDArray[np.int64]:
    """Label units alike that are connected by equal sets of owners or equal households."""
    sets = _identity_sets(roster, owned)
    if roster.household is None:
        return sets
    units = np.flatnonzero(owned)
    sharing = np.flatnonzero(owned & (roster.household != NO_HOUSEHOLD))
    # Households are numbered above the sets, so that one is never taken for the other.
    households = code_count(sets) + roster.household[sharing].astype(np.int64)
    unit, tie = np.append(units, sharing), np.append(sets[units], households)
    return _linked(len(roster), unit, tie, segment)


def _linked(
    units: int,
    unit: NDArray[np.int64],
    tie: NDArray[np.int64],
    segment: NDArray[np.int32] | None,
) -> NDArray[np.int64]:
    """Label connected units alike: the smallest row number among them.

    Parameters
    ----------
    units
        Number of rows.
    unit, tie
        Each pair of a unit and something that ties it to all others with the same; codes from 0.
    segment
        Nothing ties units of two segments.
    """
    ties = code_count(tie)
    if segment is not None:
        # The same person in two segments is two people as far as links go.
        pair = segment[unit] * np.int64(ties) + tie
        distinct, tie = np.unique(pair, return_inverse=True)
        ties = len(distinct)
    label = np.arange(units)
    while True:
        smallest = np.full(ties, units)
        np.minimum.at(smallest, tie, label[unit])
        hooked = label.copy()
        np.minimum.at(hooked, label[unit], smallest[tie])
        while not np.array_equal(hooked, shortcut := hooked[hooked]):
            hooked = shortcut
        if np.array_equal(hooked, label):
            return label
        label = hooked


def _titles_of(
    roster: RosterColumns, chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the (unit, owner) pairs of the chosen units."""
    unit = np.repeat(np.arange(len(roster)), np.diff(roster.owner_offsets))
    wanted = chosen[unit]
    return unit[wanted], roster.owner_code[wanted].astype(np.int64)


def _number_by_first_appearance(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Renumber labels densely, the first one met being 0."""
    position = np.arange(len(labels))
    first: NDArray[np.int64] = np.full(code_count(labels), len(labels))
    np.minimum.at(first, labels, position)
    opens = first[labels] == position
    return (np.cumsum(opens) - 1)[first[labels]]
