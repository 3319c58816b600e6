"""When a mail is to go out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.resend.scheduling import AHEAD_S, scheduled_s

NOW = datetime(2026, 3, 1, 10, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("said", "ahead_s"),
    [
        ("2026-03-01T11:30:00Z", 3_600),
        ("2026-03-01T12:30:00.000+01:00", 3_600),
        ("2026-03-01T11:30:00", 3_600),
        ("2026-02-28T11:30:00Z", 0),
        ("in 1 min", 60),
        ("In 90 seconds", 90),
        ("in an hour", 3_600),
        ("in 2 days", 172_800),
        ("in 1 week", 604_800),
        ("tomorrow", 86_400),
        ("tomorrow at 9am", 22.5 * 3_600),
        ("tomorrow at 12:15 am", 13.75 * 3_600),
        ("today at 18:30", 8 * 3_600),
        ("today at 9:00", 0),
    ],
)
def test_an_instant_and_plain_english_are_understood(said: str, ahead_s: float) -> None:
    assert scheduled_s(said, NOW) == pytest.approx(NOW + ahead_s)


@pytest.mark.parametrize(
    "said", ["", "soon", "in 31 days", "in five days", "tomorrow at 25:00", "tomorrow at 13pm", 7, None, "9" * 200]
)
def test_what_is_neither_or_too_far_ahead_is_refused(said: Any) -> None:
    with pytest.raises(Refused):
        scheduled_s(said, NOW)


def test_thirty_days_ahead_are_still_taken() -> None:
    assert scheduled_s("in 30 days", NOW) == NOW + AHEAD_S
