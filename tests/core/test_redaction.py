"""Secrets are hidden, words are not."""

import pytest

from brownout_core.redaction import HIDDEN, Redactor


@pytest.mark.parametrize(
    "text",
    [
        "Invalid API Key provided: sk_test_abc123",
        "rk_live_abc123",
        "acme_live_abc123def456",
        "whsec_abc123",
        "Authorization: Bearer abc123",
        "Authorization: abc123",
        "Basic YWJjMTIzYWJjMTIz",
        "pyx_at_abc123",
        "redis://user:abc123@host:6379/0",
        "redis://:abc123@host",
        "token=abc123",
        "client_secret=abc123&x=1",
        '{"access_token": "abc123"}',
        "{'password': 'abc123'}",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    redacted = Redactor().text(text)
    assert "abc123" not in redacted
    assert "YWJj" not in redacted
    assert HIDDEN in redacted


@pytest.mark.parametrize(
    "text",
    ["sales fetch_token: no connection", "where we_live_today", "the secret of success", "https://host/path", ""],
)
def test_prose_is_left_alone(text: str) -> None:
    assert Redactor(["short"]).text(text) == text


def test_known_secrets_are_hidden_wherever_they_stand_the_longest_first() -> None:
    redactor = Redactor(["hunter2", "hunter2-and-more"])
    assert redactor.text("xhunter2-and-morex hunter2") == f"x{HIDDEN}x {HIDDEN}"


def test_values_are_hidden_by_their_name_at_any_depth() -> None:
    data = {"a": [{"apiKey": "x", "n": 1}], "Authorization": ["y"], "text": "sk_test_1", "ok": None}
    assert Redactor().value(data) == {
        "a": [{"apiKey": HIDDEN, "n": 1}],
        "Authorization": HIDDEN,
        "text": HIDDEN,
        "ok": None,
    }
