"""What a response says about when to ask again."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.policies.retry_after import LONGEST_S, retry_after_s
from tests.support.examples import examples

NOON = 1_780_000_000.0


@pytest.mark.parametrize(
    ("headers", "wish_s"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
    ],
    ids=str,
)
def test_reads_seconds_and_milliseconds(headers: dict[str, str], wish_s: float | None) -> None:
    """F1"""
    assert retry_after_s(headers) == wish_s


@pytest.mark.parametrize("skew_s", [-300.0, 0.0, 300.0])
def test_a_date_is_judged_by_the_responses_own_clock(skew_s: float) -> None:
    """F1: whatever our clock says, five minutes off either way."""
    headers = {"date": formatdate(NOON, usegmt=True), "retry-after": formatdate(NOON + 12, usegmt=True)}
    assert retry_after_s(headers, lambda: NOON + skew_s) == 12.0


def test_a_date_without_a_date_to_judge_by_needs_our_clock() -> None:
    headers = {"retry-after": formatdate(NOON + 12, usegmt=True)}
    assert retry_after_s(headers) is None
    assert retry_after_s(headers, lambda: NOON + 2) == 10.0


@pytest.mark.parametrize(
    ("value", "wish_s"),
    [
        ("86400", 86_400.0),
        ("-1", None),
        ("abc", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e9", None),
        ("1_0", None),
        ("٣", None),
        ("9" * 400, LONGEST_S),
        (formatdate(NOON - 3600, usegmt=True), 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_S),
        ("Fri, 99 Xyz 2026 00:00:00 GMT", None),
    ],
)
def test_hostile_values_have_a_defined_meaning(value: str, wish_s: float | None) -> None:
    """F3"""
    assert retry_after_s({"retry-after": value, "date": formatdate(NOON, usegmt=True)}) == wish_s


@given(value=st.text(max_size=40), date=st.text(max_size=40))
@examples(200, always=True)
def test_no_header_whatsoever_makes_it_fail(value: str, date: str) -> None:
    """F3"""
    for name in ("retry-after", "retry-after-ms"):
        wish_s = retry_after_s({name: value, "date": date}, lambda: NOON)
        assert wish_s is None or 0.0 <= wish_s <= LONGEST_S
