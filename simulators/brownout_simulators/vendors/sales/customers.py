"""Customers: entered once for each e-mail address, read, listed, changed."""

from collections.abc import Mapping
from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.sales import requests
from brownout_simulators.vendors.sales.conditions import read, require_match, shown
from brownout_simulators.vendors.sales.documents import Document, required, told
from brownout_simulators.vendors.sales.errors import correlation_id, problem
from brownout_simulators.vendors.sales.paging import listed
from brownout_simulators.vendors.sales.resources import State


def create(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/customers."""
    request = requests.CUSTOMER.known(call.data)
    taken = account.state.customers.find(request["email"].lower())
    if taken is not None:
        return _duplicate(call, taken)
    document = account.state.customers.make(
        account, {"metadata": {}} | request, event="created", correlation=correlation_id(call)
    )
    reply = shown(201, document)
    reply.effects = (_effect(document.id, document.now.body),)
    reply.notices = told(account, document)
    return reply


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/customers/{id}."""
    return read(call, account, required(call, account.state.customers))


def list_customers(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/customers."""
    customers, email = account.state.customers, call.data.get("email")
    if email is None:
        return listed(call, account, customers.log, lambda _document, _edition: True)
    found = customers.find(email.lower())
    return listed(call, account, customers.log, lambda _document, _edition: True, [found] if found else [])


def patch(call: Call, account: Account[State]) -> Reply:
    """PATCH /api/v2/customers/{id}: a merge-patch; name and e-mail address cannot be taken away."""
    customers = account.state.customers
    document = required(call, customers)
    require_match(call, document.now.version)
    for name in ("name", "email"):
        if name in call.data and call.data[name] is None:
            raise requests.flawed(call, f"/{name}", "required", "is required")
    changes = {name: call.data[name] for name in requests.CUSTOMER_PATCH.members if name in call.data}
    taken = customers.find(changes["email"].lower()) if "email" in changes else None
    if taken is not None and taken is not document:
        return _duplicate(call, taken)
    customers.change(account, document, changes, event="updated")
    reply = shown(200, document)
    reply.notices = told(account, document)
    return reply


def _duplicate(call: Call, taken: Document) -> Reply:
    headers = {"Location": f"{taken.kind.path}/{taken.id}"}
    return problem(call, "duplicate-customer", headers=headers, existingId=taken.id)


def _effect(id: str, body: Mapping[str, Any]) -> Effect:  # noqa: A002
    references = {f"metadata.{name}": value for name, value in body["metadata"].items()}
    fields = {"name": body["name"], "email": body["email"], "phone": body.get("phone", "")}
    return Effect("sales.customer", id, references={"email": body["email"], **references}, fields=fields)
