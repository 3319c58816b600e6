"""The parameter tables against the official SDK's own types."""

import importlib
import re

import pytest
import stripe

from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, Kind

SDK_TYPES = {
    "POST /v1/payment_intents": "PaymentIntentCreateParams",
    "POST /v1/payment_intents/{id}": "PaymentIntentUpdateParams",
    "POST /v1/payment_intents/{id}/confirm": "PaymentIntentConfirmParams",
    "POST /v1/payment_intents/{id}/capture": "PaymentIntentCaptureParams",
    "POST /v1/payment_intents/{id}/cancel": "PaymentIntentCancelParams",
    "POST /v1/payment_intents/{id}/increment_authorization": "PaymentIntentIncrementAuthorizationParams",
    "POST /v1/customers": "CustomerCreateParams",
    "POST /v1/customers/{id}": "CustomerUpdateParams",
    "GET /v1/customers": "CustomerListParams",
    "POST /v1/charges": "ChargeCreateParams",
    "POST /v1/refunds": "RefundCreateParams",
    "POST /v1/products": "ProductCreateParams",
    "POST /v1/prices": "PriceCreateParams",
    "POST /v1/subscriptions": "SubscriptionCreateParams",
    "POST /v1/subscriptions/{id}": "SubscriptionUpdateParams",
    "DELETE /v1/subscriptions/{id}": "SubscriptionCancelParams",
    "GET /v1/subscriptions": "SubscriptionListParams",
    "POST /v1/invoices/{id}/pay": "InvoicePayParams",
    "POST /v1/invoices/create_preview": "InvoiceCreatePreviewParams",
    "POST /v1/webhook_endpoints": "WebhookEndpointCreateParams",
    "GET /v1/events": "EventListParams",
    "POST /v1/payment_methods": "PaymentMethodCreateParams",
    "POST /v1/setup_intents": "SetupIntentCreateParams",
}
OPTIONS = set(stripe.RequestOptions.__annotations__)
"""Of the SDK itself: they are not sent."""
OLDER = {"payment_method_types"}
"""Still taken from clients that are pinned to an older version."""


@pytest.mark.parametrize(("route", "name"), SDK_TYPES.items())
def test_an_endpoint_takes_exactly_what_the_sdk_types_name(route: str, name: str) -> None:
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    known = getattr(importlib.import_module(f"stripe.params._{module}"), name).__annotations__
    assert set(PARAMETERS[route]) - OLDER == set(known) - OLDER - OPTIONS


def test_every_entry_belongs_to_an_endpoint_that_is_there() -> None:
    assert set(PARAMETERS) <= {f"{route.method} {route.path}" for route in VENDOR.routes}


def test_the_kinds_are_what_their_texts_stand_for() -> None:
    create = PARAMETERS["POST /v1/payment_intents"]
    assert create["amount"] is Kind.INTEGER
    assert create["confirm"] is Kind.BOOLEAN
    assert create["metadata"] is Kind.HASH
    assert create["expand"] is Kind.ARRAY
    assert create["currency"] is Kind.TEXT
    assert PARAMETERS["GET /v1/customers"]["created"] is Kind.RANGE
