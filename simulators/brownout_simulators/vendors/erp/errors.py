"""How the ERP says no: the table of codes, and whole replies. `quirks.py` says the same as other systems would.

The codes are from MicrosoftDocs/dynamics365smb-devitpro-pb, `api-reference/v2.0/dynamics-error-codes.md`; those of
locks, limits and maintenance have no page there and are named here. Messages are ours: real ones are in the company's
language, and nobody is to match them.
"""

from collections.abc import Mapping, Sequence
from email.utils import formatdate
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

JSON: Final = "application/json; odata.metadata=minimal"

CODES: Final[Mapping[str, tuple[int, str]]] = {
    "BadRequest": (400, "The request is not valid."),
    "BadRequest_FailedDependency": (424, "A request that this one depends on has failed."),
    "BadRequest_InvalidOperation": (400, "The operation is not possible."),
    "BadRequest_InvalidToken": (428, "If-Match is required."),
    "BadRequest_MethodNotAllowed": (405, "The entity set does not allow this."),
    "BadRequest_NotFound": (404, "Nothing is there."),
    "BadRequest_RequiredParamNotProvided": (400, "A required property is missing."),
    "BadRequest_ResourceNotFound": (404, "No such resource."),
    "Authentication_InvalidCredentials": (401, "The server has rejected the client credentials."),
    "Authorization_RequestDenied": (403, "The user has no permission for this."),
    "Application_DialogException": (400, "The application has stopped with a message."),
    "Application_EvaluateException": (400, "A value cannot be evaluated."),
    "Application_FieldValidationException": (400, "A property has a value that it cannot have."),
    "Application_FilterErrorException": (400, "The filter cannot be understood."),
    "Application_LockTimeout": (409, "Record is locked by another session."),
    "Application_StringExceededLength": (400, "A text is too long."),
    "Application_TooManyRequests": (429, "Request limit reached."),
    "Internal_Deadlock": (409, "The transaction was chosen as the victim of a deadlock."),
    "Internal_EntityWithSameKeyExists": (400, "Another entity has this key."),
    "Internal_RecordNotFound": (404, "The record does not exist."),
    "Internal_RequestTimeout": (408, "The operation took too long."),
    "Internal_ServerError": (500, "An internal error has occurred."),
    "Internal_TenantUnavailable": (503, "The tenant is unavailable."),
    "Request_EntityChanged": (412, "Record was changed by someone else."),
}
"""Code to status and words."""

GATEWAY: Final[Mapping[int, str]] = {502: "502 Bad Gateway", 504: "504 Gateway Time-out"}


def problem(
    call: Call,
    code: str,
    message: str = "",
    *,
    status: int = 0,
    target: str = "",
    details: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """The reply for one of `CODES`."""
    usual, words = CODES[code]
    error: dict[str, Any] = {"code": code, "message": f"{message or words}  CorrelationId:  {call.request_id}."}
    if target:
        error["target"] = target
    if details:
        error["details"] = [{"code": name, "message": text} for name, text in details]
    return Reply(
        status or usual,
        orjson.dumps({"error": error}),
        {"content-type": JSON, **(headers or {})},
        executed=False,
    )


def refuse(call: Call, code: str, message: str = "", **more: Any) -> Refused:
    """The same, to be raised."""
    return Refused(problem(call, code, message, **more))


def locked(call: Call, target: str, by: str, seconds: int) -> Reply:
    """Another session has the document, and the wait for it is over."""
    details = [("lockedBy", by)]
    return problem(
        call, "Application_LockTimeout", target=target, details=details, headers={"retry-after": str(seconds)}
    )


def oauth_error(status: int, error: str, number: int, description: str) -> Reply:
    """The token endpoint's, as Microsoft's identity platform has them."""
    body = {"error": error, "error_description": f"AADSTS{number}: {description}", "error_codes": [number]}
    headers = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}
    return Reply(status, orjson.dumps(body), headers, executed=False)


def asks_for_a_token(path: str) -> bool:
    """Whether it is the identity platform that is called."""
    return path.endswith("/oauth2/v2.0/token")


def unavailable(call: Call, until_wall_s: float, seconds: float, *, as_date: bool) -> Reply:
    """Maintenance: come back when it is over. Never told too early."""
    wait_s = max(1, -int(-seconds // 1))
    said = formatdate(-int(-until_wall_s // 1), usegmt=True) if as_date else str(wait_s)
    return problem(call, "Internal_TenantUnavailable", "The tenant is being maintained.", headers={"retry-after": said})


class ErpErrors:
    """What the engine says in the ERP's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404."""
        return problem(call, "BadRequest_NotFound", f"No HTTP resource was found for {call.method} {call.path[:200]}")

    def malformed(self, call: Call, why: str) -> Reply:
        """400 for what is no JSON object."""
        if asks_for_a_token(call.path):
            return oauth_error(400, "invalid_request", 900144, why)
        return problem(call, "BadRequest", f"Cannot read the body: {why}")

    def unauthenticated(self, call: Call) -> Reply:
        """401 for an unknown token; for the client itself at the token endpoint."""
        if asks_for_a_token(call.path):
            return oauth_error(401, "invalid_client", 7000215, "Invalid client secret provided.")
        return problem(call, "Authentication_InvalidCredentials", headers={"www-authenticate": "Bearer"})

    def token_expired(self, call: Call) -> Reply:
        """401: one new token cures it."""
        return self.unauthenticated(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429; 409 for a lock. Retry-After is whole seconds, never too early."""
        wait_s = max(1, -int(-(1.0 if retry_after_s is None else retry_after_s) // 1))
        if reason == "lock":
            return locked(call, call.route.rpartition("/")[2], "job 77", wait_s)
        if asks_for_a_token(call.path):
            reply = oauth_error(429, "temporarily_unavailable", 90055, "Too many requests.")
            reply.headers["retry-after"] = str(wait_s)
            return reply
        queue = [("queue", "95")] if reason == "concurrency" else [("limit", reason)]
        return problem(call, "Application_TooManyRequests", details=queue, headers={"retry-after": str(wait_s)})

    def quota_exhausted(self, call: Call) -> Reply:
        """429: the environment's capacity of the day."""
        return problem(call, "Application_TooManyRequests", "Capacity exceeded.", headers={"retry-after": "3600"})

    def server_error(self, call: Call, status: int) -> Reply:
        """500 and 503 are the ERP's; 502 and 504 the gateway's before it, in HTML."""
        if status in GATEWAY:
            page = f"<html><body><h1>{GATEWAY[status]}</h1></body></html>"
            return Reply(status, page.encode(), {"content-type": "text/html"}, executed=False)
        if status == 503:
            return problem(call, "Internal_TenantUnavailable", headers={"retry-after": "1"})
        return problem(call, "Internal_ServerError", status=status)


ERRORS: Final = ErpErrors()
