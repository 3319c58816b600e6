"""Of what changes in the course of time: items of subscriptions, schedules, quotes."""

from collections.abc import Mapping

from brownout_simulators.vendors.stripe.parameters.kinds import Parameters, parameters

PLANNED: Mapping[str, Parameters] = {
    "POST /v1/quotes": parameters(
        integers="application_fee_amount expires_at",
        texts=(
            "application_fee_percent collection_method customer customer_account description footer header "
            "on_behalf_of test_clock"
        ),
        hashes="automatic_tax from_quote invoice_settings metadata subscription_data transfer_data",
        arrays="default_tax_rates discounts expand line_items",
    ),
    "POST /v1/quotes/{id}": parameters(
        integers="application_fee_amount expires_at",
        texts=(
            "application_fee_percent collection_method customer customer_account description footer header on_behalf_of"
        ),
        hashes="automatic_tax invoice_settings metadata subscription_data transfer_data",
        arrays="default_tax_rates discounts expand line_items",
    ),
    "GET /v1/quotes": parameters(
        texts="customer customer_account ending_before starting_after status test_clock",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/quotes/{id}/finalize": parameters(
        arrays="expand",
        integers="expires_at",
    ),
    "POST /v1/subscription_schedules": parameters(
        hashes="billing_mode default_settings metadata",
        texts="customer customer_account end_behavior from_subscription start_date",
        arrays="expand pause_schedules phases",
    ),
    "POST /v1/subscription_schedules/{id}": parameters(
        hashes="default_settings metadata",
        texts="end_behavior proration_behavior",
        arrays="expand pause_schedules phases",
    ),
    "GET /v1/subscription_schedules": parameters(
        ranges="canceled_at completed_at created released_at",
        texts="customer customer_account ending_before starting_after",
        arrays="expand",
        integers="limit",
        booleans="scheduled",
    ),
    "POST /v1/subscription_schedules/{id}/cancel": parameters(
        arrays="expand",
        booleans="invoice_now prorate",
    ),
    "POST /v1/subscription_schedules/{id}/release": parameters(
        arrays="expand",
        booleans="preserve_cancel_date",
    ),
    "POST /v1/subscription_items": parameters(
        hashes="billing_thresholds current_trial metadata price_data",
        arrays="discounts expand tax_rates",
        texts="payment_behavior plan price proration_behavior subscription",
        integers="proration_date quantity",
    ),
    "POST /v1/subscription_items/{id}": parameters(
        hashes="billing_thresholds current_trial metadata price_data",
        arrays="discounts expand tax_rates",
        booleans="off_session",
        texts="payment_behavior plan price proration_behavior",
        integers="proration_date quantity",
    ),
    "DELETE /v1/subscription_items/{id}": parameters(
        booleans="clear_usage",
        texts="payment_behavior proration_behavior",
        integers="proration_date",
    ),
}
