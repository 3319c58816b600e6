"""How Cloudflare says no: a status, and a code with a message in the envelope that success has too.

One code means several things (10000, 10001, 10013, 1000): status, family of paths and code tell it together. Where no
status is known to us the table says so.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

JSON: Final = "application/json"

ERRORS: Final[Mapping[str, tuple[int, int, str]]] = {
    # name: (HTTP status, code, message)
    "no_route": (404, 7000, "No route for that URI"),
    "method_not_allowed": (405, 7001, "Method not available for that URI."),
    "bad_headers": (400, 6003, "Invalid request headers"),
    # Its code is known, the status is an assumption; so for the next two.
    "no_credentials": (400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"),
    "unknown_key": (403, 9103, "Unknown X-Auth-Key or X-Auth-Email"),
    "invalid_token": (401, 1000, "Invalid API Token"),
    "no_permission": (403, 10000, "Authentication error"),
    "not_yours": (403, 9109, "Unauthorized to access requested resource"),
    "internal": (403, 10001, "internal error"),
    "bad_request": (400, 1004, "The request is invalid"),
    "malformed_json": (400, 6007, "Malformed JSON in request body"),
    "zone_unknown": (404, 1001, "Invalid zone identifier"),
    "zone_exists": (400, 1061, "The zone already exists"),
    "zone_banned": (400, 1097, "This zone is banned and cannot be added to Cloudflare at this time."),
    "zone_name": (400, 1099, "The zone name is not a registered domain"),
    "zone_state": (400, 1014, "Unable to change a zone in this state"),
    # Its status and code are assumptions.
    "checked_too_soon": (429, 1224, "You may only perform this action once in a while"),
    "purge_request": (400, 1012, "Request must contain one of purge_everything or files, tags, hosts or prefixes"),
    "purge_plan": (400, 1107, "Only enterprise zones can purge by tag, host or prefix"),
    "record_exists": (400, 81058, "An identical record already exists."),
    "record_beside_address": (400, 81053, "An A, AAAA, or CNAME record with that host already exists."),
    "record_beside_cname": (400, 81054, "A CNAME record with that host already exists."),
    "record_beside_ns": (400, 81056, "NS records with that host already exist."),
    "record_unknown": (404, 81044, "Record does not exist."),
    "record_quota": (400, 81045, "Record quota exceeded."),
    "batch_size": (400, 81055, "The batch has too many operations."),
    "key_unknown": (404, 10009, "get: 'key not found'"),
    "namespace_unknown": (404, 10013, "namespace not found"),
    "namespace_exists": (400, 10014, "a namespace with this account ID and title already exists"),
    # The codes of the next are not known.
    "kv_request": (400, 10001, "the request is invalid"),
    "key_too_long": (414, 10030, "key exceeds key length limit of 512"),
    "value_too_large": (413, 10031, "value exceeds the limit of 26214400 bytes"),
    "kv_rate": (429, 10048, "too many writes to one key"),
    # Assumptions, all four.
    "bucket_unknown": (404, 10006, "The specified bucket does not exist."),
    "bucket_exists": (409, 10004, "The bucket you tried to create already exists, and you own it."),
    "bucket_request": (400, 10005, "The specified bucket name is not valid."),
    "ruleset_request": (400, 20120, "the ruleset is invalid"),
    "ruleset_unknown": (404, 20001, "could not find ruleset"),
    "throttled": (429, 971, "Please wait and consider throttling your request speed"),
    "unknown_error": (500, 10013, "An unknown error has occurred"),
    "request_timeout": (500, 1000, "Request timeout"),
}
BAD_TOKEN_CHAIN: Final = (6111, "Invalid format for Authorization header")
_EDGE_WORDS: Final[Mapping[int, str]] = {
    502: "Bad gateway", 504: "Gateway time-out", 520: "Web server is returning an unknown error",
    521: "Web server is down", 522: "Connection timed out", 523: "Origin is unreachable", 524: "A timeout occurred",
    525: "SSL handshake failed", 526: "Invalid SSL certificate", 527: "Railgun error", 530: "Origin DNS error",
}  # fmt: skip


def error(name: str, message: str = "", *, chain: tuple[int, str] | None = None) -> Reply:
    """The reply for one of `ERRORS`, with a message that says more."""
    status, code, usual = ERRORS[name]
    return told(status, code, message or usual, chain=chain)


def told(status: int, code: int, message: str, *, chain: tuple[int, str] | None = None) -> Reply:
    """An envelope with one error; older endpoints put the cause behind it."""
    said: dict[str, object] = {"code": code, "message": message}
    if chain is not None:
        said["error_chain"] = [{"code": chain[0], "message": chain[1]}]
    body = orjson.dumps({"result": None, "success": False, "errors": [said], "messages": []})
    return Reply(status, body, {"Content-Type": JSON}, executed=False)


def refuse(name: str, message: str = "", *, chain: tuple[int, str] | None = None) -> Refused:
    """The same, to be raised."""
    return Refused(error(name, message, chain=chain))


def no_such_object(call: Call) -> Refused:
    """404 for what is no identifier at all: the path cannot be routed."""
    asked = call.path[:200]
    return Refused(told(404, 7003, f"Could not route to {asked}, perhaps your object identifier is invalid?"))


def edge_page(status: int) -> Reply:
    """The page of the network before the API: HTML, no envelope."""
    words = _EDGE_WORDS.get(status, "Error")
    title = f"api.cloudflare.com | {status}: {words}"
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{words}</h1></body></html>"
    return Reply(status, page.encode(), {"Content-Type": "text/html; charset=UTF-8"}, executed=False)


class CloudflareErrors:
    """What the engine says in Cloudflare's words."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        """`is_known` tells whether some method of a path is."""
        self._is_known = is_known

    def unknown_route(self, call: Call) -> Reply:
        """404 with 7000; 405 with 7001 where only the method is wrong."""
        if self._is_known(call.path):
            return error("method_not_allowed", f"Method {call.method[:20]} not available for that URI.")
        return error("no_route")

    def malformed(self, call: Call, why: str) -> Reply:
        """400 for a body that is not JSON."""
        del call
        return error("malformed_json", f"Malformed JSON in request body: {why[:200]}")

    def unauthenticated(self, call: Call) -> Reply:
        """401: the token is not known."""
        del call
        return error("invalid_token")

    def token_expired(self, call: Call) -> Reply:
        """The same: it does not say why."""
        return self.unauthenticated(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429 with 971; with whole seconds to wait, rounded up. A key of Workers KV has words of its own."""
        del call
        reply = error("kv_rate" if reason == "kv-key" else "throttled")
        reply.headers["retry-after"] = str(max(1, ceil(1.0 if retry_after_s is None else retry_after_s)))
        return reply

    def quota_exhausted(self, call: Call) -> Reply:
        """The only quota that answers is that of records."""
        del call
        return error("record_quota")

    def server_error(self, call: Call, status: int) -> Reply:
        """500 and 503 are the API's; the others come from what stands before it, as pages."""
        del call
        return edge_page(status) if status in _EDGE_WORDS else told(status, *ERRORS["unknown_error"][1:])
