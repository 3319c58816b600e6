"""Each of Stripe's errors by name, as the official SDK hears it over real sockets."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from brownout_simulators.vendors.stripe import VENDOR
from tests.simulators.vendors.stripe.serving import Served, served

_numbers = itertools.count()
PAYMENT: Any = {
    "amount": 1099,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "confirm": True,
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
CLASSES = {
    "idempotency_error": (stripe.IdempotencyError, None),
    "invalid_api_key": (stripe.AuthenticationError, None),
    "api_key_expired": (stripe.AuthenticationError, "api_key_expired"),
    "permission_error": (stripe.PermissionError, None),
    "parameter_missing": (stripe.InvalidRequestError, "parameter_missing"),
    "amount_too_small": (stripe.InvalidRequestError, "amount_too_small"),
    "resource_missing": (stripe.InvalidRequestError, "resource_missing"),
    "idempotency_key_in_use": (stripe.APIError, "idempotency_key_in_use"),
    "rate_limit": (stripe.RateLimitError, "rate_limit"),
    "lock_timeout": (stripe.RateLimitError, "lock_timeout"),
    "api_error": (stripe.APIError, None),
    "authentication_required": (stripe.CardError, "authentication_required"),
    "incorrect_number": (stripe.CardError, "incorrect_number"),
    "expired_card": (stripe.CardError, "expired_card"),
    "incorrect_cvc": (stripe.CardError, "incorrect_cvc"),
    "processing_error": (stripe.CardError, "processing_error"),
    **dict.fromkeys(
        ("card_declined", "insufficient_funds", "lost_card", "stolen_card", "fraudulent"),
        (stripe.CardError, "card_declined"),
    ),
}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(scope="module")
def at() -> Iterator[Served]:
    with served() as at:
        yield at


@pytest.fixture
def client(at: Served) -> Iterator[stripe.StripeClient]:
    at.do(at.simulator.reset)
    transport: Any = stripe.RequestsClient()
    key = VENDOR.test_key(f"named{next(_numbers)}")
    yield stripe.StripeClient(key, base_addresses={"api": at.url}, http_client=transport)
    transport.close()


def refused(client: stripe.StripeClient, **given: Any) -> stripe.StripeError:
    options: Any = given
    with pytest.raises(stripe.StripeError) as caught:
        client.v1.payment_intents.create(PAYMENT, options)
    return caught.value


def not_found(client: stripe.StripeClient) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as caught:
        client.v1.payment_intents.retrieve("pi_1")
    assert "No such payment_intent: 'pi_1'" in str(caught.value)
    return caught.value


def effects(at: Served) -> list[Any]:
    return [row for row in at.do(lambda: list(at.simulator.ledger.rows())) if row["entry"] == "effect"]


def test_every_name_has_its_class() -> None:
    assert CLASSES.keys() == VENDOR.named_errors.keys()


@pytest.mark.parametrize("name", VENDOR.named_errors)
def test_the_sdk_raises_the_right_class_with_the_right_code(at: Served, client: stripe.StripeClient, name: str) -> None:
    at.faults({"respond": {"error": name}})
    error: Any = refused(client) if name != "resource_missing" else not_found(client)
    kind, code = CLASSES[name]
    # The SDK's own `code` is None on most classes.
    assert (type(error), error.json_body["error"].get("code")) == (kind, code)
    assert error.http_status == VENDOR.named_errors[name].status
    assert "Request-Id" in error.headers
    assert "r0" in error.headers["Brownout-Fault"]
    assert effects(at) == []


@pytest.mark.parametrize("name", ["card_declined", "insufficient_funds", "lost_card", "stolen_card", "fraudulent"])
def test_a_decline_tells_why_and_leaves_the_payment_that_was_declined(
    at: Served, client: stripe.StripeClient, name: str
) -> None:
    at.faults({"respond": {"error": name}, "match": "POST /v1/payment_intents"})
    error: Any = refused(client)
    assert error.error.decline_code == ("generic_decline" if name == "card_declined" else name)
    kept = client.v1.payment_intents.retrieve(error.error.payment_intent.id)
    assert (kept.status, kept.amount) == ("requires_payment_method", 1099)


def test_a_decline_is_remembered_under_the_key_as_stripe_does(at: Served, client: stripe.StripeClient) -> None:
    at.faults({"respond": {"error": "card_declined"}, "sequence": "F"})
    first = refused(client, idempotency_key="k")
    again = refused(client, idempotency_key="k")
    assert isinstance(again, stripe.CardError)
    assert again.headers is not None
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json_body == again.json_body
    assert effects(at) == []


def test_the_older_way_to_pay_is_declined_too(at: Served, client: stripe.StripeClient) -> None:
    at.faults({"respond": {"error": "insufficient_funds"}})
    with pytest.raises(stripe.CardError) as caught:
        client.v1.charges.create({"amount": 500, "currency": "usd", "source": "tok_visa"})
    error: Any = caught.value
    assert (error.error.decline_code, error.error.charge[:3]) == ("insufficient_funds", "ch_")


def test_what_cannot_be_declined_gets_the_bare_answer(at: Served, client: stripe.StripeClient) -> None:
    at.faults({"respond": {"error": "card_declined"}})
    with pytest.raises(stripe.CardError):
        client.v1.customers.create({})


def test_the_sdk_does_not_take_a_page_for_a_payment(at: Served, client: stripe.StripeClient) -> None:
    at.faults({"respond": {"status": 200, "body": "html"}})
    error = refused(client)
    assert (type(error), error.http_status) == (stripe.APIError, 200)
    assert effects(at) == []


def test_a_late_commit_is_found_by_the_sdk_that_asks_again_under_its_key(
    at: Served, client: stripe.StripeClient
) -> None:
    at.faults({"fail_after_effect": {"status": 502, "commits_in": {"fixed_s": 60.0}}, "sequence": "F"})
    assert refused(client, idempotency_key="k").http_status == 502
    assert refused(client, idempotency_key="k").http_status == 409
    assert effects(at) == []
    at.do(lambda: at.simulator.advance(60.0))
    at.do(lambda: at.simulator.run_due(at.simulator.clock()))
    options: Any = {"idempotency_key": "k"}
    paid = client.v1.payment_intents.create(PAYMENT, options)
    assert paid.status == "succeeded"
    assert len(effects(at)) == 1
