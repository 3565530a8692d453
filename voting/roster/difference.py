"""What is different between two versions of a roster, unit by unit (domain C-15, C-16).

Computed from the two public documents alone, so that anyone who holds both can check it, and
complete: applied to the first it gives the second.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from tally.columns import KINDS
from tally.grouping import owner_groups
from tally.model import DEFAULT_KINDS, SameOwner
from voting.kernel import canonical
from voting.roster.document import PublicUnit, RosterDocument, unit_object, unit_of


@dataclass(frozen=True, slots=True)
class Measures:
    """Units, heads (owner groups) and area in cm² of a roster or a part of it."""

    units: int
    heads: int
    area_cm2: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The two denominators that are disputed in practice (domain C-11)."""

    everything: Measures
    without_parking_and_storage: Measures

    def to_object(self) -> dict[str, dict[str, int]]:
        """Write the figures by the names they have in a reconciliation."""
        return {
            "everything": _measures_object(self.everything),
            "without_parking_and_storage": _measures_object(self.without_parking_and_storage),
        }


@dataclass(frozen=True, slots=True)
class ChangedUnit:
    """A unit that is in both versions, before and after.

    ``together`` counts the units of its owner group before and after, given only where the
    group has other members than before; developer stock, always one head, is not followed.
    """

    before: PublicUnit
    after: PublicUnit
    together: tuple[int, int] | None

    @property
    def is_material(self) -> bool:
        """Whether anything but the number of the group is different."""
        return replace(self.before, group=0) != replace(self.after, group=0)

    @property
    def owner_changed(self) -> bool:
        """Whether other identities stand on the title; their order does not matter."""
        return set(self.before.owners) != set(self.after.owners)

    @property
    def household_changed(self) -> bool:
        """Whether it names another household, or now one or none (domain C-4)."""
        return self.before.household != self.after.household


@dataclass(frozen=True, slots=True)
class RosterDifference:
    """Added, removed and changed units between two documents named by their digests.

    ``added`` holds places in the second document. ``regrouped`` are units that changed in nothing
    but the company in which they count.
    """

    before: str
    after: str
    version: int
    added: tuple[tuple[int, PublicUnit], ...]
    removed: tuple[str, ...]
    changed: tuple[ChangedUnit, ...]
    totals: tuple[Totals, Totals]

    @classmethod
    def between(cls, first: RosterDocument, second: RosterDocument) -> Self:
        """Compare two versions of one complex; ``second`` names ``first`` as its predecessor."""
        old = {unit.unit_key: unit for unit in first.units}
        new = {unit.unit_key: unit for unit in second.units}
        kept = [key for key in old if key in new]
        if kept != [key for key in new if key in old]:
            # The same names cut into building, entrance and room elsewhere: another order.
            kept = []
        staying = set(kept)
        together = _companions(first), _companions(second)
        pairs = (ChangedUnit(old[key], new[key], _moved(key, old, new, together)) for key in kept)
        return cls(
            first.digest,
            second.digest,
            second.version,
            tuple(
                (place, unit)
                for place, unit in enumerate(second.units)
                if unit.unit_key not in staying
            ),
            tuple(key for key in old if key not in staying),
            tuple(pair for pair in pairs if pair.is_material or pair.together is not None),
            (totals(first), totals(second)),
        )

    def apply(self, first: RosterDocument) -> RosterDocument:
        """Give the second document.

        Raises
        ------
        NotCanonical
            The difference was not taken from this document, or does not lead where it says.
        """
        if first.digest != self.before:
            raise canonical.NotCanonical("清册差异不是针对这一版业主清册的")
        after = {pair.after.unit_key: pair.after for pair in self.changed}
        gone = set(self.removed)
        units = [
            after.get(unit.unit_key, unit) for unit in first.units if unit.unit_key not in gone
        ]
        for place, unit in self.added:
            units.insert(place, unit)
        second = RosterDocument(
            first.community, self.version, tuple(units), first.digest
        ).regrouped()
        if second.digest != self.after:
            raise canonical.NotCanonical("清册差异得不出它所说的版本")
        return second

    def to_object(self) -> dict[str, Any]:
        """Write the difference with owner numbers, as documents carry them."""
        return {
            "added": [{"place": place, **unit_object(unit)} for place, unit in self.added],
            "changed": [unit_object(pair.after) for pair in self.changed if pair.is_material],
            "from": self.before,
            "removed": list(self.removed),
            "to": self.after,
            "version": self.version,
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: what the register binds."""
        return canonical.digest(canonical.encode(self.to_object()))

    def totals_object(self) -> dict[str, dict[str, dict[str, int]]]:
        """Write both totals, before and after."""
        before, after = self.totals
        return {"after": after.to_object(), "before": before.to_object()}

    @classmethod
    def read(cls, value: Mapping[str, Any], first: RosterDocument) -> Self:
        """Read what :meth:`to_object` wrote of a difference taken from ``first``.

        Raises
        ------
        NotCanonical
        """
        try:
            old = {unit.unit_key: unit for unit in first.units}
            material = tuple(map(unit_of, value["changed"]))
            bare = cls(
                value["from"],
                value["to"],
                value["version"],
                tuple((item["place"], unit_of(item)) for item in value["added"]),
                tuple(value["removed"]),
                tuple(ChangedUnit(old[unit.unit_key], unit, None) for unit in material),
                (totals(first), totals(first)),
            )
            read = cls.between(first, bare.apply(first))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise canonical.NotCanonical("清册差异的结构不对") from error
        if read.to_object() != value:
            raise canonical.NotCanonical("清册差异含有多余内容")
        return read


def totals(document: RosterDocument) -> Totals:
    """Sum a roster up under both denominators; heads are regrouped inside each (C-33)."""
    columns = document.columns
    counted = np.isin(
        columns.kind, [code for code, kind in enumerate(KINDS) if kind in DEFAULT_KINDS]
    )
    measured = []
    for scope in (np.ones(len(columns), np.bool_), counted):
        groups = owner_groups(columns, SameOwner.IDENTITY_SET, scope)
        measured.append(
            Measures(
                int(scope.sum()),
                int(groups.max(initial=-1)) + 1,
                int(columns.area_cm2[scope].sum()),
            )
        )
    return Totals(*measured)


_Companions = tuple[dict[str, int], dict[int, frozenset[str]]]


def _companions(document: RosterDocument) -> _Companions:
    members: defaultdict[int, set[str]] = defaultdict(set)
    for unit in document.units:
        members[unit.group].add(unit.unit_key)
    groups = {unit.unit_key: unit.group for unit in document.units}
    return groups, {group: frozenset(keys) for group, keys in members.items()}


def _moved(
    key: str,
    old: Mapping[str, PublicUnit],
    new: Mapping[str, PublicUnit],
    together: tuple[_Companions, _Companions],
) -> tuple[int, int] | None:
    if old[key].stock and new[key].stock:
        return None
    before, after = (members[groups[key]] for groups, members in together)
    return None if before == after else (len(before), len(after))


def _measures_object(measures: Measures) -> dict[str, int]:
    return {"area_cm2": measures.area_cm2, "heads": measures.heads, "units": measures.units}
