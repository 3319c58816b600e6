"""What moves real money is recognised, however it is written; what merely sounds alike is not."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.live_keys import carries_live, holds_live, is_live

SECRET = "5" * 20
KEYS = ["sk_live_5555", "rk_live_5555", f"pk_live_{SECRET}", f"ak_live_{SECRET}", f"acme_live_{SECRET}"]


@pytest.mark.parametrize("key", KEYS)
def test_a_live_key_is_recognised_as_it_stands(key: str) -> None:
    assert is_live(key)
    assert is_live(f"Bearer {key}")
    assert holds_live(f'{{"note": "{key}"}}')
    assert carries_live("/", {"x-api-key": key}, b"")
    assert carries_live(f"/v1?key={key}", {}, b"")
    assert carries_live("/", {}, key.encode())


@pytest.mark.parametrize("key", KEYS)
def test_a_live_key_is_recognised_however_it_is_encoded(key: str) -> None:
    once = key.replace("_", "%5F")
    escaped = json.dumps(key).replace("_", "\\u005f").replace("l", "\\u006c")
    basic = base64.b64encode(f"{key}:".encode()).decode()
    assert carries_live(f"/v1?key={once}", {}, b"")
    assert carries_live(f"/v1?key={quote(once)}", {}, b"")
    assert carries_live("/", {}, escaped.encode())
    assert carries_live("/", {}, once.encode())
    for header in ("authorization", "proxy-authorization"):
        for scheme in ("Basic", "basic", "BASIC"):
            assert carries_live("/", {header: f"{scheme} {basic}"}, b"")
    assert carries_live("/", {"cookie": f"key={once}"}, b"")


def test_a_short_value_of_another_vendor_is_one_where_it_stands_alone() -> None:
    assert is_live("ak_live_abc")
    assert is_live("Bearer ak_live_abc")
    assert not holds_live("the word ak_live_abc in a sentence")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk_test_5555",
        "This is where we_live_here",
        "we_live_in_a_yellow_submarine",
        "alive_and_live_music",
        "_live_",
        "100% sure",
        "%zz%",
        "\\u00",
        "Basic !!!",
        "live_stream_key",
        "xsk_liver_5555555555555",
    ],
)
def test_what_merely_sounds_alike_is_none(text: str) -> None:
    assert not holds_live(text)
    assert not carries_live(f"/{text}", {"x-note": f"Note: {text}"}, text.encode())


@given(st.text(st.characters(exclude_categories=()), max_size=60), st.binary(max_size=60))
def test_any_request_may_be_asked_about(text: str, body: bytes) -> None:
    assert not carries_live(text, {"authorization": f"Basic {text}", "x": text}, body)
