"""Which names mean this machine alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.loopback import host_of, is_loopback


@pytest.mark.parametrize(
    "authority",
    [
        "localhost",
        "localhost.",
        "LOCALHOST:80",
        "app.localhost:1",
        "127.0.0.1",
        "127.0.0.1:65535",
        "127.255.3.4",
        "[::1]",
        "[::1]:8080",
    ],
)
def test_a_name_of_this_machine(authority: str) -> None:
    assert is_loopback(authority)


@pytest.mark.parametrize(
    "authority",
    [
        "",
        ":80",
        "evil.com",
        "[::1].evil.com",
        "evil.com/.localhost",
        "evil.com\\.localhost",
        "127.0.0.\u00b2",
        "127.0.0.1.evil.com",
        "127.0.0",
        "127.0.0.1.1",
        "127.0.0.256",
        "128.0.0.1",
        "[::2]",
        "[::1",
        "::1",
        "localhost:",
        "localhost:123456",
        "localhost:x",
        "localhost..",
        "notlocalhost",
        "localhost@evil.com",
        "evil.com:80@localhost",
        " localhost",
        "localhost\n",
        "0.0.0.0",
        "\uff4cocalhost",
    ],
)
def test_no_name_of_this_machine(authority: str) -> None:
    assert not is_loopback(authority)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:3000", "localhost:3000"),
        ("https://[::1]", "[::1]"),
        ("HTTP://evil.com", "evil.com"),
        ("null", ""),
        ("file://", ""),
        ("http://", ""),
        ("http://[", "["),
        ("http://evil.com/.localhost", ""),
        ("http://user@localhost", ""),
        ("http://localhost http://evil.com", ""),
    ],
)
def test_the_host_of_an_origin(origin: str, host: str) -> None:
    assert host_of(origin) == host


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_may_be_asked_about(text: str) -> None:
    is_loopback(text)
    is_loopback(host_of(text))
    # Whoever ends a name of their own with one of ours gets nowhere.
    assert not is_loopback(f"evil.com{text}.example.com")
