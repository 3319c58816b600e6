"""What the sales system answers: each body as a shape, for its description; the problems by their codes."""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.vendors.sales import requests
from brownout_simulators.vendors.sales.requests import INTAKE, LINES, METADATA, MONEY, NOTES, PERSON, PHONE, SKU
from brownout_simulators.vendors.sales.shapes import (
    Choice,
    Flag,
    Instant,
    Listed,
    Number,
    Pairs,
    Record,
    Shape,
    Text,
    Whole,
)
from brownout_simulators.vendors.sales.states import EVENTS, QUOTE_TRANSITIONS, RESERVATION_TRANSITIONS, TRANSITIONS

_ID: Final = Text()
_AT: Final = Instant()
_VERSION: Final[Mapping[str, Shape]] = {"version": Whole(least=1), "createdAt": _AT, "updatedAt": _AT}
_URL: Final = Text(longest=2000)


def _links(*names: str) -> Shape:
    return Record(members={name: Text(longest=300) for name in names})


ORDER: Final = Record(
    named="Order",
    members={
        "id": _ID,
        **{name: shape for name, shape in INTAKE.members.items() if name not in {"priority", "metadata"}},
        "priority": Choice(of=requests.PRIORITIES),
        "metadata": Pairs(),
        "notes": NOTES,
        "quoteId": Text(optional=True, about="the quote that it was ordered from"),
        "status": Choice(of=tuple(TRANSITIONS)),
        "statusReason": Text(longest=500, optional=True),
        **_VERSION,
        "links": _links("self", "cancel", "events"),
    },
)
CUSTOMER: Final = Record(
    named="Customer",
    members={
        "id": _ID,
        "name": Text(),
        "email": Text(),
        "phone": PHONE,
        "notes": NOTES,
        "metadata": METADATA,
        **_VERSION,
        "links": _links("self"),
    },
)
QUOTE: Final = Record(
    named="Quote",
    members={
        "id": _ID,
        "quoteId": Text(longest=64),
        "customer": PERSON,
        "lines": LINES,
        "total": MONEY,
        "validUntil": _AT,
        "notes": NOTES,
        "metadata": METADATA,
        "status": Choice(of=tuple(QUOTE_TRANSITIONS)),
        "statusReason": Text(longest=500, optional=True),
        "order": Text(optional=True, about="the id of the order that was made of it"),
        **_VERSION,
        "links": _links("self", "events"),
    },
)
RESERVATION: Final = Record(
    named="Reservation",
    members={
        "id": _ID,
        "lines": Listed(of=Record(members={"sku": SKU, "quantity": Number(sign="positive")})),
        "reference": Text(optional=True),
        "metadata": METADATA,
        "expiresAt": Instant(optional=True, about="while it is held only"),
        "order": Text(optional=True, about="the id of the order that it was committed to"),
        "status": Choice(of=tuple(RESERVATION_TRANSITIONS)),
        "statusReason": Text(longest=500, optional=True),
        **_VERSION,
        "links": _links("self", "release"),
    },
)
STOCK: Final = Record(
    named="Stock",
    members={
        "sku": SKU,
        "onHand": Number(),
        "reserved": Number(),
        "available": Number(about="onHand - reserved"),
        **_VERSION,
        "links": _links("self"),
    },
)


def event(named: str, member: str, of: Shape) -> Record:
    """An event about something, which it holds as it then was."""
    return Record(
        named=named,
        members={
            "id": _ID,
            "type": Choice(of=tuple(kind for kind in EVENTS if kind.startswith(f"{member}."))),
            "apiVersion": Text(),
            "createdAt": _AT,
            "sequence": Whole(least=1),
            member: of,
            "correlationId": Text(),
        },
    )


ORDER_EVENT: Final = event("OrderEvent", "order", ORDER)
QUOTE_EVENT: Final = event("QuoteEvent", "quote", QUOTE)
RESERVATION_EVENT: Final = event("ReservationEvent", "reservation", RESERVATION)
CUSTOMER_EVENT: Final = event("CustomerEvent", "customer", CUSTOMER)
WEBHOOKS: Final = (ORDER_EVENT, QUOTE_EVENT, RESERVATION_EVENT, CUSTOMER_EVENT)


def page_of(of: Record) -> Record:
    """A page of a list."""
    cursor = Text(longest=500, optional=True)
    return Record(
        named=f"{of.named}Page",
        members={
            "data": Listed(of=of, least=0),
            "page": Record(members={"nextCursor": cursor, "hasMore": Flag()}),
        },
    )


_ENDPOINT: Final[Mapping[str, Shape]] = {
    "id": _ID,
    "url": _URL,
    "events": Listed(of=Choice(of=("*", *EVENTS))),
    "description": Text(shortest=0),
    "status": Choice(of=("enabled", "disabled")),
    "createdAt": _AT,
}
_SECRET: Final = Text(about="shown here and never again")
ENDPOINT: Final = Record(named="WebhookEndpoint", members=_ENDPOINT)
ENDPOINT_MADE: Final = Record(named="WebhookEndpointWithSecret", members={**_ENDPOINT, "secret": _SECRET})
ENDPOINT_ROTATED: Final = Record(
    named="WebhookEndpointRotated", members={**_ENDPOINT, "secret": _SECRET, "previousSecretValidUntil": _AT}
)
DELIVERY: Final = Record(
    named="WebhookDelivery",
    members={
        "id": _ID,
        "endpointId": _ID,
        "eventId": _ID,
        "eventType": Choice(of=EVENTS),
        "attempt": Whole(about="from 1; 0 for what was withdrawn before it was made"),
        "status": Choice(of=("delivered", "failed", "dead", "withdrawn")),
        "responseStatus": Whole(optional=True),
        "at": _AT,
    },
)
REDELIVERY: Final = Record(
    named="WebhookRedelivery", members={"eventId": _ID, "endpointId": _ID, "status": Choice(of=("queued",))}
)
HEALTH: Final = Record(
    named="Health",
    members={"status": Choice(of=("healthy", "degraded", "unhealthy")), "latency": Whole(), "lastChecked": _AT},
)
TOKEN: Final = Record(
    named="Token",
    members={
        "access_token": Text(longest=500),
        "token_type": Choice(of=("Bearer",)),
        "expires_in": Whole(),
        "scope": Text(),
    },
)
OAUTH_ERROR: Final = Record(named="OAuthError", members={"error": Text(), "error_description": Text(longest=500)})

PROBLEM: Final[Mapping[str, Shape]] = {
    "type": Text(longest=300),
    "title": Text(),
    "status": Whole(),
    "detail": Text(longest=2000),
    "instance": Text(longest=5000),
    "code": Text(),
    "correlationId": Text(),
    "retryable": Flag(),
}
_FLAW: Final = Record(members={"pointer": Text(longest=500, shortest=0), "code": Text(), "detail": Text(longest=5000)})
_SHORTAGE: Final = Record(members={"sku": SKU, "requested": Number(), "available": Number()})
PROBLEM_MEMBERS: Final[Mapping[str, Mapping[str, Shape]]] = {
    # What a problem has beyond `PROBLEM`.
    "validation-failed": {"errors": Listed(of=_FLAW, most=100_000)},
    "duplicate-order": {"existingId": _ID},
    "duplicate-customer": {"existingId": _ID},
    "duplicate-quote": {"existingId": _ID},
    "insufficient-stock": {"shortages": Listed(of=_SHORTAGE)},
    "version-mismatch": {"currentVersion": Whole()},
    "scope-insufficient": {"requiredScope": Text()},
    "quota-exceeded": {"violated-policies": Listed(of=Text())},
}
