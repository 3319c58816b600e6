"""How Resend says no: a status, a name, a message (resend.com/docs/api-reference/errors).

The name tells what happened, the status does not: 403, 409, 422 and 429 each have several, of which some go away by
themselves and some never do.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

JSON: Final = "application/json; charset=utf-8"

ERRORS: Final[Mapping[str, tuple[int, str]]] = {
    # name: (HTTP status, message). Those with another status for another reason have it said where they are raised.
    "invalid_idempotency_key": (400, "The key must be between 1-256 chars."),
    "validation_error": (422, "We found an error with one or more fields in the request."),
    "missing_api_key": (401, "Missing API key in the authorization header."),
    "restricted_api_key": (401, "This API key is restricted to only send emails."),
    "invalid_api_key": (403, "API key is invalid."),
    # The status is not documented.
    "suspended_api_key": (403, "This API key is suspended."),
    "not_found": (404, "The requested endpoint does not exist."),
    "method_not_allowed": (405, "Method is not allowed for the requested path."),
    "invalid_idempotent_request": (409, "Same idempotency key used with a different request payload."),
    "concurrent_idempotent_requests": (
        409,
        "Same idempotency key used while original request is still in progress.",
    ),
    "missing_required_field": (422, "The request body is missing one or more required fields."),
    "invalid_attachment": (422, "Attachment must have either a `content` or `path`."),
    # The status of the next four is not documented: their names are in the SDKs' list.
    "invalid_from_address": (
        422,
        "Invalid `from` field. The address must be `email@example.com` or `Name <email@example.com>`.",
    ),
    "invalid_access": (422, 'Access must be "full_access" | "sending_access".'),
    "invalid_parameter": (422, "The parameter must be a valid UUID."),
    "invalid_region": (422, 'Region must be "us-east-1" | "eu-west-1" | "sa-east-1" | "ap-northeast-1".'),
    "rate_limit_exceeded": (429, "Too many requests. Please limit the number of requests per second."),
    "daily_quota_exceeded": (429, "You have reached your daily email sending quota."),
    "monthly_quota_exceeded": (429, "You have reached your monthly email sending quota."),
    # In the SDKs' list; the status is what HTTP calls unavailable for legal reasons.
    "security_error": (451, "We may have found a security issue with the request."),
    "application_error": (500, "An unexpected error occurred."),
    "internal_server_error": (500, "An unexpected error occurred."),
}

DAILY: Final = "daily-quota"
MONTHLY: Final = "monthly-quota"
_QUOTAS: Final[Mapping[str, str]] = {
    DAILY: "daily_quota_exceeded",
    MONTHLY: "monthly_quota_exceeded",
    "daily": "daily_quota_exceeded",
    "monthly": "monthly_quota_exceeded",
}
_EDGE: Final[Mapping[int, str]] = {502: "Bad gateway", 503: "Service unavailable", 504: "Gateway timeout"}


def error(name: str, message: str = "", *, status: int = 0) -> Reply:
    """The reply for one of `ERRORS`, with a message or a status that says more."""
    usual_status, usual_message = ERRORS[name]
    status = status or usual_status
    body = {"statusCode": status, "name": name, "message": message or usual_message}
    return Reply(status, orjson.dumps(body), {"Content-Type": JSON}, executed=False)


def refuse(name: str, message: str = "", *, status: int = 0) -> Refused:
    """The same, to be raised."""
    return Refused(error(name, message, status=status))


def missing(field: str) -> Refused:
    """422 for a field that has to be there."""
    return refuse("missing_required_field", f"Missing `{field}` field.")


def invalid(message: str) -> Refused:
    """422 for a field that is wrong."""
    return refuse("validation_error", message)


def unknown(what: str) -> Refused:
    """404 for a thing that is not there."""
    return refuse("not_found", f"{what} not found")


class ResendErrors:
    """What the engine says in Resend's words."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        """`is_known` tells whether some method of a path is."""
        self._is_known = is_known

    def unknown_route(self, call: Call) -> Reply:
        """404; 405 where only the method is wrong."""
        return error("method_not_allowed" if self._is_known(call.path) else "not_found")

    def malformed(self, call: Call, why: str) -> Reply:
        """400 for a body that is not JSON."""
        del call
        return error("validation_error", f"The request body is not valid: {why[:200]}", status=400)

    def unauthenticated(self, call: Call) -> Reply:
        """401 without a key; 403 for one that is none."""
        return error("invalid_api_key" if call.headers.get("authorization") else "missing_api_key")

    def token_expired(self, call: Call) -> Reply:
        """Keys do not expire; one that was taken back is invalid."""
        return self.unauthenticated(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429: for the rate there is a time to wait for, in whole seconds, never too early. For a quota there is none
        that would be soon, and Resend says none."""
        if reason in _QUOTAS:
            return error(_QUOTAS[reason])
        state = call.limit
        rate = f"{state.limit:g}" if state is not None else "5"
        message = f"Too many requests. You can only make {rate} requests per second."
        reply = error("rate_limit_exceeded", message)
        reply.headers["retry-after"] = str(max(1, ceil(1.0 if retry_after_s is None else retry_after_s)))
        return reply

    def quota_exhausted(self, call: Call) -> Reply:
        """429 until the next day."""
        del call
        return error("daily_quota_exceeded")

    def server_error(self, call: Call, status: int) -> Reply:
        """500 is Resend's; the others come from what stands before it, as pages."""
        del call
        if status in _EDGE:
            page = f"<html><head><title>{status} {_EDGE[status]}</title></head><body>{_EDGE[status]}</body></html>"
            return Reply(status, page.encode(), {"Content-Type": "text/html"}, executed=False)
        return error("internal_server_error", status=status)
