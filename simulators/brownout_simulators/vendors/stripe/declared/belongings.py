"""What belongs to a customer: sources, tax ids, the balance of what is owed, and of cash; tokens and keys."""

from typing import Final

from brownout_simulators.vendors.stripe.resource import Resource, words
from brownout_simulators.vendors.stripe.templates import template

CARD: Final = template(
    "card",
    "address_city address_country address_line1 address_line1_check address_line2 address_state address_zip "
    "address_zip_check customer dynamic_last4 name tokenization_method",
    "created livemode",
    brand="Visa",
    country="US",
    cvc_check="pass",
    exp_month=12,
    exp_year=2034,
    fingerprint="",
    funding="credit",
    last4="4242",
    regulated_status="unregulated",
)


TOKEN: Final = template("token", "client_ip card", "metadata", type="card", used=False)


TAX_ID: Final = template(
    "tax_id",
    "customer_account",
    "metadata",
    country="",
    customer="",
    owner=None,
    type="",
    value="",
    verification={"status": "pending", "verified_address": None, "verified_name": None},
)


BALANCE_ENTRY: Final = template(
    "customer_balance_transaction",
    "checkout_session credit_note customer_account description invoice",
    amount=0,
    currency="",
    customer="",
    ending_balance=0,
    type="adjustment",
)


CASH_ENTRY: Final = template(
    "customer_cash_balance_transaction",
    "customer_account",
    "metadata",
    currency="",
    customer="",
    ending_balance=0,
    funded=None,
    net_amount=0,
    type="funded",
)


EPHEMERAL_KEY: Final = template("ephemeral_key", "", "metadata", expires=0)


RESOURCES: Final = (
    Resource(
        kind="card",
        path="/v1/customers/{id}/sources",
        prefix="card_",
        noun="source",
        template=CARD,
        stored=words(
            "address_city address_country address_line1 address_line2 address_state address_zip exp_month exp_year name"
        ),
        event="customer.source",
    ),
    Resource(kind="token", path="/v1/tokens", prefix="tok_", noun="token", template=TOKEN, does=words("retrieve")),
    Resource(
        kind="tax_id",
        path="/v1/customers/{id}/tax_ids",
        prefix="txi_",
        noun="tax_id",
        template=TAX_ID,
        required=("type", "value"),
        stored=words("type value"),
        event="customer.tax_id",
    ),
    Resource(
        kind="customer_balance_transaction",
        path="/v1/customers/{id}/balance_transactions",
        prefix="cbtxn_",
        noun="customer_balance_transaction",
        template=BALANCE_ENTRY,
        required=("amount", "currency"),
        stored=words("description"),
    ),
    Resource(
        kind="customer_cash_balance_transaction",
        path="/v1/customers/{id}/cash_balance_transactions",
        prefix="ccsbtxn_",
        noun="customer_cash_balance_transaction",
        template=CASH_ENTRY,
    ),
    Resource(
        kind="ephemeral_key",
        path="/v1/ephemeral_keys",
        prefix="ephkey_",
        noun="ephemeral key",
        template=EPHEMERAL_KEY,
        does=words("create delete"),
    ),
)
