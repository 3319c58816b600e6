"""How storage says no: mostly with HTTP 400, and the status it means as a text in the body (supabase/storage
internal/errors/codes.ts and http/error-handler.ts)."""

from typing import Final, NamedTuple

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.replies import GatewayErrors


class Words(NamedTuple):
    """One situation."""

    means: int
    """The status that it means."""
    error: str
    message: str
    status: int = 400
    """The status that it has."""


CODES: Final = {
    "AccessDenied": Words(403, "Unauthorized", "Access denied"),
    "BucketAlreadyExists": Words(409, "Duplicate", "The resource already exists"),
    "DatabaseTimeout": Words(544, "DatabaseTimeout", "The connection to the database timed out", 544),
    "EntityTooLarge": Words(413, "Payload too large", "The object exceeded the maximum allowed size"),
    "InternalError": Words(500, "InternalError", "Internal server error", 500),
    "InvalidBucketName": Words(400, "Invalid Input", "Bucket name invalid"),
    "InvalidJWT": Words(400, "InvalidJWT", "Invalid JWT"),
    "InvalidKey": Words(400, "InvalidKey", "Invalid key: {what}"),
    "InvalidMimeType": Words(415, "invalid_mime_type", "mime type {what} is not supported"),
    "InvalidRange": Words(416, "InvalidRange", "The requested range is not satisfiable"),
    "InvalidRequest": Words(400, "Error", "{what}"),
    "InvalidSignature": Words(400, "InvalidSignature", "Invalid signature"),
    "KeyAlreadyExists": Words(409, "Duplicate", "The resource already exists"),
    "LockTimeout": Words(503, "acquiring_lock_timeout", "acquiring lock timeout"),
    "NoSuchBucket": Words(404, "Bucket not found", "Bucket not found"),
    "NoSuchKey": Words(404, "not_found", "Object not found"),
    "ResourceLocked": Words(423, "ResourceLocked", "The resource is locked"),
    "ResourceNotEmpty": Words(409, "ResourceNotEmpty", "The bucket you tried to delete is not empty"),
    "SlowDown": Words(429, "too_many_connections", "Too many connections issued to the database", 429),
}


def error(code: str, message: str = "", *, what: str = "", status: int = 0) -> Reply:
    """A refusal."""
    words = CODES[code]
    body = {
        "statusCode": str(words.means),
        "error": words.error,
        "message": message or words.message.replace("{what}", what),
        "code": code,
    }
    headers = {"content-type": "application/json; charset=utf-8"}
    return Reply(status or words.status, orjson.dumps(body), headers, executed=False)


def refuse(code: str, message: str = "", *, what: str = "", status: int = 0) -> Refused:
    """The same to be raised."""
    return Refused(error(code, message, what=what, status=status))


class StorageErrors(GatewayErrors):
    """What the engine says in storage's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404, as the web server says it."""
        body = {"message": f"Route {call.method}:{call.path} not found", "error": "Not Found", "statusCode": 404}
        headers = {"content-type": "application/json; charset=utf-8"}
        return Reply(404, orjson.dumps(body), headers, executed=False)

    def malformed(self, call: Call, why: str) -> Reply:
        """400."""
        del call, why
        return error("InvalidRequest", "Body is not valid JSON but content-type is set to 'application/json'")

    def unauthenticated(self, call: Call) -> Reply:
        """400 that means 403."""
        del call
        return error("AccessDenied", "signature verification failed")

    def token_expired(self, call: Call) -> Reply:
        """400 that means 403."""
        del call
        return error("AccessDenied", '"exp" claim timestamp check failed')

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """A real 429: the pool is used up; 400 that means 423 for an object that another call holds."""
        del call, retry_after_s
        return error("ResourceLocked" if reason == "lock" else "SlowDown")

    def server_error(self, call: Call, status: int) -> Reply:
        """A real 500; what was not reached is the gateway's to tell."""
        return error("InternalError") if status == 500 else super().server_error(call, status)
