from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.kernel.clock import (
    InsecureShiftedClock,
    beijing_text,
    parse_timestamp,
    system_clock,
    timestamp,
)

MOMENTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(MOMENTS)
def test_a_timestamp_reads_back_as_its_moment(moment):
    assert parse_timestamp(timestamp(moment)) == moment


def test_a_moment_is_written_in_utc_whatever_its_zone():
    east = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=8)))
    assert timestamp(east) == "2026-03-02T02:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T02:00:00",
        "2026-03-02T02:00:00+00:00",
        "2026-03-02T02:00:00.5Z",
        "2026-03-02 02:00:00Z",
        "2026-02-30T02:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-3-2T2:0:0Z",
        " 2026-03-02T02:00:00Z",
        "",
    ],
)
def test_any_other_form_is_refused(text):
    with pytest.raises(ValueError, match=r"\S"):
        parse_timestamp(text)


def test_the_clock_ticks_in_whole_aware_utc_seconds():
    now = system_clock()
    assert now.microsecond == 0
    assert now.utcoffset() == timedelta(0)


def test_the_shifted_clock_is_the_machines_moved_by_its_span():
    shifted = InsecureShiftedClock(timedelta(days=20))()
    assert timedelta(days=20) <= shifted - system_clock() + timedelta(seconds=2)
    assert shifted - system_clock() <= timedelta(days=20)


def test_people_read_beijing_time():
    assert beijing_text(datetime(2026, 3, 1, 16, 5, tzinfo=UTC)) == "2026年03月02日 00:05"
