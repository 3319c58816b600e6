"""Stripe's events: genuine ones are taken, whatever else is not, and what each says of a payment."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.adapters.stripe_webhooks import PAID, read_event, verify_webhook
from brownout_core.errors import SignatureInvalid
from tests.support.examples import examples

SECRET = "whsec_test_secret"
BODY = b'{"id":"evt_1","object":"event","type":"x","data":{"object":{"id":"pi_1","object":"payment_intent"}}}'
# Computed with the official SDK.
VECTOR = "86c847e338164cb2c218dadd2b26b0cfeb9d17f3ee805ff6cc5cd04f7203f510"
SIGNED_AT = 1_700_000_000


def verify(
    signature: str, body: bytes = BODY, *, now: float = SIGNED_AT, secrets: tuple[str, ...] = (SECRET,)
) -> object:
    return verify_webhook(body, signature, secrets, now=now)["id"]


def test_a_signature_of_the_official_sdk_verifies() -> None:
    assert verify(f"t={SIGNED_AT},v1={VECTOR}") == "evt_1"


def test_one_right_signature_of_several_and_one_right_secret_of_several_are_enough() -> None:
    header = f"t={SIGNED_AT},v1={'0' * 64},v0=ignored,v1={VECTOR}"
    assert verify(header, secrets=("whsec_old", SECRET)) == "evt_1"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f"v1={VECTOR}",
        f"t={SIGNED_AT}",
        f"t={SIGNED_AT},v1={VECTOR[:-1]}",
        f"t={SIGNED_AT},v1={VECTOR}0",
        f"t={SIGNED_AT},v1=",
        f"t={SIGNED_AT},v1=é",
        f"t={SIGNED_AT},v0={VECTOR}",
        f"t={SIGNED_AT + 1},v1={VECTOR}",
        f"t=-{SIGNED_AT},v1={VECTOR}",
        f"t={SIGNED_AT},t={SIGNED_AT},v1={VECTOR}",
        f"t={'9' * 5000},v1={VECTOR}",
        f"t=²,v1={VECTOR}",
    ],
)
def test_a_forged_or_malformed_signature_is_refused_and_nothing_else_is_raised(header: str) -> None:
    with pytest.raises(SignatureInvalid):
        verify(header)


@pytest.mark.parametrize("body", [BODY + b" ", BODY.replace(b":", b": "), b""])
def test_other_bytes_are_refused_even_if_they_mean_the_same(body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        verify(f"t={SIGNED_AT},v1={VECTOR}", body)


@pytest.mark.parametrize(("now", "fine"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_a_signature_is_good_for_five_minutes_in_both_directions(now: float, fine: bool) -> None:
    if fine:
        assert verify(f"t={SIGNED_AT},v1={VECTOR}", now=SIGNED_AT + now) == "evt_1"
        return
    with pytest.raises(SignatureInvalid):
        verify(f"t={SIGNED_AT},v1={VECTOR}", now=SIGNED_AT + now)


def test_without_any_secret_nothing_verifies() -> None:
    with pytest.raises(SignatureInvalid):
        verify(f"t={SIGNED_AT},v1={VECTOR}", secrets=())


@pytest.mark.parametrize("body", [b"not json", b"[1]"])
def test_signed_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    right = hmac.new(SECRET.encode(), f"{SIGNED_AT}.".encode() + body, hashlib.sha256).hexdigest()
    with pytest.raises(SignatureInvalid):
        verify(f"t={SIGNED_AT},v1={right}", body)


@given(st.text(max_size=200), st.binary(max_size=50))
@examples(200)
def test_no_header_and_no_body_raises_anything_but_the_refusal(header: str, body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        verify(header, body)


INTENT = {"id": "pi_1", "amount": 1200, "currency": "usd", "metadata": {"operation_id": "op-1"}}
CHARGE = {**INTENT, "id": "ch_1", "payment_intent": "pi_1"}


def event(kind: str, thing: Any) -> dict[str, Any]:
    return {"id": "evt_1", "type": kind, "data": {"object": thing}}


@pytest.mark.parametrize(
    ("kind", "thing", "state"),
    [
        ("payment_intent.payment_failed", INTENT, "failed"),
        ("payment_intent.succeeded", INTENT, "succeeded"),
        ("charge.refunded", CHARGE, "refunded"),
    ],
)
def test_an_event_of_a_payment_says_whose_it_is_and_what_it_has_come_to(kind: str, thing: Any, state: str) -> None:
    news = read_event(event(kind, thing))
    assert news is not None
    assert (news.about, news.event, news.state) == ("op-1", kind, state)
    assert news.says == {"payment_intent": "pi_1", "amount": 1200, "currency": "usd"}


def test_a_payment_that_failed_can_still_be_made_and_one_that_was_made_be_given_back() -> None:
    kinds = ("payment_intent.payment_failed", "payment_intent.succeeded", "charge.refunded")
    steps = [news.step for kind in kinds if (news := read_event(event(kind, CHARGE))) is not None]
    assert steps == sorted(set(steps))
    assert [step >= PAID for step in steps] == [False, True, True]


@pytest.mark.parametrize(
    "told",
    [
        {},
        event("payment_intent.created", INTENT),
        event("payment_intent.succeeded", None),
        event("payment_intent.succeeded", {**INTENT, "metadata": {}}),
        event("payment_intent.succeeded", {**INTENT, "metadata": "x"}),
        event("payment_intent.succeeded", {**INTENT, "id": 7}),
        event("charge.refunded", {**CHARGE, "payment_intent": None}),
        {"type": ["payment_intent.succeeded"], "data": {"object": INTENT}},
    ],
)
def test_what_says_nothing_of_a_payment_of_ours_is_no_news(told: dict[str, Any]) -> None:
    assert read_event(told) is None
