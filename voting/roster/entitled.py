"""A frozen roster as the ballot box sees it: who may use which slot by now.

What a vote pinned stays its denominator: units, areas and groups are those of the frozen document,
so the count does not change, whatever was sold, corrected or registered since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voting.kernel import canonical
from voting.roster.document import RosterDocument

FORMAT = "yezhu-voters/1"


@dataclass(frozen=True)
class EntitledRoster(RosterDocument):
    """``voters`` by unit code where not any owner may vote; ``removed`` the units without a vote.

    Never written or hashed: the document that is pinned has neither.
    """

    voters: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    removed: frozenset[int] = frozenset()

    def voters_of(self, unit_code: int) -> tuple[int, ...]:
        """Numbers of those who may vote for a unit by now."""
        if unit_code in self.removed:
            return ()
        usual = super().voters_of(unit_code)
        return self.voters.get(unit_code, usual) if not self.units[unit_code].stock else usual

    def has_named_voters(self, unit_code: int) -> bool:
        """Whether not simply any owner may vote for the unit."""
        return unit_code in self.voters

    def is_removed(self, unit_code: int) -> bool:
        """Whether a correction took the unit off the roster."""
        return unit_code in self.removed


def after_correction(frozen: RosterDocument, corrected: RosterDocument) -> EntitledRoster:
    """Let the units be voted for by whoever owns them in a corrected version (domain C-14).

    A unit that is not in it has no vote any more (C-16).
    """
    now = {unit.unit_key: unit for unit in corrected.units}
    units = (
        replace(unit, owners=now[unit.unit_key].owners, stock=now[unit.unit_key].stock)
        if unit.unit_key in now
        else unit
        for unit in frozen.units
    )
    removed = frozenset(code for key, code in frozen.unit_code.items() if key not in now)
    return EntitledRoster(
        frozen.community, frozen.version, tuple(units), frozen.previous, {}, removed
    )


def with_voters(roster: RosterDocument, voters: Mapping[str, Sequence[int]]) -> RosterDocument:
    """Say by unit key who may vote, where that is not simply any owner."""
    if not voters:
        return roster
    removed = roster.removed if isinstance(roster, EntitledRoster) else frozenset()
    by_code = {roster.unit_code[key]: tuple(people) for key, people in voters.items()}
    return EntitledRoster(
        roster.community, roster.version, roster.units, roster.previous, by_code, removed
    )


def voters_bytes(voters: Mapping[str, Sequence[int]]) -> bytes:
    """Write who may vote, as an assembly's log commits to it: numbers, no reason and no day."""
    units = {key: list(people) for key, people in voters.items()}
    return canonical.encode({"format": FORMAT, "units": units})


def parse_voters(data: bytes) -> dict[str, tuple[int, ...]]:
    """Read what :func:`voters_bytes` wrote.

    Raises
    ------
    NotCanonical
    """
    match canonical.decode(data):
        case {"format": "yezhu-voters/1", "units": dict(units), **more} if not more and all(
            _are_numbers(people) for people in units.values()
        ):
            return {key: tuple(people) for key, people in units.items()}
        case _:
            raise canonical.NotCanonical("表决人文件的结构不对")


def _are_numbers(people: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(people, list) and all(type(each) is int for each in people)
