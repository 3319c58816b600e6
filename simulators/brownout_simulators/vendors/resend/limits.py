"""The rate of a team's requests, its mails of a day and of a month, and the headers that tell of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, LimitState, Reply
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.resend.access import SENDING
from brownout_simulators.vendors.resend.dialect import BATCH
from brownout_simulators.vendors.resend.errors import DAILY, MONTHLY
from brownout_simulators.vendors.resend.resources import State

_FIELDS: Final = ("to", "cc", "bcc")


def _sending(call: Call, account: str) -> str:
    return account if call.method == "POST" and call.path in SENDING else ""


def _recipients(call: Call) -> float:
    """Whom a call writes to: quotas count them, not mails (resend.com/docs, "Account quotas and limits"). Nothing is
    checked yet."""
    mails = call.data.get(BATCH) if call.path == "/emails/batch" else [call.data]
    if not isinstance(mails, list):
        return 0.0
    return float(sum(_count(mail.get(name)) for mail in mails if isinstance(mail, dict) for name in _FIELDS))


def _count(given: Any) -> int:
    return len(given) if isinstance(given, list) else 1 if isinstance(given, str) and given else 0


def next_day_s(wall_s: float) -> float:
    """The next 00:00 UTC after an instant, both in seconds since 1970."""
    return (wall_s // 86_400 + 1) * 86_400


def next_month_s(wall_s: float) -> float:
    """The next first of a month, 00:00 UTC."""
    now = datetime.fromtimestamp(wall_s, UTC)
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return datetime(year, month, 1, tzinfo=UTC).timestamp()


# Per team; older texts say 2 (resend.com/docs/api-reference/rate-limit).
RATE: Final = Limit("rate", rate_per_s=5.0, burst=5.0)
# The free plan's (resend.com/docs, "Account quotas and limits"). What is refused, or only replayed, counts for nothing.
DAY: Final = Limit(DAILY, burst=100.0, key_of=_sending, cost_of=_recipients, renews_at=next_day_s, of_effects=True)
MONTH: Final = Limit(
    MONTHLY, burst=3_000.0, key_of=_sending, cost_of=_recipients, renews_at=next_month_s, of_effects=True
)
LIMITS: Final = (RATE, DAY, MONTH)
_UNUSED: Final = LimitState(RATE.burst, RATE.burst, 0.0)


def _told(rate: LimitState) -> Mapping[str, str]:
    return {
        "ratelimit-limit": f"{rate.limit:g}",
        "ratelimit-remaining": str(max(0, int(rate.remaining))),
        "ratelimit-reset": str(max(1, ceil(rate.reset_s))),
    }


_OF_UNUSED: Final = _told(_UNUSED)


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """Adds what is on every reply: a request id, how far the rate is used; and of quotas that are on, how many mails
    were sent."""
    headers = reply.headers
    headers["x-request-id"] = call.request_id
    if account is None:
        return
    states = account.limits(call)
    rate = states.get("rate") or _UNUSED
    if reply.status == 429 and b'"rate_limit_exceeded"' in reply.body:
        # Also where a fault refuses: an honest server says that nothing is left.
        rate = LimitState(rate.limit, 0.0, max(rate.reset_s, 1.0))
    headers |= _OF_UNUSED if rate is _UNUSED else _told(rate)
    if not states:
        return
    for name, header in ((DAILY, "x-resend-daily-quota"), (MONTHLY, "x-resend-monthly-quota")):
        if name in states:
            headers[header] = f"{states[name].limit - states[name].remaining:.0f}"
