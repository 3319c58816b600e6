"""How realtime says no before there is a socket: `{"error": …}`, with a status that a websocket client seldom shows."""

from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.replies import GatewayErrors

CONNECT: Final = "/realtime/v1/websocket"


def told(status: int, body: Any) -> Reply:
    """A refusal."""
    return Reply(status, orjson.dumps(body), {"content-type": "application/json; charset=utf-8"}, executed=False)


def refused(status: int, words: str) -> Reply:
    """A handshake that is refused."""
    return told(status, {"error": words})


class RealtimeErrors(GatewayErrors):
    """What the engine says in realtime's words."""

    def malformed(self, call: Call, why: str) -> Reply:
        """400; for a body, the web server's own words."""
        del why
        return refused(400, "Bad Request") if call.path == CONNECT else told(400, {"errors": {"detail": "Bad Request"}})

    def unauthenticated(self, call: Call) -> Reply:
        """401."""
        del call
        return refused(401, "The token provided is not a valid JWT")

    def token_expired(self, call: Call) -> Reply:
        """401."""
        del call
        return refused(401, "Token has expired")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429: too many sockets, or too many new ones."""
        del retry_after_s
        if call.path != CONNECT:
            return told(429, {"message": "You have exceeded your rate limit"})
        return refused(
            429, "Too many connected users" if reason == "realtime-connections" else "Too many joins per second"
        )

    def server_error(self, call: Call, status: int) -> Reply:
        """5xx."""
        if status == 500 and call.path == CONNECT:
            return refused(500, "Error connecting to Realtime")
        return super().server_error(call, status)
