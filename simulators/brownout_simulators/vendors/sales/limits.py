"""The sales system's limiters, and the headers on every reply, in each of the dialects that such headers have."""

from email.utils import formatdate
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, LimitState, Reply
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.sales.errors import correlation_id
from brownout_simulators.vendors.sales.resources import State

_TOKENS: Final = "/oauth2/"


def _api_call(call: Call, account: str) -> str:
    return "" if call.path.startswith(_TOKENS) else account


def _token_call(call: Call, account: str) -> str:
    return account if call.path == "/oauth2/token" else ""


BURST: Final = Limit(name="burst", rate_per_s=10.0, burst=100.0, key_of=_api_call)
CONCURRENCY: Final = Limit(name="concurrency", concurrency=20, key_of=_api_call)
TOKENS: Final = Limit(name="token", rate_per_s=10 / 60, burst=10.0, key_of=_token_call)
LIMITS: Final = (BURST, CONCURRENCY, TOKENS)


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """Adds what is on every reply: request id, correlation id, rate limits."""
    headers = reply.headers
    headers["X-Request-Id"] = call.request_id
    headers["X-Correlation-ID"] = correlation_id(call)
    if account is None:
        return
    options = account.state.options_for(account.name)
    now_s = account.wall_s() + options.skew_s
    if options.skew_s:
        headers["date"] = formatdate(now_s, usegmt=True)
    states = account.limits(call)
    if not states and options.rate_limit == "draft10" and reply.status != 429:
        headers |= _OF_NONE
        return
    burst = states.get("burst") or LimitState(BURST.burst, BURST.burst, 0.0)
    if reply.status == 429 and options.rate_limit != "lying":
        # Also where a fault refuses and the real bucket is full: an honest server says that nothing is left.
        burst = LimitState(burst.limit, 0.0, burst.reset_s)
    flying = states.get("concurrency")
    at_once = int(flying.limit) if flying is not None else CONCURRENCY.concurrency
    _RENDERERS[options.rate_limit](headers, burst, at_once, _reset_s(reply, burst), now_s)


def _reset_s(reply: Reply, burst: LimitState) -> int:
    """Seconds for `t`. A refusal's Retry-After and its `t` are one figure: the former may not be the earlier one."""
    asked = reply.headers.get("retry-after", "") if reply.status == 429 else ""
    return int(asked) if asked.isdecimal() else -int(-burst.reset_s // 1)


def _left(burst: LimitState) -> int:
    return max(0, min(int(burst.limit), int(burst.remaining)))


def _window_s(burst: LimitState) -> int:
    return max(1, round(burst.limit / BURST.rate_per_s))


def _draft10(headers: dict[str, str], burst: LimitState, at_once: int, reset_s: int, _now_s: float) -> None:
    headers["RateLimit-Policy"] = (
        f'"burst";q={int(burst.limit)};w={_window_s(burst)}, "concurrency";q={at_once};qu="concurrent-requests"'
    )
    headers["RateLimit"] = f'"burst";r={_left(burst)};t={reset_s}'


def _draft06(headers: dict[str, str], burst: LimitState, _at_once: int, reset_s: int, _now_s: float) -> None:
    headers["RateLimit-Limit"] = str(int(burst.limit))
    headers["RateLimit-Remaining"] = str(_left(burst))
    headers["RateLimit-Reset"] = str(reset_s)


def _legacy(headers: dict[str, str], burst: LimitState, _at_once: int, reset_s: int, now_s: float) -> None:
    headers["X-RateLimit-Limit"] = str(int(burst.limit))
    headers["X-RateLimit-Remaining"] = str(_left(burst))
    headers["X-RateLimit-Reset"] = str(int(now_s) + reset_s)


def _silent(_headers: dict[str, str], _burst: LimitState, _at_once: int, _reset_s: int, _now_s: float) -> None:
    """No header at all."""


def _malformed(headers: dict[str, str], _burst: LimitState, _at_once: int, _reset_s: int, _now_s: float) -> None:
    headers["RateLimit-Policy"] = 'burst;q="many";w=, ;;'
    headers["RateLimit"] = '"burst;r=-;t=soon'


def _lying(headers: dict[str, str], burst: LimitState, at_once: int, reset_s: int, now_s: float) -> None:
    _draft10(headers, LimitState(burst.limit, burst.limit, burst.reset_s), at_once, reset_s, now_s)


_RENDERERS: Final[dict[str, Any]] = {
    "draft10": _draft10,
    "draft06": _draft06,
    "legacy": _legacy,
    "none": _silent,
    "malformed": _malformed,
    "lying": _lying,
}

_OF_NONE: Final[dict[str, str]] = {}
"""What is told while no limit is on."""
_draft10(_OF_NONE, LimitState(BURST.burst, BURST.burst, 0.0), CONCURRENCY.concurrency, 0, 0.0)
