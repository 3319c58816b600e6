"""Stripe's requests as its documentation wants them, and the signatures of its webhooks."""

import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.adapters.stripe import API_VERSION, StripeClient, verify_webhook
from brownout_core.errors import (
    ConfigError,
    ResponseBroken,
    ServiceError,
    SignatureInvalid,
    Throttled,
    VendorBusy,
    VendorRefused,
    VendorUnavailable,
)
from tests.core.fakes import ACCESS, STRIPE_KEY, FakeStripe, form_of, reply, wire
from tests.support.aio import virtually
from tests.support.examples import examples

SECRET = "whsec_test_secret"
BODY = b'{"id":"evt_1","object":"event","type":"x","data":{"object":{"id":"pi_1","object":"payment_intent"}}}'
# Computed with the official SDK.
VECTOR = "86c847e338164cb2c218dadd2b26b0cfeb9d17f3ee805ff6cc5cd04f7203f510"
SIGNED_AT = 1_700_000_000


def client(fake: FakeStripe) -> StripeClient:
    return StripeClient(ACCESS["stripe"], wire(fake.transport))


async def create(stripe: StripeClient, **changes: str) -> str:
    options = {"operation_id": "op-1", "idempotency_key": "key-1", "currency": "usd", "payment_method": "pm_card_visa"}
    intent = await stripe.create_payment_intent(amount=1200, **{**options, **changes})
    assert intent.is_paid
    return intent.id


def test_a_payment_intent_is_created_and_confirmed_in_one_request() -> None:
    fake = FakeStripe()
    assert virtually(create(client(fake), customer="cus_1")) == "pi_1"
    (request,) = fake.requests
    assert (request.method, request.url) == ("POST", "http://stripe.test/v1/payment_intents")
    assert request.headers == {
        "X-Correlation-ID": "op-1",
        "Authorization": f"Bearer {STRIPE_KEY}",
        "Stripe-Version": API_VERSION,
        "Content-Type": "application/x-www-form-urlencoded",
        "Idempotency-Key": "key-1",
    }
    assert form_of(request) == {
        "amount": "1200",
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "confirm": "true",
        "off_session": "true",
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
        "customer": "cus_1",
        "metadata[operation_id]": "op-1",
    }


def test_every_request_carries_the_operation_and_reads_carry_no_key() -> None:
    fake = FakeStripe()

    async def main() -> None:
        stripe = client(fake)
        intent_id = await create(stripe)
        assert (await stripe.retrieve_payment_intent(intent_id, operation_id="op-1")).operation_id == "op-1"
        assert [each.id for each in await stripe.find_payment_intents("op-1")] == [intent_id]
        assert await stripe.find_payment_intents("other") == []
        refund = await stripe.create_refund(operation_id="op-1", idempotency_key="key-2", payment_intent="pi_1")
        assert (refund.id, refund.amount) == ("re_1", 5)
        await stripe.create_customer(operation_id="op-1", idempotency_key="key-3", email="a@b.c")
        assert not (await stripe.retrieve_customer("cus_1", operation_id="op-1")).is_deleted

    virtually(main())
    for request in fake.requests:
        assert request.headers["X-Correlation-ID"] in {"op-1", "other"}
        assert ("Idempotency-Key" in request.headers) == (request.method == "POST")


def test_an_id_cannot_lead_to_another_path() -> None:
    fake = FakeStripe()

    async def main() -> None:
        await create(client(fake))
        await client(fake).retrieve_payment_intent("../v1/balance?x=", operation_id="op-1")

    virtually(main())
    assert fake.requests[-1].url == "http://stripe.test/v1/payment_intents/..%2Fv1%2Fbalance%3Fx%3D"


def test_a_decline_says_why() -> None:
    fake = FakeStripe()
    with pytest.raises(VendorRefused) as caught:
        virtually(create(client(fake), payment_method="pm_card_visa_chargeDeclined"))
    assert caught.value.status == 402
    assert caught.value.code == "card_declined"
    assert STRIPE_KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "header", "kind", "retryable"),
    [
        (500, "false", VendorUnavailable, False),
        (500, "true", VendorUnavailable, True),
        (500, "", VendorUnavailable, True),
        (409, "", VendorBusy, True),
        (429, "true", Throttled, True),
    ],
)
def test_stripes_own_word_about_asking_again_counts(
    status: int, header: str, kind: type[ServiceError], retryable: bool
) -> None:
    fake = FakeStripe()
    fake.script.append(reply(status, {"error": {"type": "api_error"}}, stripe_should_retry=header))
    with pytest.raises(kind) as caught:
        virtually(create(client(fake)))
    assert caught.value.retryable is retryable


def test_an_intent_of_the_wrong_type_is_a_broken_answer() -> None:
    fake = FakeStripe()
    fake.script.append(reply(200, {"id": "pi_1", "status": "succeeded", "amount": "1200", "currency": "usd"}))
    with pytest.raises(ResponseBroken, match="amount is not int"):
        virtually(create(client(fake)))


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_a_live_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        StripeClient(replace(ACCESS["stripe"], api_key=key), wire(FakeStripe().transport))
    assert key not in str(caught.value)


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
