"""What is refused for the user's sake."""

import base64
import json
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.safety import carries_live_credential, is_loopback_host, is_of_a_foreign_page, looks_live


@pytest.mark.parametrize("text", ["Bearer sk_live_abc123", "rk_live_zzz999", "token=pk_live_123"])
def test_live_keys_are_known_by_their_shape(text: str) -> None:
    assert looks_live(text)


@pytest.mark.parametrize("text", ["Bearer sk_test_abc123", "alive_and_well", "_live_", ""])
def test_test_keys_and_words_are_not_live(text: str) -> None:
    assert not looks_live(text)


SECRET = "sk_live_abcdefghijklmnop"


def carries(path: str = "/v1/x", query: str = "", body: bytes = b"", **headers: str) -> bool:
    """Header names are written with underscores."""
    return carries_live_credential(path, query, {name.replace("_", "-"): text for name, text in headers.items()}, body)


def encoded(text: str, which: str = "_") -> str:
    return "".join(f"%{ord(letter):02x}" if letter in which else letter for letter in text)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_a_live_key_is_found_as_it_stands_wherever_it_is() -> None:
    assert carries(path=f"/v1/{SECRET}")
    assert carries(query=f"key={SECRET}")
    assert carries(body=f"api_key={SECRET}".encode())
    assert carries(idempotency_key=SECRET)  # it would be written down in the books
    assert not carries(query="a=b", body=b"we_live_here and sk_live_short")


@pytest.mark.parametrize("header", ["authorization", "proxy-authorization"])
@pytest.mark.parametrize("scheme", ["Basic ", "basic ", "BASIC   "])
def test_basic_credentials_are_decoded_in_both_headers(header: str, scheme: str) -> None:
    for secret in (f"{SECRET}:", f"user:{SECRET}", f"{encoded(SECRET)}:x"):
        value = scheme + base64.b64encode(secret.encode()).decode()
        assert carries_live_credential("/", "", {header: value}, b"")
        assert carries_live_credential("/", "", {header: value.rstrip("=")}, b"")
    assert not carries_live_credential("/", "", {header: basic("sk_test_abc:")}, b"")
    assert not carries_live_credential("/", "", {header: "Basic !!"}, b"")


@pytest.mark.parametrize("length", [1, 1_000])
def test_a_basic_credential_is_refused_each_time_however_long_it_is(length: int) -> None:
    live, test = basic(f"{'u' * length}:{SECRET}"), basic(f"{'u' * length}:sk_test_abcdefghijklmnop")
    for _ in range(2):
        assert carries(authorization=live)
        assert not carries(authorization=test)


@pytest.mark.parametrize("which", ["_", "l", "i", "v", "e", "sk_live", SECRET])
@pytest.mark.parametrize("digits", [str.lower, str.upper])
def test_percent_encoding_hides_nothing(which: str, digits: Callable[[str], str]) -> None:
    hidden = "".join(digits(f"%{ord(letter):02x}") if letter in which else letter for letter in SECRET)
    assert unquote(hidden) == SECRET
    assert carries(query=f"key={hidden}")
    assert carries(body=f"a%5Bb%5D={hidden}&c=d".encode())
    assert carries(cookie=f"key={hidden}")


@pytest.mark.parametrize("which", ["_", "live", SECRET])
@pytest.mark.parametrize("digits", [str.lower, str.upper])
def test_escapes_of_json_hide_nothing(which: str, digits: Callable[[str], str]) -> None:
    escaped = "".join("\\u" + digits(f"{ord(letter):04x}") if letter in which else letter for letter in SECRET)
    assert json.loads(f'"{escaped}"') == SECRET
    assert carries(body=f'{{"key": "{escaped}"}}'.encode())


def test_what_is_encoded_and_not_live_passes() -> None:
    assert not carries(query="a%5Fb=100%25", body=b"metadata%5Blive%5D=1&x=%5Flive%5F")
    assert not carries(body=b'{"a": "\\u005flive\\u005f", "b": "\\u00e9"}')
    assert not carries(query="%", body=b"%ff%zz\\u00")


@given(st.binary(max_size=60), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_request_is_too_odd_to_be_looked_at(body: bytes, path: str, query: str, header: str) -> None:
    carries(path=path, query=query, body=body, authorization=f"Basic {header}", x=header)


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
        "a.b.localhost:80",
        "LOCALHOST.",
        "localhost.:80",
        "127.0.0.1.",
        "[0:0:0:0:0:0:0:1]",
    ],
)
def test_loopback_names_are_known(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "10.0.0.1:80",
        "[::2]:80",
        "127.0.0.256",
        "[::1].evil.com",
        "[::1].evil.com:80",
        "evil.com/.localhost",
        "evil.com#.localhost",
        "evil.com@localhost",
        "..localhost",
        ".localhost",
        "localhost..",
        "127.0.0.²",
        "127.0.0.\u0661",
        "localhost:80:80",
        "localhost:x",
        "local host",
        "localhost\n",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_loopback_host(host)


@pytest.mark.parametrize(
    ("said", "foreign"),
    [
        ({}, False),
        ({"origin": "http://127.0.0.1:12101"}, False),
        ({"origin": "https://127.0.0.1:12101"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"origin": "http://127.0.0.1:3000"}, True),
        ({"origin": "http://localhost:12101"}, True),
        ({"origin": "http://127.0.0.1"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
        ({"origin": "http://evil.com"}, True),
        ({"origin": "http://["}, True),
        ({"origin": "http://127.0.0.1:12101@evil.com"}, True),
    ],
)
def test_a_page_of_another_site_or_port_is_known_by_what_the_browser_says(said: dict[str, str], foreign: bool) -> None:
    assert is_of_a_foreign_page({"host": "127.0.0.1:12101", **said}) is foreign


@given(st.text(max_size=30))
def test_no_name_is_too_odd_to_be_looked_at(name: str) -> None:
    is_loopback_host(name)
    is_of_a_foreign_page({"host": name, "origin": f"http://{name}"})
