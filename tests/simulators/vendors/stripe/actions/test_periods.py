"""The calendar of billing periods."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.stripe.actions.periods import day_of_month, period_end


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("start", "interval", "count", "end"),
    [
        ("2026-01-15T10:00:00", "month", 1, "2026-02-15T10:00:00"),
        ("2026-01-31T10:00:00", "month", 1, "2026-02-28T10:00:00"),
        ("2028-01-31T10:00:00", "month", 1, "2028-02-29T10:00:00"),
        ("2026-12-05T00:00:00", "month", 2, "2027-02-05T00:00:00"),
        ("2028-02-29T00:00:00", "year", 1, "2029-02-28T00:00:00"),
        ("2026-03-01T00:00:00", "week", 2, "2026-03-15T00:00:00"),
        ("2026-03-01T00:00:00", "day", 3, "2026-03-04T00:00:00"),
    ],
)
def test_a_period_ends_where_the_calendar_says(start: str, interval: str, count: int, end: str) -> None:
    assert period_end(at(start), interval, count) == at(end)


def test_the_day_of_the_anchor_comes_back_after_a_short_month() -> None:
    assert period_end(at("2026-02-28T10:00:00"), "month", 1, 31) == at("2026-03-31T10:00:00")


@given(st.integers(0, 4_000_000_000), st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 12))
def test_a_period_always_goes_forward_and_keeps_the_time_of_day(start: int, interval: str, count: int) -> None:
    end = period_end(start, interval, count)
    assert end > start
    assert end % 86_400 == start % 86_400
    assert day_of_month(end) <= 31
