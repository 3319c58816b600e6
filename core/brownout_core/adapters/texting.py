"""Text messages as a `CommunicationService`, by Twilio, which takes no keys."""

from brownout_core.adapters.twilio import TwilioClient
from brownout_core.services.communication import Further, Looked, Message, Sent, reference


class Texting:
    """Twilio's messages, each with its reference at the end. Safe for concurrent use."""

    takes_keys = False

    def __init__(self, twilio: TwilioClient) -> None:
        self._twilio = twilio

    async def send(self, message: Message, *, operation_id: str, idempotency_key: str) -> Sent:
        """One text message. The key is of no use here."""
        del idempotency_key
        body = body_of(message, operation_id)
        sent = await self._twilio.send_message(operation_id=operation_id, to=message.to, body=body)
        return Sent(sent.sid, sent.status)

    async def find(
        self, message: Message, *, operation_id: str, ago_s: float, further: Further | None = None
    ) -> Looked:
        """The one with that text, of those to the same number: there are never many."""
        del further
        body = body_of(message, operation_id)
        found = await self._twilio.list_messages(operation_id=operation_id, to=message.to, ago_s=ago_s)
        return Looked(next((Sent(each.sid, each.status) for each in found if each.body == body), None))


def body_of(message: Message, operation_id: str) -> str:
    """A text with its reference."""
    return f"{message.text} (ref {reference(operation_id)})"
