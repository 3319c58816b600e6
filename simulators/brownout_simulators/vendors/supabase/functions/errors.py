"""How the functions' relay says no: `{code, message}`."""

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.replies import GatewayErrors


def told(status: int, code: str, message: str) -> Reply:
    """A refusal of what stands in front of the function: it did not run."""
    headers = {"content-type": "application/json", "sb-error-code": code}
    return Reply(status, orjson.dumps({"code": code, "message": message}), headers, executed=False)


class FunctionErrors(GatewayErrors):
    """What the engine says in the relay's words."""

    def unauthenticated(self, call: Call) -> Reply:
        """401."""
        del call
        return told(401, "UNAUTHORIZED_INVALID_JWT", "Invalid JWT")

    def token_expired(self, call: Call) -> Reply:
        """401."""
        return self.unauthenticated(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429."""
        del call, retry_after_s, reason
        return told(429, "RATE_LIMITED", "Too many requests")

    def server_error(self, call: Call, status: int) -> Reply:
        """500: the function threw. 504: it took longer than 150 s. 503: it did not start."""
        words = {
            500: ("WORKER_ERROR", "Function exited due to an error (please check logs)"),
            503: ("BOOT_ERROR", "Function failed to start (please check logs)"),
            504: ("IDLE_TIMEOUT", "The request has timed out"),
        }
        return told(status, *words[status]) if status in words else super().server_error(call, status)
