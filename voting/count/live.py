"""Turnout of one assembly kept in memory, and how far it has read the ballot box."""

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from tally.columns import RosterColumns
from tally.model import Agenda
from tally.turnout import LiveTurnout
from voting.count.batches import BatchedTurnout
from voting.kernel.clock import timestamp

Report = dict[str, Any]

_HOUR = 3600
"""Seconds. Beijing time differs from UTC by whole hours, so its hours are the same."""


class Watched:
    """Live turnout that catches up with the box, and counts again only after something came.

    It may be asked from several threads. A ballot that two of them bring counts once.

    Parameters
    ----------
    agenda, roster
        What was published.
    """

    def __init__(self, agenda: Agenda, roster: RosterColumns) -> None:
        self._turnout = LiveTurnout(agenda, roster)
        self._batched = BatchedTurnout(agenda, roster)
        self._report: Report | None = None
        self._batched_report: tuple[Report, int] | None = None
        self._lock = Lock()
        self.position = -1
        """Place in the log of the last ballot that was read."""

    def catch_up(self, arrivals: Iterable[tuple[int, tuple[int, ...], datetime]]) -> None:
        """Record valid ballots (position, unit codes, moment of arrival) in order of the log."""
        with self._lock:
            for position, unit_codes, received_at in arrivals:
                if position <= self.position:
                    continue
                hour = int(received_at.timestamp()) // _HOUR
                self._turnout.record(unit_codes, hour)
                self._batched.record(position, unit_codes, hour)
                self.position = position
                self._report = None

    def report(self) -> Report:
        """Tell ``items``, ``buildings``, ``kinds`` and ``hours``; the caller changes nothing in it.

        Hours are told as the moments ``from`` and ``until``.
        """
        with self._lock:
            if self._report is None:
                self._report = _with_moments(self._turnout.report())
            return self._report

    def batched_report(self) -> tuple[Report, int]:
        """Tell the same of the ballots that have appeared to everybody, and how long the log was.

        The length is that of the log when the last of them appeared.
        """
        with self._lock:
            log_size = self._batched.position + 1
            if self._batched_report is None or self._batched_report[1] != log_size:
                self._batched_report = _with_moments(self._batched.report()), log_size
            return self._batched_report

    def floors(self) -> list[dict[str, Any]]:
        """Tell each floor of each building."""
        with self._lock:
            return self._turnout.floors()


def _with_moments(report: Report) -> Report:
    return {**report, "hours": [_dated(row) for row in report["hours"]]}


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "from": _moment(row["hour"]),
        "until": _moment(row["hour"] + 1),
        "arrived": row["arrived"],
        "participating": row["participating"],
    }


def _moment(hour: int) -> str:
    return timestamp(datetime.fromtimestamp(hour * _HOUR, UTC))
