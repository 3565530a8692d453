"""The roster document: what of a roster is pinned by digest, and no personal data.

Owners appear as dense numbers without meaning outside the document, so that anyone can group
them again under every rule of who is one owner, and nobody learns who they are. A number stays with
its owner from one version to the next, so that two versions show whose unit changed hands.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tally.columns import RosterColumns, UnitRow
from tally.grouping import owner_groups
from tally.model import Kind, SameOwner
from voting.kernel import canonical
from voting.roster.model import Roster, UnitRecord

FIRST_FORMAT = "yezhu-roster/1"
"""Has no predecessor to name."""
FORMAT = "yezhu-roster/2"
"""Adds ``previous``: the digest of the version before."""


@dataclass(frozen=True, slots=True)
class PublicUnit:
    """One exclusive unit as published: ``group`` is dense from 0, ``owners`` are numbers.

    ``household`` is the number the roster gives to units of one family; written where it is
    given, so that the digest of a roster without any stays what it was.
    """

    unit_key: str
    building: str
    kind: Kind
    area_cm2: int
    stock: bool
    group: int
    owners: tuple[int, ...]
    household: int | None = None


@dataclass(frozen=True)
class RosterDocument:
    """A roster's public form. Units in roster order: a unit's code is its place here."""

    community: str
    version: int
    units: tuple[PublicUnit, ...]
    previous: str | None = None

    @classmethod
    def of(
        cls,
        roster: Roster,
        community: str,
        version: int,
        *,
        previous: str | None = None,
        numbers: Mapping[str, int] | None = None,
    ) -> Self:
        """Give owners and owner groups their numbers (JI art. 9: one set of owners, one head).

        Parameters
        ----------
        previous
            Digest of the version before.
        numbers
            Owner numbers by identity, from :func:`number_owners`; fresh ones if left out.
        """
        codes = number_owners(roster) if numbers is None else numbers
        plain = [public_unit(unit, codes) for unit in roster]
        return cls(community, version, tuple(plain), previous).regrouped()

    def regrouped(self) -> Self:
        """Compute the owner groups anew from the owners: equal to itself, if it was right."""
        groups = owner_groups(self.columns, SameOwner.IDENTITY_SET).tolist()
        units = (replace(unit, group=group) for unit, group in zip(self.units, groups, strict=True))
        return replace(self, units=tuple(units))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what :meth:`to_bytes` wrote.

        Raises
        ------
        NotCanonical
            Another spelling, another shape, or two units of one name.
        """
        try:
            match canonical.decode(data):
                case {
                    "community": str(community),
                    "format": "yezhu-roster/1" | "yezhu-roster/2",
                    "units": list(units),
                    "version": int(version),
                    **more,
                } if not isinstance(version, bool):
                    previous = more.get("previous")
                    if not isinstance(previous, str | None):
                        raise canonical.NotCanonical("业主清册文件的结构不对")
                    read = cls(community, version, tuple(map(unit_of, units)), previous)
                case _:
                    raise canonical.NotCanonical("业主清册文件的结构不对")
        except (KeyError, TypeError, ValueError) as error:
            raise canonical.NotCanonical("业主清册文件的结构不对") from error
        if read.to_bytes() != data:
            raise canonical.NotCanonical("业主清册文件含有多余内容")
        if len(read.unit_code) != len(read.units):
            raise canonical.NotCanonical("业主清册文件中有两套房屋同名")
        return read

    def to_bytes(self) -> bytes:
        """Write the canonical JSON whose SHA-256 is the roster's digest."""
        chained = self.previous is not None
        return canonical.encode(
            {
                "community": self.community,
                "format": FORMAT if chained else FIRST_FORMAT,
                "units": [unit_object(unit) for unit in self.units],
                "version": self.version,
            }
            | ({"previous": self.previous} if chained else {})
        )

    @cached_property
    def columns(self) -> RosterColumns:
        """The same units as the columns that are counted."""
        return _columns(self.units)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document: what notices and ballots pin."""
        return canonical.digest(self.to_bytes())

    @cached_property
    def units_of_group(self) -> dict[int, tuple[int, ...]]:
        """Unit codes of each owner group, in roster order."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for code, unit in enumerate(self.units):
            found[unit.group].append(code)
        return {group: tuple(codes) for group, codes in found.items()}

    @cached_property
    def _heads(self) -> dict[SameOwner, NDArray[np.int32]]:
        return {}

    def heads_under(self, rule: SameOwner) -> NDArray[np.int32]:
        """Code of each unit's head among all units, whatever their kind, under a rule; int32."""
        if rule not in self._heads:
            self._heads[rule] = owner_groups(self.columns, rule)
        return self._heads[rule]

    @cached_property
    def groups_of_owner(self) -> dict[int, frozenset[int]]:
        """Owner groups in which each person votes for some unit."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for code, unit in enumerate(self.units):
            for person in self.voters_of(code):
                found[person].add(unit.group)
        return {person: frozenset(groups) for person, groups in found.items()}

    def owns(self, owner_code: int, unit_code: int) -> bool:
        """Whether this is an owner of the unit; developer stock is nobody's yet."""
        unit = self.units[unit_code]
        return owner_code in unit.owners and not unit.stock

    def voters_of(self, unit_code: int) -> tuple[int, ...]:
        """Numbers of those who may vote for a unit; developer stock has no phone voter."""
        unit = self.units[unit_code]
        return () if unit.stock else unit.owners

    def may_vote(self, owner_code: int, unit_code: int) -> bool:
        """Whether this person may vote for the unit."""
        return owner_code in self.voters_of(unit_code)

    def has_named_voters(self, unit_code: int) -> bool:  # noqa: ARG002 - nobody is named here
        """Whether not simply any owner may vote for the unit."""
        return False

    def is_removed(self, unit_code: int) -> bool:  # noqa: ARG002 - no correction is known here
        """Whether a correction took the unit off the roster."""
        return False

    @cached_property
    def unit_code(self) -> dict[str, int]:
        """Place of each unit key."""
        return {unit.unit_key: code for code, unit in enumerate(self.units)}

    @property
    def heads(self) -> int:
        """Owner groups among all units, whatever their kind."""
        return 1 + max((unit.group for unit in self.units), default=-1)

    @property
    def area_cm2(self) -> int:
        """Sum of all exclusive areas in cm²."""
        return sum(unit.area_cm2 for unit in self.units)


def number_owners(
    roster: Roster, known: Mapping[str, int] | None = None, start: int = 0
) -> dict[str, int]:
    """Give owners their numbers: known ones keep theirs, others count on from ``start``.

    Representatives follow after all owners: among them, a gap in the numbers of a public document
    would show whose units they are.
    """
    numbers = dict(known or {})
    owners = (owner for unit in roster for owner in unit.owners)
    representatives = (person for unit in roster for person in unit.representatives)
    for person in chain(owners, representatives):
        if person.identity not in numbers:
            numbers[person.identity] = start
            start += 1
    return numbers


def public_unit(unit: UnitRecord, numbers: Mapping[str, int]) -> PublicUnit:
    """Reduce a unit to what is published of it; its group is for ``regrouped`` to find."""
    return PublicUnit(
        unit.unit_key,
        unit.building,
        unit.kind,
        unit.area_cm2,
        unit.developer_stock,
        0,
        tuple(numbers[owner.identity] for owner in unit.owners),
        unit.household,
    )


def unit_object(unit: PublicUnit) -> dict[str, object]:
    """Write one unit as it stands in documents."""
    return {
        "area_cm2": unit.area_cm2,
        "building": unit.building,
        "group": unit.group,
        "kind": unit.kind.value,
        "owners": list(unit.owners),
        "stock": unit.stock,
        "unit": unit.unit_key,
    } | ({} if unit.household is None else {"household": unit.household})


def unit_of(value: dict[str, object]) -> PublicUnit:
    """Read what :func:`unit_object` wrote; whatever was added to it the caller must notice.

    Raises
    ------
    KeyError, TypeError, ValueError
    """
    match value:
        case {
            "area_cm2": int(area_cm2),
            "building": str(building),
            "group": int(group),
            "kind": str(kind),
            "owners": list(owners),
            "stock": bool(stock),
            "unit": str(unit_key),
            **more,
        } if not (isinstance(area_cm2, bool) or isinstance(group, bool)):  # true is not 1
            household = more.get("household")
            if household is not None and type(household) is not int:
                raise ValueError("not a unit")
            if area_cm2 < 0:
                raise ValueError("less than no area")
            people = tuple(map(int, owners))
            if not unit_key or len(set(people)) < len(people) or min(people, default=0) < 0:
                raise ValueError("no name, or not each owner once by his number")
            return PublicUnit(
                unit_key, building, Kind(kind), area_cm2, stock, group, people, household
            )
        case _:
            raise ValueError("not a unit")


def _columns(units: Sequence[PublicUnit]) -> RosterColumns:
    return RosterColumns.from_rows(
        [
            UnitRow(
                unit.unit_key,
                unit.building,
                unit.kind,
                unit.area_cm2,
                unit.stock,
                tuple(map(str, unit.owners)),
                unit.household,
            )
            for unit in units
        ]
    )
