"""Quantities as they are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_scenarios import units


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("250ms", 0.25),
        ("30s", 30.0),
        ("1.5m", 90.0),
        ("2h", 7200.0),
        ("5 s", 5.0),
        (0, 0.0),
        ("100us", 1e-4),
        ("-3s", -3.0),
    ],
)
def test_a_duration_is_a_number_with_a_unit(written: object, seconds: float) -> None:
    assert units.parse_duration(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", [400, "400", 1.5])
def test_a_duration_without_a_unit_says_how_to_write_it(written: object) -> None:
    with pytest.raises(ValueError, match=f"{written} has no unit: write {written}s or {written}ms"):
        units.parse_duration(written)


@pytest.mark.parametrize("written", ["fast", "--3s", "1 minute", True, None, ["1s"], "1e9s", "nan", ".5s"])
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        units.parse_duration(written)


@pytest.mark.parametrize(("written", "per_s"), [("50/s", 50.0), ("600/m", 10.0), ("36/h", 0.01), (0, 0.0)])
def test_a_rate_is_a_number_per_unit(written: object, per_s: float) -> None:
    assert units.parse_rate(written) == pytest.approx(per_s)


@pytest.mark.parametrize("written", ["50", 50, "50/d", "many", True])
def test_what_is_no_rate_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="write"):
        units.parse_rate(written)


@pytest.mark.parametrize(("written", "fraction"), [("20%", 0.2), (0.2, 0.2), (1, 1.0), ("0%", 0.0), ("99.9%", 0.999)])
def test_a_share_is_a_percentage_or_a_fraction(written: object, fraction: float) -> None:
    assert units.parse_number(written) == fraction


@pytest.mark.parametrize("written", [math.inf, math.nan, "half", True, None])
def test_what_is_no_finite_number_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="number"):
        units.parse_number(written)


@given(st.integers(0, 10_000_000).map(lambda thousandths: thousandths / 1000))
def test_what_is_formatted_parses_back(value: float) -> None:
    assert units.parse_duration(units.duration(value)) == pytest.approx(value)
    assert units.parse_rate(units.rate(value)) == pytest.approx(value)
    assert units.parse_number(units.share(value)) == pytest.approx(value)


def test_a_percentage_is_the_number_that_one_would_write() -> None:
    for tenths in range(1001):
        assert units.parse_number(f"{tenths // 10}.{tenths % 10}%") == float(f"{tenths}e-3")


def test_a_value_is_shown_on_one_short_line() -> None:
    assert units.shown("a\nb") == r"'a\nb'"
    assert len(units.shown("x" * 500)) == 60


@pytest.mark.parametrize(
    ("written", "count"), [("500B", 500.0), ("2KB", 2000.0), ("1.5 MB", 1.5e6), (0, 0.0), ("0B", 0.0)]
)
def test_a_size_counts_a_thousand_bytes_to_a_kilobyte(written: object, count: float) -> None:
    assert units.parse_size(written) == count


@pytest.mark.parametrize("written", [500, "2K", "2kb", "-2KB", True, None])
def test_what_is_no_size_or_speed_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a size: write 500B, 2KB or 1MB"):
        units.parse_size(written)
    with pytest.raises(ValueError, match="is not a speed: write 500B/s, 20KB/s or 1MB/s"):
        units.parse_speed(written)


@pytest.mark.parametrize("text", ["500B", "2KB", "1MB", "1001B", "0B", "1500KB"])
def test_sizes_are_written_as_they_are_read(text: str) -> None:
    assert units.size(units.parse_size(text)) == text
    assert units.speed(units.parse_speed(f"{text}/s")) == f"{text}/s"


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("open_for_s", ("open_for", "s")),
        ("rate_per_s", ("rate", "per_s")),
        ("rate_bytes_per_s", ("rate", "bytes_per_s")),
        ("limit_bytes", ("limit", "bytes")),
        ("status", ("status", "")),
    ],
)
def test_a_fields_name_tells_its_unit(field: str, parts: tuple[str, str]) -> None:
    assert units.unit_off(field) == parts
