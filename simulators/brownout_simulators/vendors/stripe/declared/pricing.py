"""What prices and invoices are made with: coupons, taxes, credit notes, test clocks, links."""

from typing import Final

from brownout_simulators.vendors.stripe.resource import Resource, words
from brownout_simulators.vendors.stripe.templates import template

COUPON: Final = template(
    "coupon",
    "amount_off currency duration_in_months max_redemptions name percent_off redeem_by",
    duration="once",
    times_redeemed=0,
    valid=True,
)


PROMOTION_CODE: Final = template(
    "promotion_code",
    "customer customer_account expires_at max_redemptions",
    active=True,
    code="",
    promotion=None,
    restrictions={"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None},
    times_redeemed=0,
)


DISCOUNT: Final = template(
    "discount",
    "checkout_session customer customer_account end invoice invoice_item promotion_code subscription subscription_item",
    "created livemode metadata",
    source=None,
    start=0,
)


TAX_RATE: Final = template(
    "tax_rate",
    "country description effective_percentage flat_amount jurisdiction jurisdiction_level rate_type state tax_type",
    active=True,
    display_name="",
    inclusive=False,
    percentage=0.0,
)


INVOICE_ITEM: Final = template(
    "invoiceitem",
    "customer_account description invoice parent test_clock",
    "created",
    amount=0,
    currency="",
    customer="",
    date=0,
    discountable=True,
    discounts=[],
    net_amount=0,
    period=None,
    pricing=None,
    proration=False,
    quantity=1,
    quantity_decimal="1",
    tax_rates=[],
)


CREDIT_NOTE: Final = template(
    "credit_note",
    "customer_account customer_balance_transaction memo out_of_band_amount reason shipping_cost total_excluding_tax "
    "voided_at",
    amount=0,
    amount_shipping=0,
    currency="",
    customer="",
    discount_amount=0,
    discount_amounts=[],
    effective_at=0,
    invoice="",
    lines=None,
    number="",
    pdf="",
    post_payment_amount=0,
    pre_payment_amount=0,
    pretax_credit_amounts=[],
    refunds=[],
    status="issued",
    subtotal=0,
    subtotal_excluding_tax=0,
    total=0,
    total_taxes=[],
    type="pre_payment",
)


CREDIT_NOTE_LINE: Final = template(
    "credit_note_line_item",
    "description invoice_line_item unit_amount unit_amount_decimal",
    "created",
    amount=0,
    discount_amount=0,
    discount_amounts=[],
    pretax_credit_amounts=[],
    quantity=1,
    tax_rates=[],
    taxes=[],
    type="custom_line_item",
)


TEST_CLOCK: Final = template(
    "test_helpers.test_clock", "name", "metadata", deletes_after=0, frozen_time=0, status="ready", status_details={}
)


PAYMENT_LINK: Final = template(
    "payment_link",
    "application application_fee_amount application_fee_percent consent_collection inactive_message invoice_creation "
    "on_behalf_of payment_intent_data payment_method_types restrictions shipping_address_collection subscription_data "
    "transfer_data",
    "created",
    active=True,
    after_completion={"hosted_confirmation": {"custom_message": None}, "type": "hosted_confirmation"},
    allow_promotion_codes=False,
    automatic_tax={"enabled": False, "liability": None},
    billing_address_collection="auto",
    currency="",
    custom_fields=[],
    custom_text={"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None},
    customer_creation="if_required",
    managed_payments={"enabled": False},
    payment_method_collection="always",
    payment_method_options={"card": {"restrictions": {"brands_blocked": []}}},
    phone_number_collection={"enabled": False},
    shipping_options=[],
    submit_type="auto",
    tax_id_collection={"enabled": False, "required": "never"},
    url="",
)


PLAN: Final = template(
    "plan",
    "amount amount_decimal meter nickname product tiers_mode transform_usage trial_period_days",
    active=True,
    billing_scheme="per_unit",
    currency="",
    interval="month",
    interval_count=1,
    usage_type="licensed",
)


RESOURCES: Final = (
    Resource(
        kind="coupon",
        path="/v1/coupons",
        prefix="",
        noun="coupon",
        template=COUPON,
        param="coupon",
        does=words("create retrieve update list delete"),
        stored=words("amount_off currency duration duration_in_months max_redemptions name redeem_by"),
        choices={"duration": ("forever", "once", "repeating")},
    ),
    Resource(
        kind="promotion_code",
        path="/v1/promotion_codes",
        prefix="promo_",
        noun="promotion code",
        template=PROMOTION_CODE,
        stored=words("active code customer expires_at max_redemptions restrictions"),
        filters=words("active code customer"),
        names={"customer": "customer"},
    ),
    Resource(
        kind="tax_rate",
        path="/v1/tax_rates",
        prefix="txr_",
        noun="tax rate",
        template=TAX_RATE,
        required=("display_name", "inclusive", "percentage"),
        stored=words("active country description display_name inclusive jurisdiction state tax_type"),
        filters=words("active inclusive"),
    ),
    Resource(
        kind="invoiceitem",
        path="/v1/invoiceitems",
        prefix="ii_",
        noun="invoiceitem",
        template=INVOICE_ITEM,
        does=words("retrieve list"),
        stored=words("description discountable"),
        filters=words("customer invoice"),
    ),
    Resource(
        kind="credit_note",
        path="/v1/credit_notes",
        prefix="cn_",
        noun="credit note",
        template=CREDIT_NOTE,
        does=words("retrieve update list"),
        stored=words("memo"),
        filters=words("customer invoice"),
    ),
    Resource(
        kind="test_helpers.test_clock",
        path="/v1/test_helpers/test_clocks",
        prefix="clock_",
        noun="test clock",
        template=TEST_CLOCK,
        does=words("create retrieve list"),
        required=("frozen_time",),
        stored=words("frozen_time name"),
    ),
    Resource(
        kind="payment_link",
        path="/v1/payment_links",
        prefix="plink_",
        noun="payment link",
        template=PAYMENT_LINK,
        required=("line_items",),
        stored=words(
            "active after_completion allow_promotion_codes billing_address_collection customer_creation "
            "inactive_message payment_method_collection payment_method_types submit_type"
        ),
        filters=words("active"),
    ),
    Resource(
        kind="plan",
        path="/v1/plans",
        prefix="plan_",
        noun="plan",
        template=PLAN,
        does=words("retrieve list delete update"),
        stored=words("active nickname trial_period_days"),
        filters=words("active product"),
    ),
)
