"""Database webhooks (pg_net): posted after the commit, once, unsigned, and never again (supabase.com/docs/guides/
database/webhooks): a receiver that was down has missed the row."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.vendor import WebhookRules
from brownout_simulators.vendors.supabase.resources import State


def listen(account: Account[State], url: str) -> str:
    """A webhook on every table, for every change. There is no secret: nothing is signed."""
    account.state.webhooks.put(url, url)
    return ""


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    del notice
    return [(url, "") for url in account.state.webhooks.oldest_first()]


def _serialise(notice: Notice) -> tuple[str, bytes]:
    return "application/json", orjson.dumps(notice.payload)


def _headers(  # noqa: PLR0917 - the engine's signature
    notice: Notice, url: str, body: bytes, secret: str, wall_s: float, attempt: int
) -> Mapping[str, str]:
    del notice, url, body, secret, wall_s, attempt
    return {"User-Agent": "pg_net/0.19.5"}


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    retry_on=lambda _status: False,
    timeout_s=1.0,  # the dashboard's default
)
