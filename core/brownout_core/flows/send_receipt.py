"""`send_receipt`: one mail that a payment was received, by Resend. A transient failure is set aside: it can wait.

Resend forgets a key after a day, by its own clock. So the key alone makes the retries of one asking safe; whoever comes
later (a redrive, a takeover) looks for the mail first. A mail that is there is sent, also where it bounced: who was to
get it would not get a second one either. A quota that is used up is not asked again: the mail waits for a redrive.
"""

from collections.abc import Awaitable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import resend
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import Amount, Currency, FlowRequest
from brownout_core.services.communication import (
    CommunicationService,
    Further,
    Looked,
    Message,
    Sent,
    SentOtherwise,
    search,
)

CLOCK_SKEW_S = 300.0
"""How far the clock that dates Resend's mails may be from the one that dates its answers."""


class ReceiptRequest(FlowRequest):
    """Send one receipt."""

    to: Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")]
    amount: Amount
    currency: Currency = "usd"


class SendReceipt(Flow[ReceiptRequest]):
    """Sends a mail under the operation's key; where an earlier sending may have sent one it looks first."""

    name, path, request = "send_receipt", "/v1/receipts", ReceiptRequest
    uses = (resend.ADAPTER,)
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._mail = self.guarded(resend.ADAPTER)

    async def do(self, request: ReceiptRequest, asking: Asking) -> dict[str, Any]:
        """One mail, if none is there yet."""
        message = message_of(request)
        sent = await self.look_first(asking, lambda ago_s: self._find(request, message, ago_s, asking))
        if sent is None:
            sent = await self._send(request, message, asking)
        return {"email": sent.id}

    async def _send(self, request: ReceiptRequest, message: Message, asking: Asking) -> Sent:
        def send(mail: CommunicationService) -> Awaitable[Sent]:
            return mail.send(message, operation_id=request.operation_id, idempotency_key=asking.idempotency_key)

        try:
            return await self._mail(asking, "send", send, idempotent=True)
        except SentOtherwise:
            # From another address, before ours was changed: whoever was to get it has it.
            sent = await self._find(request, message, resend.KEY_S, asking)
            if sent is None:
                raise
            return sent

    async def _find(self, request: ReceiptRequest, message: Message, ago_s: float, asking: Asking) -> Sent | None:
        def look(further: Further | None) -> Awaitable[Looked]:
            return self._mail.read(asking, "find", lambda mail: _find(mail, message, request, ago_s, further))

        return await search(look)


async def _find(
    mail: CommunicationService, message: Message, request: ReceiptRequest, ago_s: float, further: Further | None
) -> Looked:
    operation_id = request.operation_id
    return await mail.find(message, operation_id=operation_id, ago_s=ago_s + CLOCK_SKEW_S, further=further)


def message_of(request: ReceiptRequest) -> Message:
    """The same for the same request, as the key wants it."""
    amount = f"{Decimal(request.amount).scaleb(-2)} {request.currency.upper()}"
    return Message(
        to=request.to,
        subject=f"Your receipt for {amount}",
        text=f"We have received your payment of {amount}. Thank you.",
        html=f"<p>We have received your payment of <b>{amount}</b>.</p><p>Thank you.</p>",
    )
