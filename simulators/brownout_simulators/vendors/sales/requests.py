"""What the sales system is sent: each body, as a shape that refuses what is wrong with it and describes itself."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from brownout_simulators.call import Call
from brownout_simulators.vendors.sales.errors import invalid, refuse
from brownout_simulators.vendors.sales.shapes import (
    NONE,
    Choice,
    Flag,
    Flaw,
    Flaws,
    Form,
    Instant,
    Listed,
    Number,
    Pairs,
    Record,
    Shape,
    Text,
    Whole,
    moment_of,
)
from brownout_simulators.vendors.sales.states import EVENTS

PRIORITIES: Final = ("low", "normal", "high", "emergency")
LONGEST_HOLD_S: Final = 86_400
_CENT: Final = Decimal("0.01")


def _starts_before_it_ends(window: Mapping[str, Any]) -> Flaws:
    start, end = moment_of(window["start"]), moment_of(window["end"])
    is_ordered = start is not None and end is not None and start < end
    return NONE if is_ordered else (Flaw("", "order", "start must be before end"),)


def _fit_together(lines: Sequence[Mapping[str, Any]]) -> Flaws:
    """Each its own number, all one currency."""
    seen: set[int] = set()
    found = []
    for place, line in enumerate(lines):
        if line["lineNo"] in seen:
            found.append(Flaw(f"/{place}/lineNo", "unique", "must be unique"))
        seen.add(line["lineNo"])
    currency = lines[0]["unitPrice"]["currency"]
    if any(line["unitPrice"]["currency"] != currency for line in lines):
        found.append(Flaw("", "currency", "all lines must have one currency"))
    return found


def _in_one_currency(request: Mapping[str, Any]) -> Flaws:
    lines, total = request.get("lines"), request.get("total")
    if lines and total and lines[0]["unitPrice"]["currency"] != total["currency"]:
        return (Flaw("/total/currency", "currency", "must be the currency of the lines"),)
    return NONE


class _Address(Text):
    """Of a receiver of webhooks."""

    def flaws(self, value: Any) -> Flaws:
        wrong = super().flaws(value)
        if wrong:
            return wrong
        try:
            parts = urlsplit(value)
        except ValueError:  # brackets that are no IPv6 address
            parts = urlsplit("")
        fits = parts.scheme in {"http", "https"} and parts.hostname
        return NONE if fits else (Flaw("", "url", "must be an http or https URL"),)

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "format": "uri"}


CURRENCY: Final = Form(pattern="^[A-Z]{3}$", code="currency", detail="must be an ISO 4217 code")
EMAIL_PATTERN: Final = "^[^@ ]{1,64}@[^@ ]{1,120}$"
EMAIL: Final[Mapping[str, Any]] = {"pattern": EMAIL_PATTERN, "code": "email", "detail": "must be an e-mail address"}
PHONE: Final = Form(pattern="^\\+[1-9][0-9]{6,14}$", code="e164", detail="must be E.164", optional=True)
METADATA: Final = Pairs(optional=True)
QUANTITY: Final = Number(sign="positive")
SKU: Final = Text(longest=100)
MONEY: Final = Record(named="Money", members={"amount": Number(), "currency": CURRENCY})
PERSON: Final = Record(
    named="Person",
    members={"id": Text(optional=True), "name": Text(), "email": Text(optional=True), "phone": PHONE},
)
SITE: Final = Record(
    named="Site",
    members={
        "line1": Text(),
        "line2": Text(optional=True),
        "city": Text(),
        "region": Text(optional=True),
        "postalCode": Text(),
        "country": Form(pattern="^[A-Z]{2}$", code="country", detail="must be two capital letters"),
    },
)
LINE: Final = Record(
    named="Line",
    members={
        "lineNo": Whole(least=1),
        "sku": SKU,
        "description": Text(longest=500, optional=True),
        "quantity": QUANTITY,
        "unitPrice": MONEY,
    },
)
LINES: Final = Listed(
    of=LINE, noun="lines", rule=_fit_together, about="each has a lineNo of its own, all have one currency"
)
WINDOW: Final = Record(
    members={"start": Instant(), "end": Instant()},
    rule=_starts_before_it_ends,
    optional=True,
    about="starts before it ends",
)
PRIORITY: Final = Choice(of=PRIORITIES, optional=True)
NOTES: Final = Text(longest=2000, optional=True)
REASON: Final = Record(members={"reason": Text(longest=500)})
NOTHING: Final = Record(members={})

INTAKE: Final = Record(
    named="OrderIntake",
    members={
        "orderId": Text(longest=64, about="your own key, unique within the tenant"),
        "customer": PERSON,
        "site": SITE,
        "requestedWindow": WINDOW,
        "priority": PRIORITY,
        "lines": LINES,
        "total": MONEY,
        "metadata": METADATA,
        "reserve": Flag(optional=True, about="the lines are reserved with the order, or it is not taken in"),
        "reservationId": Text(longest=64, optional=True, about="what is held under it becomes the order's"),
    },
    rule=_in_one_currency,
    about="total is the sum of quantity x unitPrice, to the cent",
)
ORDER_PATCH: Final = Record(members={"requestedWindow": WINDOW, "priority": PRIORITY, "notes": NOTES})
CUSTOMER: Final = Record(
    named="CustomerRequest",
    members={
        "name": Text(),
        "email": Form(**EMAIL, about="unique within the tenant, whatever its case"),
        "phone": PHONE,
        "notes": NOTES,
        "metadata": METADATA,
    },
)
CUSTOMER_PATCH: Final = Record(
    members={"name": Text(optional=True), "email": Form(**EMAIL, optional=True), "phone": PHONE, "notes": NOTES}
)
QUOTE: Final = Record(
    named="QuoteRequest",
    members={
        "quoteId": Text(longest=64, about="your own key, unique within the tenant"),
        "customer": PERSON,
        "lines": LINES,
        "total": MONEY,
        "validUntil": Instant(optional=True, about="30 days from now where there is none"),
        "notes": NOTES,
        "metadata": METADATA,
    },
    rule=_in_one_currency,
    about="total is the sum of quantity x unitPrice, to the cent",
)
QUOTE_PATCH: Final = Record(
    members={
        "lines": Listed(of=LINE, noun="lines", rule=_fit_together, optional=True, about="together with total"),
        "total": Record(members=MONEY.members, optional=True),
        "validUntil": Instant(optional=True),
        "notes": NOTES,
    },
    rule=_in_one_currency,
)
QUOTE_ORDER: Final = Record(
    named="QuoteOrder",
    members={name: INTAKE.members[name] for name in ("orderId", "site", "requestedWindow", "priority", "metadata")}
    | {name: INTAKE.members[name] for name in ("reserve", "reservationId")},
    about="customer, lines and total are the quote's",
)
STOCK: Final = Record(members={"onHand": Number(sign="not negative")}, named="StockRequest")
RESERVATION: Final = Record(
    named="ReservationRequest",
    members={
        "lines": Listed(of=Record(members={"sku": SKU, "quantity": QUANTITY}), noun="lines", most=200),
        "expiresInSeconds": Whole(least=1, most=LONGEST_HOLD_S, optional=True, about="900 where there is none"),
        "reference": Text(longest=64, optional=True),
        "metadata": METADATA,
    },
)
ENDPOINT: Final = Record(
    named="WebhookEndpointRequest",
    members={
        "url": _Address(longest=2000),
        "events": Listed(of=Choice(of=("*", *EVENTS)), most=len(EVENTS) + 1, noun="events", optional=True),
        "description": Text(optional=True),
    },
)


def checked(call: Call, shape: Record) -> dict[str, Any]:
    """The body's known members that are there; raises `Refused` with 422 where one is wrong."""
    wrong = shape.flaws(call.data)
    if wrong:
        raise invalid(call, [flaw._asdict() for flaw in wrong])
    return shape.known(call.data)


def require_sum(call: Call, lines: Sequence[Mapping[str, Any]], total: Mapping[str, str]) -> None:
    """Raises `Refused` with 422 total-mismatch where the total is not that of the lines."""
    expected = sum((Decimal(line["quantity"]) * Decimal(line["unitPrice"]["amount"]) for line in lines), Decimal(0))
    if abs(expected - Decimal(total["amount"])) >= _CENT:
        raise refuse(call, "total-mismatch", f"the lines add up to {expected:.2f}, the total says {total['amount']}")


def flawed(call: Call, pointer: str, code: str, detail: str) -> Exception:
    """422 for one member, to be raised: what only the tenant's state shows to be wrong."""
    return invalid(call, [Flaw(pointer, code, detail)._asdict()])


QUERY_LIMIT: Final = Form(
    pattern="^([1-9][0-9]?|1[0-9][0-9]|200)$", code="limit", detail="must be 1 to 200", optional=True
)
PAGE: Final[Mapping[str, Shape]] = {
    "limit": QUERY_LIMIT,
    "cursor": Text(longest=500, optional=True, about="page.nextCursor of the page before; good for ten minutes"),
}
SINCE: Final[Mapping[str, Shape]] = {"updatedSince": Instant(optional=True, about="inclusive")}
