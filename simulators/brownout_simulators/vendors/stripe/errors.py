"""How Stripe says no: the envelope `{"error": {…}}`, its types and codes, and the words around them.

Two kinds of refusal are told apart, because a repeated idempotency key tells them apart: `executed=False` for what
was refused before the endpoint began to work (a missing parameter), `executed=True` for what the endpoint itself
decided (a declined card, a wrong state).
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

JSON: Final = "application/json"
DOCS: Final = "https://docs.stripe.com/error-codes/"
LOGS: Final = "https://dashboard.stripe.com/test/logs/"
LOCK_TIMEOUT: Final = "lock_timeout"
LOCKS: Final = frozenset({LOCK_TIMEOUT, "lock"})
SHOULD_RETRY: Final = "Stripe-Should-Retry"

# Statuses that the real API's edge answers before its own code runs; they carry the edge's HTML, not an error object.
EDGE: Final[Mapping[int, str]] = {502: "Bad Gateway", 504: "Gateway Time-out"}


def error(
    call: Call,
    status: int,
    message: str,
    *,
    code: str | None = None,
    type: str = "invalid_request_error",  # noqa: A002 - the wire's own name
    executed: bool = False,
    **details: Any,
) -> Reply:
    """One refusal in Stripe's envelope; `details` (`param`, `decline_code`, `payment_intent` …) as they are given."""
    body: dict[str, Any] = {}
    if code is not None:
        body["code"] = code
        body["doc_url"] = DOCS + code.replace("_", "-")
    body["message"] = message
    body.update(details)
    body["request_log_url"] = f"{LOGS}{request_id(call)}?t={int(call.wall_s)}"
    body["type"] = type
    return Reply(status, _printed({"error": body}), {"Content-Type": JSON}, executed=executed)


def _printed(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:  # it repeats bytes of the caller's that are no text: those are escaped
        return json.dumps(body).encode()


def request_id(call: Call) -> str:
    """`req_…`, as headers, logs and events name the request."""
    return call.request_id if call.request_id.startswith("req_") else "req_" + call.request_id


def missing(call: Call, param: str) -> Refused:
    """A required parameter was not given."""
    return Refused(error(call, 400, f"Missing required param: {param}.", code="parameter_missing", param=param))


def unknown(call: Call, param: str) -> Refused:
    """A parameter that the endpoint does not take."""
    return Refused(error(call, 400, f"Received unknown parameter: {param}", code="parameter_unknown", param=param))


def empty(call: Call, param: str) -> Refused:
    """A required parameter was given as an empty text."""
    message = (
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value."
    )
    return Refused(error(call, 400, message, code="parameter_invalid_empty", param=param))


def bad_integer(call: Call, param: str, value: object) -> Refused:
    """A text that is not an integer where one is due."""
    return Refused(error(call, 400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=param))


def invalid(call: Call, param: str, message: str, code: str | None = None) -> Refused:
    """Any other parameter that cannot be."""
    return Refused(error(call, 400, message, code=code, param=param))


def no_such(call: Call, noun: str, id: str, param: str, *, in_path: bool) -> Refused:  # noqa: A002
    """An id that names nothing: 404 in the path, 400 in a parameter."""
    status = 404 if in_path else 400
    return Refused(error(call, status, f"No such {noun}: '{id}'", code="resource_missing", param=param))


def wrong_state(call: Call, message: str, code: str, **embedded: Any) -> Refused:
    """The endpoint began to work and found the object in a state that does not allow it."""
    return Refused(error(call, 400, message, code=code, executed=True, **embedded))


class StripeErrors:
    """The engine's questions, answered in Stripe's words."""

    def unknown_route(self, call: Call) -> Reply:
        message = (
            f"Unrecognized request URL ({call.method}: {call.path}). Please see https://docs.stripe.com "
            "or we can help at https://support.stripe.com/."
        )
        return error(call, 404, message)

    def malformed(self, call: Call, why: str) -> Reply:
        return error(call, 400, f"Invalid request ({why})")

    def unauthenticated(self, call: Call) -> Reply:
        authorization = call.headers.get("authorization")
        if not authorization:
            message = (
                "You did not provide an API key. You need to provide your API key in the Authorization header, using "
                "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
            )
        else:
            message = f"Invalid API Key provided: {masked(authorization.rpartition(' ')[2])}"
        return _challenge(error(call, 401, message))

    def publishable(self, call: Call) -> Reply:
        """A publishable key where a secret one is due: 403, as SDKs map it to a matter of permission."""
        message = (
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list "
            "of your API keys at https://dashboard.stripe.com/account/apikeys."
        )
        return error(call, 403, message, code="secret_key_required")

    def token_expired(self, call: Call) -> Reply:
        key = masked(call.headers.get("authorization", "").rpartition(" ")[2])
        return _challenge(error(call, 401, f"Expired API Key provided: {key}", code="api_key_expired"))

    def forbidden(self, call: Call) -> Reply:
        """A restricted key without the permission that the endpoint asks for."""
        key = masked(call.headers.get("authorization", "").rpartition(" ")[2])
        message = (
            f"The provided key '{key}' does not have the required permissions for this endpoint on this account. "
            "Having the corresponding permission would allow this request to continue."
        )
        return error(call, 403, message)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429, without a Retry-After: Stripe sends none. Contention for one object is `lock_timeout`, which Stripe's
        SDKs are told to retry; anything else is a limiter's, named in `Stripe-Rate-Limited-Reason`, which they do not
        retry by themselves."""
        del retry_after_s
        if reason in LOCKS:
            message = (
                "This object cannot be accessed right now because another API request or Stripe process is currently "
                "accessing it. If you see this error intermittently, retry the request."
            )
            reply = error(call, 429, message, code=LOCK_TIMEOUT)
            reply.headers[SHOULD_RETRY] = "true"
            return reply
        message = "Request rate limit exceeded. You can learn more about rate limits here https://docs.stripe.com/rate-limits."
        reply = error(call, 429, message, code="rate_limit")
        reply.headers["Stripe-Rate-Limited-Reason"] = REASONS.get(reason, "global-rate")
        return reply

    def quota_exhausted(self, call: Call) -> Reply:
        return self.throttled(call, None, "resource-specific")

    def server_error(self, call: Call, status: int) -> Reply:
        """500 and 503 from Stripe's own code; 502 and 504 from the edge before it, in HTML."""
        if status in EDGE:
            title = f"{status} {EDGE[status]}"
            page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
            page += "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
            return Reply(status, page.encode(), {"Content-Type": "text/html"}, executed=False)
        message = "Sorry! There was an error while talking to one of our backends. Support has been notified."
        return error(call, status, message, type="api_error", executed=True)


REASONS: Final[Mapping[str, str]] = {
    **{name: name for name in ("global-rate", "endpoint-rate", "global-concurrency", "endpoint-concurrency")},
    "resource-specific": "resource-specific",
    "concurrency": "global-concurrency",
    "search-rate": "endpoint-rate",  # a limiter with a finer name here than on the wire
}


def masked(key: str) -> str:
    """A key as Stripe prints it back: its kind and its last four characters."""
    if len(key) < 16:
        return "*" * len(key)
    prefix = 8 if key[2:3] == "_" else 0
    return f"{key[:prefix]}{'*' * (len(key) - prefix - 4)}{key[-4:]}"


def _challenge(reply: Reply) -> Reply:
    reply.headers["WWW-Authenticate"] = 'Bearer realm="Stripe"'
    return reply
