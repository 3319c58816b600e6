"""Webhooks, which Clerk sends through Svix: event names, body, signatures of both secrets while a rotation overlaps."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators import svix
from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice
from brownout_simulators.vendor import WebhookRules
from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.keys import instance_id, webhook_secret
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Endpoint, Object, State, now_ms

EVENTS: Final = frozenset(
    {
        *(f"{noun}.{verb}" for noun in ("user", "organization", "organizationMembership")
          for verb in ("created", "updated", "deleted")),
        *(f"organizationInvitation.{verb}" for verb in ("created", "accepted", "revoked")),
        *(f"session.{verb}" for verb in ("created", "removed", "revoked")),
    }
)  # fmt: skip
"""Every event that the emulated actions send."""


def told(account: ClerkAccount, event: str, about: Object, call: Call | None = None) -> tuple[Notice, ...]:
    """The notice of an event, where anybody listens."""
    if not any(endpoint.wants(event) for endpoint in account.state.endpoints.oldest_first()):
        return ()
    request = {
        "client_ip": "127.0.0.1" if call is not None else "",
        "user_agent": call.headers.get("user-agent", "")[:256] if call is not None else "",
    }
    body = {
        "data": about,
        "event_attributes": {"http_request": request},
        "instance_id": instance_id(account.name),
        "object": "event",
        "timestamp": now_ms(account),
        "type": event,
    }
    # The message's id is Svix's: it is in a header, on every attempt, and not in the body.
    return (Notice(event, {"id": f"msg_{new_id(account, '')[1:]}", "body": body}),)


def listen(account: Account[State], url: str) -> str:
    """An endpoint for every event, made without a call; its secret."""
    return opened(account, url, frozenset()).secret


def opened(account: ClerkAccount, url: str, events: frozenset[str], secret: str = "") -> Endpoint:
    """A new endpoint."""
    state = account.state
    endpoint = Endpoint(
        id=f"ep_{new_id(account, '')[1:]}",
        url=url,
        events=events,
        secret=secret or webhook_secret(account.name, state.endpoints_made),
        created_s=account.wall_s(),
    )
    state.endpoints_made += 1
    state.endpoints.add(endpoint.id, endpoint, account.clock())
    return endpoint


def _serialise(notice: Notice) -> tuple[str, bytes]:
    return "application/json", orjson.dumps(notice.payload["body"])


def _headers(notice: Notice, _url: str, body: bytes, secret: str, wall_s: float, _attempt: int) -> Mapping[str, str]:
    signed = svix.headers(secret.split(" "), notice.payload["id"], wall_s, body)
    return {"User-Agent": "Svix-Webhooks/1.0 (brownout)", **signed}


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    state: State = account.state
    return [
        (endpoint.url, _secrets(endpoint, account.wall_s()))
        for endpoint in state.endpoints.oldest_first()
        if endpoint.wants(notice.type)
    ]


def _secrets(endpoint: Endpoint, now_s: float) -> str:
    overlaps = endpoint.previous and now_s < endpoint.previous_until_s
    return f"{endpoint.secret} {endpoint.previous}" if overlaps else endpoint.secret


def _on_result(
    account: Account[Any], _notice: Notice, url: str, _attempt: int, status: int | None, _final: bool
) -> None:
    """An endpoint that has only failed for five days hears nothing more."""
    state: State = account.state
    now_s = account.wall_s()
    for endpoint in state.endpoints.oldest_first():
        if endpoint.url != url:
            continue
        if status is not None and 200 <= status < 300:
            endpoint.failing_since_s = None
        elif endpoint.failing_since_s is None:
            endpoint.failing_since_s = now_s
        elif now_s - endpoint.failing_since_s >= svix.DISABLED_AFTER_S:
            endpoint.disabled = True


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    schedule_s=svix.SCHEDULE_S,
    timeout_s=svix.TIMEOUT_S,
    on_result=_on_result,
)
