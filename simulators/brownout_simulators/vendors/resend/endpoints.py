"""Webhook endpoints, as the API makes them: changed, rotated, and what each was told of each event."""

from typing import Any, Final
from urllib.parse import urlsplit

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.resend.dialect import instant, moment, reply
from brownout_simulators.vendors.resend.errors import invalid, missing, unknown
from brownout_simulators.vendors.resend.paging import page
from brownout_simulators.vendors.resend.resources import Endpoint, EventLog, Object, ResendAccount, State
from brownout_simulators.vendors.resend.webhooks import KNOWN, notice_of, opened, rotated, withheld

_LONGEST: Final = 2_048


def create(call: Call, account: Account[State]) -> Reply:
    """POST /webhooks."""
    url, events = call.data.get("endpoint"), call.data.get("events")
    if not url:
        raise missing("endpoint")
    if not events:
        raise missing("events")
    endpoint = opened(account, _url(url), _events(events))
    body = {"object": "webhook", "id": endpoint.id, "signing_secret": endpoint.secret}
    return reply(body, status=201)


def list_endpoints(call: Call, account: Account[State]) -> Reply:
    """GET /webhooks."""
    return page(call, account, account.state.endpoints, lambda each: each.id, _view)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /webhooks/{id}, with its secret."""
    endpoint = _of_call(call, account)
    return reply({"object": "webhook", **_view(endpoint), "signing_secret": endpoint.secret})


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /webhooks/{id}. What waited while it was disabled is sent once it is enabled again."""
    endpoint = _of_call(call, account)
    status = call.data.get("status")
    if status is not None and status not in ("enabled", "disabled"):
        raise invalid('The `status` field must be "enabled" | "disabled".')
    url, events = call.data.get("endpoint"), call.data.get("events")
    url = endpoint.url if url is None else _url(url)
    listened = endpoint.events if events is None else _events(events)
    endpoint.url, endpoint.events = url, listened
    waiting: list[Notice] = []
    if status is not None:
        if status == "enabled" and not endpoint.enabled:
            waiting = withheld(endpoint)
        endpoint.enabled, endpoint.failing_since_s = status == "enabled", None
    return reply({"object": "webhook", "id": endpoint.id}, notices=waiting)


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /webhooks/{id}."""
    endpoint = _of_call(call, account)
    account.state.endpoints.remove(endpoint.id)
    return reply({"object": "webhook", "id": endpoint.id, "deleted": True})


def rotate(call: Call, account: Account[State]) -> Reply:
    """POST /webhooks/{id}/signing-secret/rotate: for a day both secrets sign."""
    endpoint = _of_call(call, account)
    rotated(account, endpoint)
    return reply({"object": "webhook", "id": endpoint.id, "signing_secret": endpoint.secret})


def list_events(call: Call, account: Account[State]) -> Reply:
    """GET /webhooks/{id}/events."""
    return page(call, account, _of_call(call, account).log, lambda event: event.id, _event_view)


def fetch_event(call: Call, account: Account[State]) -> Reply:
    """GET /webhooks/{id}/events/{event}."""
    event = _event_of_call(call, account)
    due = None if event.next_attempt_s is None else instant(event.next_attempt_s)
    whole = {"object": "webhook_event", **_event_view(event), "next_attempt_at": due, "payload": event.body}
    return reply(whole)


def list_attempts(call: Call, account: Account[State]) -> Reply:
    """GET /webhooks/{id}/events/{event}/attempts, newest first, on one page: there are never many."""
    event = _event_of_call(call, account)
    return reply({"object": "list", "has_more": False, "data": event.attempts[::-1]})


def replay(call: Call, account: Account[State]) -> Reply:
    """POST /webhooks/{id}/events/{event}/replay: once more, as the same message."""
    endpoint, event = _of_call(call, account), _event_of_call(call, account)
    if not endpoint.enabled:
        raise invalid("The webhook is disabled.")
    return reply({"object": "webhook_event", "id": event.id}, notices=(notice_of(endpoint, event),))


def _url(given: Any) -> str:
    try:
        parts = urlsplit(given) if isinstance(given, str) and len(given) <= _LONGEST else None
        is_fit = parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_fit = False
    if not is_fit:
        raise invalid("Invalid `endpoint` field: a URL is needed.")
    return str(given)


def _events(given: Any) -> frozenset[str]:
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        raise invalid("The `events` field must be a non-empty array of `string`.")
    strange = next((each for each in given if each not in KNOWN), None)
    if strange is not None:
        raise invalid(f"Invalid `events` field: there is no event {strange[:100]}.")
    return frozenset(given)


def _of_call(call: Call, account: ResendAccount) -> Endpoint:
    endpoint = account.state.endpoints.get(call.params["id"])
    if endpoint is None:
        raise unknown("Webhook")
    return endpoint


def _event_of_call(call: Call, account: ResendAccount) -> EventLog:
    event = _of_call(call, account).log.get(call.params["event"])
    if event is None:
        raise unknown("Webhook event")
    return event


def _view(endpoint: Endpoint) -> Object:
    return {
        "id": endpoint.id,
        "created_at": moment(endpoint.created_s),
        "status": "enabled" if endpoint.enabled else "disabled",
        "endpoint": endpoint.url,
        "events": sorted(endpoint.events) or None,
    }


def _event_view(event: EventLog) -> Object:
    return {"id": event.id, "type": event.type, "created_at": instant(event.created_s), "status": event.status}


_ONE: Final = "/webhooks/{id}"
_EVENT: Final = f"{_ONE}/events/{{event}}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/webhooks", create),
    Route("GET", "/webhooks", list_endpoints),
    Route("GET", _ONE, fetch),
    Route("PATCH", _ONE, change),
    Route("DELETE", _ONE, delete),
    Route("POST", f"{_ONE}/signing-secret/rotate", rotate),
    Route("GET", f"{_ONE}/events", list_events),
    Route("GET", _EVENT, fetch_event),
    Route("GET", f"{_EVENT}/attempts", list_attempts),
    Route("POST", f"{_EVENT}/replay", replay),
)
