"""Of the money that an account holds and moves: payouts, top-ups, transfers, disputes, accounts, sources."""

from collections.abc import Mapping

from brownout_simulators.vendors.stripe.parameters.kinds import Parameters, parameters

MONEY: Mapping[str, Parameters] = {
    "GET /v1/balance_transactions": parameters(
        ranges="created",
        texts="currency ending_before payout source starting_after type",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payouts": parameters(
        integers="amount",
        texts="currency description destination method payout_method source_type statement_descriptor",
        arrays="expand",
        hashes="metadata",
    ),
    "POST /v1/payouts/{id}": parameters(
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/payouts": parameters(
        ranges="arrival_date created",
        texts="destination ending_before starting_after status",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payouts/{id}/reverse": parameters(
        arrays="expand",
        hashes="metadata",
    ),
    "POST /v1/topups": parameters(
        integers="amount",
        texts="currency description payment_method source statement_descriptor transfer_group",
        arrays="expand",
        hashes="metadata payment_method_options",
    ),
    "POST /v1/topups/{id}": parameters(
        texts="description",
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/topups": parameters(
        integers="amount limit",
        ranges="created",
        texts="ending_before starting_after status",
        arrays="expand",
    ),
    "POST /v1/transfers": parameters(
        integers="amount",
        texts="currency description destination source_transaction source_type transfer_group",
        arrays="expand",
        hashes="metadata",
    ),
    "POST /v1/transfers/{id}": parameters(
        texts="description",
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/transfers": parameters(
        ranges="created",
        texts="destination ending_before starting_after transfer_group",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/transfers/{id}/reversals": parameters(
        integers="amount",
        texts="description",
        arrays="expand",
        hashes="metadata",
        booleans="refund_application_fee",
    ),
    "POST /v1/transfers/{id}/reversals/{item}": parameters(
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/transfers/{id}/reversals": parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/disputes/{id}": parameters(
        hashes="evidence metadata",
        arrays="expand",
        texts="intended_submission_method",
        booleans="submit",
    ),
    "GET /v1/disputes": parameters(
        texts="charge ending_before payment_intent starting_after",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/accounts": parameters(
        texts="account_token business_type country default_currency email external_account type",
        hashes=(
            "business_profile capabilities company controller documents groups individual metadata settings "
            "tos_acceptance"
        ),
        arrays="expand",
    ),
    "POST /v1/accounts/{id}": parameters(
        texts="account_token business_type default_currency email external_account",
        hashes=("business_profile capabilities company documents groups individual metadata settings tos_acceptance"),
        arrays="expand",
    ),
    "GET /v1/accounts": parameters(
        ranges="created",
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/accounts/{id}/reject": parameters(
        arrays="expand",
        texts="payouts_action reason",
    ),
    "POST /v1/tokens": parameters(
        hashes="account bank_account cvc_update person pii",
        texts="customer",
        ranges="card",
        arrays="expand",
    ),
    "POST /v1/ephemeral_keys": parameters(
        texts="customer issuing_card nonce verification_session",
        arrays="expand",
    ),
    "POST /v1/customers/{id}/sources": parameters(
        arrays="expand",
        hashes="metadata",
        texts="source",
        booleans="validate",
    ),
    "POST /v1/customers/{id}/sources/{item}": parameters(
        texts=(
            "account_holder_name account_holder_type address_city address_country address_line1 "
            "address_line2 address_state address_zip exp_month exp_year name"
        ),
        arrays="expand",
        hashes="metadata owner",
    ),
    "GET /v1/customers/{id}/sources": parameters(
        texts="ending_before object starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/customers/{id}/tax_ids": parameters(
        arrays="expand",
        texts="type value",
    ),
    "GET /v1/customers/{id}/tax_ids": parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/customers/{id}/balance_transactions": parameters(
        integers="amount",
        texts="currency description",
        arrays="expand",
        hashes="metadata",
    ),
    "POST /v1/customers/{id}/balance_transactions/{item}": parameters(
        texts="description",
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/customers/{id}/balance_transactions": parameters(
        ranges="created",
        texts="ending_before invoice starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/customers/{id}/cash_balance": parameters(
        arrays="expand",
        hashes="settings",
    ),
    "GET /v1/customers/{id}/cash_balance_transactions": parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/test_helpers/customers/{id}/fund_cash_balance": parameters(
        integers="amount",
        texts="currency reference",
        arrays="expand",
    ),
}
