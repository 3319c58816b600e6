"""How the Gemini API says no: `google.rpc.Status` in JSON, pretty-printed, with typed details; HTML from the edge.

Sources: the API's troubleshooting and rate-limits pages, and the bodies in public reports named where they are used.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini.quota import quota_reply_parts
from brownout_simulators.vendors.gemini.reading import Violation

JSON: Final = "application/json; charset=UTF-8"
SSE: Final = "text/event-stream"
SERVICE: Final = "generativelanguage.googleapis.com"

SITUATIONS: Final[Mapping[str, tuple[int, str, str]]] = {
    # name: (HTTP status, canonical code, message)
    "api-key-invalid": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "api-key-expired": (400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."),
    "api-key-missing": (
        403,
        "PERMISSION_DENIED",
        (
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or"
            " other form of API consumer identity to call this API."
        ),
    ),
    "api-key-leaked": (
        403,
        "PERMISSION_DENIED",
        "Your API key was reported as leaked. Please use another API key.",
    ),
    "consumer-suspended": (403, "PERMISSION_DENIED", "Permission denied: Consumer has been suspended."),
    "credentials-unsupported": (
        401,
        "UNAUTHENTICATED",
        (
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid"
            " authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
        ),
    ),
    "invalid-argument": (400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    "location-unsupported": (400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    "billing-required": (
        400,
        "FAILED_PRECONDITION",
        (
            "Gemini API free tier is not available in your country. Please enable billing on your project in Google AI"
            " Studio."
        ),
    ),
    "failed-precondition": (400, "FAILED_PRECONDITION", "Precondition check failed."),
    "payment-required": (402, "FAILED_PRECONDITION", "Your prepayment credits are depleted."),
    "permission-denied": (403, "PERMISSION_DENIED", "The caller does not have permission"),
    "not-found": (404, "NOT_FOUND", "Requested entity was not found."),
    "already-exists": (409, "ALREADY_EXISTS", "Requested entity already exists"),
    "aborted": (409, "ABORTED", "The operation was aborted."),
    "cancelled": (499, "CANCELLED", "The operation was cancelled."),
    "resource-exhausted": (
        429,
        "RESOURCE_EXHAUSTED",
        "Resource has been exhausted (e.g. check quota).",
    ),
    "internal": (
        500,
        "INTERNAL",
        (
            "An internal error has occurred. Please retry or report in"
            " https://developers.generativeai.google/guide/troubleshooting"
        ),
    ),
    "unavailable": (
        503,
        "UNAVAILABLE",
        (
            "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again"
            " later."
        ),
    ),
    # gemini-cli 7227, continue 10639: the same in the words of 2025.
    "overloaded": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "deadline-exceeded": (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}

_REASONS: Final[Mapping[str, tuple[str, bool]]] = {
    # name: (reason of the ErrorInfo, whether a LocalizedMessage stands beside it)
    "api-key-invalid": ("API_KEY_INVALID", True),
    "api-key-expired": ("API_KEY_INVALID", True),
    "consumer-suspended": ("CONSUMER_SUSPENDED", False),
    "credentials-unsupported": ("ACCESS_TOKEN_TYPE_UNSUPPORTED", False),
}
_GATEWAY: Final = (
    "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n"
    "  <title>Error {status} ({title})!!1</title>\n"
    "  <p><b>{status}.</b> <ins>That&rsquo;s an error.</ins>\n  <p>{what}  <ins>That&rsquo;s all we know.</ins>\n"
)


def typed(kind: str, **members: Any) -> dict[str, Any]:
    """A detail: `google.rpc.<kind>`."""
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **members}


def alt_of(call: Call) -> str:
    """How the answer is wanted: `sse`, `json`, `media`; "" where it is not said."""
    if "alt=" not in call.query:
        return ""
    given = dict(parse_qsl(call.query, max_num_fields=100) if call.query.count("&") < 100 else ())
    return given.get("alt") or given.get("$alt") or ""


def is_streaming(call: Call) -> bool:
    """Whether the call is for a stream of answers."""
    return call.path.endswith(":streamGenerateContent")


def status_reply(call: Call, status: int, code: str, message: str, details: Sequence[Mapping[str, Any]] = ()) -> Reply:
    """An error in the API's form: a stream's error is an array's only element, or said to be an event stream."""
    error: dict[str, Any] = {"code": status, "message": message, "status": code}
    if details:
        error["details"] = list(details)
    body: Any = {"error": error}
    kind = JSON
    if is_streaming(call):
        if alt_of(call) == "sse":
            # Node's client wraps such an error twice, which it does for no other type (gemini-cli 7227, 4231).
            kind = SSE
        else:
            body = [body]
    return Reply(status, pretty(body), {"content-type": kind}, executed=False)


def problem(call: Call, name: str, message: str = "", details: Sequence[Mapping[str, Any]] = ()) -> Reply:
    """The reply for one of `SITUATIONS`, in its own words or in others."""
    status, code, words = SITUATIONS[name]
    text = message or words
    if not details and name in _REASONS:
        reason, is_localized = _REASONS[name]
        info = typed("ErrorInfo", reason=reason, domain="googleapis.com", metadata={"service": SERVICE})
        details = [info, typed("LocalizedMessage", locale="en-US", message=text)] if is_localized else [info]
    return status_reply(call, status, code, text, details)


def refuse(call: Call, name: str, message: str = "") -> Refused:
    """The same, to be raised."""
    return Refused(problem(call, name, message))


def invalid(call: Call, message: str) -> Refused:
    """400 in the model server's words, without details."""
    return Refused(problem(call, "invalid-argument", message))


def unreadable(call: Call, violations: Sequence[Violation]) -> Reply:
    """400 in the front end's words, with each field that does not fit."""
    shown = [
        {"field": each.field, "description": each.description} if each.field else {"description": each.description}
        for each in violations
    ]
    message = "\n".join(each.description for each in violations)
    return problem(call, "invalid-argument", message, [typed("BadRequest", fieldViolations=shown)])


def pretty(body: Any) -> bytes:
    """As the API writes JSON: two spaces, and a line's end at the end."""
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def page(status: int, title: str, what: str) -> Reply:
    """What Google's front end says, with nothing of the API in it."""
    text = _GATEWAY.format(status=status, title=title, what=what)
    return Reply(status, text.encode(), {"content-type": "text/html; charset=UTF-8"}, executed=False)


class GeminiErrors:
    """What the engine says in the API's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404, a page: the API itself never sees such a call."""
        path = "".join(letter if letter.isalnum() or letter in "/:._-" else "." for letter in call.path[:200])
        return page(404, "Not Found", f"The requested URL <code>{path}</code> was not found on this server.")

    def malformed(self, call: Call, why: str) -> Reply:
        """400 for a body that cannot be read."""
        return unreadable(call, [Violation("", f"Invalid JSON payload received. {why}")])

    def unauthenticated(self, call: Call) -> Reply:
        """A key that is not known is 400, not 401."""
        return problem(call, "api-key-invalid")

    def token_expired(self, call: Call) -> Reply:
        """A key has no age, but can be given an end: 400 as well."""
        return problem(call, "api-key-expired")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429 with QuotaFailure and RetryInfo; there is no header."""
        figures = None if call.limit is None else {reason: call.limit.limit}
        message, details = quota_reply_parts(call, retry_after_s, [reason], figures)
        return problem(call, "resource-exhausted", message, details)

    def quota_exhausted(self, call: Call) -> Reply:
        """429 that no waiting cures: no RetryInfo (gemini-for-kubernetes 1215)."""
        message, details = quota_reply_parts(call, None, [])
        return problem(call, "resource-exhausted", message, details)

    def server_error(self, call: Call, status: int) -> Reply:
        """500, 503 and 504 are the API's; 502 is the front end's page."""
        if status == 502:
            what = "The server encountered a temporary error and could not complete your request."
            return page(502, "Server Error", f"{what}<p>Please try again in 30 seconds.")
        names = {503: "unavailable", 504: "deadline-exceeded"}
        return problem(call, names.get(status, "internal"))
