"""Of payments and all that they need: customers, methods, checkout, events."""

from collections.abc import Mapping

from brownout_simulators.vendors.stripe.parameters.kinds import Parameters, parameters

PAYMENTS: Mapping[str, Parameters] = {
    "POST /v1/payment_intents": parameters(
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
    "POST /v1/payment_intents/{id}": parameters(
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
    "GET /v1/payment_intents": parameters(
        ranges="created",
        texts="customer customer_account ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payment_intents/{id}/confirm": parameters(
        arrays="payment_method_types allowed_payment_method_types excluded_payment_method_types expand",
        hashes=(
            "amount_details hooks mandate_data payment_details payment_method_data payment_method_options "
            "radar_options shipping"
        ),
        integers="amount_to_confirm",
        texts="capture_method confirmation_token mandate payment_method receipt_email return_url setup_future_usage",
        booleans="error_on_requires_action off_session use_stripe_sdk",
    ),
    "POST /v1/payment_intents/{id}/capture": parameters(
        hashes="amount_details hooks metadata payment_details transfer_data",
        integers="amount_to_capture application_fee_amount",
        arrays="expand",
        booleans="final_capture",
        texts="statement_descriptor statement_descriptor_suffix",
    ),
    "POST /v1/payment_intents/{id}/cancel": parameters(
        texts="cancellation_reason",
        arrays="expand",
    ),
    "POST /v1/payment_intents/{id}/increment_authorization": parameters(
        integers="amount application_fee_amount",
        hashes="amount_details hooks metadata payment_details transfer_data",
        texts="description statement_descriptor",
        arrays="expand",
    ),
    "POST /v1/customers": parameters(
        hashes="address cash_balance invoice_settings metadata shipping tax",
        integers="balance next_invoice_sequence",
        texts=(
            "business_name coupon description email individual_name invoice_prefix name payment_method phone "
            "promotion_code source tax_exempt test_clock"
        ),
        arrays="expand preferred_locales tax_id_data",
        booleans="validate",
    ),
    "POST /v1/customers/{id}": parameters(
        hashes="address cash_balance invoice_settings metadata shipping tax",
        integers="balance next_invoice_sequence",
        texts=(
            "business_name coupon default_source description email individual_name invoice_prefix name phone "
            "promotion_code source tax_exempt"
        ),
        arrays="expand preferred_locales",
        booleans="validate",
    ),
    "GET /v1/customers": parameters(
        ranges="created",
        texts="email ending_before starting_after test_clock",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/charges": parameters(
        integers="amount application_fee application_fee_amount",
        booleans="capture",
        texts=(
            "currency customer description on_behalf_of receipt_email source statement_descriptor "
            "statement_descriptor_suffix transfer_group"
        ),
        hashes="destination metadata radar_options shipping transfer_data",
        arrays="expand",
    ),
    "POST /v1/charges/{id}": parameters(
        texts="customer description receipt_email transfer_group",
        arrays="expand",
        hashes="fraud_details metadata shipping",
    ),
    "GET /v1/charges": parameters(
        ranges="created",
        texts="customer ending_before payment_intent starting_after transfer_group",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/charges/{id}/capture": parameters(
        integers="amount application_fee application_fee_amount",
        arrays="expand",
        texts="receipt_email statement_descriptor statement_descriptor_suffix transfer_group",
        hashes="transfer_data",
    ),
    "POST /v1/refunds": parameters(
        integers="amount",
        texts="charge currency customer instructions_email origin payment_intent reason",
        arrays="expand",
        hashes="metadata",
        booleans="refund_application_fee reverse_transfer",
    ),
    "POST /v1/refunds/{id}": parameters(
        arrays="expand",
        hashes="metadata",
    ),
    "GET /v1/refunds": parameters(
        texts="charge ending_before payment_intent starting_after",
        ranges="created",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/refunds/{id}/cancel": parameters(
        arrays="expand",
    ),
    "POST /v1/checkout/sessions": parameters(
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
    "POST /v1/checkout/sessions/{id}": parameters(
        hashes="collected_information metadata payment_intent_data",
        arrays="expand line_items shipping_options",
    ),
    "GET /v1/checkout/sessions": parameters(
        ranges="created",
        texts="customer customer_account ending_before payment_intent payment_link starting_after status subscription",
        hashes="customer_details",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/checkout/sessions/{id}/expire": parameters(
        arrays="expand",
    ),
    "GET /v1/checkout/sessions/{id}/line_items": parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "GET /v1/events": parameters(
        ranges="created",
        booleans="delivery_success",
        texts="ending_before starting_after type",
        arrays="expand types",
        integers="limit",
    ),
    "POST /v1/webhook_endpoints": parameters(
        texts="api_version description url",
        booleans="connect",
        arrays="enabled_events expand",
        hashes="metadata",
    ),
    "POST /v1/webhook_endpoints/{id}": parameters(
        texts="description url",
        booleans="disabled",
        arrays="enabled_events expand",
        hashes="metadata",
    ),
    "GET /v1/webhook_endpoints": parameters(
        texts="ending_before starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payment_methods": parameters(
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
    "POST /v1/payment_methods/{id}": parameters(
        texts="allow_redisplay",
        hashes="billing_details card metadata us_bank_account",
        arrays="expand",
    ),
    "GET /v1/payment_methods": parameters(
        texts="allow_redisplay customer customer_account ending_before starting_after type",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/payment_methods/{id}/attach": parameters(
        texts="customer customer_account",
        arrays="expand",
    ),
    "POST /v1/payment_methods/{id}/detach": parameters(
        arrays="expand",
    ),
    "POST /v1/setup_intents": parameters(
        arrays="payment_method_types allowed_payment_method_types excluded_payment_method_types expand flow_directions",
        booleans="attach_to_self confirm use_stripe_sdk",
        hashes="automatic_payment_methods mandate_data metadata payment_method_data payment_method_options single_use",
        texts=(
            "confirmation_token customer customer_account description on_behalf_of payment_method "
            "payment_method_configuration return_url usage"
        ),
    ),
    "POST /v1/setup_intents/{id}": parameters(
        arrays="allowed_payment_method_types excluded_payment_method_types expand flow_directions",
        booleans="attach_to_self",
        texts="customer customer_account description payment_method payment_method_configuration",
        hashes="metadata payment_method_data payment_method_options",
    ),
    "GET /v1/setup_intents": parameters(
        booleans="attach_to_self",
        ranges="created",
        texts="customer customer_account ending_before payment_method starting_after",
        arrays="expand",
        integers="limit",
    ),
    "POST /v1/setup_intents/{id}/confirm": parameters(
        arrays="allowed_payment_method_types expand",
        texts="confirmation_token payment_method return_url",
        hashes="mandate_data payment_method_data payment_method_options",
        booleans="use_stripe_sdk",
    ),
    "POST /v1/setup_intents/{id}/cancel": parameters(
        texts="cancellation_reason",
        arrays="expand",
    ),
    "GET /v1/customers/{id}/payment_methods": parameters(
        texts="allow_redisplay ending_before starting_after type",
        arrays="expand",
        integers="limit",
    ),
    "DELETE /v1/customers/{id}": parameters(),
}
