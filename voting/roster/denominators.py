"""Totals of a roster under every denominator that a dispute has asked for (domain W-8, C-11)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tally.columns import KINDS
from tally.grouping import owner_groups
from tally.model import DEFAULT_KINDS, Kind
from voting.roster.grouping import HeadRule, columns_under, rules_for
from voting.roster.model import AreaSource, Roster

_PARKING, _STORAGE = Kind.PARKING, Kind.STORAGE


@dataclass(frozen=True, slots=True)
class Denominator:
    """One way of summing the roster up.

    Parameters
    ----------
    name
        Which units and which area, in Chinese.
    units, area_cm2
        Units counted, and their area in cm².
    heads
        Heads under each rule of who is one owner.
    without_area
        Units of the scope that have no such area: unless 0, this is no denominator yet, because
        two kinds of area are never mixed (domain W-4).
    """

    name: str
    units: int
    area_cm2: int
    heads: Mapping[HeadRule, int]
    without_area: int = 0

    def equals(self, other: "Denominator") -> bool:
        """Whether every figure is the same, whatever the name."""
        return replace(self, name=other.name) == other


def denominators(roster: Roster) -> tuple[Denominator, ...]:
    """Sum a roster up with and without parking and storage, registered area only, inside area."""
    kinds = np.array([KINDS.index(unit.kind) for unit in roster], dtype=np.int8)
    area = np.array([unit.area_cm2 for unit in roster], dtype=np.int64)
    inside = np.array([unit.inside_area_cm2 or 0 for unit in roster], dtype=np.int64)
    registered = np.array([unit.area_source is AreaSource.REGISTER for unit in roster], np.bool_)
    columns = {rule: columns_under(roster, rule) for rule in rules_for(roster)}

    def of_kinds(*left_out: Kind) -> NDArray[np.bool_]:
        return ~np.isin(kinds, [KINDS.index(kind) for kind in left_out])

    def summed(name: str, scope: NDArray[np.bool_], areas: NDArray[np.int64]) -> Denominator:
        counted = scope & (areas > 0)
        return Denominator(
            name=name,
            units=int(counted.sum()),
            area_cm2=int(areas[counted].sum()),
            heads={
                rule: int(owner_groups(*under, counted).max(initial=-1)) + 1
                for rule, under in columns.items()
            },
            without_area=int((scope & (areas == 0)).sum()),
        )

    everything, default = of_kinds(), np.isin(kinds, [KINDS.index(kind) for kind in DEFAULT_KINDS])
    scopes = {"全部专有部分": everything, "不含车位、储藏": default}
    if {_PARKING, _STORAGE} <= {KINDS[code] for code in np.unique(kinds)}:
        scopes |= {"含车位，不含储藏": of_kinds(_STORAGE), "含储藏，不含车位": of_kinds(_PARKING)}
    found = [summed(name, scope, area) for name, scope in scopes.items()]
    if not registered.all():
        for name, scope in list(scopes.items())[:2]:
            found.append(summed(f"{name}，只计登记面积", scope & registered, area))
    if inside.any():
        found += [
            summed(f"{name}，按套内面积", scope, inside) for name, scope in list(scopes.items())[:2]
        ]
    return tuple(found)


def compared(totals: Sequence[Denominator]) -> Iterator[tuple[Denominator, str | None]]:
    """Give each total with the name of the first before it that has the very same figures."""
    different: list[Denominator] = []
    for total in totals:
        same = next((other.name for other in different if total.equals(other)), None)
        if same is None:
            different.append(total)
        yield total, same
