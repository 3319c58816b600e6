"""What is refused for the user's sake."""

import base64

import pytest

from brownout_simulators.safety import carries_live_credential, is_loopback_host, looks_live


@pytest.mark.parametrize("text", ["Bearer sk_live_abc123", "rk_live_zzz999", "token=pk_live_123"])
def test_live_keys_are_known_by_their_shape(text: str) -> None:
    assert looks_live(text)


@pytest.mark.parametrize("text", ["Bearer sk_test_abc123", "alive_and_well", "_live_", ""])
def test_test_keys_and_words_are_not_live(text: str) -> None:
    assert not looks_live(text)


def test_a_live_key_is_found_in_header_query_and_body() -> None:
    secret = "sk_live_abcdefghijklmnop"
    basic = "Basic " + base64.b64encode(f"{secret}:".encode()).decode()
    assert carries_live_credential({"authorization": basic}, "", b"")
    assert carries_live_credential({"idempotency-key": secret}, "", b"")  # it would be written down in the books
    assert carries_live_credential({}, f"key={secret}", b"")
    assert carries_live_credential({}, "", f"api_key={secret}".encode())
    assert not carries_live_credential({"authorization": "Basic !!"}, "a=b", b"we_live_here and sk_live_short")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:80",
        "127.0.0.1:12111",
        "127.9.9.9",
        "[::1]:80",
        "[::1]",
        "::1",
        "x.localhost",
        "LOCALHOST.",
    ],
)
def test_loopback_names_are_known(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "example.com", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1:80", "[::2]:80", "127.0.0.256"],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_loopback_host(host)
