"""Stripe's resources: paths, id prefixes, which fields a caller simply sets, which can be filtered and searched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of object whose plain endpoints (create, read, update, list, delete, search) follow from this."""

    kind: str
    path: str
    prefix: str
    noun: str
    """As in "No such customer: 'cus_x'"."""
    template: Mapping[str, Any]
    param: str = "id"
    """What `error.param` says when the id in the path names nothing."""
    stored: frozenset[str] = frozenset()
    """Parameters that become the field of the same name, as they are."""
    filters: frozenset[str] = frozenset()
    """Parameters of the list that must equal the field of the same name."""
    searchable: frozenset[str] = frozenset()
    deletable: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESOURCES: Final[Mapping[str, Resource]] = {
    resource.kind: resource
    for resource in (
        Resource(
            kind="payment_intent",
            path="/v1/payment_intents",
            prefix="pi_",
            noun="payment_intent",
            template=PAYMENT_INTENT,
            param="intent",
            stored=_words(
                "amount_details application_fee_amount capture_method confirmation_method customer_account description "
                "excluded_payment_method_types on_behalf_of receipt_email setup_future_usage shipping "
                "statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
            ),
            filters=_words("customer customer_account"),
            searchable=_words("amount created currency customer status"),
        ),
        Resource(
            kind="charge",
            path="/v1/charges",
            prefix="ch_",
            noun="charge",
            template=CHARGE,
            stored=_words("customer description fraud_details receipt_email shipping transfer_group"),
            filters=_words("customer payment_intent transfer_group"),
            searchable=_words("amount created currency customer disputed refunded status"),
        ),
        Resource(
            kind="refund",
            path="/v1/refunds",
            prefix="re_",
            noun="refund",
            template=REFUND,
            filters=_words("charge payment_intent"),
        ),
        Resource(
            kind="customer",
            path="/v1/customers",
            prefix="cus_",
            noun="customer",
            template=CUSTOMER,
            stored=_words(
                "address balance business_name default_source description email individual_name invoice_prefix name "
                "next_invoice_sequence phone preferred_locales shipping tax_exempt test_clock"
            ),
            filters=_words("email test_clock"),
            searchable=_words("created email name phone"),
            deletable=True,
        ),
        Resource(
            kind="payment_method",
            path="/v1/payment_methods",
            prefix="pm_",
            noun="PaymentMethod",
            template=PAYMENT_METHOD,
            param="payment_method",
            stored=_words("allow_redisplay"),
            filters=_words("customer customer_account type allow_redisplay"),
        ),
        Resource(
            kind="setup_intent",
            path="/v1/setup_intents",
            prefix="seti_",
            noun="setupintent",
            template=SETUP_INTENT,
            param="intent",
            stored=_words("customer description excluded_payment_method_types flow_directions on_behalf_of usage"),
            filters=_words("customer payment_method"),
        ),
        Resource(
            kind="product",
            path="/v1/products",
            prefix="prod_",
            noun="product",
            template=PRODUCT,
            stored=_words(
                "active default_price description images marketing_features name package_dimensions shippable "
                "statement_descriptor tax_code unit_label url"
            ),
            filters=_words("active shippable url"),
            searchable=_words("active description name shippable url"),
            deletable=True,
        ),
        Resource(
            kind="price",
            path="/v1/prices",
            prefix="price_",
            noun="price",
            template=PRICE,
            param="price",
            stored=_words("active lookup_key nickname tax_behavior"),
            filters=_words("active currency product type"),
            searchable=_words("active currency lookup_key product type"),
        ),
        Resource(
            kind="subscription",
            path="/v1/subscriptions",
            prefix="sub_",
            noun="subscription",
            template=SUBSCRIPTION,
            stored=_words(
                "application_fee_percent cancel_at_period_end collection_method days_until_due default_source "
                "description on_behalf_of pause_collection transfer_data"
            ),
            filters=_words("customer collection_method"),
            searchable=_words("created status"),
        ),
        Resource(
            kind="invoice",
            path="/v1/invoices",
            prefix="in_",
            noun="invoice",
            template=INVOICE,
            param="invoice",
            stored=_words("auto_advance collection_method custom_fields description footer statement_descriptor"),
            filters=_words("customer collection_method status"),
            searchable=_words("created currency customer number status total"),
        ),
        Resource(
            kind="checkout.session",
            path="/v1/checkout/sessions",
            prefix="cs_test_",
            noun="checkout.session",
            template=CHECKOUT_SESSION,
            param="session",
            filters=_words("customer payment_intent payment_link status subscription"),
        ),
        Resource(
            kind="webhook_endpoint",
            path="/v1/webhook_endpoints",
            prefix="we_",
            noun="webhook endpoint",
            template=WEBHOOK_ENDPOINT,
            param="webhook_endpoint",
            stored=_words("api_version description enabled_events url"),
            deletable=True,
        ),
    )
}


CURRENCIES: Final = _words(
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
