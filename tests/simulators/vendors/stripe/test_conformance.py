"""The contract, check by check, with the official SDK over real sockets."""

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import stripe

from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.webhooks import EVENTS
from tests.simulators.vendors.stripe.serving import EPOCH_S, Served, served

_numbers = itertools.count()
NO_REDIRECTS: dict[str, Any] = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(scope="module")
def vendor() -> Iterator[Served]:
    with served() as at:
        yield at


@pytest.fixture
def at(vendor: Served) -> Served:
    vendor.do(vendor.simulator.reset)
    with vendor.arrived:
        vendor.received.clear()
    return vendor


@pytest.fixture
def key() -> str:
    """An account of its own for each test."""
    return VENDOR.test_key(f"conformance{next(_numbers)}")


@pytest.fixture
def client(at: Served, key: str) -> Iterator[stripe.StripeClient]:
    """The official client as users make it: no retries of its own."""
    transport: Any = stripe.RequestsClient()
    yield stripe.StripeClient(key, base_addresses={"api": at.url}, http_client=transport)
    transport.close()


@pytest.fixture
def patient(at: Served, key: str) -> Iterator[stripe.StripeClient]:
    """The same with two retries."""
    transport: Any = stripe.RequestsClient()
    yield stripe.StripeClient(key, base_addresses={"api": at.url}, http_client=transport, max_network_retries=2)
    transport.close()


def payment(amount: Any = 1099, alias: str | None = None, **more: Any) -> Any:
    """Parameters of a payment; with an alias it is confirmed at once."""
    confirmed = {"payment_method": alias, "confirm": True} if alias else {}
    return {"amount": amount, "currency": "usd", **NO_REDIRECTS, **confirmed, **more}


def answer_of(made: Any) -> Any:
    """The response behind an object: status, headers, request id."""
    return made.last_response


def headers_of(error: stripe.StripeError) -> Any:
    """The headers that an error came with."""
    return error.headers


# -- 1. create, retrieve, confirm ---------------------------------------------------------------------------------


def test_a_payment_intent_is_created_retrieved_and_confirmed(client: stripe.StripeClient) -> None:
    made = client.v1.payment_intents.create(payment())
    assert made.status == "requires_payment_method"
    assert client.v1.payment_intents.retrieve(made.id).amount == 1099
    done = client.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_visa"})
    assert done.status == "succeeded"
    assert isinstance(done.latest_charge, str)
    assert done.latest_charge.startswith("ch_")
    seen = client.v1.payment_intents.retrieve(made.id, {"expand": ["latest_charge"]})
    assert isinstance(seen.latest_charge, stripe.Charge)
    assert seen.latest_charge.paid is True


def _httpx() -> Any:
    return stripe.HTTPXClient(timeout=20)


def _aiohttp() -> Any:
    return stripe.AIOHTTPClient(timeout=20)


# The SDK hands httpx its body in a way that httpx deprecates.
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
@pytest.mark.parametrize("make_transport", [_httpx, _aiohttp], ids=["httpx", "aiohttp"])
def test_the_async_client_creates_confirms_and_sees_a_decline(
    at: Served, key: str, make_transport: Callable[[], Any]
) -> None:
    async def talk() -> None:
        transport = make_transport()
        client = stripe.StripeClient(key, base_addresses={"api": at.url}, http_client=transport)
        try:
            made = await client.v1.payment_intents.create_async(payment())
            done = await client.v1.payment_intents.confirm_async(made.id, {"payment_method": "pm_card_visa"})
            assert done.status == "succeeded"
            seen = await client.v1.payment_intents.retrieve_async(made.id, {"expand": ["latest_charge"]})
            assert isinstance(seen.latest_charge, stripe.Charge)
            with pytest.raises(stripe.CardError) as declined:
                await client.v1.payment_intents.create_async(payment(alias="pm_card_visa_chargeDeclined"))
            assert declined.value.code == "card_declined"
        finally:
            await transport.close_async()

    _run(talk())


def _run(talk: Coroutine[Any, Any, None]) -> None:
    """On a loop that is given a moment to close the SDK's sockets."""

    async def and_settle() -> None:
        await talk
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(and_settle())


@pytest.fixture
def module_style(at: Served, key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`stripe.PaymentIntent.create(…)`, which retries twice by itself."""
    transport: Any = stripe.RequestsClient()
    monkeypatch.setattr(stripe, "api_key", key)
    monkeypatch.setattr(stripe, "api_base", at.url)
    monkeypatch.setattr(stripe, "default_http_client", transport)
    yield
    transport.close()


@pytest.mark.usefixtures("module_style")
def test_the_module_style_works() -> None:
    made = stripe.PaymentIntent.create(**payment(alias="pm_card_mastercard", expand=["latest_charge"]))
    assert made.status == "succeeded"
    charge = made.latest_charge
    assert isinstance(charge, stripe.Charge)
    details = charge.payment_method_details
    assert details is not None
    assert details.card is not None
    assert details.card.brand == "mastercard"


# -- 2, 3. declines -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alias", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
def test_a_decline_is_a_402_with_the_payment_intent_inside_which_exists_afterwards(
    at: Served, client: stripe.StripeClient, alias: str, code: str, decline_code: str | None
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        client.v1.payment_intents.create(payment(alias=alias))
    error = declined.value
    assert (error.http_status, error.code) == (402, code)
    assert error.error is not None
    assert getattr(error.error, "decline_code", None) == decline_code
    intent = error.error.payment_intent
    assert intent is not None
    assert intent.status == "requires_payment_method"
    again = client.v1.payment_intents.retrieve(intent.id)
    assert again.last_payment_error is not None
    assert again.last_payment_error.code == code
    assert isinstance(again.latest_charge, str)
    charge = client.v1.charges.retrieve(again.latest_charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)
    assert at.effects() == []


# -- 4. manual capture --------------------------------------------------------------------------------------------


def test_half_of_what_is_held_is_captured_and_nothing_twice(at: Served, client: stripe.StripeClient) -> None:
    held = client.v1.payment_intents.create(payment(100, "pm_card_visa", capture_method="manual"))
    assert (held.status, held.amount_capturable) == ("requires_capture", 100)
    taken = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 50})
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 50, 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(held.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    assert refused.value.http_status == 400
    assert [(row["route"], row["amount"]) for row in at.effects()] == [("stripe.charge", 100)]


# -- 5, 6. idempotency --------------------------------------------------------------------------------------------


def test_a_repeated_key_replays_the_first_answer(at: Served, client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "order-1"}
    first = client.v1.payment_intents.create(payment(alias="pm_card_visa"), options)
    second = client.v1.payment_intents.create(payment(alias="pm_card_visa"), options)
    assert first.id == second.id
    headers = answer_of(second).headers
    assert headers["idempotent-replayed"] == "true"
    assert headers["original-request"] == answer_of(first).request_id
    assert answer_of(second).request_id != answer_of(first).request_id
    assert answer_of(second).idempotency_key == "order-1"
    assert len(client.v1.payment_intents.list().data) == 1
    assert len(at.effects()) == 1


def test_a_repeated_key_replays_a_decline_too(at: Served, client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "order-1"}
    ids = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            client.v1.payment_intents.create(payment(alias="pm_card_visa_chargeDeclined"), options)
        assert declined.value.error is not None
        assert declined.value.error.payment_intent is not None
        ids.append(declined.value.error.payment_intent.id)
    assert ids[0] == ids[1]
    assert headers_of(declined.value)["idempotent-replayed"] == "true"
    assert [row["replayed"] for row in at.requests()] == [False, True]


def test_a_key_with_another_amount_is_refused_and_changes_nothing(client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "order-1"}
    first = client.v1.payment_intents.create(payment(1099), options)
    with pytest.raises(stripe.IdempotencyError) as refused:
        client.v1.payment_intents.create(payment(2000), options)
    assert refused.value.http_status == 400
    assert "order-1" in str(refused.value)
    assert client.v1.payment_intents.retrieve(first.id).amount == 1099
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"name": "Jenny"}, options)


def test_an_answer_that_was_lost_after_the_effect_is_replayed_by_the_sdks_own_retry(
    at: Served, patient: stripe.StripeClient
) -> None:
    at.faults({"match": "POST /v1/payment_intents", "sequence": "F", "drop_after_effect": {"ending": "reset"}})
    done = patient.v1.payment_intents.create(payment(alias="pm_card_visa"))
    assert done.status == "succeeded"
    assert answer_of(done).headers["idempotent-replayed"] == "true"
    assert len(at.requests()) == 2
    assert len(at.effects()) == 1


@pytest.mark.thorough
def test_a_key_in_flight_is_a_conflict_that_the_sdk_reports_as_an_api_error(
    at: Served, client: stripe.StripeClient
) -> None:
    at.faults(
        {"match": "POST /v1/payment_intents", "sequence": "F", "sequence_per": "rule", "latency": {"fixed_s": 1.0}}
    )
    options: Any = {"idempotency_key": "order-1"}

    async def together() -> Any:
        first = asyncio.ensure_future(asyncio.to_thread(client.v1.payment_intents.create, payment(), options))
        deadline_s = time.monotonic() + 10
        while at.do(lambda: at.simulator.in_flight) == 0:
            assert time.monotonic() < deadline_s
            await asyncio.sleep(0.01)
        second = asyncio.ensure_future(asyncio.to_thread(client.v1.payment_intents.create, payment(), options))
        return await asyncio.gather(first, second, return_exceptions=True)

    first, second = asyncio.run(together())
    assert first.amount == 1099
    assert isinstance(second, stripe.APIError)
    assert second.http_status == 409
    assert second.error is not None
    assert second.error.code == "idempotency_key_in_use"


# -- 7. errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["sk_test_invalid123456789", "nonsense"])
def test_a_bad_key_is_401(at: Served, bad: str) -> None:
    transport: Any = stripe.RequestsClient()
    client = stripe.StripeClient(bad, base_addresses={"api": at.url}, http_client=transport)
    with pytest.raises(stripe.AuthenticationError) as refused:
        client.v1.balance.retrieve()
    transport.close()
    assert refused.value.http_status == 401
    assert "Invalid API Key provided" in str(refused.value)
    assert bad not in str(refused.value)


def test_a_key_without_permission_is_403_and_an_expired_one_says_so(at: Served) -> None:
    transport: Any = stripe.RequestsClient()
    client = stripe.StripeClient("rk_test_forbidden12345", base_addresses={"api": at.url}, http_client=transport)
    with pytest.raises(stripe.PermissionError):
        client.v1.balance.retrieve()
    client = stripe.StripeClient("sk_test_expired12345678", base_addresses={"api": at.url}, http_client=transport)
    with pytest.raises(stripe.AuthenticationError) as refused:
        client.v1.balance.retrieve()
    transport.close()
    assert refused.value.error is not None
    assert refused.value.error.code == "api_key_expired"


def test_an_unknown_id_in_the_path_is_404_resource_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.retrieve("pi_unknown")
    error = refused.value
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "intent")
    assert "No such payment_intent: 'pi_unknown'" in str(error)


def test_an_unknown_id_in_a_parameter_is_400_resource_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(payment(customer="cus_unknown"))
    error = refused.value
    assert (error.http_status, error.code, error.param) == (400, "resource_missing", "customer")


def test_a_missing_currency_is_400_parameter_missing(client: stripe.StripeClient) -> None:
    incomplete: Any = {"amount": 1099}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(incomplete)
    error = refused.value
    assert (error.http_status, error.code, error.param) == (400, "parameter_missing", "currency")


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({"amount": ""}, "parameter_invalid_empty", "amount"),
        ({"amount": 10}, "amount_too_small", "amount"),
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": 999_999_999}, "amount_too_large", "amount"),
    ],
)
def test_a_bad_parameter_is_named(client: stripe.StripeClient, change: Any, code: str, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(payment(**change))
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


def test_what_is_not_emulated_is_404_in_stripes_own_shape(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.shipping_rates.create({"display_name": "post"})
    assert refused.value.http_status == 404
    assert "Unrecognized request URL (POST: /v1/shipping_rates)" in str(refused.value)


# -- 8. lists -----------------------------------------------------------------------------------------------------


def test_auto_paging_sees_every_customer_once_newest_first_in_three_requests(
    at: Served, client: stripe.StripeClient
) -> None:
    made = [client.v1.customers.create({"email": f"{n}@example.com"}).id for n in range(25)]
    before = len(at.requests())
    seen = [customer.id for customer in client.v1.customers.list({"limit": 10}).auto_paging_iter()]
    assert seen == made[::-1]
    assert len(at.requests()) - before == 3


def test_paging_backwards_gives_the_same_objects(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create({}).id for _ in range(7)]
    page = client.v1.customers.list({"limit": 2, "ending_before": made[0]})
    assert [customer.id for customer in page.data] == [made[2], made[1]]
    assert [customer.id for customer in page.auto_paging_iter()] == made[1:]


def test_a_list_is_filtered_by_customer_and_by_date(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({}).id
    mine = client.v1.payment_intents.create(payment(customer=customer))
    client.v1.payment_intents.create(payment())
    assert [one.id for one in client.v1.payment_intents.list({"customer": customer}).data] == [mine.id]
    assert len(client.v1.payment_intents.list({"created": {"gte": mine.created}}).data) == 2
    assert client.v1.payment_intents.list({"created": {"lt": mine.created}}).data == []


# -- 9. 429 -------------------------------------------------------------------------------------------------------


def test_a_lock_timeout_is_retried_by_the_sdk(at: Served, patient: stripe.StripeClient) -> None:
    made = patient.v1.payment_intents.create(payment())
    at.faults(
        {
            "match": "POST /v1/payment_intents/{id}/confirm",
            "sequence": "F",
            "sequence_per": "rule",
            "throttle": {"reason": "lock_timeout"},
        }
    )
    before = len(at.requests())
    assert patient.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    assert [row["status"] for row in at.requests()[before:]] == [429, 200]


def test_a_rate_limit_is_not_retried_and_names_its_reason(at: Served, patient: stripe.StripeClient) -> None:
    at.faults({"sequence": "F", "sequence_per": "rule", "throttle": {"reason": "endpoint-rate"}})
    with pytest.raises(stripe.RateLimitError) as refused:
        patient.v1.payment_intents.create(payment())
    error = refused.value
    assert error.http_status == 429
    assert error.error is not None
    assert error.error.code == "rate_limit"
    assert headers_of(error)["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
    assert "Retry-After" not in headers_of(error)
    assert len(at.requests()) == 1


def test_the_vendors_own_limiter_is_off_until_it_is_asked_for(at: Served, client: stripe.StripeClient) -> None:
    for _ in range(40):
        client.v1.balance.retrieve()
    at.do(lambda: at.simulator.schedule([], limits={"global-rate": {"rate_per_s": 0.01, "burst": 2}}))
    client.v1.balance.retrieve()
    client.v1.balance.retrieve()
    with pytest.raises(stripe.RateLimitError) as refused:
        client.v1.balance.retrieve()
    assert headers_of(refused.value)["Stripe-Rate-Limited-Reason"] == "global-rate"


# -- 10. webhooks -------------------------------------------------------------------------------------------------


def test_every_delivery_verifies_and_none_does_with_a_byte_changed(at: Served, client: stripe.StripeClient) -> None:
    endpoint = client.v1.webhook_endpoints.create({"url": at.hook_url, "enabled_events": ["*"]})
    assert endpoint.secret is not None
    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in client.v1.webhook_endpoints.retrieve(endpoint.id).to_dict()
    _a_bit_of_everything(client)
    told = [event.type for event in client.v1.events.list({"limit": 100}).auto_paging_iter()]
    received = at.wait_for_webhooks(len(told))
    types = []
    for delivery in received:
        event = stripe.Webhook.construct_event(delivery.body, delivery.signature, endpoint.secret, tolerance=0)
        types.append(event.type)
        tampered = delivery.body.replace(b'"livemode": false', b'"livemode":  false', 1)
        assert tampered != delivery.body
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(tampered, delivery.signature, endpoint.secret, tolerance=0)
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(delivery.body, delivery.signature, "whsec_other", tolerance=0)
    assert sorted(types) == sorted(told)
    assert set(types) <= EVENTS


def _a_bit_of_everything(client: stripe.StripeClient) -> None:
    """Touches most kinds of event."""
    customer = client.v1.customers.create({"email": "jenny@example.com"})
    client.v1.customers.update(customer.id, {"name": "Jenny"})
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    client.v1.payment_intents.create(payment(alias="pm_card_authenticationRequired"))
    paid = client.v1.payment_intents.create(payment(alias="pm_card_visa", metadata={"operation_id": "op-1"}))
    client.v1.refunds.create({"payment_intent": paid.id})
    held = client.v1.payment_intents.create(payment(alias="pm_card_visa", capture_method="manual"))
    client.v1.payment_intents.capture(held.id)
    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.create(payment(alias="pm_card_visa_chargeDeclined"))
    client.v1.payment_intents.cancel(client.v1.payment_intents.create(payment()).id)
    price = client.v1.prices.create(
        {"currency": "usd", "unit_amount": 2000, "recurring": {"interval": "month"}, "product_data": {"name": "Gold"}}
    )
    subscription = client.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id}], "default_payment_method": method.id}
    )
    client.v1.subscriptions.cancel(subscription.id)
    client.v1.customers.delete(customer.id)


def test_an_event_tells_of_the_request_that_caused_it(at: Served, client: stripe.StripeClient) -> None:
    endpoint = client.v1.webhook_endpoints.create({"url": at.hook_url, "enabled_events": ["payment_intent.succeeded"]})
    assert endpoint.secret is not None
    options: Any = {"idempotency_key": "order-9"}
    paid = client.v1.payment_intents.create(payment(alias="pm_card_visa"), options)
    (delivery,) = at.wait_for_webhooks(1)
    # The clock in the signature is the simulator's.
    now = int(EPOCH_S + time.monotonic())
    assert abs(int(delivery.signature.partition("t=")[2].partition(",")[0]) - now) < 60
    event = stripe.Webhook.construct_event(delivery.body, delivery.signature, endpoint.secret, tolerance=0)
    assert event.type == "payment_intent.succeeded"
    assert event.data.object["id"] == paid.id
    assert event.request is not None
    assert event.request.id == answer_of(paid).request_id
    assert event.request.idempotency_key == "order-9"
    assert client.v1.events.retrieve(event.id).type == event.type


# -- 11. subscriptions --------------------------------------------------------------------------------------------


def test_a_subscription_is_active_then_canceled_and_hidden_from_the_default_list(
    at: Served, client: stripe.StripeClient
) -> None:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    (method,) = client.v1.customers.payment_methods.list(customer.id).data
    price = client.v1.prices.create(
        {"currency": "usd", "unit_amount": 2000, "recurring": {"interval": "month"}, "product_data": {"name": "Gold"}}
    )
    made = client.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "default_payment_method": method.id,
            "expand": ["latest_invoice.payments.data.payment.payment_intent"],
        }
    )
    assert made.status == "active"
    assert made["items"].data[0].current_period_end > made.created
    invoice = made.latest_invoice
    assert isinstance(invoice, stripe.Invoice)
    assert (invoice.status, invoice.amount_paid) == ("paid", 2000)
    assert invoice.payments is not None
    intent = invoice.payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.status == "succeeded"
    gone = client.v1.subscriptions.cancel(made.id, {"prorate": True})
    assert gone.status == "canceled"
    of_customer: Any = {"customer": customer.id}
    all_of_customer: Any = {**of_customer, "status": "all"}
    assert client.v1.subscriptions.list(of_customer).data == []
    assert [one.id for one in client.v1.subscriptions.list(all_of_customer).data] == [made.id]
    assert [(row["route"], row["amount"]) for row in at.effects()] == [("stripe.charge", 2000)]


# -- 12. customers ------------------------------------------------------------------------------------------------


def test_a_customers_metadata_merges_and_a_deleted_one_is_still_retrieved(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"metadata": {"k": "1", "other": "2"}})
    changed = client.v1.customers.update(made.id, {"metadata": {"k": ""}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"other": "2"}
    assert client.v1.customers.delete(made.id).deleted is True
    assert client.v1.customers.retrieve(made.id).deleted is True
    assert client.v1.customers.list().data == []


# -- 13. refunds --------------------------------------------------------------------------------------------------


def test_two_half_refunds_are_all_there_is_to_refund(at: Served, client: stripe.StripeClient) -> None:
    paid = client.v1.payment_intents.create(payment(1000, "pm_card_visa", metadata={"operation_id": "op-7"}))
    for _ in range(2):
        refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 500})
        assert refund.status == "succeeded"
    assert isinstance(paid.latest_charge, str)
    charge = client.v1.charges.retrieve(paid.latest_charge, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (1000, True)
    assert charge.refunds is not None
    assert len(charge.refunds.data) == 2
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 500})
    assert (refused.value.http_status, refused.value.code) == (400, "charge_already_refunded")
    effects = [(row["route"], row["amount"], row["operation_id"]) for row in at.effects()]
    assert effects == [
        ("stripe.charge", 1000, "op-7"),
        ("stripe.refund", 500, "op-7"),
        ("stripe.refund", 500, "op-7"),
    ]


# -- 14. the edge -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("module_style")
def test_a_502_page_from_the_edge_is_retried_by_the_module_style(at: Served) -> None:
    at.faults({"match": "POST /v1/payment_intents", "sequence": "F", "respond": {"status": 502, "body": "html"}})
    stripe.PaymentIntent.create(**payment())
    assert [row["status"] for row in at.requests()] == [502, 200]
    assert len(stripe.PaymentIntent.list().data) == 1


@pytest.mark.parametrize("body", ["html", "json", "vendor"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_an_api_error_after_one_request_for_the_plain_client(
    at: Served, client: stripe.StripeClient, status: int, body: str
) -> None:
    at.faults({"respond": {"status": status, "body": body}})
    with pytest.raises(stripe.APIError) as failed:
        client.v1.payment_intents.create(payment())
    assert failed.value.http_status == status
    assert len(at.requests()) == 1


def test_a_500_after_the_effect_is_replayed_and_not_asked_for_a_third_time(
    at: Served, patient: stripe.StripeClient
) -> None:
    at.faults({"match": "POST /v1/payment_intents", "sequence": "F", "fail_after_effect": {"status": 500}})
    with pytest.raises(stripe.APIError) as failed:
        patient.v1.payment_intents.create(payment(alias="pm_card_visa"))
    assert headers_of(failed.value)["idempotent-replayed"] == "true"
    assert headers_of(failed.value)["stripe-should-retry"] == "false"
    assert [(row["status"], row["replayed"]) for row in at.requests()] == [(500, False), (500, True)]
    assert len(at.effects()) == 1


# -- 15. search ---------------------------------------------------------------------------------------------------


def test_search_finds_what_was_made_only_after_the_indexs_lag_and_pages(
    at: Served, client: stripe.StripeClient
) -> None:
    made = [client.v1.customers.create({"email": "s@example.com", "metadata": {"n": str(n)}}).id for n in range(5)]
    query: Any = {"query": "email:'s@example.com'", "limit": 2}
    (account,) = at.simulator.accounts.values()
    at.do(lambda: setattr(account.state, "search_lag_s", 3600.0))
    assert client.v1.customers.search(query).data == []
    at.do(lambda: setattr(account.state, "search_lag_s", 0.001))
    at.do(lambda: at.simulator.advance(1.0))
    found = client.v1.customers.search(query)
    assert found.has_more is True
    assert found.next_page is not None
    assert [customer.id for customer in found.auto_paging_iter()] == made[::-1]


# -- 16. request ids ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [100, pytest.param(1_000, marks=pytest.mark.thorough)])
def test_every_answer_carries_a_request_id_that_never_repeats(
    at: Served, client: stripe.StripeClient, many: int
) -> None:
    seen: list[Any] = [answer_of(client.v1.balance.retrieve()).request_id for _ in range(many - 20)]
    for attempt in range(10):
        with pytest.raises(stripe.StripeError) as refused:
            client.v1.payment_intents.retrieve(f"pi_{attempt}")
        seen.append(refused.value.request_id or "")
    transport: Any = stripe.RequestsClient()
    stranger = stripe.StripeClient("sk_test_invalid_key", base_addresses={"api": at.url}, http_client=transport)
    for _ in range(10):
        with pytest.raises(stripe.AuthenticationError) as unknown:
            stranger.v1.balance.retrieve()
        seen.append(unknown.value.request_id or "")
    transport.close()
    assert all(request_id.startswith("req_") and len(request_id) > 10 for request_id in seen)
    assert len(set(seen)) == len(seen) == many


def test_the_headers_of_an_answer_tell_version_and_key(client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "order-3"}
    headers = answer_of(client.v1.customers.create({}, options)).headers
    assert headers["stripe-version"] == "2026-10-28.endive"
    assert headers["idempotency-key"] == "order-3"
    assert headers["original-request"] == headers["request-id"]
    assert "stripe-notice" not in headers
