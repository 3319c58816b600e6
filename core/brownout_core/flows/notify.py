"""`notify`: send one text message, by Twilio.

Twilio takes no idempotency key. So the message ends with a short reference of its own, it is never sent again once it
may have arrived, and before any second sending the list of messages is searched for that reference.
"""

import hashlib
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import twilio
from brownout_core.adapters.twilio import Message
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow
from brownout_core.flows.request import FlowRequest, Phone

CLOCK_SKEW_S = 300.0
"""How far the clock that dates Twilio's messages may be from the one that dates its answers, and from a second's true
length."""


class NotifyRequest(FlowRequest):
    """Send one text message."""

    to: Phone
    body: Annotated[str, Field(min_length=1, max_length=1500)]


class Notify(Flow[NotifyRequest]):
    """Creates a message; where an earlier sending may be on its way it looks before it sends again.

    A message that was not sent is refused: the caller is there and can decide.
    """

    name, path, request = "notify", "/v1/notify", NotifyRequest
    uses = (twilio.ADAPTER,)

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._twilio = self.guarded(twilio.ADAPTER)

    async def do(self, request: NotifyRequest, asking: Asking) -> dict[str, Any]:
        """One message, if none is there yet."""
        text = text_of(request)
        message = await self.look_first(asking, lambda ago_s: self._find(request, text, ago_s, asking))
        if message is None:
            message = await self._twilio(
                asking,
                "send_message",
                lambda client: client.send_message(operation_id=request.operation_id, to=request.to, body=text),
                idempotent=False,
            )
        return {"message": message.sid, "message_status": message.status}

    async def _find(self, request: NotifyRequest, text: str, ago_s: float, asking: Asking) -> Message | None:
        found = await self._twilio.read(
            asking,
            "list_messages",
            lambda client: client.list_messages(
                operation_id=request.operation_id, to=request.to, ago_s=ago_s + CLOCK_SKEW_S
            ),
        )
        return next((each for each in found if each.body == text), None)


def text_of(request: NotifyRequest) -> str:
    """The message's text, with a reference that no other operation's message has."""
    reference = hashlib.sha256(request.operation_id.encode()).hexdigest()[:10]
    return f"{request.body} (ref {reference})"
