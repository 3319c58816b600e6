"""How changes are told: no signature but the caller's own `clientState`, retries after 408, 429 and 5xx, for 36 hours.

Any other answer than those, or a good one, ends the subscription (MicrosoftDocs, `dynamics-subscriptions.md`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.vendor import NO_ANSWER, WebhookRules
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.subscriptions import HANDSHAKE

# 36 hours are 36 minutes here. How they are spent the vendor does not say.
SCHEDULE_S: Final = (0.0, 5.0, 30.0, 120.0, 600.0, 1_200.0, 2_160.0)
TIMEOUT_S: Final = 5.0


def is_worth_another(status: int | None) -> bool:
    """What may be better next time."""
    return status is None or status in {NO_ANSWER, 408, 429} or status >= 500


def _serialise(notice: Notice) -> tuple[str, bytes]:
    if notice.type == HANDSHAKE:
        return "text/plain", b""
    return "application/json", orjson.dumps({"value": notice.payload["value"]})


def _headers(
    _notice: Notice, _url: str, _body: bytes, _secret: str, _wall_s: float, _attempt: int
) -> Mapping[str, str]:
    return {"User-Agent": "BusinessCentral/26.0"}


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    """Each notice is for one subscription, at its address."""
    del account
    return [(notice.url, "")] if notice.url else []


def _on_result(
    account: Account[Any], notice: Notice, _url: str, _attempt: int, status: int | None, final: bool
) -> None:
    state: State = account.state
    subscription = state.subscriptions.get(str(notice.payload.get("id")))
    is_good = status is not None and 200 <= status < 300
    if subscription is None or is_good:
        return
    # Nobody waits for a handshake: one that fails has failed.
    if notice.type == HANDSHAKE or (final and not is_worth_another(status)):
        state.end_subscription(subscription)


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    schedule_s=SCHEDULE_S,
    retry_on=is_worth_another,
    timeout_s=TIMEOUT_S,
    on_result=_on_result,
)
