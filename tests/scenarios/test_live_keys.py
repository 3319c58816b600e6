"""Credentials that look live are known however they are written."""

import base64
import json
from urllib.parse import quote

import pytest

from brownout_scenarios.live_keys import looks_live

LIVE = "sk_" + "live_" + "51Habcdefghijk"


@pytest.mark.parametrize(
    "text",
    [
        LIVE,
        LIVE.replace("sk", "rk"),
        LIVE.replace("sk", "pk"),
        LIVE.replace("sk", "secret"),
        LIVE.upper(),
        f"Bearer {LIVE}",
        f"MY_{LIVE}",
        LIVE.replace("_", "%5F"),
        LIVE.replace("_", "%5f"),
        quote(LIVE.replace("_", "%5F")),
        f"redis://:{LIVE.replace('_', '%5f')}@127.0.0.1",
        LIVE.replace("_", "\\u005f"),
        LIVE.replace("_", "\\x5f"),
        json.dumps({"key": LIVE}).replace("_", "\\u005F"),
        "Basic " + base64.b64encode(f"{LIVE}:".encode()).decode(),
        "authorization: basic " + base64.b64encode(f"user:{LIVE}".encode()).decode().rstrip("="),
        "key=sk%5Flive%5F51Habcdefghijk&x=%GG%",
    ],
)
def test_a_live_key_is_known_wherever_it_stands(text: str) -> None:
    assert looks_live(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk_test_51H",
        "we_live_here",
        "risk_level",
        "TASK_LIVE_RELOAD",
        "disk_live_check",
        "100%",
        "Basic x",
        "Basic " + base64.b64encode(b"sk_test_51H:").decode(),
        "\\u00",
        "%",
    ],
)
def test_test_keys_and_words_are_not_live(text: str) -> None:
    assert not looks_live(text)
