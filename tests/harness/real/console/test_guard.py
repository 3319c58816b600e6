"""Whom the console answers."""

from email.message import Message

import pytest

from brownout_harness.real.console.guard import TOKEN_HEADER, refusal, refusal_to_change

HOST = "127.0.0.1:12100"
OURS = {"Host": HOST, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin", TOKEN_HEADER: "right"}


def headers(**named: str | list[str]) -> Message:
    made = Message()
    for name, values in named.items():
        for value in [values] if isinstance(values, str) else values:
            made[name.replace("_", "-")] = value
    return made


def changed(name: str, value: str | list[str] | None) -> Message:
    given = {each: text for each, text in OURS.items() if each != name}
    return headers(**given, **({} if value is None else {name: value}))


def test_our_own_page_reads_and_changes() -> None:
    assert refusal(headers(**OURS), is_page=False) == ""
    assert refusal_to_change(headers(**OURS), "right") == ""


@pytest.mark.parametrize("host", [HOST, "localhost:1", "[::1]:80", "console.localhost"])
def test_a_loopback_name_is_answered(host: str) -> None:
    assert refusal(headers(Host=host), is_page=True) == ""


@pytest.mark.parametrize(
    "hosts", ["evil.example:12100", "127.0.0.1.evil.example", "192.168.0.7:12100", "", [], [HOST, "evil.example"]]
)
def test_a_name_that_was_rebound_to_us_reads_nothing_not_even_the_page(hosts: str | list[str]) -> None:
    assert "loopback names only" in refusal(changed("Host", hosts), is_page=True)
    assert "loopback names only" in refusal_to_change(changed("Host", hosts), "right")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Origin", "http://evil.example"),
        ("Origin", "http://127.0.0.1:3000"),
        ("Origin", "https://127.0.0.1:12100"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ],
)
def test_another_page_reads_and_changes_nothing_one_on_this_machine_neither(name: str, value: str) -> None:
    assert "own pages only" in refusal(changed(name, value), is_page=False)
    assert "own pages only" in refusal_to_change(changed(name, value), "right")


@pytest.mark.parametrize("value", [None, "wrong", "", ["right", "right"], "rïght"])
def test_nothing_changes_without_the_token_of_the_page(value: str | list[str] | None) -> None:
    assert "load it again" in refusal_to_change(changed(TOKEN_HEADER, value), "right")


def test_nothing_changes_where_nobody_says_whose_page_asks() -> None:
    assert "control API" in refusal_to_change(changed("Origin", None), "right")
