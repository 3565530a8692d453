"""What an owner says to prove who he is, and what the roster then credits him with."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from voting.identity.refusals import UnreadableClaim
from voting.kernel.suites import VerifyingKey
from voting.roster import spelling
from voting.roster.document import PublicUnit, RosterDocument
from voting.roster.identity_numbers import ID_TYPES, read_number
from voting.roster.mandate import Mandates
from voting.roster.objection import Objection
from voting.roster.phones import is_mobile, read_phones


@dataclass(frozen=True, slots=True)
class Claim:
    """Name and identity, and what else an owner knows, as he typed it.

    ``title_no`` is a title number, ``code`` what was sent to his telephone; empty if not given.
    ``vouched`` says that name and identity come from an identity provider.
    """

    name: str
    id_type: str
    id_number: str
    title_no: str = ""
    code: str = ""
    vouched: bool = False

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
        return replace(
            self,
            name=spelling.personal_name(self.name),
            id_type=id_type.value,
            id_number=number,
            title_no=spelling.title_number(self.title_no),
            code=spelling.compact(self.code),
        )


def spelled_mobile(typed: str) -> str:
    """Write a mobile number the way the roster is written.

    Raises
    ------
    UnreadableClaim
    """
    match read_phones(typed):
        case (phone,) if is_mobile(phone):
            return phone
        case _:
            raise UnreadableClaim("请填写 11 位的手机号码")


@dataclass(frozen=True, slots=True)
class Holding:
    """The units of one owner group: together they are one head."""

    group: int
    units: tuple[PublicUnit, ...]

    @property
    def area_cm2(self) -> int:
        """Sum of the group's areas in cm²."""
        return sum(unit.area_cm2 for unit in self.units)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A unit that somebody is shown and does not vote for, and why in Chinese."""

    unit_key: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitVoters:
    """Who votes for an owner's unit, where that is not simply any owner; nobody if no name."""

    unit_key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What the roster says of one owner, and what he has said against it.

    ``holdings`` are grouped by the sets of owners: each counts as one head, unless an agenda has
    another rule. For those units that are ``withheld`` somebody else votes. ``voters`` says who
    votes for those of his own units of which the roster says it.
    """

    holdings: tuple[Holding, ...]
    withheld: tuple[Withheld, ...]
    voters: tuple[UnitVoters, ...]
    objections: tuple[Objection, ...]

    @property
    def unit_keys(self) -> frozenset[str]:
        """Every unit of the holdings."""
        return frozenset(unit.unit_key for holding in self.holdings for unit in holding.units)


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A device key that the register knows, and the owner it was bound to."""

    key: VerifyingKey
    owner_code: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a phone is told when its key is enrolled.

    ``held`` is every unit its owner votes for, so that he sees what his ballot covers;
    for those of his that are ``withheld`` somebody else votes. ``replaced`` says that an earlier
    key ended here.
    """

    key_id: str
    held: tuple[Holding, ...]
    withheld: tuple[Withheld, ...]
    replaced: bool


def holdings(person: int, *rosters: RosterDocument) -> tuple[Holding, ...]:
    """Find every owner group in which somebody votes, with all units of each that he votes for.

    Several views of one roster add up: his own units, and those he votes for besides.

    Whoever owns one flat alone and another with a spouse belongs to two groups (domain C-5). Of a
    group of which he has bought a part since the freeze, only that part is his (domain C-14).
    """
    units: defaultdict[int, set[int]] = defaultdict(set)
    for roster in rosters:
        for group in roster.groups_of_owner.get(person, ()):
            his = (code for code in roster.units_of_group[group] if roster.may_vote(person, code))
            units[group].update(his)
    return tuple(
        Holding(group, tuple(rosters[0].units[code] for code in sorted(units[group])))
        for group in sorted(units)
    )


def withheld(mandates: Mandates, owner_code: int, days: Iterable[date]) -> tuple[Withheld, ...]:
    """Find every unit that he stands beside without a vote of his own on any of these days."""
    on = tuple(days)
    return tuple(
        Withheld(key, each.why_not().chinese)
        for key, people in sorted(mandates.items())
        for each in people
        if each.owner == owner_code and not any(each.may_vote(day) for day in on)
    )
