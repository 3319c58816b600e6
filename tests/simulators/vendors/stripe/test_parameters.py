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
    "POST /v1/quotes": "QuoteCreateParams",
    "POST /v1/quotes/{id}": "QuoteUpdateParams",
    "GET /v1/quotes": "QuoteListParams",
    "POST /v1/quotes/{id}/finalize": "QuoteFinalizeQuoteParams",
    "POST /v1/subscription_schedules": "SubscriptionScheduleCreateParams",
    "POST /v1/subscription_schedules/{id}": "SubscriptionScheduleUpdateParams",
    "GET /v1/subscription_schedules": "SubscriptionScheduleListParams",
    "POST /v1/subscription_schedules/{id}/cancel": "SubscriptionScheduleCancelParams",
    "POST /v1/subscription_schedules/{id}/release": "SubscriptionScheduleReleaseParams",
    "POST /v1/subscription_items": "SubscriptionItemCreateParams",
    "POST /v1/subscription_items/{id}": "SubscriptionItemUpdateParams",
    "DELETE /v1/subscription_items/{id}": "SubscriptionItemDeleteParams",
    "GET /v1/balance_transactions": "BalanceTransactionListParams",
    "POST /v1/payouts": "PayoutCreateParams",
    "POST /v1/payouts/{id}": "PayoutUpdateParams",
    "GET /v1/payouts": "PayoutListParams",
    "POST /v1/payouts/{id}/reverse": "PayoutReverseParams",
    "POST /v1/topups": "TopupCreateParams",
    "POST /v1/topups/{id}": "TopupUpdateParams",
    "GET /v1/topups": "TopupListParams",
    "POST /v1/transfers": "TransferCreateParams",
    "POST /v1/transfers/{id}": "TransferUpdateParams",
    "GET /v1/transfers": "TransferListParams",
    "POST /v1/transfers/{id}/reversals": "TransferCreateReversalParams",
    "POST /v1/transfers/{id}/reversals/{item}": "TransferModifyReversalParams",
    "GET /v1/transfers/{id}/reversals": "TransferListReversalsParams",
    "POST /v1/disputes/{id}": "DisputeUpdateParams",
    "GET /v1/disputes": "DisputeListParams",
    "POST /v1/accounts": "AccountCreateParams",
    "POST /v1/accounts/{id}": "AccountUpdateParams",
    "GET /v1/accounts": "AccountListParams",
    "POST /v1/accounts/{id}/reject": "AccountRejectParams",
    "POST /v1/tokens": "TokenCreateParams",
    "POST /v1/ephemeral_keys": "EphemeralKeyCreateParams",
    "POST /v1/customers/{id}/sources": "CustomerCreateSourceParams",
    "POST /v1/customers/{id}/sources/{item}": "CustomerModifySourceParams",
    "GET /v1/customers/{id}/sources": "CustomerListSourcesParams",
    "POST /v1/customers/{id}/tax_ids": "CustomerCreateTaxIdParams",
    "GET /v1/customers/{id}/tax_ids": "CustomerListTaxIdsParams",
    "POST /v1/customers/{id}/balance_transactions": "CustomerCreateBalanceTransactionParams",
    "POST /v1/customers/{id}/balance_transactions/{item}": "CustomerModifyBalanceTransactionParams",
    "GET /v1/customers/{id}/balance_transactions": "CustomerListBalanceTransactionsParams",
    "POST /v1/customers/{id}/cash_balance": "CustomerModifyCashBalanceParams",
    "GET /v1/customers/{id}/cash_balance_transactions": "CustomerListCashBalanceTransactionsParams",
    "POST /v1/test_helpers/customers/{id}/fund_cash_balance": "test_helpers.CustomerFundCashBalanceParams",
    "POST /v1/coupons": "CouponCreateParams",
    "POST /v1/coupons/{id}": "CouponUpdateParams",
    "GET /v1/coupons": "CouponListParams",
    "POST /v1/promotion_codes": "PromotionCodeCreateParams",
    "POST /v1/promotion_codes/{id}": "PromotionCodeUpdateParams",
    "GET /v1/promotion_codes": "PromotionCodeListParams",
    "POST /v1/tax_rates": "TaxRateCreateParams",
    "POST /v1/tax_rates/{id}": "TaxRateUpdateParams",
    "GET /v1/tax_rates": "TaxRateListParams",
    "POST /v1/plans": "PlanCreateParams",
    "POST /v1/plans/{id}": "PlanUpdateParams",
    "GET /v1/plans": "PlanListParams",
    "POST /v1/invoiceitems/{id}": "InvoiceItemUpdateParams",
    "GET /v1/invoiceitems": "InvoiceItemListParams",
    "POST /v1/credit_notes": "CreditNoteCreateParams",
    "POST /v1/credit_notes/{id}": "CreditNoteUpdateParams",
    "GET /v1/credit_notes": "CreditNoteListParams",
    "GET /v1/credit_notes/preview": "CreditNotePreviewParams",
    "POST /v1/payment_links": "PaymentLinkCreateParams",
    "POST /v1/payment_links/{id}": "PaymentLinkUpdateParams",
    "GET /v1/payment_links": "PaymentLinkListParams",
    "POST /v1/test_helpers/test_clocks": "test_helpers.TestClockCreateParams",
    "POST /v1/test_helpers/test_clocks/{id}/advance": "test_helpers.TestClockAdvanceParams",
    "GET /v1/test_helpers/test_clocks": "test_helpers.TestClockListParams",
    "POST /v1/billing_portal/configurations": "billing_portal.ConfigurationCreateParams",
    "POST /v1/billing_portal/configurations/{id}": "billing_portal.ConfigurationUpdateParams",
    "GET /v1/billing_portal/configurations": "billing_portal.ConfigurationListParams",
    "POST /v1/billing_portal/sessions": "billing_portal.SessionCreateParams",
    "POST /v1/billing/meters": "billing.MeterCreateParams",
    "POST /v1/billing/meters/{id}": "billing.MeterUpdateParams",
    "GET /v1/billing/meters": "billing.MeterListParams",
    "POST /v1/billing/meter_events": "billing.MeterEventCreateParams",
    "GET /v1/billing/meters/{id}/event_summaries": "billing.MeterListEventSummariesParams",
    "POST /v1/reporting/report_runs": "reporting.ReportRunCreateParams",
    "GET /v1/reporting/report_runs": "reporting.ReportRunListParams",
    "POST /v1/identity/verification_sessions": "identity.VerificationSessionCreateParams",
    "POST /v1/identity/verification_sessions/{id}": "identity.VerificationSessionUpdateParams",
    "GET /v1/identity/verification_sessions": "identity.VerificationSessionListParams",
    "POST /v1/issuing/cardholders": "issuing.CardholderCreateParams",
    "POST /v1/issuing/cardholders/{id}": "issuing.CardholderUpdateParams",
    "GET /v1/issuing/cardholders": "issuing.CardholderListParams",
    "POST /v1/issuing/cards": "issuing.CardCreateParams",
    "POST /v1/issuing/cards/{id}": "issuing.CardUpdateParams",
    "GET /v1/issuing/cards": "issuing.CardListParams",
    "POST /v1/issuing/authorizations/{id}": "issuing.AuthorizationUpdateParams",
    "GET /v1/issuing/authorizations": "issuing.AuthorizationListParams",
    "POST /v1/issuing/transactions/{id}": "issuing.TransactionUpdateParams",
    "GET /v1/issuing/transactions": "issuing.TransactionListParams",
    "POST /v1/test_helpers/issuing/transactions/create_force_capture": "issuing.TransactionCreateForceCaptureParams",
    "POST /v1/test_helpers/issuing/authorizations": "issuing.AuthorizationCreateParams",
}
OPTIONS = set(stripe.RequestOptions.__annotations__)
"""Of the SDK itself: they are not sent."""
OLDER = {"coupon", "payment_method_types", "promotion_code"}
"""Still taken from clients that are pinned to an older version."""


@pytest.mark.parametrize(("route", "name"), SDK_TYPES.items())
def test_an_endpoint_takes_exactly_what_the_sdk_types_name(route: str, name: str) -> None:
    family, _, name = name.rpartition(".")
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    place = f"stripe.params.{family}._{module}" if family else f"stripe.params._{module}"
    known = getattr(importlib.import_module(place), name).__annotations__
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
