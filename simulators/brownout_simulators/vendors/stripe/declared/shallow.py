"""What is kept and told of, and moves no money here: the billing portal, meters, reports, identity, issuing."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.vendors.stripe.resource import Resource, Verb, words
from brownout_simulators.vendors.stripe.templates import NO_ADDRESS, template

PORTAL_CONFIGURATION: Final = template(
    "billing_portal.configuration",
    "application default_return_url name",
    active=True,
    business_profile={"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
    features={
        "customer_update": {"allowed_updates": [], "enabled": False},
        "invoice_history": {"enabled": False},
        "payment_method_update": {"enabled": False, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "options": []},
            "enabled": False,
            "mode": "at_period_end",
            "proration_behavior": "none",
        },
        "subscription_update": {
            "billing_cycle_anchor": None,
            "default_allowed_updates": [],
            "enabled": False,
            "proration_behavior": "none",
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    },
    is_default=False,
    login_page={"enabled": False, "url": None},
    updated=0,
)


PORTAL_SESSION: Final = template(
    "billing_portal.session",
    "customer_account flow locale on_behalf_of return_url",
    "metadata",
    configuration="",
    customer="",
    url="",
)


METER: Final = template(
    "billing.meter",
    "event_time_window",
    "metadata",
    customer_mapping={"event_payload_key": "stripe_customer_id", "type": "by_id"},
    default_aggregation={"formula": "sum"},
    display_name="",
    event_name="",
    status="active",
    status_transitions={"deactivated_at": None},
    updated=0,
    value_settings={"event_payload_key": "value"},
)


METER_EVENT: Final = template(
    "billing.meter_event", "", "metadata", event_name="", identifier="", payload={}, timestamp=0
)
del METER_EVENT["id"]


REPORT_RUN: Final = template(
    "reporting.report_run",
    "error result succeeded_at",
    "metadata",
    parameters={},
    report_type="",
    status="pending",
)


VERIFICATION_SESSION: Final = template(
    "identity.verification_session",
    "client_reference_id client_secret last_error last_verification_report redaction related_customer "
    "related_customer_account url",
    options={"document": {"require_matching_selfie": False}},
    status="requires_input",
    type="document",
)


NO_CONTROLS: Final[Mapping[str, Any]] = {
    "allowed_card_presences": [],
    "allowed_categories": [],
    "allowed_merchant_countries": [],
    "blocked_card_presences": [],
    "blocked_categories": [],
    "blocked_merchant_countries": [],
    "spending_limits": [],
    "spending_limits_currency": None,
}


CARDHOLDER: Final = template(
    "issuing.cardholder",
    "company email individual phone_number",
    billing={"address": NO_ADDRESS},
    name="",
    preferred_locales=[],
    requirements={"disabled_reason": None, "past_due": []},
    spending_controls=NO_CONTROLS,
    status="active",
    type="individual",
)


CARD: Final = template(
    "issuing.card",
    "cancellation_reason latest_fraud_warning lifecycle_controls personalization_design replaced_by replacement_for "
    "replacement_reason second_line shipping",
    brand="Visa",
    cardholder=None,
    currency="",
    exp_month=12,
    exp_year=2034,
    last4="4242",
    spending_controls=NO_CONTROLS,
    status="inactive",
    type="virtual",
    wallets={
        "apple_pay": {"eligible": True, "ineligible_reason": None},
        "google_pay": {"eligible": True, "ineligible_reason": None},
        "primary_account_identifier": None,
    },
)


MERCHANT: Final = {
    "category": "computer_software_stores",
    "category_code": "5734",
    "city": None,
    "country": "US",
    "name": "Brownout",
    "network_id": "1234567890",
    "postal_code": None,
    "state": None,
    "tax_id": None,
    "terminal_id": None,
    "url": None,
}


AUTHORIZATION: Final = template(
    "issuing.authorization",
    "card_presence cardholder fleet fuel network_data pending_request token verified_by_fraud_challenge wallet",
    amount=0,
    amount_details={"atm_fee": None, "cashback_amount": None},
    approved=False,
    authorization_method="online",
    balance_transactions=[],
    card=None,
    currency="",
    merchant_amount=0,
    merchant_currency="",
    merchant_data=MERCHANT,
    request_history=[],
    status="pending",
    transactions=[],
    verification_data={
        "address_line1_check": "not_provided",
        "address_postal_code_check": "not_provided",
        "authentication_exemption": None,
        "cvc_check": "not_provided",
        "expiry_check": "not_provided",
        "postal_code": None,
        "three_d_secure": None,
    },
)


TRANSACTION: Final = template(
    "issuing.transaction",
    "authorization balance_transaction dispute token wallet",
    amount=0,
    amount_details={"atm_fee": None, "cashback_amount": None},
    card="",
    cardholder="",
    currency="",
    merchant_amount=0,
    merchant_currency="",
    merchant_data=MERCHANT,
    network_data={"authorization_code": None, "processing_date": None, "transaction_id": None},
    type="capture",
)


RESOURCES: Final = (
    Resource(
        kind="billing_portal.configuration",
        path="/v1/billing_portal/configurations",
        prefix="bpc_",
        noun="configuration",
        template=PORTAL_CONFIGURATION,
        required=("features",),
        stored=words("active business_profile default_return_url features login_page name"),
        filters=words("active is_default"),
    ),
    Resource(
        kind="billing_portal.session",
        path="/v1/billing_portal/sessions",
        prefix="bps_",
        noun="session",
        template=PORTAL_SESSION,
        does=words("create"),
        required=("customer",),
        stored=words("customer locale on_behalf_of return_url"),
        names={"customer": "customer", "configuration": "billing_portal.configuration"},
    ),
    Resource(
        kind="billing.meter",
        path="/v1/billing/meters",
        prefix="mtr_test_",
        noun="billing meter",
        template=METER,
        required=("default_aggregation", "display_name", "event_name"),
        stored=words("customer_mapping default_aggregation display_name event_name event_time_window value_settings"),
        filters=words("status"),
        verbs=(
            Verb("deactivate", words("active"), "inactive", "deactivated"),
            Verb("reactivate", words("inactive"), "active", "reactivated"),
        ),
    ),
    Resource(
        kind="billing.meter_event",
        path="/v1/billing/meter_events",
        prefix="mev_",
        noun="meter event",
        template=METER_EVENT,
        does=frozenset(),
    ),
    Resource(
        kind="reporting.report_run",
        path="/v1/reporting/report_runs",
        prefix="frr_",
        noun="report run",
        template=REPORT_RUN,
        does=words("create retrieve list"),
        required=("report_type",),
        stored=words("parameters report_type"),
    ),
    Resource(
        kind="identity.verification_session",
        path="/v1/identity/verification_sessions",
        prefix="vs_",
        noun="verificationsession",
        template=VERIFICATION_SESSION,
        stored=words("client_reference_id options related_customer type"),
        filters=words("client_reference_id related_customer status"),
        choices={"type": ("document", "id_number")},
        verbs=(
            Verb("cancel", words("requires_input"), "canceled", "canceled"),
            Verb("redact", words("canceled requires_input verified"), "", "redacted"),
        ),
    ),
    Resource(
        kind="issuing.cardholder",
        path="/v1/issuing/cardholders",
        prefix="ich_",
        noun="cardholder",
        template=CARDHOLDER,
        required=("billing", "name"),
        stored=words(
            "billing company email individual name phone_number preferred_locales spending_controls status type"
        ),
        filters=words("email phone_number status type"),
        choices={"status": ("active", "inactive"), "type": ("company", "individual")},
        event="issuing_cardholder",
    ),
    Resource(
        kind="issuing.card",
        path="/v1/issuing/cards",
        prefix="ic_",
        noun="card",
        template=CARD,
        required=("currency", "type"),
        stored=words(
            "cancellation_reason currency exp_month exp_year second_line shipping spending_controls status type"
        ),
        filters=words("exp_month exp_year last4 status type"),
        choices={"status": ("active", "canceled", "inactive"), "type": ("physical", "virtual")},
        names={"cardholder": "issuing.cardholder"},
        event="issuing_card",
    ),
    Resource(
        kind="issuing.authorization",
        path="/v1/issuing/authorizations",
        prefix="iauth_",
        noun="authorization",
        template=AUTHORIZATION,
        does=words("retrieve update list"),
        filters=words("status"),
        event="issuing_authorization",
    ),
    Resource(
        kind="issuing.transaction",
        path="/v1/issuing/transactions",
        prefix="ipi_",
        noun="transaction",
        template=TRANSACTION,
        does=words("retrieve update list"),
        filters=words("card cardholder type"),
        event="issuing_transaction",
    ),
)
