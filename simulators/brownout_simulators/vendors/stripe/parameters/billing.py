"""Of the catalogue, subscriptions and invoices."""

from collections.abc import Mapping

from brownout_simulators.vendors.stripe.parameters.kinds import Parameters, parameters

BILLING: Mapping[str, Parameters] = {
    "POST /v1/products": parameters(
        booleans="active shippable",
        hashes="default_price_data metadata package_dimensions tax_details",
        texts="description id name statement_descriptor tax_code type unit_label url",
        arrays="expand images marketing_features",
    ),
    "POST /v1/products/{id}": parameters(
        booleans="active shippable",
        texts="default_price description name statement_descriptor tax_code unit_label url",
        arrays="expand images marketing_features",
        hashes="metadata package_dimensions tax_details",
    ),
    "GET /v1/products": parameters(
        booleans="active shippable",
        ranges="created",
        texts="ending_before starting_after type url",
        arrays="expand ids",
        integers="limit",
    ),
    "POST /v1/prices": parameters(
        booleans="active transfer_lookup_key",
        texts="billing_scheme currency lookup_key nickname product tax_behavior tiers_mode unit_amount_decimal",
        hashes="currency_options custom_unit_amount metadata product_data recurring transform_quantity",
        arrays="expand tiers",
        integers="unit_amount",
    ),
    "POST /v1/prices/{id}": parameters(
        booleans="active transfer_lookup_key",
        hashes="currency_options metadata",
        arrays="expand",
        texts="lookup_key nickname tax_behavior",
    ),
    "GET /v1/prices": parameters(
        booleans="active",
        ranges="created",
        texts="currency ending_before product starting_after type",
        arrays="expand lookup_keys",
        integers="limit",
        hashes="recurring",
    ),
    "POST /v1/subscriptions": parameters(
        arrays="add_invoice_items billing_schedules default_tax_rates discounts expand items",
        texts=(
            "application_fee_percent cancel_at collection_method currency customer customer_account "
            "default_payment_method default_source description on_behalf_of payment_behavior proration_behavior "
            "trial_end"
        ),
        hashes=(
            "automatic_tax billing_cycle_anchor_config billing_mode billing_thresholds invoice_settings "
            "metadata payment_settings pending_invoice_item_interval transfer_data trial_settings"
        ),
        integers="backdate_start_date billing_cycle_anchor days_until_due trial_period_days",
        booleans="cancel_at_period_end off_session trial_from_plan",
    ),
    "POST /v1/subscriptions/{id}": parameters(
        arrays="add_invoice_items billing_schedules default_tax_rates discounts expand items",
        texts=(
            "application_fee_percent cancel_at collection_method default_payment_method default_source "
            "description on_behalf_of payment_behavior proration_behavior trial_end"
        ),
        hashes=(
            "automatic_tax billing_cycle_anchor billing_thresholds cancellation_details invoice_settings "
            "metadata pause_collection payment_settings pending_invoice_item_interval transfer_data "
            "trial_settings"
        ),
        booleans="cancel_at_period_end off_session trial_from_plan",
        integers="days_until_due proration_date",
    ),
    "GET /v1/subscriptions": parameters(
        hashes="automatic_tax current_period_end current_period_start",
        texts="collection_method customer customer_account ending_before plan price starting_after status test_clock",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "DELETE /v1/subscriptions/{id}": parameters(
        hashes="cancellation_details",
        arrays="expand",
        booleans="invoice_now prorate",
    ),
    "POST /v1/subscriptions/{id}/resume": parameters(
        hashes="billing_cycle_anchor",
        arrays="expand",
        texts="payment_behavior proration_behavior",
        integers="proration_date",
    ),
    "POST /v1/subscriptions/{id}/pause": parameters(
        hashes="bill_for",
        arrays="expand",
        texts="invoicing_behavior type",
    ),
    "POST /v1/subscriptions/{id}/migrate": parameters(
        hashes="billing_mode",
        arrays="expand",
    ),
    "GET /v1/subscription_items": parameters(
        texts="ending_before starting_after subscription",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/invoices": parameters(
        arrays="account_tax_ids custom_fields default_tax_rates discounts expand",
        integers="application_fee_amount automatically_finalizes_at days_until_due due_date effective_at",
        booleans="auto_advance",
        hashes=(
            "automatic_tax from_invoice issuer metadata payment_settings rendering shipping_cost "
            "shipping_details transfer_data"
        ),
        texts=(
            "collection_method currency customer customer_account default_payment_method default_source "
            "description footer number on_behalf_of pending_invoice_items_behavior statement_descriptor "
            "subscription"
        ),
    ),
    "POST /v1/invoices/{id}": parameters(
        arrays="account_tax_ids custom_fields default_tax_rates discounts expand",
        integers="application_fee_amount automatically_finalizes_at days_until_due due_date effective_at",
        booleans="auto_advance",
        hashes="automatic_tax issuer metadata payment_settings rendering shipping_cost shipping_details transfer_data",
        texts=(
            "collection_method default_payment_method default_source description footer number on_behalf_of "
            "statement_descriptor"
        ),
    ),
    "GET /v1/invoices": parameters(
        texts="collection_method customer customer_account ending_before starting_after status subscription",
        ranges="created",
        hashes="due_date",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/invoices/{id}/finalize": parameters(
        booleans="auto_advance",
        arrays="expand",
    ),
    "POST /v1/invoices/{id}/pay": parameters(
        arrays="expand",
        booleans="forgive off_session paid_out_of_band",
        texts="mandate payment_method source",
    ),
    "POST /v1/invoices/{id}/void": parameters(
        arrays="expand",
    ),
    "POST /v1/invoices/{id}/send": parameters(
        arrays="expand",
    ),
    "POST /v1/invoices/{id}/mark_uncollectible": parameters(
        arrays="expand",
    ),
    "POST /v1/invoiceitems": parameters(
        texts="currency customer customer_account description invoice subscription tax_behavior tax_code",
        integers="amount quantity",
        hashes="metadata period price_data pricing",
        arrays="discounts expand tax_rates",
        booleans="discountable",
    ),
    "POST /v1/invoices/create_preview": parameters(
        hashes="automatic_tax customer_details issuer schedule_details subscription_details",
        texts="currency customer customer_account on_behalf_of preview_mode schedule subscription",
        arrays="discounts expand invoice_items",
    ),
    "GET /v1/invoice_payments": parameters(
        ranges="created",
        texts="ending_before invoice starting_after status",
        arrays="expand",
        integers="limit",
        hashes="payment",
    ),
}
