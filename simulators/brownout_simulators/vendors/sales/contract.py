"""The contract of each endpoint, as one table: who may call it, what it is sent, what it answers.

The routes, the checks of scope, key, body and query, and the served description are all made from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from brownout_simulators.vendors.sales import answers, requests
from brownout_simulators.vendors.sales.answers import page_of
from brownout_simulators.vendors.sales.requests import PAGE, SINCE
from brownout_simulators.vendors.sales.shapes import Choice, Record, Shape, Text
from brownout_simulators.vendors.sales.states import QUOTE_TRANSITIONS, RESERVATION_TRANSITIONS, TRANSITIONS

Scope = Literal["orders.read", "orders.write", "inventory.manage", "webhooks.manage"]
SCOPES: Final[tuple[Scope, ...]] = ("orders.read", "orders.write", "inventory.manage", "webhooks.manage")


class Answer(NamedTuple):
    """One that is no problem."""

    about: str
    body: Record | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One endpoint's."""

    about: str
    answers: Mapping[int, Answer]
    access: Literal["token", "client", "none"] = "token"
    """A bearer token, the client's own credentials, or nothing at all."""
    scope: Scope | None = None
    """That a token needs."""
    key: Literal["", "optional", "required"] = ""
    """Whether an idempotency key is honoured."""
    body: Record | None = None
    form: bool = False
    """The body is a form, not JSON."""
    patch: bool = False
    """The body is a merge-patch: null takes a member away."""
    query: Mapping[str, Shape] = field(default_factory=dict)
    conditional: Literal["", "read", "write", "write, if given"] = ""
    """`read`: If-None-Match is honoured; `write`: If-Match is required."""
    problems: tuple[str, ...] = ()
    """Codes of its own, beyond those that follow from the rest."""


TAGGED: Final = ("ETag",)
MADE: Final = ("Location", "ETag")


def _listed(about: str, of: Record, query: Mapping[str, Shape]) -> Terms:
    return Terms(
        about=about,
        scope="orders.read",
        query={**PAGE, **query},
        problems=("cursor-expired", "cursor-mismatch"),
        answers={200: Answer("a page, in order of change", page_of(of))},
    )


def _read(about: str, of: Record) -> Terms:
    return Terms(
        about=about,
        scope="orders.read",
        conditional="read",
        answers={200: Answer("as it is now", of, TAGGED), 304: Answer("not changed", None, TAGGED)},
    )


def _status(of: Mapping[str, object]) -> Shape:
    return Choice(of=tuple(of), optional=True)


def _step(about: str, body: Record = requests.NOTHING, *problems: str) -> Terms:
    """A step of a quote."""
    return Terms(
        about=about,
        scope="orders.write",
        key="required",
        body=body,
        problems=("quote-state", *problems),
        answers={200: Answer("the quote in its new state, or as it is where it has that state", answers.QUOTE, TAGGED)},
    )


_NAMED: Final = Text(longest=200, optional=True)
_OAUTH: Final[Mapping[str, Terms]] = {
    "POST /oauth2/token": Terms(
        about="Client credentials for an access token (RFC 6749, section 4.4)",
        access="client",
        body=Record(members={"grant_type": Choice(of=("client_credentials",)), "scope": Text(optional=True)}),
        form=True,
        answers={200: Answer("a token", answers.TOKEN, ("Cache-Control",))},
    ),
    "POST /oauth2/revoke": Terms(
        about="Revoke a token (RFC 7009)",
        access="client",
        body=Record(members={"token": Text(optional=True)}),
        form=True,
        answers={200: Answer("there is no such token, any more or ever", requests.NOTHING, ("Cache-Control",))},
    ),
}
_ORDERS: Final[Mapping[str, Terms]] = {
    "POST /api/v2/orders/intake": Terms(
        about="Take in an order",
        scope="orders.write",
        key="required",
        body=requests.INTAKE,
        problems=("duplicate-order", "total-mismatch", "insufficient-stock", "reservation-not-held"),
        answers={201: Answer("taken in", answers.ORDER, MADE)},
    ),
    "GET /api/v2/orders": _listed(
        "List orders", answers.ORDER, {"status": _status(TRANSITIONS), "orderId": _NAMED, **SINCE}
    ),
    "GET /api/v2/orders/{id}": _read("Read an order", answers.ORDER),
    "PATCH /api/v2/orders/{id}": Terms(
        about="Change an order",
        scope="orders.write",
        key="optional",
        body=requests.ORDER_PATCH,
        patch=True,
        conditional="write",
        answers={200: Answer("changed", answers.ORDER, TAGGED)},
    ),
    "POST /api/v2/orders/{id}/cancel": Terms(
        about="Cancel an order",
        scope="orders.write",
        key="required",
        body=requests.REASON,
        problems=("order-not-cancellable",),
        answers={
            202: Answer("it will be cancelled", answers.ORDER, TAGGED),
            200: Answer("that was asked for before, or has been done", answers.ORDER, TAGGED),
        },
    ),
    "GET /api/v2/orders/{id}/events": _listed("An order's events, ascending", answers.ORDER_EVENT, {}),
}
_CUSTOMERS: Final[Mapping[str, Terms]] = {
    "POST /api/v2/customers": Terms(
        about="Enter a customer",
        scope="orders.write",
        key="required",
        body=requests.CUSTOMER,
        problems=("duplicate-customer",),
        answers={201: Answer("entered", answers.CUSTOMER, MADE)},
    ),
    "GET /api/v2/customers": _listed("List customers", answers.CUSTOMER, {"email": _NAMED, **SINCE}),
    "GET /api/v2/customers/{id}": _read("Read a customer", answers.CUSTOMER),
    "PATCH /api/v2/customers/{id}": Terms(
        about="Change a customer",
        scope="orders.write",
        key="optional",
        body=requests.CUSTOMER_PATCH,
        patch=True,
        conditional="write",
        problems=("duplicate-customer",),
        answers={200: Answer("changed", answers.CUSTOMER, TAGGED)},
    ),
}
_QUOTES: Final[Mapping[str, Terms]] = {
    "POST /api/v2/quotes": Terms(
        about="Draft a quote",
        scope="orders.write",
        key="required",
        body=requests.QUOTE,
        problems=("duplicate-quote", "total-mismatch"),
        answers={201: Answer("drafted", answers.QUOTE, MADE)},
    ),
    "GET /api/v2/quotes": _listed(
        "List quotes", answers.QUOTE, {"status": _status(QUOTE_TRANSITIONS), "quoteId": _NAMED, **SINCE}
    ),
    "GET /api/v2/quotes/{id}": _read("Read a quote", answers.QUOTE),
    "PATCH /api/v2/quotes/{id}": Terms(
        about="Change a draft",
        scope="orders.write",
        key="optional",
        body=requests.QUOTE_PATCH,
        patch=True,
        conditional="write",
        problems=("quote-state", "total-mismatch"),
        answers={200: Answer("changed", answers.QUOTE, TAGGED)},
    ),
    "POST /api/v2/quotes/{id}/send": _step("Send a draft to the customer"),
    "POST /api/v2/quotes/{id}/accept": _step("The customer accepts"),
    "POST /api/v2/quotes/{id}/decline": _step("The customer declines", requests.REASON),
    "POST /api/v2/quotes/{id}/order": Terms(
        about="Make an order of an accepted quote",
        scope="orders.write",
        key="required",
        body=requests.QUOTE_ORDER,
        problems=("quote-state", "duplicate-order", "insufficient-stock", "reservation-not-held"),
        answers={201: Answer("the order, taken in", answers.ORDER, MADE)},
    ),
    "GET /api/v2/quotes/{id}/events": _listed("A quote's events, ascending", answers.QUOTE_EVENT, {}),
}
_INVENTORY: Final[Mapping[str, Terms]] = {
    "GET /api/v2/inventory": _listed("List what is in stock", answers.STOCK, SINCE),
    "GET /api/v2/inventory/{sku}": _read("Read what is in stock of a SKU", answers.STOCK),
    "PUT /api/v2/inventory/{sku}": Terms(
        about="Say how much is on hand",
        scope="inventory.manage",
        body=requests.STOCK,
        conditional="write, if given",
        problems=("stock-below-reserved",),
        answers={
            200: Answer("changed", answers.STOCK, TAGGED),
            201: Answer("new to the inventory", answers.STOCK, MADE),
        },
    ),
    "POST /api/v2/reservations": Terms(
        about="Hold some of the stock for a while: all of the lines, or none",
        scope="orders.write",
        key="required",
        body=requests.RESERVATION,
        problems=("insufficient-stock",),
        answers={201: Answer("held", answers.RESERVATION, MADE)},
    ),
    "GET /api/v2/reservations": _listed(
        "List reservations",
        answers.RESERVATION,
        {"status": _status(RESERVATION_TRANSITIONS), "reference": _NAMED, **SINCE},
    ),
    "GET /api/v2/reservations/{id}": _read("Read a reservation", answers.RESERVATION),
    "POST /api/v2/reservations/{id}/release": Terms(
        about="Give back what is held",
        scope="orders.write",
        key="required",
        body=requests.NOTHING,
        problems=("reservation-not-held",),
        answers={200: Answer("it holds nothing, any more or since before", answers.RESERVATION, TAGGED)},
    ),
}
_WEBHOOKS: Final[Mapping[str, Terms]] = {
    "POST /api/v2/webhook-endpoints": Terms(
        about="Add a receiver of webhooks",
        scope="webhooks.manage",
        key="required",
        body=requests.ENDPOINT,
        answers={201: Answer("added", answers.ENDPOINT_MADE, ("Location",))},
    ),
    "GET /api/v2/webhook-endpoints": Terms(
        about="List the receivers, all of them",
        scope="webhooks.manage",
        answers={200: Answer("one page", page_of(answers.ENDPOINT))},
    ),
    "GET /api/v2/webhook-endpoints/{id}": Terms(
        about="Read a receiver", scope="webhooks.manage", answers={200: Answer("as it is now", answers.ENDPOINT)}
    ),
    "DELETE /api/v2/webhook-endpoints/{id}": Terms(
        about="Remove a receiver", scope="webhooks.manage", answers={204: Answer("removed")}
    ),
    "POST /api/v2/webhook-endpoints/{id}/rotate-secret": Terms(
        about="Give a receiver another secret; both sign for a day",
        scope="webhooks.manage",
        key="required",
        body=requests.NOTHING,
        answers={200: Answer("the new secret", answers.ENDPOINT_ROTATED)},
    ),
    "GET /api/v2/webhook-deliveries": Terms(
        about="List attempts, the newest first, at most 200",
        scope="webhooks.manage",
        query={"endpointId": _NAMED, "status": _NAMED},
        answers={200: Answer("one page", page_of(answers.DELIVERY))},
    ),
    "POST /api/v2/webhook-deliveries/{id}/redeliver": Terms(
        about="Send an event again",
        scope="webhooks.manage",
        body=requests.NOTHING,
        answers={202: Answer("queued", answers.REDELIVERY)},
    ),
}
_PUBLIC: Final[Mapping[str, Terms]] = {
    "GET /api/v2/openapi.json": Terms(
        about="This description", access="none", answers={200: Answer("OpenAPI 3.1", requests.NOTHING)}
    ),
    "GET /healthz": Terms(about="How it is", access="none", answers={200: Answer("well", answers.HEALTH)}),
}
CONTRACT: Final[Mapping[str, Terms]] = {
    **_OAUTH,
    **_ORDERS,
    **_CUSTOMERS,
    **_QUOTES,
    **_INVENTORY,
    **_WEBHOOKS,
    **_PUBLIC,
}
"""By route."""


def problems_of(route: str, terms: Terms) -> tuple[str, ...]:
    """The codes of every problem that an endpoint can answer with by itself."""
    found = ["quota-exceeded", "internal", "temporary-reduced-capacity", "maintenance"]
    if terms.access == "token":
        found += ["token-missing", "token-expired", "token-invalid", "scope-insufficient", "tenant-suspended"]
    if terms.access != "client":
        found += ["bad-parameter", *(["not-found"] if "{" in route else [])]
    if terms.body is not None:
        found += ["too-large"]
    if terms.body is not None and not terms.form:
        found += ["malformed-json", "media-type", "validation-failed"]
    if terms.key:
        found += ["idempotency-key-invalid", "idempotency-in-progress", "idempotency-key-reused"]
    if terms.key == "required":
        found += ["idempotency-key-missing"]
    if terms.conditional.startswith("write"):
        found += ["version-mismatch"]
    if terms.conditional == "write":
        found += ["if-match-required"]
    return (*found, *terms.problems)
