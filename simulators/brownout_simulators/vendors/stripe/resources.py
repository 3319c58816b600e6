"""Stripe's resources: paths, id prefixes, which fields a caller simply sets, which can be filtered and searched."""

from collections.abc import Mapping
from itertools import chain
from typing import Final

from brownout_simulators.vendors.stripe import declared
from brownout_simulators.vendors.stripe.resource import Resource, words
from brownout_simulators.vendors.stripe.templates import (
    CHARGE,
    CHECKOUT_SESSION,
    CUSTOMER,
    INVOICE,
    PAYMENT_INTENT,
    PAYMENT_METHOD,
    PRICE,
    PRODUCT,
    REFUND,
    SETUP_INTENT,
    SUBSCRIPTION,
    WEBHOOK_ENDPOINT,
)

_OWN: Final = (
    Resource(
        kind="payment_intent",
        path="/v1/payment_intents",
        prefix="pi_",
        noun="payment_intent",
        template=PAYMENT_INTENT,
        param="intent",
        stored=words(
            "amount_details application_fee_amount capture_method confirmation_method customer_account description "
            "excluded_payment_method_types on_behalf_of receipt_email setup_future_usage shipping "
            "statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
        ),
        filters=words("customer customer_account"),
        searchable=words("amount created currency customer status"),
    ),
    Resource(
        kind="charge",
        path="/v1/charges",
        prefix="ch_",
        noun="charge",
        template=CHARGE,
        stored=words("customer description fraud_details receipt_email shipping transfer_group"),
        filters=words("customer payment_intent transfer_group"),
        searchable=words("amount created currency customer disputed refunded status"),
    ),
    Resource(
        kind="refund",
        path="/v1/refunds",
        prefix="re_",
        noun="refund",
        template=REFUND,
        filters=words("charge payment_intent"),
    ),
    Resource(
        kind="customer",
        path="/v1/customers",
        prefix="cus_",
        noun="customer",
        template=CUSTOMER,
        stored=words(
            "address balance business_name default_source description email individual_name invoice_prefix name "
            "next_invoice_sequence phone preferred_locales shipping tax_exempt test_clock"
        ),
        filters=words("email test_clock"),
        searchable=words("created email name phone"),
        deletable=True,
    ),
    Resource(
        kind="payment_method",
        path="/v1/payment_methods",
        prefix="pm_",
        noun="PaymentMethod",
        template=PAYMENT_METHOD,
        param="payment_method",
        stored=words("allow_redisplay"),
        filters=words("customer customer_account type allow_redisplay"),
    ),
    Resource(
        kind="setup_intent",
        path="/v1/setup_intents",
        prefix="seti_",
        noun="setupintent",
        template=SETUP_INTENT,
        param="intent",
        stored=words("customer description excluded_payment_method_types flow_directions on_behalf_of usage"),
        filters=words("customer payment_method"),
    ),
    Resource(
        kind="product",
        path="/v1/products",
        prefix="prod_",
        noun="product",
        template=PRODUCT,
        stored=words(
            "active default_price description images marketing_features name package_dimensions shippable "
            "statement_descriptor tax_code unit_label url"
        ),
        filters=words("active shippable url"),
        searchable=words("active description name shippable url"),
        deletable=True,
    ),
    Resource(
        kind="price",
        path="/v1/prices",
        prefix="price_",
        noun="price",
        template=PRICE,
        param="price",
        stored=words("active lookup_key nickname tax_behavior"),
        filters=words("active currency product type"),
        searchable=words("active currency lookup_key product type"),
    ),
    Resource(
        kind="subscription",
        path="/v1/subscriptions",
        prefix="sub_",
        noun="subscription",
        template=SUBSCRIPTION,
        stored=words(
            "application_fee_percent cancel_at_period_end collection_method days_until_due default_source "
            "description on_behalf_of pause_collection payment_settings transfer_data trial_settings"
        ),
        filters=words("customer collection_method"),
        searchable=words("created status"),
    ),
    Resource(
        kind="invoice",
        path="/v1/invoices",
        prefix="in_",
        noun="invoice",
        template=INVOICE,
        param="invoice",
        stored=words("auto_advance collection_method custom_fields description footer statement_descriptor"),
        filters=words("customer collection_method status"),
        searchable=words("created currency customer number status total"),
    ),
    Resource(
        kind="checkout.session",
        path="/v1/checkout/sessions",
        prefix="cs_test_",
        noun="checkout.session",
        template=CHECKOUT_SESSION,
        param="session",
        filters=words("customer payment_intent payment_link status subscription"),
    ),
    Resource(
        kind="webhook_endpoint",
        path="/v1/webhook_endpoints",
        prefix="we_",
        noun="webhook endpoint",
        template=WEBHOOK_ENDPOINT,
        param="webhook_endpoint",
        stored=words("api_version description enabled_events url"),
        deletable=True,
    ),
)

RESOURCES: Final[Mapping[str, Resource]] = {one.kind: one for one in chain(_OWN, declared.RESOURCES)}


CURRENCIES: Final = words(
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf "
    "clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr "
    "ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr "
    "mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd "
    "shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar "
    "zmw"
)


MINIMUM: Final[Mapping[str, int]] = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
"""The smallest amount that can be charged, in the minor unit; 1 where Stripe names none."""


MAXIMUM: Final = 99_999_999
