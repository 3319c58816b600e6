"""Which addresses are this machine's own."""

import pytest

from brownout_scenarios.loopback import host_of, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LOCALHOST", "localhost."])
def test_this_machines_own_addresses_are_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "192.0.2.1",
        "example.com",
        "localhost.example.com",
        "evil.com/.localhost",
        "127.1",
        "127.0.0.²",
        "127.0.0.1.",
        "localhost..",
        "",
        ".",
        "::",
    ],
)
def test_everything_else_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:80/a?b", "127.0.0.1"),
        ("http://[::1]:80", "::1"),
        ("redis://user:pass@localhost:6379/0", "localhost"),
        ("http://LOCALHOST.:8080", "localhost."),
        ("http://[::1].evil.com/", ""),
        ("http://[::1]evil:80/", ""),
        ("http://127.0.0.1\\@evil.com/", ""),
        ("http://127.0.0.1 /", ""),
        ("http://evil.com/.localhost", "evil.com"),
        ("http://[::1", ""),
        ("http://127.0.0.1:99999", ""),
        ("http://127.0.0.1:", ""),
        ("http://:80", ""),
        ("nonsense", ""),
    ],
)
def test_the_host_of_an_address_is_what_a_client_connects_to(url: str, host: str) -> None:
    assert host_of(url) == host
