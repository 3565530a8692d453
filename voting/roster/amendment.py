"""A version made out of another: some units different, new or gone, the others as they were."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from voting.roster.document import PublicUnit, RosterDocument, public_unit
from voting.roster.households import HOUSEHOLD, kept_household
from voting.roster.model import Roster, natural_key


def amended(
    first: RosterDocument,
    changes: Roster,
    removed: frozenset[str],
    numbers: Mapping[str, int],
    version: int,
    columns: Collection[str],
) -> RosterDocument:
    """Replace, add and remove units, and group the owners anew.

    Parameters
    ----------
    changes
        Units that are new or take the place of the unit of the same key.
    numbers
        Owner numbers by identity; at least of every owner in ``changes``.
    columns
        Of the sheet of the changes: without one for households, those of the units stay.
    """
    said = {unit.unit_key: public_unit(unit, numbers) for unit in changes}
    if HOUSEHOLD not in columns:
        before = {unit.unit_key: unit for unit in first.units if unit.unit_key in said}
        said = {
            key: replace(unit, household=kept_household(before.get(key), unit))
            for key, unit in said.items()
        }
    units = [said.pop(unit.unit_key, unit) for unit in first.units if unit.unit_key not in removed]
    for unit in said.values():
        units.insert(_place(units, unit), unit)
    return replace(first, version=version, units=tuple(units), previous=first.digest).regrouped()


def _place(units: list[PublicUnit], new: PublicUnit) -> int:
    """Find where a unit stands among others: before the first that sorts after it."""
    key = _order(new)
    return next((place for place, unit in enumerate(units) if _order(unit) > key), len(units))


def _order(unit: PublicUnit) -> tuple[tuple[tuple[int, str], ...], ...]:
    return natural_key(unit.building), natural_key(unit.unit_key.removeprefix(unit.building))
