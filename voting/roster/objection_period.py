"""How long owners have to object to a published roster, as the law sets it."""

from datetime import date, datetime

from voting.kernel.periods import Period, day_of, full_days_after, period_on

OBJECTION = (
    # The list of owners, heads and areas is published 15 days before the meeting, and objections
    # to it are settled before that.
    Period(15, "《北京市物业管理条例》第三十二条", in_force=date(2020, 5, 1)),
)


def objection_period(published_at: datetime) -> Period | None:
    """Find the least period for a list published at this moment."""
    return period_on(OBJECTION, day_of(published_at))


def earliest_end(published_at: datetime) -> datetime:
    """First moment at which owners have had all the days the law gives them to object."""
    period = objection_period(published_at)
    return published_at if period is None else full_days_after(published_at, period.days)
