"""Who has taken part so far: turnout on both measures against its threshold, no choices."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.attendance import NEVER, Attendance
from tally.columns import KINDS, RosterColumns
from tally.errors import TallyError
from tally.floors import BASEMENT, UNKNOWN_FLOOR, floors_of
from tally.grouping import owner_groups
from tally.measure import Measure
from tally.model import Agenda, Item
from tally.rules import Rule, rule_for
from tally.scope import electorate_mask
from tally.soundness import require_sound_agenda, require_sound_roster
from tally.verdict import quorum_tests, still_needed

_FLOORS = UNKNOWN_FLOOR - BASEMENT + 1


def turnout(
    agenda: Agenda, roster: RosterColumns, voted: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Tell for each item how far the quorum is (Civil Code art. 278(2)).

    Parameters
    ----------
    agenda, roster
        What was published.
    voted
        Units for which a valid ballot has arrived, bool, shape ``(U,)``.

    Returns
    -------
    list of dict
        As :meth:`LiveTurnout.items`.

    Raises
    ------
    TallyError
        ``voted`` does not fit the roster, or an electorate is empty.
    """
    if voted.shape != (len(roster),) or voted.dtype != np.bool_:
        raise TallyError(f"参与记录应为 {len(roster)} 个房屋的布尔列，实为 {voted.shape}")
    live = LiveTurnout(agenda, roster)
    live.record(np.flatnonzero(voted).tolist(), 0)
    return live.items()


class LiveTurnout:
    """Turnout of one assembly, kept up to date ballot by ballot.

    A ballot only leaves its hour with its units, and every report counts the whole roster again:
    what the ballots left does not depend on their order or repetition, so it cannot drift from a
    recount. Memory is fixed by the roster, not by the number of ballots.

    Parameters
    ----------
    agenda, roster
        What was published; U units.

    Raises
    ------
    TallyError
        Agenda or roster contradict themselves, or an electorate is empty.

    Notes
    -----
    Segments (buildings, floors, kinds) and hours are of all units that any item is put to; for one
    item alone, ask about an agenda of that item. In each segment an owner of units there is one
    head, so heads of segments do not add up to the whole.
    """

    def __init__(self, agenda: Agenda, roster: RosterColumns) -> None:
        require_sound_agenda(agenda)
        require_sound_roster(roster)
        if not agenda.items:
            raise TallyError("议程中没有任何议题，没有可统计的参与情况")
        self._agenda = agenda
        self._roster = roster
        self._hours = np.full(len(roster), NEVER, dtype=np.int32)
        # The same memory once more: reading and writing one unit takes a fifth of NumPy's time.
        self._marks: memoryview[int] = self._hours.data
        self._called = np.zeros(len(roster), dtype=np.bool_)
        # Items put to the same units share a layout.
        electorates: dict[bytes, Attendance] = {}
        self._electorate_of: dict[str, Attendance] = {}
        for item in agenda.items:
            inside = electorate_mask(roster, item, agenda.policies)
            self._called |= inside
            key = np.packbits(inside).tobytes()
            if key not in electorates:
                electorates[key] = self._whole(inside)
            self._electorate_of[item.id] = electorates[key]
        key = np.packbits(self._called).tobytes()
        whole = electorates.get(key) or self._whole(self._called)
        self._everybody = _Segments(whole, [{}])

    def record(self, units: Iterable[int], hour: int) -> None:
        """Take note of one valid ballot, in time that grows only with its units.

        Parameters
        ----------
        units
            Roster rows of the units it was cast for.
        hour
            When it arrived, in hours since 1970 UTC, 0 to 2**20 - 1. A unit keeps its earliest.

        Raises
        ------
        TallyError
            The roster has no such unit, or the hour is out of range; nothing is noted then.
        """
        if not 0 <= hour < NEVER:
            raise TallyError(f"无法识别的时间：第 {hour} 小时")
        marks = self._marks
        units = tuple(units)
        for unit in units:
            if not 0 <= unit < len(marks):
                raise TallyError(f"清册共 {len(marks)} 个房屋，没有第 {unit + 1} 个")
        for unit in units:
            marks[unit] = min(marks[unit], hour)

    def report(self) -> dict[str, Any]:
        """Count again and tell ``items``, ``everybody``, ``buildings``, ``kinds`` and ``hours``.

        ``everybody`` is the ``electorate`` and ``participating`` of what the last three divide.
        """
        return {
            "items": self.items(),
            "everybody": self._everybody.rows(self._hours)[0],
            "buildings": self.buildings(),
            "kinds": self.kinds(),
            "hours": self.hours(),
        }

    def items(self) -> list[dict[str, Any]]:
        """Tell for each item how far the quorum is.

        Returns
        -------
        list of dict
            For each item ``id``, ``title``, ``electorate``, ``participating``, ``quorum``
            (``heads`` and ``area``) and ``needed``, the heads and area (cm²) still missing.
        """
        part_of = {each: each.taking_part(self._hours)[0] for each in self._electorates}
        return [
            _against_quorum(
                item,
                rule_for(item.matter, self._agenda.decision_date),
                self._electorates[self._electorate_of[item.id]],
                part_of[self._electorate_of[item.id]],
            )
            for item in self._agenda.items
        ]

    def buildings(self) -> list[dict[str, Any]]:
        """Tell ``building``, ``electorate`` and ``participating``, in the roster's order."""
        return self._buildings.rows(self._hours)

    def kinds(self) -> list[dict[str, Any]]:
        """Tell ``kind``, ``electorate`` and ``participating`` of each kind of unit."""
        return self._kinds.rows(self._hours)

    def floors(self) -> list[dict[str, Any]]:
        """Tell ``building``, ``floor``, ``electorate`` and ``participating``, upwards.

        ``floor`` is as :func:`~tally.floors.floor_of` reads it, ``None`` if unknown.
        """
        return self._floors.rows(self._hours)

    def hours(self) -> list[dict[str, Any]]:
        """Tell for each ``hour`` what ``arrived`` in it and is ``participating`` by its end.

        A head arrives with the first ballot for any of his units. Hours that brought nothing new
        are left out; the last row is exactly what takes part.
        """
        return [
            {
                "hour": each.hour,
                "arrived": each.arrived.document(),
                "participating": each.participating.document(),
            }
            for each in self._everybody.layout.arrivals(self._hours)
        ]

    @cached_property
    def _electorates(self) -> dict[Attendance, Measure]:
        return {each: each.everybody()[0] for each in self._electorate_of.values()}

    @cached_property
    def _buildings(self) -> "_Segments":
        names = self._roster.buildings
        layout = self._layout(self._called, self._roster.building.astype(np.int64))
        return _Segments(layout, [{"building": names[code]} for code in layout.codes.tolist()])

    @cached_property
    def _kinds(self) -> "_Segments":
        layout = self._layout(self._called, self._roster.kind.astype(np.int64))
        return _Segments(layout, [{"kind": KINDS[code].value} for code in layout.codes.tolist()])

    @cached_property
    def _floors(self) -> "_Segments":
        names = self._roster.buildings
        floor = floors_of(self._roster.unit_key) - BASEMENT
        layout = self._layout(
            self._called, self._roster.building.astype(np.int64) * _FLOORS + floor
        )
        places = [divmod(code, _FLOORS) for code in layout.codes.tolist()]
        return _Segments(
            layout,
            [
                {
                    "building": names[building],
                    "floor": None if floor + BASEMENT == UNKNOWN_FLOOR else floor + BASEMENT,
                }
                for building, floor in places
            ],
        )

    def _whole(self, inside: NDArray[np.bool_]) -> Attendance:
        return self._layout(inside, np.zeros(len(self._roster), dtype=np.int64))

    def _layout(self, inside: NDArray[np.bool_], segment: NDArray[np.int64]) -> Attendance:
        group = owner_groups(self._roster, self._agenda.policies.same_owner, inside)
        return Attendance.of(group, self._roster.area_cm2, segment)


def _against_quorum(item: Item, rule: Rule, whole: Measure, part: Measure) -> dict[str, Any]:
    tests = quorum_tests(rule, part, whole)
    needed = Measure(
        still_needed(rule.quorum, part.heads, whole.heads),
        still_needed(rule.quorum, part.area_cm2, whole.area_cm2),
    )
    return {
        "id": item.id,
        "title": item.title,
        "electorate": whole.document(),
        "participating": part.document(),
        "quorum": {
            "heads": tests["quorum_heads"].document(),
            "area": tests["quorum_area"].document(),
        },
        "needed": needed.document(),
    }


class _Segments:
    """One way to divide the electorate, with what never changes in its rows."""

    def __init__(self, layout: Attendance, names: list[dict[str, Any]]) -> None:
        self.layout = layout
        self._known = [
            {**name, "electorate": whole.document()}
            for name, whole in zip(names, layout.everybody(), strict=True)
        ]

    def rows(self, hours: NDArray[np.int32]) -> list[dict[str, Any]]:
        return [
            {**known, "participating": part.document()}
            for known, part in zip(self._known, self.layout.taking_part(hours), strict=True)
        ]
