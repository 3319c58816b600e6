"""What an order intake request must look like. Every wrong field is reported, with its JSON pointer."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from brownout_simulators.call import Call
from brownout_simulators.vendors.sales.errors import invalid, refuse

PRIORITIES: Final = ("low", "normal", "high", "emergency")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_CENT: Final = Decimal("0.01")
_EXPONENT_LIMIT: Final = 30


class Findings:
    """Collects what is wrong."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str]] = []

    def add(self, pointer: str, code: str, detail: str) -> None:
        """One more."""
        self.errors.append({"pointer": pointer, "code": code, "detail": detail})

    def text(
        self, owner: Mapping[str, Any], pointer: str, name: str, *, longest: int = 200, optional: bool = False
    ) -> str:
        """A text member, "" where it is wrong or absent."""
        value = owner.get(name)
        if value is None:
            if not optional:
                self.add(f"{pointer}/{name}", "required", "is required")
            return ""
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            self.add(f"{pointer}/{name}", "text", f"must be a text of 1 to {longest} characters")
            return ""
        return value

    def object(self, owner: Mapping[str, Any], pointer: str, name: str) -> Mapping[str, Any] | None:
        """A required object member, None where it is wrong or absent."""
        value = owner.get(name)
        if isinstance(value, dict):
            return value
        self.add(f"{pointer}/{name}", "required" if value is None else "object", "must be an object")
        return None

    def decimal(self, value: Any, pointer: str) -> Decimal | None:
        """A decimal written as text: money and quantities are never binary floats."""
        try:
            number = Decimal(value) if isinstance(value, str) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or abs(number.adjusted()) > _EXPONENT_LIMIT:
            self.add(pointer, "decimal", "must be a decimal number as text")
            return None
        return number


def checked_intake(call: Call) -> dict[str, Any]:
    """The request's known members; raises `Refused` with 422 validation-failed or total-mismatch."""
    body, found = call.data, Findings()
    found.text(body, "", "orderId", longest=64)
    _check_customer(body, found)
    _check_site(body, found)
    check_window(body.get("requestedWindow"), found)
    check_priority(body.get("priority", "normal"), found)
    expected = _check_lines(body, found)
    total = found.object(body, "", "total")
    given = _check_money(total, "/total", found) if total is not None else None
    _check_metadata(body.get("metadata", {}), found)
    if found.errors:
        raise invalid(call, found.errors)
    if expected is not None and given is not None:
        if expected[1] != given[1]:
            found.add("/total/currency", "currency", "must be the currency of the lines")
            raise invalid(call, found.errors)
        if abs(expected[0] - given[0]) >= _CENT:
            raise refuse(call, "total-mismatch", f"the lines add up to {expected[0]:.2f}, the total says {given[0]}")
    known = ("orderId", "customer", "site", "requestedWindow", "priority", "lines", "total", "metadata")
    return {"priority": "normal", "metadata": {}} | {name: body[name] for name in known if body.get(name) is not None}


def check_window(window: Any, found: Findings) -> None:
    """`requestedWindow`: starts before it ends; may be absent."""
    if window is None:
        return
    if not isinstance(window, dict):
        found.add("/requestedWindow", "object", "must be an object")
        return
    ends: list[datetime] = []
    for name in ("start", "end"):
        try:
            moment = datetime.fromisoformat(str(window.get(name)))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            found.add(f"/requestedWindow/{name}", "instant", "must be an RFC 3339 instant")
        else:
            ends.append(moment)
    if len(ends) == 2 and ends[0] >= ends[1]:
        found.add("/requestedWindow", "order", "start must be before end")


def check_priority(priority: Any, found: Findings) -> None:
    """One of the four."""
    if priority not in PRIORITIES:
        found.add("/priority", "choice", f"must be one of {', '.join(PRIORITIES)}")


def _check_customer(body: Mapping[str, Any], found: Findings) -> None:
    customer = found.object(body, "", "customer")
    if customer is None:
        return
    found.text(customer, "/customer", "name")
    for name in ("id", "email"):
        found.text(customer, "/customer", name, optional=True)
    phone = found.text(customer, "/customer", "phone", optional=True)
    if phone and not _E164.fullmatch(phone):
        found.add("/customer/phone", "e164", "must be E.164")


def _check_site(body: Mapping[str, Any], found: Findings) -> None:
    site = found.object(body, "", "site")
    if site is None:
        return
    for name in ("line1", "city", "postalCode"):
        found.text(site, "/site", name)
    for name in ("line2", "region"):
        found.text(site, "/site", name, optional=True)
    country = found.text(site, "/site", "country")
    if country and not _COUNTRY.fullmatch(country):
        found.add("/site/country", "country", "must be two capital letters")


def _check_lines(body: Mapping[str, Any], found: Findings) -> tuple[Decimal, str] | None:
    """Sum and currency of the lines, where all of them are right."""
    lines = body.get("lines")
    if not isinstance(lines, list) or not 1 <= len(lines) <= 200:
        found.add("/lines", "required" if lines is None else "length", "must be 1 to 200 lines")
        return None
    before = len(found.errors)
    numbers: set[int] = set()
    currencies: set[str] = set()
    total = Decimal(0)
    for index, line in enumerate(lines):
        pointer = f"/lines/{index}"
        if not isinstance(line, dict):
            found.add(pointer, "object", "must be an object")
            continue
        _check_line_number(line.get("lineNo"), numbers, pointer, found)
        found.text(line, pointer, "sku", longest=100)
        found.text(line, pointer, "description", longest=500, optional=True)
        quantity = found.decimal(line.get("quantity"), f"{pointer}/quantity")
        if quantity is not None and quantity <= 0:
            found.add(f"{pointer}/quantity", "positive", "must be > 0")
        price = found.object(line, pointer, "unitPrice")
        money = _check_money(price, f"{pointer}/unitPrice", found) if price is not None else None
        if quantity is not None and money is not None:
            total += quantity * money[0]
            currencies.add(money[1])
    if len(currencies) > 1:
        found.add("/lines", "currency", "all lines must have one currency")
    return (total, currencies.pop()) if len(found.errors) == before else None


def _check_line_number(number: Any, numbers: set[int], pointer: str, found: Findings) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        found.add(f"{pointer}/lineNo", "positive", "must be a whole number of at least 1")
    elif number in numbers:
        found.add(f"{pointer}/lineNo", "unique", "must be unique")
    else:
        numbers.add(number)


def _check_money(money: Mapping[str, Any], pointer: str, found: Findings) -> tuple[Decimal, str] | None:
    amount = found.decimal(money.get("amount"), f"{pointer}/amount")
    currency = money.get("currency")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        found.add(f"{pointer}/currency", "currency", "must be an ISO 4217 code")
        return None
    return None if amount is None else (amount, currency)


def _check_metadata(metadata: Any, found: Findings) -> None:
    pairs = metadata.items() if isinstance(metadata, dict) else ()
    if not isinstance(metadata, dict) or len(metadata) > 20 or not all(isinstance(value, str) for _, value in pairs):
        found.add("/metadata", "pairs", "must be at most 20 pairs of texts")
