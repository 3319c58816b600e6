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
    *, texts: str = "", integers: str = "", booleans: str = "", hashes: str = "", arrays: str = "", ranges: str = ""
) -> Parameters:
    """Names separated by spaces."""
    groups = (texts, integers, booleans, hashes, arrays, ranges)
    return {name: kind for kind, group in zip(Kind, groups, strict=True) for name in group.split()}


RETRIEVE: Parameters = _parameters(texts="client_secret", arrays="expand")
SEARCH: Parameters = _parameters(texts="page query", integers="limit", arrays="expand")

PARAMETERS: Mapping[str, Parameters] = {
    "POST /v1/payment_intents": _parameters(
        arrays="payment_method_types allowed_payment_method_types excluded_payment_method_types expand",
        integers="amount application_fee_amount",
        hashes=(
            "amount_details automatic_payment_methods hooks mandate_data metadata payment_details "
            "payment_method_data payment_method_options radar_options shipping transfer_data"
        ),
        texts=(
            "capture_method confirmation_method confirmation_token currency customer customer_account "
            "description mandate on_behalf_of payment_method payment_method_configuration receipt_email "
            "return_url setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group"
        ),
        booleans="confirm error_on_requires_action off_session use_stripe_sdk",
    ),
    "POST /v1/payment_intents/{id}": _parameters(
        arrays="payment_method_types allowed_payment_method_types excluded_payment_method_types expand",
        integers="amount application_fee_amount",
        hashes=(
            "amount_details hooks metadata payment_details payment_method_data payment_method_options shipping "
            "transfer_data"
        ),
        texts=(
            "capture_method currency customer customer_account description payment_method "
            "payment_method_configuration receipt_email setup_future_usage statement_descriptor "
            "statement_descriptor_suffix transfer_group"
        ),
    ),
    "GET /v1/payment_intents": _parameters(
        ranges="created",
        texts="customer customer_account ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payment_intents/{id}/confirm": _parameters(
        arrays="payment_method_types allowed_payment_method_types excluded_payment_method_types expand",
        hashes=(
            "amount_details hooks mandate_data payment_details payment_method_data payment_method_options "
            "radar_options shipping"
        ),
        integers="amount_to_confirm",
        texts="capture_method confirmation_token mandate payment_method receipt_email return_url setup_future_usage",
        booleans="error_on_requires_action off_session use_stripe_sdk",
    ),
    "POST /v1/payment_intents/{id}/capture": _parameters(
        hashes="amount_details hooks metadata payment_details transfer_data",
        integers="amount_to_capture application_fee_amount",
        arrays="expand",
        booleans="final_capture",
        texts="statement_descriptor statement_descriptor_suffix",
    ),
    "POST /v1/payment_intents/{id}/cancel": _parameters(
        texts="cancellation_reason",
        arrays="expand",
    ),
    "POST /v1/payment_intents/{id}/increment_authorization": _parameters(
        integers="amount application_fee_amount",
        hashes="amount_details hooks metadata payment_details transfer_data",
        texts="description statement_descriptor",
        arrays="expand",
    ),
    "POST /v1/customers": _parameters(
        hashes="address cash_balance invoice_settings metadata shipping tax",
        integers="balance next_invoice_sequence",
        texts=(
            "business_name description email individual_name invoice_prefix name payment_method phone source "
            "tax_exempt test_clock"
        ),
        arrays="expand preferred_locales tax_id_data",
        booleans="validate",
    ),
    "POST /v1/customers/{id}": _parameters(
        hashes="address cash_balance invoice_settings metadata shipping tax",
        integers="balance next_invoice_sequence",
        texts=(
            "business_name default_source description email individual_name invoice_prefix name phone source tax_exempt"
        ),
        arrays="expand preferred_locales",
        booleans="validate",
    ),
    "GET /v1/customers": _parameters(
        ranges="created",
        texts="email ending_before starting_after test_clock",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/charges": _parameters(
        integers="amount application_fee application_fee_amount",
        booleans="capture",
        texts=(
            "currency customer description on_behalf_of receipt_email source statement_descriptor "
            "statement_descriptor_suffix transfer_group"
        ),
        hashes="destination metadata radar_options shipping transfer_data",
        arrays="expand",
    ),
    "POST /v1/charges/{id}": _parameters(
        texts="customer description receipt_email transfer_group",
        arrays="expand",
        hashes="fraud_details metadata shipping",
    ),
    "GET /v1/charges": _parameters(
        ranges="created",
        texts="customer ending_before payment_intent starting_after transfer_group",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/charges/{id}/capture": _parameters(
        integers="amount application_fee application_fee_amount",
        arrays="expand",
        texts="receipt_email statement_descriptor statement_descriptor_suffix transfer_group",
        hashes="transfer_data",
    ),
    "POST /v1/refunds": _parameters(
        integers="amount",
        texts="charge currency customer instructions_email origin payment_intent reason",
        arrays="expand",
        hashes="metadata",
        booleans="refund_application_fee reverse_transfer",
    ),
    "POST /v1/refunds/{id}": _parameters(
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/refunds": _parameters(
        texts="charge ending_before payment_intent starting_after",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/refunds/{id}/cancel": _parameters(
        arrays="expand",
    ),
    "POST /v1/products": _parameters(
        booleans="active shippable",
        hashes="default_price_data metadata package_dimensions tax_details",
        texts="description id name statement_descriptor tax_code type unit_label url",
        arrays="expand images marketing_features",
    ),
    "POST /v1/products/{id}": _parameters(
        booleans="active shippable",
        texts="default_price description name statement_descriptor tax_code unit_label url",
        arrays="expand images marketing_features",
        hashes="metadata package_dimensions tax_details",
    ),
    "GET /v1/products": _parameters(
        booleans="active shippable",
        ranges="created",
        texts="ending_before starting_after type url",
        arrays="expand ids",
        integers="limit",
    ),
    "POST /v1/prices": _parameters(
        booleans="active transfer_lookup_key",
        texts="billing_scheme currency lookup_key nickname product tax_behavior tiers_mode unit_amount_decimal",
        hashes="currency_options custom_unit_amount metadata product_data recurring transform_quantity",
        arrays="expand tiers",
        integers="unit_amount",
    ),
    "POST /v1/prices/{id}": _parameters(
        booleans="active transfer_lookup_key",
        hashes="currency_options metadata",
        arrays="expand",
        texts="lookup_key nickname tax_behavior",
    ),
    "GET /v1/prices": _parameters(
        booleans="active",
        ranges="created",
        texts="currency ending_before product starting_after type",
        arrays="expand lookup_keys",
        integers="limit",
        hashes="recurring",
    ),
    "POST /v1/subscriptions": _parameters(
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
    "POST /v1/subscriptions/{id}": _parameters(
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
    "GET /v1/subscriptions": _parameters(
        hashes="automatic_tax current_period_end current_period_start",
        texts="collection_method customer customer_account ending_before plan price starting_after status test_clock",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "DELETE /v1/subscriptions/{id}": _parameters(
        hashes="cancellation_details",
        arrays="expand",
        booleans="invoice_now prorate",
    ),
    "POST /v1/subscriptions/{id}/resume": _parameters(
        hashes="billing_cycle_anchor",
        arrays="expand",
        texts="payment_behavior proration_behavior",
        integers="proration_date",
    ),
    "POST /v1/subscriptions/{id}/pause": _parameters(
        hashes="bill_for",
        arrays="expand",
        texts="invoicing_behavior type",
    ),
    "POST /v1/subscriptions/{id}/migrate": _parameters(
        hashes="billing_mode",
        arrays="expand",
    ),
    "GET /v1/subscription_items": _parameters(
        texts="ending_before starting_after subscription",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/invoices": _parameters(
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
    "POST /v1/invoices/{id}": _parameters(
        arrays="account_tax_ids custom_fields default_tax_rates discounts expand",
        integers="application_fee_amount automatically_finalizes_at days_until_due due_date effective_at",
        booleans="auto_advance",
        hashes="automatic_tax issuer metadata payment_settings rendering shipping_cost shipping_details transfer_data",
        texts=(
            "collection_method default_payment_method default_source description footer number on_behalf_of "
            "statement_descriptor"
        ),
    ),
    "GET /v1/invoices": _parameters(
        texts="collection_method customer customer_account ending_before starting_after status subscription",
        ranges="created",
        hashes="due_date",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/invoices/{id}/finalize": _parameters(
        booleans="auto_advance",
        arrays="expand",
    ),
    "POST /v1/invoices/{id}/pay": _parameters(
        arrays="expand",
        booleans="forgive off_session paid_out_of_band",
        texts="mandate payment_method source",
    ),
    "POST /v1/invoices/{id}/void": _parameters(
        arrays="expand",
    ),
    "POST /v1/invoices/{id}/send": _parameters(
        arrays="expand",
    ),
    "POST /v1/invoices/{id}/mark_uncollectible": _parameters(
        arrays="expand",
    ),
    "POST /v1/invoiceitems": _parameters(
        texts="currency customer customer_account description invoice subscription tax_behavior tax_code",
        integers="amount quantity",
        hashes="metadata period price_data pricing",
        arrays="discounts expand tax_rates",
        booleans="discountable",
    ),
    "POST /v1/invoices/create_preview": _parameters(
        hashes="automatic_tax customer_details issuer schedule_details subscription_details",
        texts="currency customer customer_account on_behalf_of preview_mode schedule subscription",
        arrays="discounts expand invoice_items",
    ),
    "GET /v1/invoice_payments": _parameters(
        ranges="created",
        texts="ending_before invoice starting_after status",
        arrays="expand",
        integers="limit",
        hashes="payment",
    ),
    "POST /v1/checkout/sessions": _parameters(
        hashes=(
            "adaptive_pricing after_expiration automatic_tax branding_settings consent_collection custom_text "
            "customer_update invoice_creation managed_payments metadata name_collection payment_intent_data "
            "payment_method_data payment_method_options permissions phone_number_collection "
            "saved_payment_method_options setup_intent_data shipping_address_collection subscription_data "
            "tax_id_collection wallet_options"
        ),
        booleans="allow_promotion_codes",
        arrays=(
            "payment_method_types allowed_payment_method_types custom_fields discounts "
            "excluded_payment_method_types expand line_items optional_items shipping_options"
        ),
        texts=(
            "billing_address_collection cancel_url client_reference_id currency customer customer_account "
            "customer_creation customer_email integration_identifier locale mode origin_context "
            "payment_method_collection payment_method_configuration redirect_on_completion return_url "
            "submit_type success_url ui_mode"
        ),
        integers="expires_at",
    ),
    "POST /v1/checkout/sessions/{id}": _parameters(
        hashes="collected_information metadata payment_intent_data",
        arrays="expand line_items shipping_options",
    ),
    "GET /v1/checkout/sessions": _parameters(
        ranges="created",
        texts="customer customer_account ending_before payment_intent payment_link starting_after status subscription",
        hashes="customer_details",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/checkout/sessions/{id}/expire": _parameters(
        arrays="expand",
    ),
    "GET /v1/checkout/sessions/{id}/line_items": _parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "GET /v1/events": _parameters(
        ranges="created",
        booleans="delivery_success",
        texts="ending_before starting_after type",
        arrays="expand types",
        integers="limit",
    ),
    "POST /v1/webhook_endpoints": _parameters(
        texts="api_version description url",
        booleans="connect",
        arrays="enabled_events expand",
        hashes="metadata",
    ),
    "POST /v1/webhook_endpoints/{id}": _parameters(
        texts="description url",
        booleans="disabled",
        arrays="enabled_events expand",
        hashes="metadata",
    ),
    "GET /v1/webhook_endpoints": _parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payment_methods": _parameters(
        hashes=(
            "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact "
            "billie billing_details bizum blik boleto card cashapp crypto custom customer_balance eps fpx "
            "giropay grabpay ideal interac_present kakao_pay klarna konbini kr_card link mb_way metadata "
            "mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay "
            "payto pix promptpay radar_options revolut_pay samsung_pay satispay scalapay sepa_debit sequra "
            "sofort sunbit swish twint upi us_bank_account wechat_pay zip"
        ),
        texts="allow_redisplay customer payment_method type",
        arrays="expand",
    ),
    "POST /v1/payment_methods/{id}": _parameters(
        texts="allow_redisplay",
        hashes="billing_details card metadata us_bank_account",
        arrays="expand",
    ),
    "GET /v1/payment_methods": _parameters(
        texts="allow_redisplay customer customer_account ending_before starting_after type",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payment_methods/{id}/attach": _parameters(
        texts="customer customer_account",
        arrays="expand",
    ),
    "POST /v1/payment_methods/{id}/detach": _parameters(
        arrays="expand",
    ),
    "POST /v1/setup_intents": _parameters(
        arrays="payment_method_types allowed_payment_method_types excluded_payment_method_types expand flow_directions",
        booleans="attach_to_self confirm use_stripe_sdk",
        hashes="automatic_payment_methods mandate_data metadata payment_method_data payment_method_options single_use",
        texts=(
            "confirmation_token customer customer_account description on_behalf_of payment_method "
            "payment_method_configuration return_url usage"
        ),
    ),
    "POST /v1/setup_intents/{id}": _parameters(
        arrays="allowed_payment_method_types excluded_payment_method_types expand flow_directions",
        booleans="attach_to_self",
        texts="customer customer_account description payment_method payment_method_configuration",
        hashes="metadata payment_method_data payment_method_options",
    ),
    "GET /v1/setup_intents": _parameters(
        booleans="attach_to_self",
        ranges="created",
        texts="customer customer_account ending_before payment_method starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/setup_intents/{id}/confirm": _parameters(
        arrays="allowed_payment_method_types expand",
        texts="confirmation_token payment_method return_url",
        hashes="mandate_data payment_method_data payment_method_options",
        booleans="use_stripe_sdk",
    ),
    "POST /v1/setup_intents/{id}/cancel": _parameters(
        texts="cancellation_reason",
        arrays="expand",
    ),
    "GET /v1/customers/{id}/payment_methods": _parameters(
        texts="allow_redisplay ending_before starting_after type",
        arrays="expand",
        integers="limit",
    ),
    "DELETE /v1/customers/{id}": _parameters(),
}
