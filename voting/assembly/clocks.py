"""The periods the law sets around a vote, as data with their sources, and how days are counted.

Days are calendar days in Beijing time; the day of an act is not counted and the last day ends
at midnight (Civil Code, art. 201 to 203).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from voting.kernel.clock import BEIJING


@dataclass(frozen=True, slots=True)
class Period:
    """A number of days with the article that sets it."""

    days: int
    source: str


NOTICE = Period(15, "《北京市物业管理条例》第三十五条第三款；《物业管理条例》第十四条")
ANNOUNCEMENT = Period(3, "《北京市物业管理条例》第三十七条")


def earliest_opening(published_at: datetime) -> datetime:
    """First moment at which fifteen full days have passed since the day of the notice."""
    return _midnight(_day(published_at) + timedelta(days=NOTICE.days + 1))


def announce_by(decided_at: datetime) -> date:
    """Last day for posting the decision in the complex.

    A public holiday on that day moves it on (Civil Code, art. 203); holidays are decreed each
    year and are left to the reader.
    """
    return _day(decided_at) + timedelta(days=ANNOUNCEMENT.days)


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)
