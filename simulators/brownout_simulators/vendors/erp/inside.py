"""A request within another, or worked on later: its route is found, its action run, its refusal caught."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.router import Router
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.errors import ERRORS, problem
from brownout_simulators.vendors.erp.resources import State

ASYNC: Final = "respond-async"


@lru_cache(maxsize=1)
def _router() -> Router:
    """Of all routes; that table is made of what asks here, so it is looked at when the first one does."""
    from brownout_simulators.vendors.erp.actions import ROUTES

    return Router(ROUTES)


def inner_call(outer: Call, method: str, url: str, headers: Mapping[str, str], data: Mapping[str, Any]) -> Call:
    """The call that a batch holds; its address is relative to the batch's service root, or whole."""
    parts = urlsplit(url)
    root = outer.path.removesuffix("/$batch")
    path = unquote(parts.path)
    call = Call(
        method.upper(),
        path if path.startswith("/") else f"{root}/{path}",
        parts.query,
        {**_handed_on(outer), **without_async(headers)},
        b"",
        outer.at_s,
        request_id=outer.request_id,
        wall_s=outer.wall_s,
    )
    call.data = data
    return call


def perform(call: Call, account: Account[State]) -> Reply:
    """What the ERP answers to it."""
    found = _router().find(call.method, call.path)
    if found is None:
        return ERRORS.unknown_route(call)
    call.route, call.params = found.name, found.params
    company = call.params.get("company")
    if company is not None and company.strip("'").lower() != account.state.company_id:
        return problem(call, "Internal_RecordNotFound", "The company does not exist.", target="companies")
    try:
        return found.route.action(call, account)
    except Refused as refused:
        return refused.reply


def without_async(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Those of a request that is worked on now: nothing is put off twice, nor within a batch."""
    if ASYNC not in headers.get("prefer", ""):
        return headers
    prefer = ", ".join(part for part in headers["prefer"].split(",") if ASYNC not in part)
    return {**headers, "prefer": prefer.strip()}


def _handed_on(outer: Call) -> dict[str, str]:
    """What a request of a batch has from the batch: who it is, and whose doing."""
    kept = ("authorization", "x-correlation-id")
    return {name: outer.headers[name] for name in kept if name in outer.headers}
