"""How Stripe prints what pays: cards and bank accounts, on a payment method and on a charge.

Made once for each test card and shared by every object that shows it, which is safe because nested values are replaced
and never changed (`state.py`).
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.vendors.stripe.magic import Card
from brownout_simulators.vendors.stripe.state import Object

NO_CHECKS: Final = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}


def _checks(card: Card) -> Object:
    if not card.failing:
        return NO_CHECKS
    if card.failing == "unchecked":
        return {"address_line1_check": "unavailable", "address_postal_code_check": "unavailable", "cvc_check": "pass"}
    return {
        "address_line1_check": "fail" if "line1" in card.failing else None,
        "address_postal_code_check": "fail" if "zip" in card.failing else None,
        "cvc_check": "fail" if "cvc" in card.failing else "pass",
    }


def card_fields(card: Card) -> Object:
    """A card as a payment method shows it."""
    brand = card.brand
    return {
        "brand": brand,
        "checks": _checks(card),
        "country": card.country,
        "display_brand": brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"Brownout{card.number[-8:]:0>8}",
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def charged_card_fields(card: Card) -> Object:
    """A card as a charge shows it, under `payment_method_details`."""
    fields = card_fields(card)
    return {
        "card": {
            "amount_authorized": None,
            "authorization_code": None,
            "brand": fields["brand"],
            "checks": _checks(card),
            "country": card.country,
            "exp_month": fields["exp_month"],
            "exp_year": fields["exp_year"],
            "extended_authorization": {"status": "disabled"},
            "fingerprint": fields["fingerprint"],
            "funding": card.funding,
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": card.last4,
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card.brand,
            "network_token": {"used": False},
            "network_transaction_id": None,
            "overcapture": {"maximum_amount_capturable": None, "status": "unavailable"},
            "regulated_status": "unregulated",
            "three_d_secure": None,
            "transaction_link_id": None,
            "wallet": None,
        },
        "type": "card",
    }


def bank_fields(card: Card) -> Object:
    """A bank account as a payment method and a charge show it."""
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": f"Brownout{card.number[-8:]:0>8}",
        "last4": card.last4,
        "routing_number": "110000000",
    }


def sepa_fields(card: Card) -> Object:
    """An account of SEPA direct debit, as a payment method and a charge show it."""
    return {
        "bank_code": card.number[4:9],
        "branch_code": "",
        "country": card.country,
        "fingerprint": f"Brownout{card.number[-8:]}",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": card.last4,
    }


_BANK_FIELDS: Final[Mapping[str, Callable[[Card], Object]]] = {
    "us_bank_account": bank_fields,
    "sepa_debit": sepa_fields,
    "customer_balance": lambda _card: {},
}


def _method_fields(card: Card) -> Object:
    if card.method == "card":
        return {"card": card_fields(card), "type": "card"}
    return {card.method: _BANK_FIELDS[card.method](card), "type": card.method}


def _charge_fields(card: Card) -> Object:
    if card.method == "card":
        return charged_card_fields(card)
    return _method_fields(card)


class _Shown(dict[Card, Object]):
    """By card: made when it is first shown, and shared by every object that shows it."""

    def __init__(self, make: Callable[[Card], Object]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, card: Card) -> Object:
        made = self[card] = self._make(card)
        return made


METHOD_FIELDS: Final[Mapping[Card, Object]] = _Shown(_method_fields)
CHARGE_FIELDS: Final[Mapping[Card, Object]] = _Shown(_charge_fields)


APPROVED: Final = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 12,
    "seller_message": "Payment complete.",
    "type": "authorized",
}
