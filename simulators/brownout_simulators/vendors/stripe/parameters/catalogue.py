"""Of what prices and invoices are made with: coupons, taxes, credit notes, clocks, links."""

from collections.abc import Mapping

from brownout_simulators.vendors.stripe.parameters.kinds import Parameters, parameters

CATALOGUE: Mapping[str, Parameters] = {
    "POST /v1/coupons": parameters(
        integers="amount_off duration_in_months max_redemptions redeem_by",
        hashes="applies_to currency_options metadata",
        texts="currency duration id name percent_off",
        arrays="expand",
    ),
    "POST /v1/coupons/{id}": parameters(
        hashes="currency_options metadata",
        arrays="expand",
        texts="name",
    ),
    "GET /v1/coupons": parameters(
        ranges="created",
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/promotion_codes": parameters(
        booleans="active",
        texts="code coupon customer customer_account",
        arrays="expand",
        integers="expires_at max_redemptions",
        hashes="metadata promotion restrictions",
    ),
    "POST /v1/promotion_codes/{id}": parameters(
        booleans="active",
        arrays="expand",
        hashes="metadata restrictions",
    ),
    "GET /v1/promotion_codes": parameters(
        booleans="active",
        texts="code coupon customer customer_account ending_before starting_after",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/tax_rates": parameters(
        booleans="active inclusive",
        texts="country description display_name jurisdiction percentage state tax_type",
        arrays="expand",
        hashes="metadata",
    ),
    "POST /v1/tax_rates/{id}": parameters(
        booleans="active",
        texts="country description display_name jurisdiction state tax_type",
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/tax_rates": parameters(
        booleans="active inclusive",
        ranges="created",
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/plans": parameters(
        booleans="active",
        integers="amount interval_count trial_period_days",
        texts="amount_decimal billing_scheme currency id interval meter nickname tiers_mode usage_type",
        ranges="product",
        arrays="expand tiers",
        hashes="metadata transform_usage",
    ),
    "POST /v1/plans/{id}": parameters(
        booleans="active",
        arrays="expand",
        hashes="metadata",
        texts="nickname product",
        integers="trial_period_days",
    ),
    "GET /v1/plans": parameters(
        booleans="active",
        ranges="created",
        texts="ending_before product starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/invoiceitems/{id}": parameters(
        integers="amount quantity",
        texts="description invoicing_rules quantity_decimal tax_behavior tax_code unit_amount_decimal",
        booleans="discountable",
        arrays="discounts expand tax_rates",
        hashes="metadata period price_data pricing",
    ),
    "GET /v1/invoiceitems": parameters(
        ranges="created",
        texts="customer customer_account ending_before invoice starting_after",
        arrays="expand",
        integers="limit",
        booleans="pending",
    ),
    "POST /v1/credit_notes": parameters(
        integers="amount credit_amount effective_at out_of_band_amount refund_amount",
        texts="email_type invoice memo reason",
        arrays="expand lines refunds",
        hashes="metadata shipping_cost",
    ),
    "POST /v1/credit_notes/{id}": parameters(
        arrays="expand",
        texts="memo",
        hashes="metadata",
    ),
    "GET /v1/credit_notes": parameters(
        ranges="created",
        texts="customer customer_account ending_before invoice starting_after",
        arrays="expand",
        integers="limit",
    ),
    "GET /v1/credit_notes/preview": parameters(
        integers="amount credit_amount effective_at out_of_band_amount refund_amount",
        texts="email_type invoice memo reason",
        arrays="expand lines refunds",
        hashes="metadata shipping_cost",
    ),
    "POST /v1/payment_links": parameters(
        hashes=(
            "after_completion automatic_tax consent_collection custom_text invoice_creation managed_payments "
            "metadata name_collection payment_intent_data payment_method_options phone_number_collection "
            "restrictions shipping_address_collection subscription_data tax_id_collection transfer_data"
        ),
        booleans="allow_promotion_codes",
        integers="application_fee_amount",
        texts=(
            "application_fee_percent billing_address_collection currency customer_creation inactive_message "
            "on_behalf_of payment_method_collection submit_type"
        ),
        arrays="custom_fields expand line_items optional_items payment_method_types shipping_options",
    ),
    "POST /v1/payment_links/{id}": parameters(
        booleans="active allow_promotion_codes",
        hashes=(
            "after_completion automatic_tax consent_collection custom_text invoice_creation metadata "
            "name_collection payment_intent_data payment_method_options phone_number_collection restrictions "
            "shipping_address_collection subscription_data tax_id_collection transfer_data"
        ),
        integers="application_fee_amount",
        texts=(
            "application_fee_percent billing_address_collection customer_creation inactive_message "
            "on_behalf_of payment_method_collection submit_type"
        ),
        arrays="custom_fields expand line_items optional_items payment_method_types shipping_options",
    ),
    "GET /v1/payment_links": parameters(
        booleans="active",
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/test_helpers/test_clocks": parameters(
        texts="customer name",
        arrays="expand",
        integers="frozen_time",
    ),
    "POST /v1/test_helpers/test_clocks/{id}/advance": parameters(
        arrays="expand",
        integers="frozen_time",
    ),
    "GET /v1/test_helpers/test_clocks": parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/billing_portal/configurations": parameters(
        hashes="business_profile features login_page metadata",
        texts="default_return_url name",
        arrays="expand",
    ),
    "POST /v1/billing_portal/configurations/{id}": parameters(
        booleans="active",
        hashes="business_profile features login_page metadata",
        texts="default_return_url name",
        arrays="expand",
    ),
    "GET /v1/billing_portal/configurations": parameters(
        booleans="active is_default",
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/billing_portal/sessions": parameters(
        hashes="after_expiration flow_data",
        texts="configuration customer customer_account locale on_behalf_of return_url",
        arrays="expand",
    ),
}
