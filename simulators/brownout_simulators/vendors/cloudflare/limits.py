"""Cloudflare's limiters, off unless asked for, and what is on every answer."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, LimitState, Reply
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.cloudflare.resources import State

WINDOW_S: Final = 300.0
COLO: Final = "FRA"


def _is_purge(call: Call) -> bool:
    return call.method == "POST" and call.path.endswith("/purge_cache")


def _request(call: Call, account: str) -> str:
    """Purges by URL are not counted (staff's word in cloudflare-docs #5458). An account's own token has a bucket of its
    own."""
    if _is_purge(call) and "files" in call.data:
        return ""
    return f"owned {account}" if call.headers.get("authorization", "").startswith("Bearer cfat_") else account


def _purge(call: Call, account: str) -> str:
    return account if _is_purge(call) and "files" not in call.data else ""


def _purged_urls(call: Call, account: str) -> str:
    return account if _is_purge(call) and isinstance(call.data.get("files"), list) else ""


def _url_count(call: Call) -> float:
    files = call.data.get("files")
    return float(len(files)) if isinstance(files, list) else 0.0


def _written_key(call: Call, account: str) -> str:
    if call.method not in {"PUT", "DELETE"} or not call.route.endswith("/values/{key...}"):
        return ""
    return f"{account} {call.params['namespace']} {call.params['key']}"


# The window begins with its first request; what is over it is refused until it ends (developers.cloudflare.com,
# "Rate limits").
REQUESTS: Final = Limit("requests", burst=1_200.0, key_of=_request, renews_at=lambda wall_s: wall_s + WINDOW_S)
# The free plan's ("Purge cache", availability and limits); one second apart for writes to a key ("KV limits").
LIMITS: Final = (
    REQUESTS,
    Limit("purge", rate_per_s=5.0 / 60.0, burst=25.0, key_of=_purge),
    Limit("purge-urls", rate_per_s=800.0, burst=800.0, key_of=_purged_urls, cost_of=_url_count),
    Limit("kv-key", rate_per_s=1.0, burst=1.0, key_of=_written_key),
    # Per address of the caller: here everybody has the same.
    Limit("address", rate_per_s=200.0, burst=200.0, key_of=lambda _call, _account: "loopback"),
)
_UNUSED: Final = LimitState(REQUESTS.burst, REQUESTS.burst, 0.0)


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """A ray on everything, and how far the rate is used."""
    headers = reply.headers
    headers["cf-ray"] = f"{call.request_id[:16]}-{COLO}"
    headers["server"] = "cloudflare"
    state = None if account is None else account.limits(call).get("requests")
    if state is None and reply.status != 429:
        headers["ratelimit"], headers["ratelimit-policy"] = _OF_UNUSED
        return
    headers["ratelimit"], headers["ratelimit-policy"] = _told(state or _UNUSED, reply)


def _told(state: LimitState, reply: Reply) -> tuple[str, str]:
    left, seconds = max(0, int(state.remaining)), max(1, round(state.reset_s or WINDOW_S))
    if reply.status == 429 and b'"code":971' in reply.body:
        left = 0  # also where a fault refuses: an honest server says that nothing is left
    return f'"default";r={left};t={seconds}', f'"burst";q={state.limit:g};w={WINDOW_S:g}'


_OF_UNUSED: Final = _told(_UNUSED, Reply(200))
