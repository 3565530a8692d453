"""What time it is, handed in as an argument, never asked for in passing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime, whole seconds."""

BEIJING = ZoneInfo("Asia/Shanghai")
"""The time zone in which every legal day begins and ends (Civil Code, art. 200-204)."""


def system_clock() -> datetime:
    """Read the machine's clock."""
    return datetime.now(UTC).replace(microsecond=0)


class InsecureShiftedClock:
    """The machine's clock moved by a fixed span, for demonstrations and tests only."""

    def __init__(self, shift: timedelta) -> None:
        self._shift = shift

    def __call__(self) -> datetime:
        """Answer the shifted moment."""
        return system_clock() + self._shift


@lru_cache(256)
def timestamp(moment: datetime) -> str:
    """Write a moment as ``2026-11-23T08:45:33Z``: the one form used in signed documents."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_timestamp(text: str) -> datetime:
    """Read what :func:`timestamp` wrote.

    Raises
    ------
    ValueError
        The text is in any other form.
    """
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    # strptime also takes 2026-3-2T2:0:0Z and digits of other scripts.
    if timestamp(moment) != text:
        raise ValueError(f"not a timestamp: {text!r}")
    return moment


def years_before(moment: datetime, years: int) -> datetime:
    """Go back whole years; from 29 February to 28 February where there is no other."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


def beijing_text(moment: datetime) -> str:
    """Print a moment for people, in Beijing time."""
    return moment.astimezone(BEIJING).strftime("%Y年%m月%d日 %H:%M")
