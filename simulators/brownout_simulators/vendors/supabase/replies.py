"""What the services' answers are made of, and the gateway's own refusals, which stand before any service."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply

JSON: Final = "application/json; charset=utf-8"

NO_KEY: Final = {
    "message": "No API key found in request",
    "hint": "No `apikey` request header or url param was found.",
}
BAD_KEY: Final = {
    "message": "Invalid API key",
    "hint": "Double check your Supabase `anon` or `service_role` API key.",
}


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None, *, executed: bool = True) -> Reply:
    """A JSON answer."""
    return Reply(status, orjson.dumps(body), {"content-type": JSON, **(headers or {})}, executed=executed)


def of_gateway(status: int, body: Mapping[str, Any]) -> Reply:
    """An answer of the gateway's, which has no code."""
    return answer(status, body, executed=False)


class GatewayErrors:
    """The gateway's own words, and those of a service that has none of its own for a situation."""

    def unknown_route(self, call: Call) -> Reply:
        """404."""
        del call
        return of_gateway(404, {"message": "no Route matched with those values"})

    def malformed(self, call: Call, why: str) -> Reply:
        """400."""
        del call
        return of_gateway(400, {"message": why})

    def unauthenticated(self, call: Call) -> Reply:
        """401: a key that was withdrawn."""
        del call
        return of_gateway(401, BAD_KEY)

    def token_expired(self, call: Call) -> Reply:
        """401: the gateway looks at keys only, and those do not expire in a lifetime of tests."""
        return self.unauthenticated(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429 without Retry-After, as Supabase's are."""
        del call, retry_after_s, reason
        return of_gateway(429, {"message": "API rate limit exceeded"})

    def quota_exhausted(self, call: Call) -> Reply:
        """402: the organization has used up its plan."""
        del call
        return of_gateway(
            402, {"message": "Service for this project is restricted due to the following violations: exceed_quota."}
        )

    def server_error(self, call: Call, status: int) -> Reply:
        """5xx before a service was reached."""
        del call
        words = {
            502: "An invalid response was received from the upstream server",
            503: "name resolution failed",
            504: "The upstream server is timing out",
        }
        return of_gateway(status, {"message": words.get(status, "An unexpected error occurred")})
