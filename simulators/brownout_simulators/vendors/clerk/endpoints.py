"""Webhook endpoints, as one makes them in the dashboard that Clerk borrows from Svix: Svix's own paths and shapes."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from brownout_simulators import svix
from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk.dialect import reply
from brownout_simulators.vendors.clerk.errors import invalid, missing, refuse
from brownout_simulators.vendors.clerk.keys import instance_id, webhook_secret
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Endpoint, State
from brownout_simulators.vendors.clerk.webhooks import EVENTS, opened

_EVENT: Final = re.compile(r"[A-Za-z]+\.[A-Za-z]+")
_FIELDS: Final = {
    "url": take.text(2_048),
    "filterTypes": take.texts,
    "description": take.text(),
    "disabled": take.boolean,
    "secret": take.text(),
}


def create(call: Call, account: Account[State]) -> Reply:
    """POST /app/{app_id}/endpoint. Without filters it hears everything."""
    _check_app(call, account)
    given = take.checked(call, _FIELDS, "url")
    _check(call, given)
    secret = given.get("secret") or ""
    if secret and not svix.is_secret(secret):
        raise invalid(call, "form_param_format_invalid", "secret", "signing secret")
    endpoint = opened(account, given["url"], frozenset(given.get("filterTypes") or ()), secret)
    endpoint.disabled = bool(given.get("disabled"))
    return reply(_view(endpoint), status=201)


def list_endpoints(call: Call, account: Account[State]) -> Reply:
    """GET /app/{app_id}/endpoint: all of them, on one page."""
    _check_app(call, account)
    rows = [_view(endpoint) for endpoint in account.state.endpoints.oldest_first()]
    return reply({"data": rows, "iterator": None, "prevIterator": None, "done": True})


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /app/{app_id}/endpoint/{endpoint_id}."""
    return reply(_view(_of_call(call, account)))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /app/{app_id}/endpoint/{endpoint_id}; one that was disabled for its failures begins anew."""
    endpoint = _of_call(call, account)
    given = take.checked(call, {name: check for name, check in _FIELDS.items() if name != "secret"})
    _check(call, given)
    endpoint.url = given.get("url") or endpoint.url
    if "filterTypes" in given:
        endpoint.events = frozenset(given["filterTypes"] or ())
    if given.get("disabled") is not None:
        endpoint.disabled, endpoint.failing_since_s = given["disabled"], None
    return reply(_view(endpoint))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /app/{app_id}/endpoint/{endpoint_id}."""
    account.state.endpoints.remove(_of_call(call, account).id)
    return Reply(204)


def show_secret(call: Call, account: Account[State]) -> Reply:
    """GET …/secret."""
    return reply({"key": _of_call(call, account).secret})


def rotate_secret(call: Call, account: Account[State]) -> Reply:
    """POST …/secret/rotate: for a day both secrets sign."""
    endpoint, state = _of_call(call, account), account.state
    given = take.checked(call, {"key": take.text()}) if call.body else {}
    secret = given.get("key") or webhook_secret(account.name, state.endpoints_made)
    if not svix.is_secret(secret):
        raise invalid(call, "form_param_format_invalid", "key", "signing secret")
    state.endpoints_made += 1
    endpoint.previous, endpoint.secret = endpoint.secret, secret
    endpoint.previous_until_s = account.wall_s() + svix.ROTATION_OVERLAP_S
    return Reply(204)


def create_app(call: Call, account: Account[State]) -> Reply:
    """POST /webhooks/svix: the application at Svix, one for each instance."""
    if account.state.svix_app:
        raise refuse(call, "svix_app_exists")
    account.state.svix_app = True
    return _dashboard(account)


def delete_app(call: Call, account: Account[State]) -> Reply:
    """DELETE /webhooks/svix, with all its endpoints."""
    if not account.state.svix_app:
        raise refuse(call, "svix_app_missing")
    account.state.svix_app = False
    for endpoint in list(account.state.endpoints.oldest_first()):
        account.state.endpoints.remove(endpoint.id)
    return Reply(204)


def app_url(call: Call, account: Account[State]) -> Reply:
    """POST /webhooks/svix_url: where its dashboard is."""
    if not account.state.svix_app:
        raise refuse(call, "svix_app_missing")
    return _dashboard(account)


def _dashboard(account: ClerkAccount) -> Reply:
    return reply({"svix_url": f"{account.base_url}/api/v1/app/{instance_id(account.name)}/endpoint"})


def _check(call: Call, given: dict[str, Any]) -> None:
    if given.get("url") is not None:
        try:
            parts = urlsplit(given["url"])
            is_fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_fit = False
        if not is_fit:
            raise invalid(call, "form_param_format_invalid", "url", "URL")
    for event in given.get("filterTypes") or ():
        # Of Clerk's many events some are never sent here: to wait for such a one is no mistake.
        if event not in EVENTS and not _EVENT.fullmatch(event):
            raise invalid(call, "form_param_value_invalid", "filterTypes", event[:100])


def _check_app(call: Call, account: ClerkAccount) -> None:
    if call.params["app_id"] != instance_id(account.name):
        raise missing(call, "application", call.params["app_id"])


def _of_call(call: Call, account: ClerkAccount) -> Endpoint:
    _check_app(call, account)
    endpoint = account.state.endpoints.get(call.params["endpoint_id"])
    if endpoint is None:
        raise missing(call, "endpoint", call.params["endpoint_id"])
    return endpoint


def _view(endpoint: Endpoint) -> dict[str, Any]:
    created = datetime.fromtimestamp(endpoint.created_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "version": 1,
        "description": "",
        "filterTypes": sorted(endpoint.events) or None,
        "channels": None,
        "disabled": endpoint.disabled,
        "rateLimit": None,
        "uid": None,
        "metadata": {},
        "createdAt": created,
        "updatedAt": created,
    }


_ALL: Final = "/app/{app_id}/endpoint"
_ONE: Final = f"{_ALL}/{{endpoint_id}}"

SVIX_ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", _ALL, list_endpoints),
    Route("POST", _ALL, create),
    Route("GET", _ONE, fetch),
    Route("PATCH", _ONE, change),
    Route("DELETE", _ONE, delete),
    Route("GET", f"{_ONE}/secret", show_secret),
    Route("POST", f"{_ONE}/secret/rotate", rotate_secret),
)
"""Under `/api/v1`, as at Svix."""

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/webhooks/svix", create_app),
    Route("DELETE", "/webhooks/svix", delete_app),
    Route("POST", "/webhooks/svix_url", app_url),
)
