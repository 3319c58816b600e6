"""What an account holds and moves: payouts, top-ups, transfers, disputes, connected accounts."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.vendors.stripe.resource import Resource, Verb, words
from brownout_simulators.vendors.stripe.templates import NO_ADDRESS, template

PAYOUT: Final = template(
    "payout",
    "application_fee application_fee_amount balance_transaction description failure_balance_transaction failure_code "
    "failure_message original_payout payout_method reversed_by statement_descriptor",
    amount=0,
    arrival_date=0,
    automatic=False,
    currency="",
    destination="",
    method="standard",
    reconciliation_status="not_applicable",
    source_type="card",
    status="pending",
    trace_id={"status": "pending", "value": None},
    type="bank_account",
)


TOPUP: Final = template(
    "topup",
    "balance_transaction description expected_availability_date failure_code failure_message initiated_by source "
    "statement_descriptor transfer_group",
    amount=0,
    currency="",
    status="pending",
)


TRANSFER: Final = template(
    "transfer",
    "balance_transaction description destination_payment source_transaction transfer_group",
    amount=0,
    amount_reversed=0,
    currency="",
    destination="",
    reversals=None,
    reversed=False,
    source_type="card",
)


TRANSFER_REVERSAL: Final = template(
    "transfer_reversal",
    "balance_transaction destination_payment_refund source_refund",
    "livemode",
    amount=0,
    currency="",
    transfer="",
)


EVIDENCE: Final[Mapping[str, Any]] = {
    **dict.fromkeys(
        sorted(
            words(
                "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure "
                "cancellation_rebuttal customer_communication customer_email_address customer_name "
                "customer_purchase_ip customer_signature duplicate_charge_documentation "
                "duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy "
                "refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
                "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
                "uncategorized_file uncategorized_text"
            )
        )
    ),
    "enhanced_evidence": {},
}
"""What a merchant may bring forward, nothing of it yet."""


DISPUTE: Final = template(
    "dispute",
    "payment_intent",
    amount=0,
    balance_transactions=[],
    charge="",
    currency="",
    enhanced_eligibility_types=[],
    evidence=EVIDENCE,
    evidence_details=None,
    is_charge_refundable=False,
    payment_method_details=None,
    reason="fraudulent",
    status="needs_response",
)


_NOTHING_DUE: Final[Mapping[str, Any]] = {
    "alternatives": [],
    "current_deadline": None,
    "currently_due": [],
    "disabled_reason": None,
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}


ACCOUNT: Final = template(
    "account",
    "business_type email",
    "livemode",
    business_profile={
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": None,
        "minority_owned_business_designation": None,
        "name": None,
        "product_description": None,
        "support_address": NO_ADDRESS,
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    },
    capabilities={},
    charges_enabled=False,
    controller={"type": "account"},
    country="US",
    default_currency="usd",
    details_submitted=False,
    external_accounts=None,
    future_requirements=_NOTHING_DUE,
    payouts_enabled=False,
    requirements=_NOTHING_DUE,
    settings={
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": False}},
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "payments": {"statement_descriptor": None},
        "payouts": {"debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "manual"}},
    },
    tos_acceptance={"date": None},
    type="standard",
)


RESOURCES: Final = (
    Resource(
        kind="payout",
        path="/v1/payouts",
        prefix="po_",
        noun="payout",
        template=PAYOUT,
        required=("amount", "currency"),
        stored=words("description destination method statement_descriptor"),
        filters=words("destination status"),
        choices={"method": ("standard", "instant")},
    ),
    Resource(
        kind="topup",
        path="/v1/topups",
        prefix="tu_",
        noun="topup",
        template=TOPUP,
        required=("amount", "currency"),
        stored=words("description statement_descriptor transfer_group"),
        filters=words("amount status"),
        verbs=(Verb("cancel", words("pending"), "canceled", "canceled"),),
    ),
    Resource(
        kind="transfer",
        path="/v1/transfers",
        prefix="tr_",
        noun="transfer",
        template=TRANSFER,
        required=("amount", "currency", "destination"),
        stored=words("description destination source_transaction transfer_group"),
        filters=words("destination transfer_group"),
    ),
    Resource(
        kind="transfer_reversal",
        path="/v1/transfers/{id}/reversals",
        prefix="trr_",
        noun="transfer_reversal",
        template=TRANSFER_REVERSAL,
    ),
    Resource(
        kind="dispute",
        path="/v1/disputes",
        prefix="dp_",
        noun="dispute",
        template=DISPUTE,
        does=words("retrieve update list"),
        filters=words("charge payment_intent"),
        event="charge.dispute",
    ),
    Resource(
        kind="account",
        path="/v1/accounts",
        prefix="acct_",
        noun="account",
        template=ACCOUNT,
        does=words("create retrieve update list delete"),
        stored=words("business_profile business_type country default_currency email settings type"),
        choices={
            "type": ("custom", "express", "standard"),
            "business_type": ("company", "government_entity", "individual", "non_profit"),
        },
    ),
)
