"""Requests and tokens per minute, requests per day, each for an organization and a model; the headers that tell them.

Tokens are charged when the call comes in: an estimate of the prompt by its characters, and as many for the answer as
the caller allows it, for each choice (community thread 360359). Whether what is not used is given back, nobody has
told in public: `tokens` keeps it, `tokens-settled` makes of the reserve what was used, when the call is over.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, LimitState, Reply
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.openai.durations import go_duration
from brownout_simulators.vendors.openai.keys import organization_of

CHARACTERS_PER_TOKEN: Final = 4
UNSAID: Final = 16
"""Tokens of an answer that are charged where the caller says nothing: what the first of these endpoints took for
granted (`max_tokens` of the old completions)."""
_LIMITED: Final = ("/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/moderations")
_BUDGETS: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens")
_INPUTS: Final = ("messages", "input", "instructions", "tools")


def model_of(call: Call) -> str:
    """The model that is asked for."""
    name = call.data.get("model")
    return name[:100] if isinstance(name, str) else ""


def _bucket(call: Call, account: str) -> str:
    return f"{account} {model_of(call)}" if call.method == "POST" and call.path in _LIMITED else ""


def cost_of(call: Call) -> float:
    """Tokens that a call is charged with. Nothing is checked yet: the body may hold anything."""
    data = call.data
    characters = sum(_characters(data.get(name)) for name in _INPUTS)
    prompt = -(-characters // CHARACTERS_PER_TOKEN)
    if call.path == "/v1/embeddings":
        return float(prompt)
    budget = next((found for name in _BUDGETS if (found := _count(data.get(name)))), UNSAID)
    return float(prompt + budget * (_count(data.get("n")) or 1))


def _count(value: Any) -> int:
    """A whole number above 0; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9 else 0


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_characters(each) for name, each in value.items() if name not in {"role", "type"})
    if isinstance(value, list):
        return sum(map(_characters, value))
    return CHARACTERS_PER_TOKEN if isinstance(value, int) else 0  # a token, in an array of them


def spent_by(made: Reply | None) -> float | None:
    """Tokens that an answer was billed with; nothing was for what was refused. None of what is still being made."""
    if made is None or made.status >= 400:
        return 0.0
    billed = [float(effect.fields["total_tokens"]) for effect in made.effects if "total_tokens" in effect.fields]
    return sum(billed) if billed else None


# The figures of a small account's tier for gpt-4o; a bucket holds a minute's worth, or a day's.
REQUESTS: Final = Limit("requests", rate_per_s=500 / 60, burst=500.0, key_of=_bucket)
TOKENS: Final = Limit("tokens", rate_per_s=30_000 / 60, burst=30_000.0, key_of=_bucket, cost_of=cost_of)
SETTLED: Final = replace(TOKENS, name="tokens-settled", spent_by=spent_by)
DAILY: Final = Limit("requests-per-day", rate_per_s=10_000 / 86_400, burst=10_000.0, key_of=_bucket)
LIMITS: Final = (REQUESTS, TOKENS, SETTLED, DAILY)
BY_NAME: Final[Mapping[str, Limit]] = {limit.name: limit for limit in LIMITS}


_ALWAYS: Final = {"openai-version": "2020-10-01", "server": "cloudflare", "cf-cache-status": "DYNAMIC"}


def decorate(call: Call, account: Account[Any] | None, reply: Reply) -> None:
    """Adds what is on every reply; on those that count against a limit, how far it is used."""
    headers = reply.headers
    headers.update(_ALWAYS)
    headers["x-request-id"] = f"req_{call.request_id}"
    headers["openai-processing-ms"] = str(round(call.took_s * 1_000))
    if account is None:
        return
    headers["openai-organization"] = organization_of(account.name)
    if call.path not in _LIMITED or call.method != "POST":
        return
    states = account.limits(call)
    if not states and reply.status != 429:
        headers.update(_FULL)
        return
    requests = states.get("requests") or states.get("requests-per-day") or _unused(REQUESTS)
    if reply.status == 429 and b'"requests"' in reply.body:
        requests = LimitState(requests.limit, 0.0, requests.reset_s)
    headers.update(_told(requests, states.get("tokens") or states.get("tokens-settled") or _unused(TOKENS)))


def _told(requests: LimitState, tokens: LimitState) -> dict[str, str]:
    told = {}
    for name, state in (("requests", requests), ("tokens", tokens)):
        told[f"x-ratelimit-limit-{name}"] = f"{state.limit:.0f}"
        told[f"x-ratelimit-remaining-{name}"] = str(max(0, int(state.remaining)))
        told[f"x-ratelimit-reset-{name}"] = go_duration(state.reset_s)
    return told


def _unused(limit: Limit) -> LimitState:
    return LimitState(limit.burst, limit.burst, 0.0)


_FULL: Final = _told(_unused(REQUESTS), _unused(TOKENS))
"""Where no limit is on: the usual case, so it is written once."""
