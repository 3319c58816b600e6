"""How OpenAI says no: one envelope, `{"error": {"message", "type", "param", "code"}}`, all four always there.

Statuses, types and codes as in the guide "Error codes" and in captured answers; the words are this simulator's own, but
for the fragments that clients read: the model, the organization, `Limit`, `Used`, `Requested`, `try again in`.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, LimitState, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.openai.durations import go_duration
from brownout_simulators.vendors.openai.keys import account_of, organization_of
from brownout_simulators.vendors.openai.limits import BY_NAME, cost_of, model_of

INVALID: Final = "invalid_request_error"
RATE_LIMITED: Final = "rate_limit_exceeded"
PER: Final[Mapping[str, str]] = {
    "requests": "requests per min (RPM)",
    "tokens": "tokens per min (TPM)",
    "tokens-settled": "tokens per min (TPM)",
    "requests-per-day": "requests per day (RPD)",
}


def error(status: int, message: str, kind: str = INVALID, code: str | None = None, param: str | None = None) -> Reply:
    """The whole reply. It was refused before any work."""
    body = orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})
    return Reply(status, body, {"content-type": "application/json"}, executed=False)


def refuse(message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> Refused:
    """A request that is wrong in itself."""
    return Refused(error(status, message, INVALID, code, param))


def not_found(noun: str, id: str, *, param: str | None = None) -> Refused:  # noqa: A002
    """There is no such object."""
    return refuse(f"{noun} with id '{id[:120]}' not found.", param=param, status=404)


def no_model(model: str) -> Refused:
    """404, not 400: as captured (sparticleinc/chatgpt-google-summary-extension issue 132)."""
    message = f"The model `{model[:120]}` does not exist or you do not have access to it."
    return refuse(message, code="model_not_found", status=404)


def edge_page(status: int, title: str) -> Reply:
    """What the CDN answers when nobody stands behind it."""
    page = (
        f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1>"
        "</center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    )
    return Reply(status, page.encode(), {"content-type": "text/html; charset=UTF-8"}, executed=False)


def _organization(call: Call) -> str:
    return organization_of(account_of(call.headers.get("authorization", "")))


class OpenAIErrors:
    """One function per situation."""

    def unknown_route(self, call: Call) -> Reply:
        return error(404, f"Invalid URL ({call.method} {call.path[:200]})")

    def malformed(self, call: Call, why: str) -> Reply:
        del call
        return error(400, f"We could not parse the body of your request: {why[:300]}")

    def unauthenticated(self, call: Call) -> Reply:
        if not call.headers.get("authorization"):
            message = "You didn't provide an API key: an Authorization header with a Bearer token is needed."
            return error(401, message)
        return error(401, "Incorrect API key provided.", INVALID, "invalid_api_key")

    def token_expired(self, call: Call) -> Reply:
        return self.unauthenticated(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        name = reason if reason in PER else "requests"
        kind = "tokens" if name.startswith("tokens") else "requests"
        state = call.limit or LimitState(BY_NAME[name].burst, 0.0, 0.0)
        requested = math.ceil(cost_of(call)) if kind == "tokens" else 1
        message = f"for {model_of(call) or 'default'} in organization {_organization(call)} on {PER[name]}"
        if kind == "tokens" and requested > state.limit:
            # No Used and no hint, as captured (shell_gpt issue 653): no waiting helps.
            message = f"Request too large {message}: Limit {state.limit:.0f}, Requested {requested}. Ask for less."
            return error(429, message, kind, RATE_LIMITED)
        used = math.ceil(state.limit - state.remaining - 1e-6)
        message = f"Rate limit reached {message}: Limit {state.limit:.0f}, Used {used}, Requested {requested}."
        if retry_after_s is None:
            return error(429, message, kind, RATE_LIMITED)
        if state.reset_s:
            # Public messages fit (Used + Requested - Limit) / rate, all of them whole numbers; so does this one.
            rate_per_s = (state.limit - state.remaining) / state.reset_s
            retry_after_s = (used + requested - state.limit) / rate_per_s
        reply = error(429, f"{message} Please try again in {go_duration(retry_after_s)}.", kind, RATE_LIMITED)
        reply.headers["retry-after"] = str(max(1, math.ceil(retry_after_s)))
        return reply

    def quota_exhausted(self, call: Call) -> Reply:
        del call
        return error(429, "You exceeded your current quota: check your plan and billing details.", "insufficient_quota",
                     "insufficient_quota")  # fmt: skip

    def server_error(self, call: Call, status: int) -> Reply:
        del call
        if status == 503:
            message = "The engine is currently overloaded, please try again later."
            return error(503, message, "service_unavailable_error", "server_is_overloaded")
        if status in {502, 504}:
            return edge_page(status, "Bad Gateway" if status == 502 else "Gateway Time-out")
        return error(status, "The server had an error while processing your request.", "server_error")


def failure_in(reply: Reply) -> Mapping[str, Any]:
    """What stands in an error's envelope; a server error, where the reply has none (a page of the CDN's)."""
    try:
        found: Mapping[str, Any] = orjson.loads(reply.body)["error"]
    except orjson.JSONDecodeError:
        message = "The server had an error while processing your request."
        return {"message": message, "type": "server_error", "param": None, "code": None}
    return found
