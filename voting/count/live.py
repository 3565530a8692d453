"""Turnout of one assembly kept in memory, and how far it has read the ballot box."""

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from tally.turnout import LiveTurnout
from voting.kernel.clock import timestamp

_HOUR = 3600
"""Seconds. Beijing time differs from UTC by whole hours, so its hours are the same."""


class Watched:
    """Live turnout that catches up with the box, and counts again only after something came.

    It may be asked from several threads. A ballot that two of them bring counts once, since what a
    ballot leaves behind does not depend on how often it is recorded.
    """

    def __init__(self, turnout: LiveTurnout) -> None:
        self._turnout = turnout
        self._report: dict[str, Any] | None = None
        self._lock = Lock()
        self.position = -1
        """Place in the log of the last ballot that was read."""

    def catch_up(self, arrivals: Iterable[tuple[int, tuple[int, ...], datetime]]) -> None:
        """Record valid ballots (position, unit codes, moment of arrival) in order of the log."""
        with self._lock:
            for position, unit_codes, received_at in arrivals:
                self._turnout.record(unit_codes, int(received_at.timestamp()) // _HOUR)
                self.position = max(self.position, position)
                self._report = None

    def report(self) -> dict[str, Any]:
        """Tell ``items``, ``buildings``, ``kinds`` and ``hours``; the caller changes nothing in it.

        Hours are told as the moments ``from`` and ``until``.
        """
        with self._lock:
            if self._report is None:
                report = self._turnout.report()
                self._report = {**report, "hours": [_dated(row) for row in report["hours"]]}
            return self._report

    def floors(self) -> list[dict[str, Any]]:
        """Tell each floor of each building."""
        with self._lock:
            return self._turnout.floors()


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "from": _moment(row["hour"]),
        "until": _moment(row["hour"] + 1),
        "arrived": row["arrived"],
        "participating": row["participating"],
    }


def _moment(hour: int) -> str:
    return timestamp(datetime.fromtimestamp(hour * _HOUR, UTC))
