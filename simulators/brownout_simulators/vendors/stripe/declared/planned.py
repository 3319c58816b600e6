"""What is agreed for later: quotes and subscription schedules."""

from typing import Final

from brownout_simulators.vendors.stripe.resource import Resource, words
from brownout_simulators.vendors.stripe.templates import template

QUOTE: Final = template(
    "quote",
    "application application_fee_amount application_fee_percent currency customer customer_account description footer "
    "from_quote header invoice number on_behalf_of subscription subscription_schedule test_clock transfer_data",
    amount_subtotal=0,
    amount_total=0,
    automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
    collection_method="charge_automatically",
    computed=None,
    default_tax_rates=[],
    discounts=[],
    expires_at=0,
    invoice_settings={"days_until_due": None, "issuer": {"type": "self"}},
    status="draft",
    status_transitions={"accepted_at": None, "canceled_at": None, "finalized_at": None},
    subscription_data={
        "billing_mode": {"type": "flexible"},
        "description": None,
        "effective_date": None,
        "metadata": None,
        "trial_period_days": None,
    },
    total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
)


SUBSCRIPTION_SCHEDULE: Final = template(
    "subscription_schedule",
    "application canceled_at completed_at current_phase customer_account released_at released_subscription "
    "subscription test_clock",
    billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible"},
    customer="",
    default_settings={
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": "automatic",
        "billing_thresholds": None,
        "collection_method": "charge_automatically",
        "default_payment_method": None,
        "description": None,
        "invoice_settings": {"account_tax_ids": None, "days_until_due": None, "issuer": {"type": "self"}},
        "on_behalf_of": None,
        "transfer_data": None,
    },
    end_behavior="release",
    phases=[],
    status="not_started",
)


RESOURCES: Final = (
    Resource(
        kind="quote",
        path="/v1/quotes",
        prefix="qt_",
        noun="quote",
        template=QUOTE,
        stored=words("collection_method customer description footer header"),
        filters=words("customer status test_clock"),
        choices={"collection_method": ("charge_automatically", "send_invoice")},
        names={"customer": "customer"},
    ),
    Resource(
        kind="subscription_schedule",
        path="/v1/subscription_schedules",
        prefix="sub_sched_",
        noun="subscription schedule",
        template=SUBSCRIPTION_SCHEDULE,
        does=words("retrieve update list"),
        stored=words("end_behavior"),
        filters=words("customer"),
        choices={"end_behavior": ("cancel", "release")},
    ),
)
