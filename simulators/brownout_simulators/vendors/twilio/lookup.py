"""Lookup v2: what a number looks like, without asking any carrier."""

import re
from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.twilio.access import json, text
from brownout_simulators.vendors.twilio.countries import COUNTRIES, calling_code_of
from brownout_simulators.vendors.twilio.resources import formatted
from brownout_simulators.vendors.twilio.state import State

_PACKAGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "caller_name": {"caller_name": "SIMULATED CALLER", "caller_type": "CONSUMER", "error_code": None},
    "sim_swap": {
        "last_sim_swap": {"last_sim_swap_date": None, "swapped_period": "PT24H", "swapped_in_period": False},
        "carrier_name": "Simulated Wireless",
        "mobile_country_code": "310",
        "mobile_network_code": "001",
        "error_code": None,
    },
    "call_forwarding": {"call_forwarding_enabled": False, "error_code": None},
    "line_status": {"status": "active", "error_code": None},
    "line_type_intelligence": {
        "error_code": None,
        "mobile_country_code": "310",
        "mobile_network_code": "001",
        "carrier_name": "Simulated Wireless",
        "type": "mobile",
    },
    "identity_match": {"summary_score": 0, "error_code": None, "error_message": None},
    "reassigned_number": {
        "last_verified_date": None,
        "is_number_reassigned": "no_data_available",
        "error_code": None,
    },
    "sms_pumping_risk": {
        "carrier_risk_category": "low",
        "number_blocked": False,
        "number_blocked_date": None,
        "number_blocked_last_3_months": None,
        "sms_pumping_risk_score": 1,
        "error_code": None,
    },
}


def lookup(call: Call, account: Account[State]) -> Reply:
    """GET /v2/PhoneNumbers/{PhoneNumber}. An impossible number is a finding, not an error: 200 with `valid` false."""
    asked = call.params["PhoneNumber"]
    number = _international(asked, text(call, "CountryCode") or "US")
    calling_code, problem = _judged(number)
    country = COUNTRIES.get(calling_code) if calling_code is not None else None
    fields = {name.strip() for name in text(call, "Fields").split(",")}
    valid = problem is None
    body: dict[str, Any] = {
        "calling_country_code": calling_code if valid else None,
        "country_code": country[0] if valid and country is not None else None,
        "phone_number": number,
        "national_format": formatted(number) if valid else None,
        "valid": valid,
        "validation_errors": None if problem is None else [problem],
        **{name: package if name in fields and valid else None for name, package in _PACKAGES.items()},
        "phone_number_quality_score": None,
        "pre_fill": None,
        "url": f"{account.base_url}/v2/PhoneNumbers/{number}",
    }
    return json(200, body)


def _international(asked: str, country: str) -> str:
    """With the calling code in front, as Lookup answers it even for what it finds invalid."""
    digits = re.sub(r"[\s().-]", "", asked)
    if digits.startswith("+") or not digits.isdigit():
        return digits
    codes = [code for code, (name, _, _) in COUNTRIES.items() if name == country.upper()]
    return f"+{codes[0] if codes else '1'}{digits}"


def _judged(number: str) -> tuple[str | None, str | None]:
    """(calling code, validation error): the error is None for a possible number."""
    digits = number.removeprefix("+")
    if not digits.isdigit():
        return None, "NOT_A_NUMBER"
    code = calling_code_of(digits)
    shortest, longest = COUNTRIES[code][1:] if code is not None else (7, 15)
    national = len(digits) - len(code or "")
    if digits.startswith("0"):
        return None, "INVALID_COUNTRY_CODE"
    if national < shortest:
        return code, "TOO_SHORT"
    return (code, "TOO_LONG") if national > longest else (code, None)


ROUTES: Final[tuple[Route[State], ...]] = (Route("GET", "/v2/PhoneNumbers/{PhoneNumber}", lookup),)
