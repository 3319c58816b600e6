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

    def use(self, **settings: Any) -> None:
        """Set the simulator up."""
        self.simulator.schedule([], setup=settings)

    def number(self, number: str) -> str:
        """Buy a number; its sid."""
        sid: str = self.form("POST", f"{ACCOUNT}/IncomingPhoneNumbers.json", PhoneNumber=number).json["sid"]
        return sid

    def messaging_service(self, *numbers: str, **settings: str) -> str:
        """Create a messaging service that sends from these numbers; its sid."""
        given = {"FriendlyName": "shop", **settings}
        sid: str = self.form("POST", "/v1/Services", **given).json["sid"]
        for number in numbers:
            assert (
                self.form("POST", f"/v1/Services/{sid}/PhoneNumbers", PhoneNumberSid=self.number(number)).status == 201
            )
        return sid

    def sent_by(self, service: str, to: str = TO, **fields: Any) -> Any:
        """Send by a service; the message when all is over."""
        sid = self.form("POST", MESSAGES, To=to, MessagingServiceSid=service, Body="x", **fields).json["sid"]
        self.pass_time(60)
        return self.send("GET", f"{ACCOUNT}/Messages/{sid}.json").json
