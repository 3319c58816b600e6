"""`check_code`: whether somebody has the code that was sent to a phone, by Twilio Verify.

A right code is good once: what is approved is forgotten at once, and the same code is then as unknown as one that never
was, or that is too old. So it is sent once, and where its answer is lost nobody can find out any more: that is never
told as a wrong code. A wrong one is an answer, and five of them end the verification.
"""

from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import twilio
from brownout_core.adapters.twilio import TwilioClient, Verification
from brownout_core.asking import Asking
from brownout_core.errors import VendorRefused
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest, Phone

WRONG = "wrong_code"


class CheckCodeRequest(FlowRequest):
    """Whose, and which."""

    to: Phone
    code: Annotated[str, Field(pattern=r"^[0-9]{4,10}$", repr=False)]


class CheckCode(Flow[CheckCodeRequest]):
    """Checks one code, once."""

    name, path, request = "check_code", "/v1/codes/check", CheckCodeRequest
    uses = (twilio.ADAPTER,)
    sets_aside = SetAside.NOTHING

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._twilio = self.guarded(twilio.ADAPTER)

    async def do(self, request: CheckCodeRequest, asking: Asking) -> dict[str, Any]:
        """One approval."""

        async def check(client: TwilioClient) -> Verification:
            checked = await client.check_verification(
                operation_id=asking.operation_id, to=request.to, code=request.code
            )
            if not checked.is_valid:
                asking.settled()  # what an earlier asking sent was this very code, and as wrong
                raise VendorRefused("twilio", "check_verification", "the code is wrong", status=403, code=WRONG)
            return checked

        approved = await self._twilio(asking, "check_verification", check, idempotent=False)
        return {"verification": approved.sid, "to": approved.to}
