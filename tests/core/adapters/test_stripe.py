"""Stripe's requests as its documentation wants them."""

from dataclasses import replace

import pytest

from brownout_core.adapters.stripe import API_VERSION, StripeClient
from brownout_core.errors import (
    ConfigError,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorBusy,
    VendorRefused,
    VendorUnavailable,
)
from tests.core.fakes import ACCESS, STRIPE_KEY, FakeStripe, form_of, reply, wire
from tests.support.aio import virtually


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
    said = {
        "id": "pi_1",
        "status": "succeeded",
        "amount": 12,
        "currency": "usd",
        "latest_charge": "ch_1",
        "metadata": {},
    }
    for name, odd, why in (
        ("amount", "12", "amount is not int"),
        ("latest_charge", None, "paid by no charge"),
        ("latest_charge", 7, "latest_charge is not str"),
        ("metadata", [], "metadata is not dict"),
        ("metadata", {"operation_id": 7}, "operation_id is not str"),
    ):
        fake.script.append(reply(200, {**said, name: odd}))
        with pytest.raises(ResponseBroken, match=why):
            virtually(create(client(fake)))


@pytest.mark.parametrize("row", [None, "pi_1", {}, {"metadata": {}}])
def test_a_list_with_a_row_that_cannot_be_the_one_that_was_looked_for_is_no_empty_list(row: object) -> None:
    """It may be the very payment, or refund: who passes it over pays once more."""
    thing = {"id": "x", "status": "succeeded", "amount": 5, "currency": "usd", "latest_charge": "ch_1"}
    fake = FakeStripe()
    fake.script.append(reply(200, {"data": [{**thing, **row} if isinstance(row, dict) else row]}))
    with pytest.raises(ResponseBroken):
        virtually(client(fake).find_payment_intents("op-1"))
    fake.script.append(reply(200, {"data": [{**thing, **row} if isinstance(row, dict) else row]}))
    with pytest.raises(ResponseBroken):
        virtually(client(fake).refunds("pi_1", operation_id="op-1"))


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_a_live_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        StripeClient(replace(ACCESS["stripe"], api_key=key), wire(FakeStripe().transport))
    assert key not in str(caught.value)
