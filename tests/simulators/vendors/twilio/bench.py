"""Twilio on the bench."""

from typing import Any

from brownout_simulators.vendors.twilio import VENDOR
from tests.support.vendor_bench import Answer, Bench, basic

SID = "AC" + "a1" * 16
TEST_SID = "AC7e57" + "0" * 28
TOKEN = "t0ken"
FROM = "+15005550006"
TO = "+12025550123"
CALLBACK = "http://127.0.0.1:9/status?operation_id=op-1"
ACCOUNT = f"/2010-04-01/Accounts/{SID}"
MESSAGES = f"{ACCOUNT}/Messages.json"
CALLS = f"{ACCOUNT}/Calls.json"


class TwilioBench(Bench):
    """With shorthand for what every test does."""

    def __init__(self, sid: str = SID, token: str = TOKEN, *, seed: int = 1) -> None:
        super().__init__(VENDOR, basic(sid, token), seed=seed)

    def message(self, **fields: Any) -> Answer:
        """Create a message."""
        return self.form("POST", MESSAGES, **{"To": TO, "From": FROM, "Body": "hello", **fields})

    def call(self, **fields: Any) -> Answer:
        """Create a call."""
        return self.form("POST", CALLS, **{"To": TO, "From": FROM, "Twiml": "<Response/>", **fields})
