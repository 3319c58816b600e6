"""How DocuSign says no: `errorCode` and `message`; OAuth's own form under `/oauth`; HTML from the edge.

Statuses are those of 2026, when limits became 429 (developer blog, "Clearer Docusign API error message and status code
improvements"); `limits.py` gives them the older 400 where that is set up. Messages are ours: only codes are to be
matched.
"""

from collections.abc import Mapping
from typing import Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

JSON: Final = {"Content-Type": "application/json; charset=utf-8"}

SITUATIONS: Final[Mapping[str, tuple[int, str]]] = {
    # what it calls itself: (HTTP status, message)
    "INVALID_REQUEST_PARAMETER": (400, "The request contained at least one invalid parameter."),
    "INVALID_REQUEST_BODY": (400, "The request body is missing or improperly formatted."),
    "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT": (400, "The email address for the recipient is invalid."),
    "ENVELOPE_CANNOT_VOID_INVALID_STATE": (400, "Only sent or delivered envelopes can be voided."),
    "ENVELOPE_INVALID_STATUS": (400, "The envelope's status does not allow this."),
    "ENVELOPE_IS_INCOMPLETE": (400, "The envelope is not complete: a document, a recipient or a subject is missing."),
    "ENVELOPE_CANNOT_BE_PURGED": (400, "Only completed, declined or voided envelopes can be purged."),
    "UNKNOWN_ENVELOPE_RECIPIENT": (400, "The recipient you have identified is not a valid recipient of the envelope."),
    "RECIPIENT_NOT_IN_SEQUENCE": (400, "It is not this recipient's turn."),
    "RECIPIENT_LIMIT_EXCEEDED": (400, "The envelope has more recipients than the account allows."),
    "DUPLICATE_RECIPIENT_ID": (400, "Two recipients have one recipientId."),
    "ENVELOPE_SEND_LIMIT_EXCEEDED": (400, "The account has sent as many envelopes as its plan allows."),
    "EDIT_LOCK_ENVELOPE_LOCKED": (400, "The envelope is locked by another user or application."),
    "EDIT_LOCK_NOT_LOCK_OWNER": (400, "The lock token is missing or is not that of the lock."),
    "EDIT_LOCK_ENVELOPE_NOT_LOCKED": (400, "The envelope is not locked."),
    "INVALID_LOCK_DURATION": (400, "A lock lasts from 1 to 1800 seconds."),
    "USER_AUTHENTICATION_FAILED": (401, "One or both of user name and password are invalid."),
    "AUTHORIZATION_INVALID_TOKEN": (401, "The access token provided is expired, revoked or malformed."),
    "USER_LACKS_PERMISSIONS": (403, "The user does not have the right to do this."),
    "ENVELOPE_DOES_NOT_EXIST": (404, "The envelope specified either does not exist or you have no rights to it."),
    "DOCUMENT_DOES_NOT_EXIST": (404, "The document does not exist, or its content is gone."),
    "TEMPLATE_ID_INVALID": (404, "There is no such template."),
    "RESOURCE_NOT_FOUND": (404, "The URL provided does not resolve to a resource."),
    "REQUEST_TIMEOUT": (408, "The request took too long."),
    "HOURLY_APIINVOCATION_LIMIT_EXCEEDED": (429, "The hourly limit of calls is used up."),
    "BURST_APIINVOCATION_LIMIT_EXCEEDED": (429, "The limit of calls in 30 seconds is used up."),
    "Hourly_Envelope_Polling_Limit_Exceeded": (429, "The envelope was polled too often in this hour."),
    "Burst_Envelope_Polling_Limit_Exceeded": (429, "The envelope was polled too often in 30 seconds."),
    "Hourly_APIInvocation_Envelope_Limit_Exceeded": (429, "Too many calls for this envelope in this hour."),
    "Burst_APIInvocation_Envelope_Limit_Exceeded": (429, "Too many calls for this envelope in 30 seconds."),
    "UNSPECIFIED_ERROR": (500, "An unspecified, non-recoverable error has occurred."),
}
_OAUTH: Final = "/oauth/"
_EDGE: Final[Mapping[int, str]] = {
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
}
_OF_LIMIT: Final[Mapping[str, str]] = {
    "hourly": "HOURLY_APIINVOCATION_LIMIT_EXCEEDED",
    "burst": "BURST_APIINVOCATION_LIMIT_EXCEEDED",
    "polling": "Burst_Envelope_Polling_Limit_Exceeded",
    "polling-hourly": "Hourly_Envelope_Polling_Limit_Exceeded",
}


def error(code: str, message: str = "") -> Reply:
    """The reply for one of `SITUATIONS`."""
    status, usual = SITUATIONS[code]
    return Reply(status, orjson.dumps(details(code, message or usual)), dict(JSON), executed=False)


def details(code: str, message: str = "") -> dict[str, str]:
    """The same inside an answer that is about several things."""
    known = SITUATIONS.get(code)
    return {"errorCode": code, "message": message or (known[1] if known else "")}


def refuse(code: str, message: str = "") -> Refused:
    """The reply, to be raised."""
    return Refused(error(code, message))


def invalid(message: str) -> Refused:
    """A body that does not fit."""
    return refuse("INVALID_REQUEST_BODY", message)


def oauth_error(name: str, description: str = "", status: int = 400) -> Reply:
    """RFC 6749, section 5.2; `consent_required` comes without a description."""
    body = {"error": name, "error_description": description} if description else {"error": name}
    return Reply(status, orjson.dumps(body), {**JSON, "Cache-Control": "no-store"}, executed=False)


class DocusignErrors:
    """What the engine says in DocuSign's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404."""
        return error("RESOURCE_NOT_FOUND", f"{call.method} does not lead anywhere there.")

    def malformed(self, call: Call, why: str) -> Reply:
        """400."""
        if call.path.startswith(_OAUTH):
            return oauth_error("invalid_request", why)
        return error("INVALID_REQUEST_BODY", why)

    def unauthenticated(self, call: Call) -> Reply:
        """401 for a token that is none; at the token endpoint the assertion is what is no good."""
        if call.path.startswith(_OAUTH):
            return oauth_error("invalid_grant", "no_valid_keys_or_signatures")
        return error("AUTHORIZATION_INVALID_TOKEN")

    def token_expired(self, call: Call) -> Reply:
        """401: one new token cures it."""
        if call.path.startswith(_OAUTH):
            return oauth_error("invalid_grant", "expired_assertion")
        return error("AUTHORIZATION_INVALID_TOKEN")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """The limit that is used up. There is no Retry-After unless it is set up so: none is documented."""
        del call, retry_after_s
        return error(_OF_LIMIT.get(reason, reason if reason in SITUATIONS else _OF_LIMIT["burst"]))

    def quota_exhausted(self, call: Call) -> Reply:
        """400: the plan's envelopes are used up, and waiting does not bring more."""
        del call
        return error("ENVELOPE_SEND_LIMIT_EXCEEDED")

    def server_error(self, call: Call, status: int) -> Reply:
        """500 is DocuSign's own; the others come from the edge, as HTML."""
        del call
        if status in _EDGE:
            page = f"<html><head><title>{_EDGE[status]}</title></head><body><h1>{_EDGE[status]}</h1></body></html>"
            return Reply(status, page.encode(), {"Content-Type": "text/html"}, executed=False)
        reply = error("UNSPECIFIED_ERROR")
        reply.status = status
        return reply


ERRORS: Final = DocusignErrors()
