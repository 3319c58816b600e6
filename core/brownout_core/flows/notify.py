"""`notify`: send one text message, by Twilio.

Twilio takes no idempotency key. So the message ends with a short reference of its own, it is never sent again once it
may have arrived, and before any second sending the list of messages is searched for that reference.
"""

import hashlib
from typing import Any

from brownout_core.adapters.twilio import Message, TwilioClient
from brownout_core.errors import NotSettled
from brownout_core.flows.operation import Earlier, Operation, Tools
from brownout_core.flows.requests import NotifyRequest
from brownout_core.pipeline import CallContext

CLOCK_SKEW_S = 300.0
"""How far Twilio's clock may be from ours."""


class Notify(Operation[NotifyRequest]):
    """Creates a message; after an unknown outcome it looks before it sends again."""

    name = "notify"
    vendor = "twilio"
    call = "send_message"
    idempotent = False
    request = NotifyRequest

    def __init__(self, tools: Tools, twilio: TwilioClient, *, sender: str, settle_s: float) -> None:
        """`settle_s` is how long an earlier sending may take to show up in the list; nothing is sent again before."""
        super().__init__(tools)
        self._twilio = twilio
        self._sender = sender
        self._settle_s = settle_s

    async def send(self, request: NotifyRequest, key: str) -> dict[str, Any]:
        """One attempt."""
        del key  # Twilio takes none
        message = await self._twilio.send_message(
            operation_id=request.operation_id, to=request.to, sender=self._sender, body=text_of(request)
        )
        return _result(message)

    async def look(self, request: NotifyRequest, context: CallContext, earlier: Earlier) -> dict[str, Any] | None:
        """The message, if the list has it. If not, and the earlier sending may still be on its way: not yet."""
        found = await self.read(
            "list_messages",
            context,
            lambda: self._twilio.list_messages(
                operation_id=request.operation_id, to=request.to, since=earlier.since - CLOCK_SKEW_S
            ),
        )
        wanted = text_of(request)
        for message in found:
            if message.body == wanted:
                return _result(message)
        left_s = self._settle_s - earlier.age_s
        if left_s > 0:
            raise NotSettled("an earlier sending may still arrive", retry_after_s=left_s)
        return None


def text_of(request: NotifyRequest) -> str:
    """The message's text, with a reference that no other operation's message has."""
    reference = hashlib.sha256(request.operation_id.encode()).hexdigest()[:10]
    return f"{request.body} (ref {reference})"


def _result(message: Message) -> dict[str, Any]:
    return {"message": message.sid, "message_status": message.status}
