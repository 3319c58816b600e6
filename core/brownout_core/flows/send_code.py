"""`send_code`: a one-time code goes to a phone, by Twilio Verify.

There are no idempotency keys, and each sending is a text message, five in ten minutes at most. So it is sent once.
Where its answer is lost it is looked whether a code is pending for the number: whoever has one can go on, whichever
sending it was that reached him. Nobody wants a code later than he has asked for it, so nothing is set aside.
"""

from collections.abc import Awaitable
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import twilio
from brownout_core.adapters.twilio import TwilioClient, Verification
from brownout_core.asking import Asking
from brownout_core.errors import ServiceError
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.looking import at_best, or_none
from brownout_core.flows.request import FlowRequest, Phone


class SendCodeRequest(FlowRequest):
    """Whom to send one."""

    to: Phone
    channel: Annotated[str, Field(pattern=r"^(sms|call)$")] = "sms"


class SendCode(Flow[SendCodeRequest]):
    """Starts a verification; where an earlier sending may have started one it looks first."""

    name, path, request = "send_code", "/v1/codes", SendCodeRequest
    uses = (twilio.ADAPTER,)
    sets_aside = SetAside.NOTHING

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._twilio = self.guarded(twilio.ADAPTER)

    async def do(self, request: SendCodeRequest, asking: Asking) -> dict[str, Any]:
        """One code."""

        async def look(_ago_s: float) -> Verification | None:
            return await self._pending(request.to, asking)

        started = await self.look_first(asking, look) or await self._start(request, asking)
        return {"verification": started.sid, "to": started.to, "channel": started.channel}

    async def _start(self, request: SendCodeRequest, asking: Asking) -> Verification:
        try:
            return await self._twilio(
                asking,
                "start_verification",
                lambda client: client.start_verification(
                    operation_id=asking.operation_id, to=request.to, channel=request.channel
                ),
                idempotent=False,
            )
        except ServiceError as error:
            pending = await at_best(self._pending(request.to, asking)) if error.may_have_effect else None
            if pending is None:
                raise
            return pending

    async def _pending(self, to: str, asking: Asking) -> Verification | None:
        def fetch(client: TwilioClient) -> Awaitable[Verification]:
            return client.verification(to, operation_id=asking.operation_id)

        return await or_none(self._twilio.read(asking, "verification", fetch))
