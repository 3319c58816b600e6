"""Requests and readings."""

import pytest

from brownout_harness.asked.exchange import code_in, json_bytes, parsed


@pytest.mark.parametrize("body", [b"", b"[1]", b"<html>", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_object_is_an_empty_one(body: bytes) -> None:
    assert parsed(body) == {}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"code": "breaker_open"}, "breaker_open"),
        ({"error": {"code": "card_declined", "type": "card_error"}}, "card_declined"),
        ({"error": {"type": "card_error"}}, "card_error"),
        ({"error": "no"}, "no"),
        ({"detail": "x" * 100}, "x" * 80),
        ({"code": 17}, ""),
        ({}, ""),
    ],
)
def test_an_errors_code_is_found_where_such_bodies_have_it(answer: dict[str, object], code: str) -> None:
    assert code_in(answer) == code


def test_json_is_short_and_keeps_its_letters() -> None:
    assert json_bytes({"a": ["ö", 1]}) == '{"a":["ö",1]}'.encode()
