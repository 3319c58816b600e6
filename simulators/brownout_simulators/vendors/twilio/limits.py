"""Twilio's one limiter: requests in flight per account. The real ceiling is undisclosed and differs per account."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.twilio.resources import request_sid
from brownout_simulators.vendors.twilio.state import State

_ALWAYS: Final = {
    "X-Home-Region": "us1",
    "X-API-Domain": "api.twilio.com",
    "X-Powered-By": "AT-5000",
    "X-Shenanigans": "none",
}
LIMITS: Final = (Limit(name="concurrency", concurrency=100),)


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """Adds what Twilio puts on every reply; the number in flight is the true one, not a decoration."""
    headers = reply.headers
    if "Twilio-Request-Id" not in headers:
        headers["Twilio-Request-Id"] = request_sid(call.request_id)
    headers["Twilio-Concurrent-Requests"] = str(max(1, account.in_flight if account is not None else 1))
    headers["Twilio-Request-Duration"] = f"{call.took_s:.3f}"
    headers |= _ALWAYS
