"""Svix: the signature is the one that Svix's page works out, and nothing that is forged passes."""

import base64
import hmac

import pytest

from brownout_simulators import svix

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = svix.secret_of("a", "1")


def test_the_signature_is_that_of_svix_own_example() -> None:
    """docs.svix.com, "Verifying webhooks manually"."""
    body = b'{"test": 2432232314}'
    made = svix.signature([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_rotation_signs_twice_and_each_signature_holds_alone() -> None:
    both = svix.signature([SECRET, OTHER], "msg_1", 12.9, b"{}").split(" ")
    alone = [svix.signature([secret], "msg_1", 12, b"{}") for secret in (SECRET, OTHER)]
    assert both == alone
    key = base64.b64decode(OTHER.removeprefix("whsec_"))
    assert both[1] == "v1," + base64.b64encode(hmac.digest(key, b"msg_1.12.{}", "sha256")).decode()


@pytest.mark.parametrize("forged", [[f"{SECRET}-forged"], [SECRET, f"{OTHER}-forged"]])
def test_a_forged_secret_spoils_every_signature(forged: list[str]) -> None:
    made = set(svix.signature(forged, "msg_1", 12, b"{}").split(" "))
    right = {svix.signature([secret], "msg_1", 12, b"{}") for secret in (SECRET, OTHER)}
    assert not made & right


def test_headers_have_svix_names_or_the_standards() -> None:
    assert list(svix.headers([SECRET], "msg_1", 12.9, b"{}")) == ["svix-id", "svix-timestamp", "svix-signature"]
    standard = svix.headers([SECRET], "msg_1", 12.9, b"{}", prefix="webhook")
    assert standard == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "12",
        "webhook-signature": svix.signature([SECRET], "msg_1", 12.9, b"{}"),
    }


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(SECRET, True), (OTHER, True), (SECRET.removeprefix("whsec_"), False), ("whsec_", False), ("whsec_é", False)],
)
def test_a_secret_is_told_from_what_is_none(text: str, is_one: bool) -> None:
    assert svix.is_secret(text) is is_one


def test_the_schedule_counts_each_attempt_from_the_one_before() -> None:
    assert svix.SCHEDULE_S == (0, 5, 305, 2_105, 9_305, 27_305, 63_305, 99_305)
