"""How the sales system says no: RFC 9457 problems; OAuth's own error form at the token endpoint; HTML from the edge."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

PROBLEM: Final = "application/problem+json"
_IANA: Final = "https://iana.org/assignments/http-problem-types#"

PROBLEMS: Final[Mapping[str, tuple[int, str, bool]]] = {
    # code: (HTTP status, title, whether trying again can help)
    "malformed-json": (400, "The body is not JSON", False),
    "bad-parameter": (400, "A parameter is not valid", False),
    "cursor-mismatch": (400, "The cursor is of another list", False),
    "idempotency-key-missing": (400, "Idempotency key is missing", False),
    "idempotency-key-invalid": (400, "Idempotency key is not valid", False),
    "token-missing": (401, "No access token", False),
    "token-expired": (401, "The access token has expired", True),
    "token-invalid": (401, "The access token is not valid", True),
    "scope-insufficient": (403, "The access token does not allow this", False),
    "tenant-suspended": (403, "The tenant is suspended", False),
    "not-found": (404, "There is no such resource", False),
    "idempotency-in-progress": (409, "A request with this idempotency key is being handled", True),
    "duplicate-order": (409, "An order with this orderId exists", False),
    "order-not-cancellable": (409, "The order can no longer be cancelled", False),
    "duplicate-customer": (409, "A customer with this e-mail address exists", False),
    "duplicate-quote": (409, "A quote with this quoteId exists", False),
    "quote-state": (409, "The quote's state does not allow this", False),
    "insufficient-stock": (409, "There is not enough in stock", False),
    "reservation-not-held": (409, "The reservation does not hold this any more", False),
    "stock-below-reserved": (409, "More is reserved than would be there", False),
    "cursor-expired": (410, "The cursor has expired", False),
    "version-mismatch": (412, "The order has changed", False),
    "too-large": (413, "The body is too large", False),
    "media-type": (415, "The body must be JSON", False),
    "validation-failed": (422, "Request is not valid", False),
    "total-mismatch": (422, "The total does not match the lines", False),
    "idempotency-key-reused": (422, "Idempotency key was used for another request", False),
    "if-match-required": (428, "If-Match is required", False),
    "quota-exceeded": (429, "Request cannot be satisfied as assigned quota has been exceeded", True),
    "internal": (500, "Internal error", True),
    "temporary-reduced-capacity": (
        503,
        "Request cannot be satisfied due to temporary server capacity constraints",
        True,
    ),
    "maintenance": (503, "Under maintenance", True),
}
_REMEMBERED: Final = frozenset(
    {"duplicate-order", "duplicate-customer", "duplicate-quote", "validation-failed", "total-mismatch"}
)
_POLICIES: Final = frozenset({"burst", "concurrency", "token"})
_EDGE: Final[Mapping[int, str]] = {502: "502 Bad Gateway", 504: "504 Gateway Timeout"}


def correlation_id(call: Call) -> str:
    """The caller's `X-Correlation-ID` if it is one (1 to 128 visible ASCII characters), else one of our own."""
    given = call.headers.get("x-correlation-id", "")
    if 0 < len(given) <= 128 and given.isascii() and given.isprintable() and " " not in given:
        return given
    return f"c-{call.request_id}"


def problem(
    call: Call,
    code: str,
    detail: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Reply:
    """The reply for one of `PROBLEMS`. Those that a repeated key gets again are marked as executed."""
    status, title, retryable = PROBLEMS[code]
    kind = _IANA + code if code in {"quota-exceeded", "temporary-reduced-capacity"} else f"urn:pyxis:problem:{code}"
    body = {
        "type": kind,
        "title": title,
        "status": status,
        "detail": detail or title,
        "instance": call.path,
        "code": code,
        "correlationId": correlation_id(call),
        "retryable": retryable,
        **members,
    }
    out = {"Content-Type": PROBLEM, **(headers or {})}
    if status == 401:
        out["WWW-Authenticate"] = 'Bearer realm="pyxis"' + (
            "" if code == "token-missing" else ', error="invalid_token"'
        )
    return Reply(status, orjson.dumps(body), out, executed=code in _REMEMBERED)


def refuse(call: Call, code: str, detail: str = "", **members: Any) -> Refused:
    """The same, to be raised."""
    return Refused(problem(call, code, detail, **members))


def invalid(call: Call, errors: Sequence[Mapping[str, str]]) -> Refused:
    """422 with every field that is wrong."""
    detail = "1 field is invalid" if len(errors) == 1 else f"{len(errors)} fields are invalid"
    return Refused(problem(call, "validation-failed", detail, errors=list(errors)))


def oauth_error(status: int, error: str, description: str) -> Reply:
    """RFC 6749, section 5.2."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="pyxis"'
    return Reply(status, orjson.dumps({"error": error, "error_description": description}), headers, executed=False)


class SalesErrors:
    """What the engine says in the sales system's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404."""
        return problem(call, "not-found", f"{call.method} {call.path}")

    def malformed(self, call: Call, why: str) -> Reply:
        """400 for a body that is not a JSON object."""
        if call.path.startswith("/oauth2/"):
            return oauth_error(400, "invalid_request", why)
        return problem(call, "malformed-json", why)

    def unauthenticated(self, call: Call) -> Reply:
        """401 for an unknown or revoked token; for the client itself at the token endpoint."""
        if call.path.startswith("/oauth2/"):
            return oauth_error(401, "invalid_client", "unknown client or wrong secret")
        return problem(call, "token-invalid")

    def token_expired(self, call: Call) -> Reply:
        """401: one refresh cures it."""
        return problem(call, "token-expired")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429 with the policy that was violated. Retry-After is whole seconds, never too early."""
        wait_s = max(1, -int(-(1.0 if retry_after_s is None else retry_after_s) // 1))
        members: dict[str, Any] = {"violated-policies": [reason if reason in _POLICIES else "burst"]}
        return problem(call, "quota-exceeded", headers={"retry-after": str(wait_s)}, **members)

    def quota_exhausted(self, call: Call) -> Reply:
        """429 for the month: waiting does not help soon."""
        members: dict[str, Any] = {"violated-policies": ["monthly"]}
        return problem(call, "quota-exceeded", "monthly quota", headers={"retry-after": "86400"}, **members)

    def server_error(self, call: Call, status: int) -> Reply:
        """500 and 503 are problems; 502 and 504 come from the edge, as HTML."""
        if status in _EDGE:
            page = f"<html><head><title>{_EDGE[status]}</title></head><body><h1>{_EDGE[status]}</h1></body></html>"
            return Reply(status, page.encode(), {"Content-Type": "text/html"}, executed=False)
        if status == 503:
            return problem(call, "temporary-reduced-capacity", headers={"retry-after": "1"})
        reply = problem(call, "internal", status=status)
        reply.status = status
        return reply
