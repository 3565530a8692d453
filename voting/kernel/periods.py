"""Periods that the law sets, as dated data with their sources, and how their days are counted.

Days are calendar days in Beijing time; the day of an act is not counted and the last day ends
at midnight (Civil Code, art. 201 to 203).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from voting.kernel.clock import BEIJING


@dataclass(frozen=True, slots=True)
class Period:
    """A number of days with the article that sets it, and the day from which it does."""

    days: int
    source: str
    in_force: date = date.min


def period_on(periods: Sequence[Period], day: date) -> Period | None:
    """Find the period of a table, oldest first, that the law sets on a day; None before any."""
    found = [period for period in periods if period.in_force <= day]
    return found[-1] if found else None


def full_days_after(moment: datetime, days: int) -> datetime:
    """First moment at which so many full days have passed since the day of an act."""
    return datetime.combine(day_of(moment) + timedelta(days=days + 1), time(), BEIJING)


def day_of(moment: datetime) -> date:
    """Name the day in Beijing."""
    return moment.astimezone(BEIJING).date()
