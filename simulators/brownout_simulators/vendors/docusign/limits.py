"""DocuSign's limiters, and the headers on every reply.

Hourly and burst are counted in windows of the clock, for all applications of an account together: 3,000 calls until the
hour is full, 500 in 30 seconds (developers.docusign.com, "API resource limits"). How polling is counted is not told;
10 reads of one envelope in 30 seconds is our choice, 4 in an hour what its guideline of one in 15 minutes comes to.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, LimitState, Reply
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.docusign.ids import guid_of
from brownout_simulators.vendors.docusign.resources import State, site_of

HOUR_S: Final = 3_600.0
BURST_S: Final = 30.0
_REST: Final = "/restapi/"


def _next(period_s: float, wall_s: float) -> float:
    return (math.floor(wall_s / period_s) + 1) * period_s


def next_hour(wall_s: float) -> float:
    """When the clock next shows a full hour."""
    return _next(HOUR_S, wall_s)


def next_burst(wall_s: float) -> float:
    """When the next 30 seconds begin."""
    return _next(BURST_S, wall_s)


def _metered(call: Call, account: str) -> str:
    return account if call.path.startswith(_REST) else ""


def _polled(call: Call, account: str) -> str:
    """Only the envelope itself and its recipients are polled for."""
    if call.method != "GET" or not call.path.startswith(_REST):
        return ""
    parts = call.path.split("/")  # "", restapi, v2.1, accounts, id, envelopes, id
    is_one = len(parts) in {7, 8} and parts[5] == "envelopes" and parts[-1] in {parts[6], "recipients"}
    return f"{account}:{parts[6].lower()}" if is_one else ""


HOURLY: Final = Limit("hourly", burst=3_000.0, key_of=_metered, renews_at=next_hour)
BURST: Final = Limit("burst", burst=500.0, key_of=_metered, renews_at=next_burst)
POLLING: Final = Limit("polling", burst=10.0, key_of=_polled, renews_at=next_burst)
POLLING_HOURLY: Final = Limit("polling-hourly", burst=4.0, key_of=_polled, renews_at=next_hour)
LIMITS: Final = (HOURLY, BURST, POLLING, POLLING_HOURLY)


def _told(states: Mapping[str, LimitState], reset: str) -> Mapping[str, str]:
    hourly = states.get("hourly") or LimitState(HOURLY.burst, HOURLY.burst, 0.0)
    burst = states.get("burst") or LimitState(BURST.burst, BURST.burst, 0.0)
    return {
        "X-RateLimit-Limit": str(int(hourly.limit)),
        "X-RateLimit-Remaining": str(max(0, int(hourly.remaining))),
        "X-RateLimit-Reset": reset,
        "X-BurstLimit-Limit": str(int(burst.limit)),
        "X-BurstLimit-Remaining": str(max(0, int(burst.remaining))),
    }


@lru_cache(maxsize=16)
def _told_of_none(reset: str) -> Mapping[str, str]:
    """What is told while no limit is on, for an hour."""
    return _told({}, reset)


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """Adds what is on every reply: a trace token; how far both limits are used, where the call was counted."""
    headers = reply.headers
    headers["X-DocuSign-TraceToken"] = guid_of("trace", call.request_id)
    if account is None:
        return
    site = site_of(account)
    if call.path.startswith(_REST) and reply.status != 401:
        states, reset = account.limits(call), str(int(next_hour(account.wall_s())))
        headers |= _told(states, reset) if states else _told_of_none(reset)
    if site.retry_after and reply.status in {429, 503}:
        headers.setdefault("Retry-After", "1")
    if reply.status == 429:
        reply.status = site.limit_status
