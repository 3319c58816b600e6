"""Stripe's objects at API version 2026-10-28.endive: their whole field sets.

A template is copied for each new object. Its nested values are shared by all copies, which is safe because nested
values are replaced and never changed (`state.py`).
"""

from typing import Any, Final

from brownout_simulators.vendors.stripe.state import Object

NO_ADDRESS: Final = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}


NO_BILLING_DETAILS: Final = {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None}


def template(kind: str, nulls: str, lacks: str = "", **values: Any) -> Object:
    """An object's fields in Stripe's order: id and object first, the others by name. `lacks` names those of the fields
    that nearly every object has (`created`, `livemode`, `metadata`) and this one has not."""
    common: Object = {"created": 0, "livemode": False, "metadata": {}}
    rest: Object = {**dict.fromkeys(nulls.split()), **common, **values}
    for name in lacks.split():
        del rest[name]
    return {"id": "", "object": kind, **{name: rest[name] for name in sorted(rest)}}


PAYMENT_INTENT: Final = template(
    "payment_intent",
    "application application_fee_amount canceled_at cancellation_reason client_secret customer customer_account "
    "description excluded_payment_method_types last_payment_error latest_charge next_action on_behalf_of "
    "payment_method payment_method_configuration_details processing receipt_email review setup_future_usage "
    "shipping source statement_descriptor statement_descriptor_suffix transfer_data transfer_group",
    amount=0,
    amount_capturable=0,
    amount_details={"tip": {}},
    amount_received=0,
    automatic_payment_methods={"allow_redirects": "always", "enabled": True},
    capture_method="automatic",
    confirmation_method="automatic",
    currency="",
    managed_payments={"enabled": False},
    payment_method_options={
        "card": {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
    },
    payment_method_types=["card"],
    status="requires_payment_method",
)


CHARGE: Final = template(
    "charge",
    "application application_fee application_fee_amount balance_transaction customer description "
    "failure_balance_transaction failure_code failure_message on_behalf_of payment_intent payment_method receipt_email "
    "receipt_number receipt_url review shipping source source_transfer statement_descriptor "
    "statement_descriptor_suffix transfer_data transfer_group",
    amount=0,
    amount_captured=0,
    amount_refunded=0,
    billing_details=NO_BILLING_DETAILS,
    calculated_statement_descriptor="BROWNOUT",
    captured=True,
    currency="",
    disputed=False,
    fraud_details={},
    outcome=None,
    paid=True,
    payment_method_details=None,
    refunded=False,
    status="succeeded",
)


REFUND: Final = template(
    "refund",
    "balance_transaction charge customer customer_account payment_intent payment_method reason receipt_number "
    "source_transfer_reversal transfer_reversal",
    amount=0,
    currency="",
    destination_details={
        "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
        "type": "card",
    },
    status="succeeded",
)
del REFUND["livemode"]


CUSTOMER: Final = template(
    "customer",
    "address currency default_source description discount email name phone shipping test_clock",
    balance=0,
    delinquent=False,
    invoice_prefix="",
    invoice_settings={
        "custom_fields": None,
        "default_payment_method": None,
        "footer": None,
        "rendering_options": None,
    },
    next_invoice_sequence=1,
    preferred_locales=[],
    tax_exempt="none",
)


PAYMENT_METHOD: Final = template(
    "payment_method",
    "customer customer_account",
    allow_redisplay="unspecified",
    billing_details=NO_BILLING_DETAILS,
    type="card",
)


SETUP_INTENT: Final = template(
    "setup_intent",
    "application cancellation_reason client_secret customer description excluded_payment_method_types flow_directions "
    "last_setup_error latest_attempt mandate next_action on_behalf_of payment_method "
    "payment_method_configuration_details single_use_mandate",
    automatic_payment_methods={"allow_redirects": "always", "enabled": True},
    payment_method_options={
        "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
    },
    payment_method_types=["card"],
    status="requires_payment_method",
    usage="off_session",
)


PRODUCT: Final = template(
    "product",
    "default_price description package_dimensions shippable statement_descriptor tax_code unit_label url",
    active=True,
    images=[],
    marketing_features=[],
    name="",
    type="service",
    updated=0,
)


PRICE: Final = template(
    "price",
    "custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity unit_amount unit_amount_decimal",
    active=True,
    billing_scheme="per_unit",
    currency="",
    product="",
    tax_behavior="unspecified",
    type="one_time",
)


SUBSCRIPTION: Final = template(
    "subscription",
    "application application_fee_percent billing_cycle_anchor_config billing_schedules billing_thresholds cancel_at "
    "canceled_at customer_account days_until_due default_payment_method default_source description ended_at "
    "latest_invoice next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval "
    "pending_setup_intent pending_update schedule test_clock transfer_data trial_end trial_start",
    automatic_tax={"disabled_reason": None, "enabled": False, "liability": None},
    billing_cycle_anchor=0,
    billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible"},
    cancel_at_period_end=False,
    cancellation_details={"comment": None, "feedback": None, "reason": None},
    collection_method="charge_automatically",
    currency="",
    customer="",
    default_tax_rates=[],
    discounts=[],
    invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
    items=None,
    managed_payments={"enabled": False},
    payment_settings={
        "payment_method_options": None,
        "payment_method_types": None,
        "save_default_payment_method": "off",
    },
    start_date=0,
    status="incomplete",
    trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}},
)


SUBSCRIPTION_ITEM: Final = template(
    "subscription_item",
    "billing_thresholds",
    current_period_end=0,
    current_period_start=0,
    discounts=[],
    plan=None,
    price=None,
    quantity=1,
    subscription="",
    tax_rates=[],
)
del SUBSCRIPTION_ITEM["livemode"]


INVOICE: Final = template(
    "invoice",
    "account_tax_ids application automatically_finalizes_at custom_fields customer_account customer_address "
    "customer_email customer_name customer_phone customer_shipping default_payment_method default_source description "
    "due_date effective_at ending_balance footer from_invoice hosted_invoice_url invoice_pdf last_finalization_error "
    "latest_revision next_payment_attempt number on_behalf_of parent receipt_number rendering shipping_cost "
    "shipping_details statement_descriptor test_clock total_pretax_credit_amounts webhooks_delivered_at",
    account_country="US",
    account_name="Brownout",
    amount_due=0,
    amount_overpaid=0,
    amount_paid=0,
    amount_remaining=0,
    amount_shipping=0,
    attempt_count=0,
    attempted=False,
    auto_advance=True,
    automatic_tax={
        "disabled_reason": None,
        "enabled": False,
        "liability": None,
        "provider": None,
        "status": None,
    },
    billing_reason="manual",
    collection_method="charge_automatically",
    currency="",
    customer="",
    customer_tax_exempt="none",
    customer_tax_ids=[],
    default_tax_rates=[],
    discounts=[],
    issuer={"type": "self"},
    lines=None,
    payment_settings={"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
    period_end=0,
    period_start=0,
    post_payment_credit_notes_amount=0,
    pre_payment_credit_notes_amount=0,
    starting_balance=0,
    status="draft",
    status_transitions={
        "finalized_at": None,
        "marked_uncollectible_at": None,
        "paid_at": None,
        "voided_at": None,
    },
    subtotal=0,
    subtotal_excluding_tax=0,
    total=0,
    total_discount_amounts=[],
    total_excluding_tax=0,
    total_taxes=[],
)


LINE_ITEM: Final = template(
    "line_item",
    "description parent pricing subscription quantity_decimal",
    amount=0,
    currency="",
    discount_amounts=[],
    discountable=True,
    discounts=[],
    invoice="",
    period=None,
    pretax_credit_amounts=[],
    quantity=1,
    subtotal=0,
    taxes=[],
)
del LINE_ITEM["created"]


INVOICE_PAYMENT: Final = template(
    "invoice_payment",
    "amount_paid",
    amount_requested=0,
    currency="",
    invoice="",
    is_default=True,
    payment=None,
    status="open",
    status_transitions={"canceled_at": None, "paid_at": None},
)
del INVOICE_PAYMENT["metadata"]


CHECKOUT_SESSION: Final = template(
    "checkout.session",
    "after_expiration allow_promotion_codes amount_subtotal amount_total billing_address_collection cancel_url "
    "client_reference_id client_secret collected_information consent consent_collection currency currency_conversion "
    "customer customer_account customer_creation customer_details customer_email integration_identifier invoice locale "
    "origin_context payment_intent payment_link payment_method_collection payment_method_configuration_details "
    "permissions recovered_from saved_payment_method_options setup_intent shipping_address_collection shipping_cost "
    "submit_type subscription success_url ui_mode url",
    adaptive_pricing={"enabled": False},
    automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
    custom_fields=[],
    custom_text={
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    discounts=[],
    expires_at=0,
    invoice_creation=None,
    managed_payments={"enabled": False},
    mode="payment",
    payment_method_options={"card": {"request_three_d_secure": "automatic"}},
    payment_method_types=["card"],
    payment_status="unpaid",
    phone_number_collection={"enabled": False},
    shipping_options=[],
    status="open",
    total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    wallet_options=None,
)


CHECKOUT_ITEM: Final = template(
    "item",
    "adjustable_quantity description",
    amount_discount=0,
    amount_subtotal=0,
    amount_tax=0,
    amount_total=0,
    currency="",
    price=None,
    quantity=1,
)
for _absent in ("created", "livemode"):
    del CHECKOUT_ITEM[_absent]


WEBHOOK_ENDPOINT: Final = template(
    "webhook_endpoint",
    "api_version application description",
    enabled_events=[],
    status="enabled",
    url="",
)
