"""The roster: every exclusive unit of a complex, and who owns it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from tally.model import Kind
from voting.kernel.area import Area

_DIGITS = re.compile(r"([0-9]+)")


class AreaSource(StrEnum):
    """Where the area was read, in the order of precedence (JI art. 8)."""

    REGISTER = "登记"
    SURVEY = "实测"
    CONTRACT = "合同"


class TitleStatus(StrEnum):
    """Whether the unit has left the developer's hands (JI art. 9)."""

    DELIVERED = "已交付"
    UNSOLD = "未售"
    UNDELIVERED = "已售未交付"


class IdType(StrEnum):
    """The paper that proves who an owner is."""

    RESIDENT = "身份证"
    CREDIT_CODE = "统一社会信用代码"
    PASSPORT = "护照"
    HONG_KONG_MACAO = "港澳居民来往内地通行证"
    TAIWAN = "台湾居民来往大陆通行证"
    PERMANENT_RESIDENT = "外国人永久居留身份证"
    OTHER = "其他"


class OwnerState(StrEnum):
    """Whether an owner can act for himself (domain C-13, W-10); minors are told by their number."""

    ORDINARY = "正常"
    DECEASED = "已故"
    UNABLE = "无民事行为能力"


# Owners and units are values: nothing changes one after it was read. They are not frozen, because
# building the hundred thousand of a large roster would take four times as long.


@dataclass(slots=True, unsafe_hash=True)
class OwnerRecord:
    """One identity on a title. ``id_number`` is normalised: 18 digits, capitals, no blanks."""

    name: str
    id_type: IdType
    id_number: str

    @property
    def identity(self) -> str:
        """Key under which one person is recognised; internal, never published."""
        return self.id_type + ":" + self.id_number


@dataclass(slots=True, unsafe_hash=True)
class UnitRecord:
    """One exclusive unit: one row of the roster sheet.

    ``area_cm2`` and ``inside_area_cm2`` (套内, never mixed with the former: domain W-4) are in cm²
    (0.0001 m²). ``voter`` is the co-owner named to vote (domain W-9); ``representatives`` are the
    guardians, heirs or agents whose papers are known, ``states`` those of the owners, one for
    each, both empty where the sheet says nothing. ``household`` is a number that units of one
    family share, counted together where a clause says so (domain C-4). ``row`` is the row of the
    sheet it was read from, as Excel counts; two readings of the same unit are equal wherever it
    stood.
    """

    building: str
    entrance: str
    room: str
    kind: Kind
    area_cm2: int
    area_source: AreaSource
    owners: tuple[OwnerRecord, ...]
    title_status: TitleStatus
    phones: tuple[str, ...] = ()
    real_estate_no: str | None = None
    title_no: str | None = None
    inside_area_cm2: int | None = None
    voter: str | None = None
    row: int = field(default=0, compare=False)
    representatives: tuple[OwnerRecord, ...] = ()
    states: tuple[OwnerState, ...] = ()
    household: int | None = None

    @property
    def unit_key(self) -> str:
        """``楼栋-单元-房号``: the name of the unit in every format."""
        return f"{self.building}-{self.entrance}-{self.room}"

    @property
    def area(self) -> Area:
        """The exclusive area as a value of its own."""
        return Area(self.area_cm2)

    @property
    def developer_stock(self) -> bool:
        """Whether the unit counts in the developer's one head: unsold or undelivered (JI 9)."""
        return self.title_status is not TitleStatus.DELIVERED

    @property
    def people(self) -> tuple[OwnerRecord, ...]:
        """Owners and representatives: everybody who may prove himself by the unit's title."""
        return self.owners + self.representatives

    @property
    def identities(self) -> tuple[str, ...]:
        """Identity keys of the owners, sorted, so that {A, B} and {B, A} are one set."""
        if len(self.owners) == 1:
            return (self.owners[0].identity,)
        return tuple(sorted(owner.identity for owner in self.owners))


@dataclass(frozen=True, slots=True)
class Roster:
    """All exclusive units of a complex, in the natural order of building, entrance and room."""

    units: tuple[UnitRecord, ...]

    @classmethod
    def of(cls, units: Iterable[UnitRecord]) -> Self:
        """Put the units in order. Their keys must differ; the reader has checked that."""
        given = tuple(units)
        # Few names stand for many units, so each name is taken apart once.
        rank = {
            name: place
            for place, name in enumerate(
                sorted(
                    {name for u in given for name in (u.building, u.entrance, u.room)},
                    key=natural_key,
                )
            )
        }
        return cls(
            tuple(sorted(given, key=lambda u: (rank[u.building], rank[u.entrance], rank[u.room])))
        )

    def __len__(self) -> int:
        return len(self.units)

    def __iter__(self) -> Iterator[UnitRecord]:
        return iter(self.units)

    def by_key(self) -> dict[str, UnitRecord]:
        """Every unit under its key, in roster order."""
        return {unit.unit_key: unit for unit in self.units}

    @property
    def area_cm2(self) -> int:
        """Sum of all exclusive areas in cm², whatever the kind."""
        return sum(unit.area_cm2 for unit in self.units)


def natural_key(text: str) -> tuple[tuple[int, str], ...]:
    """Sort key under which "2" comes before "10" and "A9" before "A10".

    Digits compare as numbers, everything else by code point, numbers first; of two spellings
    of one number the shorter comes first, so the order is total.
    """
    parts = (part for part in _DIGITS.split(text) if part)
    return tuple((int(part), part) if part.isdecimal() else (_AFTER, part) for part in parts)


# Larger than any number in a door plate; lets text sort after numbers in one tuple type.
_AFTER = 10**30
