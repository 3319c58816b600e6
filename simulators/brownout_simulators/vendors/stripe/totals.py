"""What an invoice comes to: lines, less discounts, with taxes. Whole minor units; a half is rounded away from zero.

Discounts apply in their order, each to what the ones before left; an amount off is shared out by the lines' amounts.
Tax is worked out line by line, on what is left after discounts.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

Line = dict[str, Any]
HUNDRED: Final = Decimal(100)


class Discounted(NamedTuple):
    """A discount that applies: its id, and its coupon."""

    id: str
    coupon: Mapping[str, Any]


def rounded(amount: Decimal) -> int:
    """Whole minor units, half a unit away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def priced(
    lines: Sequence[Line],
    discounts: Sequence[Discounted],
    rates: Sequence[Mapping[str, Any]],
    own: Mapping[str, Sequence[Discounted]] = MappingProxyType({}),
) -> tuple[list[Line], dict[str, Any]]:
    """The lines with their discounts and taxes, and the invoice's totals. `own`: line id to the discounts of that line
    alone, which come first. A line's `tax_rates`, where it has any, are instead of `rates`."""
    off: list[list[dict[str, Any]]] = [[] for _ in lines]
    left = [line["amount"] for line in lines]
    for place, line in enumerate(lines):
        for discount in own.get(line["id"], ()):
            amount = _taken_off(discount.coupon, [line], [left[place]]).get(0, 0)
            left[place] -= amount
            off[place].append({"amount": amount, "discount": discount.id})
    for discount in discounts:
        for place, amount in _taken_off(discount.coupon, lines, left).items():
            left[place] -= amount
            off[place].append({"amount": amount, "discount": discount.id})
    done: list[Line] = []
    for line, amounts, taxable in zip(lines, off, left, strict=True):
        taxes = [_tax(taxable, rate) for rate in (line.get("tax_rates") or rates)]
        done.append({**line, "discount_amounts": amounts, "taxes": taxes})
    return done, _totals(done, [*(each for some in own.values() for each in some), *discounts])


def _taken_off(coupon: Mapping[str, Any], lines: Sequence[Line], left: Sequence[int]) -> dict[int, int]:
    """What a coupon takes off each line, by place."""
    places = [place for place, line in enumerate(lines) if line["discountable"] and left[place] > 0]
    if coupon["percent_off"] is not None:
        share = Decimal(str(coupon["percent_off"])) / HUNDRED
        return {place: rounded(left[place] * share) for place in places}
    whole = sum(left[place] for place in places)
    amount = min(coupon["amount_off"], whole)
    taken: dict[int, int] = {}
    for place in places:
        # The rest of the amount over the rest of the lines, so that nothing is lost in rounding.
        taken[place] = rounded(Decimal(amount) * left[place] / whole) if whole else 0
        amount, whole = amount - taken[place], whole - left[place]
    return taken


def _tax(taxable: int, rate: Mapping[str, Any]) -> dict[str, Any]:
    percentage = Decimal(str(rate["percentage"]))
    if rate["inclusive"]:
        amount = rounded(taxable * percentage / (HUNDRED + percentage))
    else:
        amount = rounded(taxable * percentage / HUNDRED)
    return {
        "amount": amount,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": "not_available",
        "taxable_amount": taxable - amount if rate["inclusive"] else taxable,
        "type": "tax_rate_details",
    }


def _totals(lines: Sequence[Line], discounts: Sequence[Discounted]) -> dict[str, Any]:
    subtotal = sum(line["amount"] for line in lines)
    by_discount = dict.fromkeys((discount.id for discount in discounts), 0)
    by_rate: dict[str, dict[str, Any]] = {}
    for line in lines:
        for each in line["discount_amounts"]:
            by_discount[each["discount"]] += each["amount"]
        for tax in line["taxes"]:
            rate = tax["tax_rate_details"]["tax_rate"]
            known = by_rate.get(rate)
            by_rate[rate] = tax if known is None else {
                **known,
                "amount": known["amount"] + tax["amount"],
                "taxable_amount": known["taxable_amount"] + tax["taxable_amount"],
            }  # fmt: skip
    discounted = subtotal - sum(by_discount.values())
    exclusive = sum(tax["amount"] for tax in by_rate.values() if tax["tax_behavior"] == "exclusive")
    inclusive = sum(tax["amount"] for tax in by_rate.values() if tax["tax_behavior"] == "inclusive")
    inside = sum(
        tax["amount"]
        for line in lines
        if not line["discount_amounts"]
        for tax in line["taxes"]
        if tax["tax_behavior"] == "inclusive"
    )
    return {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inside,
        "total": discounted + exclusive,
        "total_discount_amounts": [{"amount": amount, "discount": name} for name, amount in by_discount.items()],
        "total_excluding_tax": discounted - inclusive,
        "total_taxes": list(by_rate.values()),
    }
