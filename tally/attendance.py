"""One electorate in segments, laid out so that who came, and when, is counted in one pass."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tally.measure import Measure

NEVER = 2**20
"""Hour of a unit for which no ballot has come; later than every real one, until the year 2089."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What took part for the first time in one hour.

    ``hour`` is as the caller counts them; ``arrived`` came in it, ``participating`` by its end.
    """

    hour: int
    arrived: Measure
    participating: Measure


@dataclass(frozen=True, slots=True, eq=False)
class Attendance:
    """The n units of an electorate in S segments (buildings, floors, kinds, or just one).

    An owner is one head in each segment where he has a unit, so that the heads of several segments
    do not add up to the electorate; areas do.

    Parameters
    ----------
    codes
        Code of each segment that has a unit, ascending, int64, shape ``(S,)``.
    rows
        Roster rows of the units, segment by segment and in it owner by owner, int64, ``(n,)``.
    area_cm2
        Their areas in cm², int64, shape ``(n,)``.
    begins
        Where each segment begins in ``rows``, int64, shape ``(S,)``.
    shared
        Places of the units of owners with several in the segment, int64.
    owners
        Where each of these owners begins in ``shared``, int64.
    """

    codes: NDArray[np.int64]
    rows: NDArray[np.int64]
    area_cm2: NDArray[np.int64]
    begins: NDArray[np.int64]
    shared: NDArray[np.int64]
    owners: NDArray[np.int64]

    @classmethod
    def of(
        cls, group: NDArray[np.int32], area_cm2: NDArray[np.int64], segment: NDArray[np.int64]
    ) -> Self:
        """Lay out an electorate.

        Parameters
        ----------
        group
            Owner group of every unit of the roster, negative outside, shape ``(U,)``.
        area_cm2, segment
            Area in cm² and segment of every unit of the roster, shape ``(U,)``.
        """
        rows = np.flatnonzero(group >= 0)
        rows = rows[np.lexsort((group[rows], segment[rows]))]
        owner, place = group[rows], segment[rows]
        opens = np.ones(len(rows), dtype=np.bool_)
        opens[1:] = (owner[1:] != owner[:-1]) | (place[1:] != place[:-1])
        units = np.diff(np.append(np.flatnonzero(opens), len(rows)))
        shared = np.flatnonzero(np.repeat(units > 1, units))
        codes, begins = np.unique(place, return_index=True)
        return cls(
            codes=codes.astype(np.int64),
            rows=rows,
            area_cm2=area_cm2[rows],
            begins=begins.astype(np.int64),
            shared=shared,
            owners=np.flatnonzero(opens[shared]),
        )

    def everybody(self) -> list[Measure]:
        """Measure each segment as a whole."""
        return self._measures(np.zeros(len(self.rows), dtype=np.int32))

    def taking_part(self, hours: NDArray[np.int32]) -> list[Measure]:
        """Measure who has come, segment by segment.

        Parameters
        ----------
        hours
            Hour of the first ballot for each unit of the roster, :data:`NEVER` without one.
        """
        return self._measures(hours[self.rows])

    def _measures(self, unit: NDArray[np.int32]) -> list[Measure]:
        heads = np.add.reduceat(self._by_head(unit) != NEVER, self.begins, dtype=np.int64)
        area = np.add.reduceat(self.area_cm2 * (unit != NEVER), self.begins)
        return [Measure(*pair) for pair in zip(heads.tolist(), area.tolist(), strict=True)]

    def arrivals(self, hours: NDArray[np.int32]) -> list[Arrivals]:
        """Measure what each hour brought, of an electorate in one segment, early hours first.

        A head comes with the first ballot for any of his units, an area with the first for its
        unit; together they are exactly what takes part.
        """
        unit = hours[self.rows]
        head = self._by_head(unit)
        came, start = unit != NEVER, int(unit.min())
        hour = unit[came] - start
        units = np.bincount(hour)
        heads = np.bincount(head[head != NEVER] - start, minlength=len(units))
        area = np.zeros(len(units), dtype=np.int64)
        # bincount(weights=...) would add in float64 and could lose a cm2.
        np.add.at(area, hour, self.area_cm2[came])
        found, so_far = [], Measure()
        for place in np.flatnonzero(units).tolist():
            arrived = Measure(int(heads[place]), int(area[place]))
            so_far += arrived
            found.append(Arrivals(start + place, arrived, so_far))
        return found

    def _by_head(self, unit: NDArray[np.int32]) -> NDArray[np.int32]:
        """Keep of each owner one mark in each segment, his earliest; shape as given."""
        marks = unit.copy()
        marks[self.shared] = NEVER
        marks[self.shared[self.owners]] = np.minimum.reduceat(unit[self.shared], self.owners)
        return marks
