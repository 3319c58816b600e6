"""Webhooks, by the Standard Webhooks scheme that OpenAI uses: what is done in the background, told when it ends."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators import svix
from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.vendor import WebhookRules
from brownout_simulators.vendors.openai.resources import State

EVENTS: Final = (
    "response.completed", "response.failed", "response.cancelled", "response.incomplete", "batch.completed",
    "batch.failed", "batch.expired", "batch.cancelled",
)  # fmt: skip


def notice(account: Account[State], kind: str, id: str) -> Notice:  # noqa: A002
    """`response.completed` and the like: the event names the object, and does not hold it."""
    event = {
        "id": f"evt_{account.ids.hexadecimal(32)}",
        "object": "event",
        "created_at": int(account.wall_s()),
        "type": kind,
        "data": {"id": id},
    }
    return Notice(kind, event)


def listen(account: Account[State], url: str) -> str:
    """An endpoint for every event, as in the dashboard; its secret."""
    secret = svix.secret_of(account.name, url, account.ids.base62(24))
    account.state.endpoints[url] = secret
    return secret


def _serialise(told: Notice) -> tuple[str, bytes]:
    return "application/json", orjson.dumps(told.payload)


def _headers(  # noqa: PLR0917  the engine's signature
    told: Notice, url: str, body: bytes, secret: str, wall_s: float, attempt: int
) -> Mapping[str, str]:
    del url, attempt
    agent = {"User-Agent": "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)"}
    return {**agent, **svix.headers([secret], str(told.payload["id"]), wall_s, body, prefix="webhook")}


def _endpoints(account: Account[Any], told: Notice) -> Sequence[tuple[str, str]]:
    del told
    state: State = account.state
    return list(state.endpoints.items())


# "Up to 72 hours with exponential backoff" (guide "Webhooks"); the steps are not published.
WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    schedule_s=(0.0, 5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 86_400.0, 172_800.0, 259_200.0),
    timeout_s=10.0,
    jitter=0.1,
)
