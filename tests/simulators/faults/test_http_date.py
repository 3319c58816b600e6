"""Dates and waits in headers."""

import pytest

from brownout_simulators.faults.http_date import http_date, put_off, retry_after_header, retry_after_s


def test_dates_are_written_as_http_writes_them() -> None:
    assert http_date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT"


def test_a_wait_is_rounded_up_never_down() -> None:
    assert retry_after_header(1.01, "seconds", 0.0) == "2"
    assert retry_after_header(1.01, "date", 784_111_777.5) == "Sun, 06 Nov 1994 08:49:39 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("Sun, 06 Nov 1994 08:49:37 GMT", 7.0), ("Sun, 06 Nov 1994 08:49:00 GMT", 0.0), ("soon", None)],
)
def test_a_wait_is_read_in_either_form(value: str, seconds: float | None) -> None:
    assert retry_after_s({"x": "1", "Retry-After": value}, 784_111_770) == seconds


def test_without_the_header_no_wait_was_asked_for() -> None:
    assert retry_after_s({"date": "x"}, 0.0) is None


def test_only_a_date_is_put_off() -> None:
    assert put_off("Sun, 06 Nov 1994 08:49:37 GMT", 60.0) == "Sun, 06 Nov 1994 08:50:37 GMT"
    assert [put_off(value, 60.0) for value in ("7", "soon", "")] == ["7", "soon", ""]
