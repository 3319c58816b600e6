"""Each endpoint of the contract with what does it: who has come so far has sent what the contract asks for."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.sales import (
    access,
    actions,
    customers,
    description,
    inventory,
    quotes,
    reservations,
    webhooks,
)
from brownout_simulators.vendors.sales.contract import CONTRACT, Terms
from brownout_simulators.vendors.sales.errors import invalid, oauth_error, refuse
from brownout_simulators.vendors.sales.resources import State
from brownout_simulators.vendors.sales.shapes import Shape

Action = Callable[[Call, Account[State]], Reply]

ACTIONS: Final[Mapping[str, Action]] = {
    "POST /oauth2/token": access.issue_token,
    "POST /oauth2/revoke": access.revoke_token,
    "POST /api/v2/orders/intake": actions.take_in,
    "GET /api/v2/orders": actions.list_orders,
    "GET /api/v2/orders/{id}": actions.fetch,
    "PATCH /api/v2/orders/{id}": actions.patch,
    "POST /api/v2/orders/{id}/cancel": actions.cancel,
    "GET /api/v2/orders/{id}/events": actions.list_events,
    "POST /api/v2/customers": customers.create,
    "GET /api/v2/customers": customers.list_customers,
    "GET /api/v2/customers/{id}": customers.fetch,
    "PATCH /api/v2/customers/{id}": customers.patch,
    "POST /api/v2/quotes": quotes.create,
    "GET /api/v2/quotes": quotes.list_quotes,
    "GET /api/v2/quotes/{id}": quotes.fetch,
    "PATCH /api/v2/quotes/{id}": quotes.patch,
    "POST /api/v2/quotes/{id}/send": quotes.send,
    "POST /api/v2/quotes/{id}/accept": quotes.accept,
    "POST /api/v2/quotes/{id}/decline": quotes.decline,
    "POST /api/v2/quotes/{id}/order": quotes.order,
    "GET /api/v2/quotes/{id}/events": quotes.list_events,
    "GET /api/v2/inventory": inventory.list_stock,
    "GET /api/v2/inventory/{sku}": inventory.fetch,
    "PUT /api/v2/inventory/{sku}": inventory.put,
    "POST /api/v2/reservations": reservations.create,
    "GET /api/v2/reservations": reservations.list_reservations,
    "GET /api/v2/reservations/{id}": reservations.fetch,
    "POST /api/v2/reservations/{id}/release": reservations.release,
    "POST /api/v2/webhook-endpoints": webhooks.create_endpoint,
    "GET /api/v2/webhook-endpoints": webhooks.list_endpoints,
    "GET /api/v2/webhook-endpoints/{id}": webhooks.fetch_endpoint,
    "DELETE /api/v2/webhook-endpoints/{id}": webhooks.delete_endpoint,
    "POST /api/v2/webhook-endpoints/{id}/rotate-secret": webhooks.rotate_secret,
    "GET /api/v2/webhook-deliveries": webhooks.list_deliveries,
    "POST /api/v2/webhook-deliveries/{id}/redeliver": webhooks.redeliver,
    "GET /api/v2/openapi.json": description.fetch,
    "GET /healthz": actions.health,
}


def _held_to(terms: Terms, action: Action) -> Action:
    """The action, where query and body are as the contract has them."""
    body, query, reads = terms.body, terms.query, terms.body is None

    def guarded(call: Call, account: Account[State]) -> Reply:
        if call.query:
            _check_query(call, query if reads else {})
        if body is not None and (wrong := body.flaws(call.data)):
            raise invalid(call, [flaw._asdict() for flaw in wrong])
        return action(call, account)

    return guarded


def _of_client(action: Action) -> Action:
    """OAuth's endpoints say in words of their own what is wrong with a request."""

    def guarded(call: Call, account: Account[State]) -> Reply:
        if call.query:
            return oauth_error(400, "invalid_request", "parameters belong into the body")
        return action(call, account)

    return guarded


def _check_query(call: Call, known: Mapping[str, Shape]) -> None:
    given = access.query_of(call)
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise refuse(call, "bad-parameter", f"unknown: {', '.join(unknown)}")
    for name, value in given.items():
        if wrong := known[name].flaws(value):
            raise refuse(call, "bad-parameter", f"{name} {wrong[0].detail}")


def _route(name: str, terms: Terms) -> Route[State]:
    method, _, path = name.partition(" ")
    action = ACTIONS[name]
    if terms.access == "client":
        return Route(method, path, _of_client(action), grants=True)
    return Route(method, path, _held_to(terms, action), public=terms.access == "none")


ROUTES: Final[tuple[Route[State], ...]] = tuple(_route(name, terms) for name, terms in CONTRACT.items())
