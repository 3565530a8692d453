"""What an owner says to prove who he is, and what the roster then credits him with."""

from dataclasses import dataclass

from tally.model import Kind
from voting.identity.refusals import UnreadableClaim
from voting.kernel.suites import VerifyingKey
from voting.roster import spelling
from voting.roster.document import PublicUnit, RosterDocument
from voting.roster.identity_numbers import ID_TYPES, read_number
from voting.roster.objection import Objection


@dataclass(frozen=True, slots=True)
class Claim:
    """Name, identity and a title number, as the owner typed them."""

    name: str
    id_type: str
    id_number: str
    title_no: str

    def spelled(self) -> "Claim":
        """Write the claim the way the roster is written: width, blanks, capitals, old numbers.

        Raises
        ------
        UnreadableClaim
            An unknown type, or a number whose own check fails: a slip of the finger, which says
            nothing about who is on the roster.
        """
        id_type = ID_TYPES.get(spelling.compact(self.id_type))
        if id_type is None:
            raise UnreadableClaim("请选择证件类型")
        number, fault = read_number(id_type, spelling.identity_number(self.id_number))
        if fault is not None:
            raise UnreadableClaim(fault)
        return Claim(
            spelling.personal_name(self.name),
            id_type.value,
            number,
            spelling.title_number(self.title_no),
        )


@dataclass(frozen=True, slots=True)
class HeldUnit:
    """One exclusive unit of an owner; area in cm²."""

    unit_key: str
    area_cm2: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Holding:
    """The units of one owner group: together they are one head."""

    group: int
    units: tuple[HeldUnit, ...]

    @property
    def area_cm2(self) -> int:
        """Sum of the group's areas in cm²."""
        return sum(unit.area_cm2 for unit in self.units)


@dataclass(frozen=True, slots=True)
class Share:
    """What the roster says of one owner, and what he has said against it.

    Each of ``holdings`` counts as one head, however many units it has.
    """

    holdings: tuple[Holding, ...]
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A device key that the register knows, and the owner it was bound to."""

    key: VerifyingKey
    owner_code: int


def holdings(document: RosterDocument, owner_code: int) -> tuple[Holding, ...]:
    """Find every owner group this owner belongs to, with all units of each.

    Whoever owns one flat alone and another with a spouse belongs to two groups (domain C-5). Of a
    group of which he has bought a part since the freeze, only that part is his (domain C-14).
    """
    groups = document.groups_of_owner.get(owner_code, frozenset())
    return tuple(
        Holding(
            group,
            tuple(
                _held(document.units[code])
                for code in document.units_of_group[group]
                if document.owns(owner_code, code)
            ),
        )
        for group in sorted(groups)
    )


def _held(unit: PublicUnit) -> HeldUnit:
    return HeldUnit(unit.unit_key, unit.area_cm2, unit.kind)
