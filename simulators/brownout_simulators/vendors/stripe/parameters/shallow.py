"""Of what is only kept and told of: meters, reports, identity, issuing."""

from collections.abc import Mapping

from brownout_simulators.vendors.stripe.parameters.kinds import Parameters, parameters

SHALLOW: Mapping[str, Parameters] = {
    "POST /v1/billing/meters": parameters(
        hashes="customer_mapping default_aggregation value_settings",
        texts="display_name event_name event_time_window",
        arrays="expand",
    ),
    "POST /v1/billing/meters/{id}": parameters(
        texts="display_name",
        arrays="expand",
    ),
    "GET /v1/billing/meters": parameters(
        texts="ending_before starting_after status",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/billing/meter_events": parameters(
        texts="event_name identifier",
        arrays="expand",
        hashes="payload",
        integers="timestamp",
    ),
    "GET /v1/billing/meters/{id}/event_summaries": parameters(
        texts="customer ending_before starting_after value_grouping_window",
        integers="end_time limit start_time",
        arrays="expand",
    ),
    "POST /v1/reporting/report_runs": parameters(
        arrays="expand",
        hashes="parameters",
        texts="report_type",
    ),
    "GET /v1/reporting/report_runs": parameters(
        ranges="created",
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/identity/verification_sessions": parameters(
        texts="client_reference_id related_customer related_customer_account return_url type verification_flow",
        arrays="expand",
        hashes="metadata options provided_details related_person",
    ),
    "POST /v1/identity/verification_sessions/{id}": parameters(
        arrays="expand",
        hashes="metadata options provided_details",
        texts="type",
    ),
    "GET /v1/identity/verification_sessions": parameters(
        texts=("client_reference_id ending_before related_customer related_customer_account starting_after status"),
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/issuing/cardholders": parameters(
        hashes="billing company individual metadata spending_controls",
        texts="email name phone_number status type",
        arrays="expand preferred_locales",
    ),
    "POST /v1/issuing/cardholders/{id}": parameters(
        hashes="billing company individual metadata spending_controls",
        texts="email phone_number status",
        arrays="expand preferred_locales",
    ),
    "GET /v1/issuing/cardholders": parameters(
        ranges="created",
        texts="email ending_before phone_number starting_after status type",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/issuing/cards": parameters(
        texts=(
            "cardholder currency financial_account personalization_design replacement_for replacement_reason "
            "second_line status type"
        ),
        integers="exp_month exp_year",
        arrays="expand",
        hashes="lifecycle_controls metadata pin shipping spending_controls",
    ),
    "POST /v1/issuing/cards/{id}": parameters(
        texts="cancellation_reason financial_account personalization_design status",
        arrays="expand",
        hashes="metadata pin shipping spending_controls",
    ),
    "GET /v1/issuing/cards": parameters(
        texts="cardholder ending_before last4 personalization_design starting_after status type",
        ranges="created",
        integers="exp_month exp_year limit",
        arrays="expand",
    ),
    "POST /v1/issuing/authorizations/{id}": parameters(
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/issuing/authorizations": parameters(
        texts="card cardholder ending_before starting_after status",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/issuing/transactions/{id}": parameters(
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/issuing/transactions": parameters(
        texts="card cardholder ending_before starting_after type",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/test_helpers/issuing/transactions/create_force_capture": parameters(
        integers="amount",
        texts="card currency",
        arrays="expand",
        hashes="merchant_data purchase_details",
    ),
    "POST /v1/test_helpers/issuing/authorizations": parameters(
        integers="amount merchant_amount",
        hashes="amount_details fleet fuel merchant_data network_data risk_assessment verification_data",
        texts="authorization_method card currency fraud_disputability_likelihood merchant_currency wallet",
        arrays="expand",
        booleans="is_amount_controllable",
    ),
}
