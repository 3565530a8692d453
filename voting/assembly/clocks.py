"""The periods the law sets around a vote, as data with their sources."""

from datetime import date, datetime, timedelta

from voting.kernel.periods import Period, day_of, full_days_after

NOTICE = Period(15, "《北京市物业管理条例》第三十五条第三款；《物业管理条例》第十四条")
ANNOUNCEMENT = Period(3, "《北京市物业管理条例》第三十七条")


def earliest_opening(published_at: datetime) -> datetime:
    """First moment at which fifteen full days have passed since the day of the notice."""
    return full_days_after(published_at, NOTICE.days)


def announce_by(decided_at: datetime) -> date:
    """Last day for posting the decision in the complex.

    A public holiday on that day moves it on (Civil Code, art. 203); holidays are decreed each
    year and are left to the reader.
    """
    return day_of(decided_at) + timedelta(days=ANNOUNCEMENT.days)
