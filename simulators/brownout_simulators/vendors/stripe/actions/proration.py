"""Proration: what a change in the middle of a period costs, to the second.

The old items are credited for the time that is left, the new ones billed for it. Each amount is what the item's line
would come to after the subscription's discounts, times the seconds that are left, over the seconds of the period.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import discounts, invoice_items, invoicing
from brownout_simulators.vendors.stripe.declared.pricing import INVOICE_ITEM
from brownout_simulators.vendors.stripe.state import Object
from brownout_simulators.vendors.stripe.totals import priced, rounded
from brownout_simulators.vendors.stripe.work import Work

BEHAVIOURS: Final = ("always_invoice", "create_prorations", "none")


class Share(NamedTuple):
    """One line of a proration."""

    amount: int
    description: str
    item: Object
    period: Mapping[str, int]


def behaviour_of(work: Work, given: Mapping[str, Any]) -> str:
    """What is to become of prorations: `create_prorations` where nothing is said."""
    behaviour = given.get("proration_behavior") or "create_prorations"
    if behaviour not in BEHAVIOURS:
        message = f"Invalid proration_behavior: must be one of {', '.join(BEHAVIOURS)}"
        raise errors.invalid(work.call, "proration_behavior", message)
    return str(behaviour)


def instant_of(work: Work, given: Mapping[str, Any], items: Sequence[Object]) -> int:
    """From when on the new items count: now, or the instant that was given, within the present period."""
    at = given.get("proration_date")
    if at is None:
        return work.now
    start = max((item["current_period_start"] for item in items), default=0)
    end = min((item["current_period_end"] for item in items), default=0)
    if not start <= at <= end:
        message = "The proration_date must be within the subscription's current period."
        raise errors.invalid(work.call, "proration_date", message)
    return int(at)


def shares(work: Work, subscription: Object, old: Sequence[Object], new: Sequence[Object], at: int) -> list[Share]:
    """Credits for items that were changed or are gone, and charges for those that came; none where nothing changed.

    An item whose period begins anew is credited, and billed in full by the next invoice."""
    known = {item["id"]: item for item in old}
    kept = {item["id"]: item for item in new}
    periods = {_period(item) for item in old}
    found = []
    for id, item in known.items():  # noqa: A001
        other = kept.get(id)
        if other is None or _differs(item, other):
            found += _share(work, subscription, item, at, is_credit=True)
    for id, item in kept.items():  # noqa: A001
        before = known.get(id)
        if item["current_period_start"] == at and _period(item) not in periods:
            continue  # its period begins now
        if before is None or _differs(before, item):
            found += _share(work, subscription, item, at, is_credit=False)
    return found


def _period(item: Object) -> tuple[int, int]:
    return item["current_period_start"], item["current_period_end"]


def _differs(one: Object, other: Object) -> bool:
    return _billed(one) != _billed(other)


def _billed(item: Object) -> tuple[str, int, int]:
    """What an item costs, and until when."""
    return item["price"]["id"], item["quantity"], item["current_period_end"]


def _share(work: Work, subscription: Object, item: Object, at: int, *, is_credit: bool) -> list[Share]:
    start, end = item["current_period_start"], item["current_period_end"]
    if not start <= at < end:
        return []
    amount = rounded(Decimal(_net(work, subscription, item)) * (end - at) / (end - start))
    product = work.state.of["product"].get(item["price"]["product"]) or {}
    name = product.get("name", item["price"]["product"])
    many = f"{item['quantity']} x " if item["quantity"] != 1 else ""
    day = datetime.fromtimestamp(at, UTC).strftime("%d %b %Y")
    what = "Unused time" if is_credit else "Remaining time"
    signed = -amount if is_credit else amount
    return [Share(signed, f"{what} on {many}{name} after {day}", item, {"end": end, "start": at})]


def _net(work: Work, subscription: Object, item: Object) -> int:
    """What an item's whole period comes to, after the subscription's discounts."""
    line = {"id": item["id"], "amount": (item["price"]["unit_amount"] or 0) * item["quantity"], "discountable": True}
    done, totals = priced([line], discounts.applying(work, subscription["discounts"]), [])
    del done
    return int(totals["total"])


def to_items(work: Work, subscription: Object, found: Sequence[Share]) -> None:
    """Invoice items of the shares, which wait for the subscription's next invoice."""
    for share in found:
        price = share.item["price"]
        item = INVOICE_ITEM.copy()
        item.update(
            id=work.id("ii_"),
            amount=share.amount,
            currency=price["currency"],
            customer=subscription["customer"],
            date=work.now,
            description=share.description,
            discountable=False,
            net_amount=share.amount,
            parent={
                "subscription_details": {
                    "subscription": subscription["id"],
                    "subscription_item": share.item["id"],
                },
                "type": "subscription_details",
            },
            period=share.period,
            pricing=invoicing.pricing_of(price),
            proration=True,
            quantity=share.item["quantity"],
            quantity_decimal=str(share.item["quantity"]),
            test_clock=subscription["test_clock"],
        )
        work.keep(item)
        work.emit("invoiceitem.created", item)
        invoice_items.wait(work, item)


def to_lines(work: Work, found: Sequence[Share]) -> list[Object]:
    """The same as the lines of a preview."""
    lines = []
    for share in found:
        price = share.item["price"]
        line = invoicing.plain_line(work, share.amount, price["currency"], share.item["quantity"], None)
        line.update(
            description=share.description,
            discountable=False,
            period=dict(share.period),
            pricing=invoicing.pricing_of(price),
        )
        lines.append(line)
    return lines
