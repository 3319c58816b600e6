"""Webhooks through Svix: genuine ones are taken, whatever else is not."""

import base64
import hmac
from collections.abc import Mapping

import pytest

from brownout_core.adapters.svix import verify_webhook
from brownout_core.errors import SignatureInvalid

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another secret of ours").decode()
NOW_S = 1_614_265_330.0
BODY = b'{"test": 2432232314}'
GENUINE = {
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""docs.svix.com, "Verifying webhooks manually"."""


def signed(body: bytes, secret: str = SECRET, *, prefix: str = "svix") -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = base64.b64encode(hmac.digest(key, b"msg_1.1614265330." + body, "sha256")).decode()
    return {f"{prefix}-id": "msg_1", f"{prefix}-timestamp": "1614265330", f"{prefix}-signature": f"v1,{made}"}


def test_a_genuine_one_is_its_event_and_the_id_of_its_message() -> None:
    event = verify_webhook(BODY, GENUINE, [SECRET], now=NOW_S)
    assert event == {"test": 2432232314, "id": "msg_p5jXN8AQM9LWM0D4loKWxJek"}


@pytest.mark.parametrize("secrets", [[SECRET, OTHER], [OTHER, SECRET], ["no secret at all!", SECRET]])
def test_any_of_several_secrets_and_any_of_several_signatures_is_enough(secrets: list[str]) -> None:
    several = {**GENUINE, "svix-signature": f"v1,AAAA v2,x {GENUINE['svix-signature']}"}
    assert verify_webhook(BODY, several, secrets, now=NOW_S)["id"] == GENUINE["svix-id"]


def test_the_standards_own_names_are_taken_where_they_are_meant() -> None:
    headers = signed(b"{}", prefix="webhook")
    assert verify_webhook(b"{}", headers, [SECRET], now=NOW_S, prefix="webhook") == {"id": "msg_1"}
    with pytest.raises(SignatureInvalid):
        verify_webhook(b"{}", headers, [SECRET], now=NOW_S)


@pytest.mark.parametrize(
    ("body", "headers", "now_s", "why"),
    [
        (BODY + b" ", GENUINE, NOW_S, "no signature matches"),
        (BODY, {**GENUINE, "svix-id": "msg_2"}, NOW_S, "no signature matches"),
        (BODY, {**GENUINE, "svix-timestamp": "1614265331"}, NOW_S, "no signature matches"),
        (BODY, {**GENUINE, "svix-signature": "v2" + GENUINE["svix-signature"][2:]}, NOW_S, "no signature matches"),
        (BODY, {**GENUINE, "svix-signature": "v1,é"}, NOW_S, "no signature matches"),
        (BODY, {**GENUINE, "svix-signature": ""}, NOW_S, "no signature matches"),
        (BODY, GENUINE, NOW_S + 301, "away from now"),
        (BODY, GENUINE, NOW_S - 301, "away from now"),
        (BODY, {**GENUINE, "svix-timestamp": "soon"}, NOW_S, "no id and timestamp"),
        (BODY, {**GENUINE, "svix-timestamp": "9" * 20}, NOW_S, "no id and timestamp"),
        (BODY, {**GENUINE, "svix-timestamp": "٣"}, NOW_S, "no id and timestamp"),
        (BODY, {}, NOW_S, "no id and timestamp"),
        (b"{", signed(b"{"), NOW_S, "not JSON"),
        (b"[]", signed(b"[]"), NOW_S, "not an event"),
    ],
)
def test_what_is_not_genuine(body: bytes, headers: Mapping[str, str], now_s: float, why: str) -> None:
    with pytest.raises(SignatureInvalid, match=why):
        verify_webhook(body, headers, [SECRET], now=now_s)


def test_no_secret_is_no_key() -> None:
    with pytest.raises(SignatureInvalid):
        verify_webhook(BODY, GENUINE, [], now=NOW_S)
    with pytest.raises(SignatureInvalid):
        verify_webhook(BODY, GENUINE, [OTHER], now=NOW_S)


def test_the_edges_of_time_are_in() -> None:
    for now_s in (NOW_S + 300, NOW_S - 300):
        assert verify_webhook(BODY, GENUINE, [SECRET], now=now_s)
