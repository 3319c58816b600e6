"""Days end at midnight, also where clocks are changed."""

from datetime import UTC, datetime

import pytest

from brownout_simulators.vendors.gemini.days import midnight_pacific, midnight_utc


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2026-01-15T12:00:00", "2026-01-16T08:00:00"),  # winter: UTC-8
        ("2026-07-15T06:59:59", "2026-07-15T07:00:00"),  # summer: UTC-7
        ("2026-07-15T07:00:00", "2026-07-16T07:00:00"),
        ("2026-03-08T08:30:00", "2026-03-09T07:00:00"),  # a day of 23 hours
        ("2026-11-01T07:30:00", "2026-11-02T08:00:00"),  # a day of 25 hours
        ("2026-11-02T07:30:00", "2026-11-02T08:00:00"),
        ("2025-12-31T23:00:00", "2026-01-01T08:00:00"),
        ("2026-01-01T03:00:00", "2026-01-01T08:00:00"),
    ],
)
def test_midnight_in_california(now: str, midnight: str) -> None:
    at_s = datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()
    assert datetime.fromtimestamp(midnight_pacific(at_s), UTC).isoformat() == f"{midnight}+00:00"


def test_midnight_utc() -> None:
    assert midnight_utc(0.0) == 86_400
    assert midnight_utc(86_400.0) == 172_800
    assert midnight_utc(86_399.5) == 86_400
