"""Every parameter that an endpoint takes, and what its text must be: the tables behind `parameter_unknown`,
`parameter_invalid_integer` and the rest.

The names are those of API version 2026-10-28.endive; the tests compare them with the official SDK's own types. A
parameter that is taken but has no effect here is listed too: the real API would not refuse it.
"""

from collections.abc import Mapping
from enum import Enum


class Kind(Enum):
    """What a parameter's text stands for."""

    TEXT = 0
    INTEGER = 1
    BOOLEAN = 2
    HASH = 3
    ARRAY = 4
    RANGE = 5  # an instant, or a hash of gt, gte, lt, lte


Parameters = Mapping[str, Kind]


def _parameters(
    *, text: str = "", integer: str = "", boolean: str = "", hash: str = "", array: str = "", range: str = ""
) -> Parameters:
    """Names separated by spaces, under Stripe's own words for its types."""
    groups = (text, integer, boolean, hash, array, range)
    return {name: kind for kind, group in zip(Kind, groups, strict=True) for name in group.split()}


RETRIEVE: Parameters = _parameters(text="client_secret", array="expand")
SEARCH: Parameters = _parameters(text="page query", integer="limit", array="expand")

PARAMETERS: Mapping[str, Parameters] = {
    "POST /v1/payment_intents": _parameters(
        array="payment_method_types allowed_payment_method_types excluded_payment_method_types expand",
        integer="amount application_fee_amount",
        hash=(
            "amount_details automatic_payment_methods hooks mandate_data metadata payment_details "
            "payment_method_data payment_method_options radar_options shipping transfer_data"
        ),
        text=(
            "capture_method confirmation_method confirmation_token currency customer customer_account "
            "description mandate on_behalf_of payment_method payment_method_configuration receipt_email "
            "return_url setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group"
        ),
        boolean="confirm error_on_requires_action off_session use_stripe_sdk",
    ),
    "POST /v1/payment_intents/{id}": _parameters(
        array="payment_method_types allowed_payment_method_types excluded_payment_method_types expand",
        integer="amount application_fee_amount",
        hash=(
            "amount_details hooks metadata payment_details payment_method_data payment_method_options shipping "
            "transfer_data"
        ),
        text=(
            "capture_method currency customer customer_account description payment_method "
            "payment_method_configuration receipt_email setup_future_usage statement_descriptor "
            "statement_descriptor_suffix transfer_group"
        ),
    ),
    "GET /v1/payment_intents": _parameters(
        range="created",
        text="customer customer_account ending_before starting_after",
        array="expand",
        integer="limit",
    ),
    "POST /v1/payment_intents/{id}/confirm": _parameters(
        array="payment_method_types allowed_payment_method_types excluded_payment_method_types expand",
        hash=(
            "amount_details hooks mandate_data payment_details payment_method_data payment_method_options "
            "radar_options shipping"
        ),
        integer="amount_to_confirm",
        text="capture_method confirmation_token mandate payment_method receipt_email return_url setup_future_usage",
        boolean="error_on_requires_action off_session use_stripe_sdk",
    ),
    "POST /v1/payment_intents/{id}/capture": _parameters(
        hash="amount_details hooks metadata payment_details transfer_data",
        integer="amount_to_capture application_fee_amount",
        array="expand",
        boolean="final_capture",
        text="statement_descriptor statement_descriptor_suffix",
    ),
    "POST /v1/payment_intents/{id}/cancel": _parameters(
        text="cancellation_reason",
        array="expand",
    ),
    "POST /v1/payment_intents/{id}/increment_authorization": _parameters(
        integer="amount application_fee_amount",
        hash="amount_details hooks metadata payment_details transfer_data",
        text="description statement_descriptor",
        array="expand",
    ),
    "POST /v1/customers": _parameters(
        hash="address cash_balance invoice_settings metadata shipping tax",
        integer="balance next_invoice_sequence",
        text=(
            "business_name description email individual_name invoice_prefix name payment_method phone source "
            "tax_exempt test_clock"
        ),
        array="expand preferred_locales tax_id_data",
        boolean="validate",
    ),
    "POST /v1/customers/{id}": _parameters(
        hash="address cash_balance invoice_settings metadata shipping tax",
        integer="balance next_invoice_sequence",
        text=(
            "business_name default_source description email individual_name invoice_prefix name phone source tax_exempt"
        ),
        array="expand preferred_locales",
        boolean="validate",
    ),
    "GET /v1/customers": _parameters(
        range="created",
        text="email ending_before starting_after test_clock",
        array="expand",
        integer="limit",
    ),
    "POST /v1/charges": _parameters(
        integer="amount application_fee application_fee_amount",
        boolean="capture",
        text=(
            "currency customer description on_behalf_of receipt_email source statement_descriptor "
            "statement_descriptor_suffix transfer_group"
        ),
        hash="destination metadata radar_options shipping transfer_data",
        array="expand",
    ),
    "POST /v1/charges/{id}": _parameters(
        text="customer description receipt_email transfer_group",
        array="expand",
        hash="fraud_details metadata shipping",
    ),
    "GET /v1/charges": _parameters(
        range="created",
        text="customer ending_before payment_intent starting_after transfer_group",
        array="expand",
        integer="limit",
    ),
    "POST /v1/charges/{id}/capture": _parameters(
        integer="amount application_fee application_fee_amount",
        array="expand",
        text="receipt_email statement_descriptor statement_descriptor_suffix transfer_group",
        hash="transfer_data",
    ),
    "POST /v1/refunds": _parameters(
        integer="amount",
        text="charge currency customer instructions_email origin payment_intent reason",
        array="expand",
        hash="metadata",
        boolean="refund_application_fee reverse_transfer",
    ),
    "POST /v1/refunds/{id}": _parameters(
        array="expand",
        hash="metadata",
    ),
    "GET /v1/refunds": _parameters(
        text="charge ending_before payment_intent starting_after",
        range="created",
        array="expand",
        integer="limit",
    ),
    "POST /v1/refunds/{id}/cancel": _parameters(
        array="expand",
    ),
    "POST /v1/products": _parameters(
        boolean="active shippable",
        hash="default_price_data metadata package_dimensions tax_details",
        text="description id name statement_descriptor tax_code type unit_label url",
        array="expand images marketing_features",
    ),
    "POST /v1/products/{id}": _parameters(
        boolean="active shippable",
        text="default_price description name statement_descriptor tax_code unit_label url",
        array="expand images marketing_features",
        hash="metadata package_dimensions tax_details",
    ),
    "GET /v1/products": _parameters(
        boolean="active shippable",
        range="created",
        text="ending_before starting_after type url",
        array="expand ids",
        integer="limit",
    ),
    "POST /v1/prices": _parameters(
        boolean="active transfer_lookup_key",
        text="billing_scheme currency lookup_key nickname product tax_behavior tiers_mode unit_amount_decimal",
        hash="currency_options custom_unit_amount metadata product_data recurring transform_quantity",
        array="expand tiers",
        integer="unit_amount",
    ),
    "POST /v1/prices/{id}": _parameters(
        boolean="active transfer_lookup_key",
        hash="currency_options metadata",
        array="expand",
        text="lookup_key nickname tax_behavior",
    ),
    "GET /v1/prices": _parameters(
        boolean="active",
        range="created",
        text="currency ending_before product starting_after type",
        array="expand lookup_keys",
        integer="limit",
        hash="recurring",
    ),
    "POST /v1/subscriptions": _parameters(
        array="add_invoice_items billing_schedules default_tax_rates discounts expand items",
        text=(
            "application_fee_percent cancel_at collection_method currency customer customer_account "
            "default_payment_method default_source description on_behalf_of payment_behavior proration_behavior "
            "trial_end"
        ),
        hash=(
            "automatic_tax billing_cycle_anchor_config billing_mode billing_thresholds invoice_settings "
            "metadata payment_settings pending_invoice_item_interval transfer_data trial_settings"
        ),
        integer="backdate_start_date billing_cycle_anchor days_until_due trial_period_days",
        boolean="cancel_at_period_end off_session trial_from_plan",
    ),
    "POST /v1/subscriptions/{id}": _parameters(
        array="add_invoice_items billing_schedules default_tax_rates discounts expand items",
        text=(
            "application_fee_percent cancel_at collection_method default_payment_method default_source "
            "description on_behalf_of payment_behavior proration_behavior trial_end"
        ),
        hash=(
            "automatic_tax billing_cycle_anchor billing_thresholds cancellation_details invoice_settings "
            "metadata pause_collection payment_settings pending_invoice_item_interval transfer_data "
            "trial_settings"
        ),
        boolean="cancel_at_period_end off_session trial_from_plan",
        integer="days_until_due proration_date",
    ),
    "GET /v1/subscriptions": _parameters(
        hash="automatic_tax current_period_end current_period_start",
        text="collection_method customer customer_account ending_before plan price starting_after status test_clock",
        range="created",
        array="expand",
        integer="limit",
    ),
    "DELETE /v1/subscriptions/{id}": _parameters(
        hash="cancellation_details",
        array="expand",
        boolean="invoice_now prorate",
    ),
    "POST /v1/subscriptions/{id}/resume": _parameters(
        hash="billing_cycle_anchor",
        array="expand",
        text="payment_behavior proration_behavior",
        integer="proration_date",
    ),
    "POST /v1/subscriptions/{id}/pause": _parameters(
        hash="bill_for",
        array="expand",
        text="invoicing_behavior type",
    ),
    "POST /v1/subscriptions/{id}/migrate": _parameters(
        hash="billing_mode",
        array="expand",
    ),
    "GET /v1/subscription_items": _parameters(
        text="ending_before starting_after subscription",
        array="expand",
        integer="limit",
    ),
    "POST /v1/invoices": _parameters(
        array="account_tax_ids custom_fields default_tax_rates discounts expand",
        integer="application_fee_amount automatically_finalizes_at days_until_due due_date effective_at",
        boolean="auto_advance",
        hash=(
            "automatic_tax from_invoice issuer metadata payment_settings rendering shipping_cost "
            "shipping_details transfer_data"
        ),
        text=(
            "collection_method currency customer customer_account default_payment_method default_source "
            "description footer number on_behalf_of pending_invoice_items_behavior statement_descriptor "
            "subscription"
        ),
    ),
    "POST /v1/invoices/{id}": _parameters(
        array="account_tax_ids custom_fields default_tax_rates discounts expand",
        integer="application_fee_amount automatically_finalizes_at days_until_due due_date effective_at",
        boolean="auto_advance",
        hash="automatic_tax issuer metadata payment_settings rendering shipping_cost shipping_details transfer_data",
        text=(
            "collection_method default_payment_method default_source description footer number on_behalf_of "
            "statement_descriptor"
        ),
    ),
    "GET /v1/invoices": _parameters(
        text="collection_method customer customer_account ending_before starting_after status subscription",
        range="created",
        hash="due_date",
        array="expand",
        integer="limit",
    ),
    "POST /v1/invoices/{id}/finalize": _parameters(
        boolean="auto_advance",
        array="expand",
    ),
    "POST /v1/invoices/{id}/pay": _parameters(
        array="expand",
        boolean="forgive off_session paid_out_of_band",
        text="mandate payment_method source",
    ),
    "POST /v1/invoices/{id}/void": _parameters(
        array="expand",
    ),
    "POST /v1/invoices/{id}/send": _parameters(
        array="expand",
    ),
    "POST /v1/invoices/{id}/mark_uncollectible": _parameters(
        array="expand",
    ),
    "POST /v1/invoices/create_preview": _parameters(
        hash="automatic_tax customer_details issuer schedule_details subscription_details",
        text="currency customer customer_account on_behalf_of preview_mode schedule subscription",
        array="discounts expand invoice_items",
    ),
    "GET /v1/invoice_payments": _parameters(
        range="created",
        text="ending_before invoice starting_after status",
        array="expand",
        integer="limit",
        hash="payment",
    ),
    "POST /v1/checkout/sessions": _parameters(
        hash=(
            "adaptive_pricing after_expiration automatic_tax branding_settings consent_collection custom_text "
            "customer_update invoice_creation managed_payments metadata name_collection payment_intent_data "
            "payment_method_data payment_method_options permissions phone_number_collection "
            "saved_payment_method_options setup_intent_data shipping_address_collection subscription_data "
            "tax_id_collection wallet_options"
        ),
        boolean="allow_promotion_codes",
        array=(
            "payment_method_types allowed_payment_method_types custom_fields discounts excluded_payment_method_types expand "
            "line_items optional_items shipping_options"
        ),
        text=(
            "billing_address_collection cancel_url client_reference_id currency customer customer_account "
            "customer_creation customer_email integration_identifier locale mode origin_context "
            "payment_method_collection payment_method_configuration redirect_on_completion return_url "
            "submit_type success_url ui_mode"
        ),
        integer="expires_at",
    ),
    "POST /v1/checkout/sessions/{id}": _parameters(
        hash="collected_information metadata payment_intent_data",
        array="expand line_items shipping_options",
    ),
    "GET /v1/checkout/sessions": _parameters(
        range="created",
        text="customer customer_account ending_before payment_intent payment_link starting_after status subscription",
        hash="customer_details",
        array="expand",
        integer="limit",
    ),
    "POST /v1/checkout/sessions/{id}/expire": _parameters(
        array="expand",
    ),
    "GET /v1/checkout/sessions/{id}/line_items": _parameters(
        text="ending_before starting_after",
        array="expand",
        integer="limit",
    ),
    "GET /v1/events": _parameters(
        range="created",
        boolean="delivery_success",
        text="ending_before starting_after type",
        array="expand types",
        integer="limit",
    ),
    "POST /v1/webhook_endpoints": _parameters(
        text="api_version description url",
        boolean="connect",
        array="enabled_events expand",
        hash="metadata",
    ),
    "POST /v1/webhook_endpoints/{id}": _parameters(
        text="description url",
        boolean="disabled",
        array="enabled_events expand",
        hash="metadata",
    ),
    "GET /v1/webhook_endpoints": _parameters(
        text="ending_before starting_after",
        array="expand",
        integer="limit",
    ),
    "POST /v1/payment_methods": _parameters(
        hash=(
            "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact "
            "billie billing_details bizum blik boleto card cashapp crypto custom customer_balance eps fpx "
            "giropay grabpay ideal interac_present kakao_pay klarna konbini kr_card link mb_way metadata "
            "mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay "
            "payto pix promptpay radar_options revolut_pay samsung_pay satispay scalapay sepa_debit sequra "
            "sofort sunbit swish twint upi us_bank_account wechat_pay zip"
        ),
        text="allow_redisplay customer payment_method type",
        array="expand",
    ),
    "POST /v1/payment_methods/{id}": _parameters(
        text="allow_redisplay",
        hash="billing_details card metadata us_bank_account",
        array="expand",
    ),
    "GET /v1/payment_methods": _parameters(
        text="allow_redisplay customer customer_account ending_before starting_after type",
        array="expand",
        integer="limit",
    ),
    "POST /v1/payment_methods/{id}/attach": _parameters(
        text="customer customer_account",
        array="expand",
    ),
    "POST /v1/payment_methods/{id}/detach": _parameters(
        array="expand",
    ),
    "POST /v1/setup_intents": _parameters(
        array="payment_method_types allowed_payment_method_types excluded_payment_method_types expand flow_directions",
        boolean="attach_to_self confirm use_stripe_sdk",
        hash="automatic_payment_methods mandate_data metadata payment_method_data payment_method_options single_use",
        text=(
            "confirmation_token customer customer_account description on_behalf_of payment_method "
            "payment_method_configuration return_url usage"
        ),
    ),
    "POST /v1/setup_intents/{id}": _parameters(
        array="allowed_payment_method_types excluded_payment_method_types expand flow_directions",
        boolean="attach_to_self",
        text="customer customer_account description payment_method payment_method_configuration",
        hash="metadata payment_method_data payment_method_options",
    ),
    "GET /v1/setup_intents": _parameters(
        boolean="attach_to_self",
        range="created",
        text="customer customer_account ending_before payment_method starting_after",
        array="expand",
        integer="limit",
    ),
    "POST /v1/setup_intents/{id}/confirm": _parameters(
        array="allowed_payment_method_types expand",
        text="confirmation_token payment_method return_url",
        hash="mandate_data payment_method_data payment_method_options",
        boolean="use_stripe_sdk",
    ),
    "POST /v1/setup_intents/{id}/cancel": _parameters(
        text="cancellation_reason",
        array="expand",
    ),
    "GET /v1/customers/{id}/payment_methods": _parameters(
        text="allow_redisplay ending_before starting_after type",
        array="expand",
        integer="limit",
    ),
    "DELETE /v1/customers/{id}": _parameters(),
}
