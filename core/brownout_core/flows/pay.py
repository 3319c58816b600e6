"""`pay`: take money once, by Stripe.

Stripe forgets a key after a day, by its own clock. So the key alone makes the retries of one asking safe; whoever comes
later (a redrive, a takeover) searches first. Then one of the two always holds: what the search does not show yet is so
young that the key still stands for it.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import stripe
from brownout_core.adapters.stripe import PaymentIntent, StripeClient
from brownout_core.adapters.stripe_webhooks import PAID
from brownout_core.asking import Asking
from brownout_core.errors import VendorRefused, VendorUnavailable
from brownout_core.flows.flow import Around, Flow
from brownout_core.flows.looking import at_best
from brownout_core.flows.request import Amount, Currency, FlowRequest
from brownout_core.policies.inbox import News

CALL = "create_payment_intent"


class PayRequest(FlowRequest):
    """Take money once."""

    amount: Amount
    currency: Currency = "usd"
    payment_method: Annotated[str, Field(min_length=1, max_length=255)] = "pm_card_visa"
    customer: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None


class Pay(Flow[PayRequest]):
    """Creates and confirms a payment intent; where an earlier sending may have made one it looks before it sends again.

    A payment that was not made is refused: the caller is there and can decide.
    """

    name, path, request = "pay", "/v1/pay", PayRequest
    uses = (stripe.ADAPTER,)
    told_by = stripe.ADAPTER

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._stripe = self.guarded(stripe.ADAPTER)

    async def do(self, request: PayRequest, asking: Asking) -> dict[str, Any]:
        """One payment intent, if none is there yet. What is answered well but not paid is a refusal: nobody is there to
        act on it."""
        intent = await self._sent_before(request, asking) or await self._charge(request, asking)
        return {
            "payment_intent": intent.id,
            "payment_status": intent.status,
            "amount": intent.amount,
            "currency": intent.currency,
        }

    def came_of(self, news: News) -> dict[str, Any] | None:
        """That it was paid is said by the event itself; what is given back later was paid, too."""
        if news.step < PAID:
            return None
        said = news.says
        return {
            "payment_intent": said["payment_intent"],
            "payment_status": "succeeded",
            "amount": said["amount"],
            "currency": said["currency"],
        }

    async def _sent_before(self, request: PayRequest, asking: Asking) -> PaymentIntent | None:
        return None if asking.earlier is None else await self._find(request, asking)

    async def _charge(self, request: PayRequest, asking: Asking) -> PaymentIntent:
        async def charge(client: StripeClient) -> PaymentIntent:
            intent = await client.create_payment_intent(
                operation_id=request.operation_id,
                idempotency_key=asking.idempotency_key,
                amount=request.amount,
                currency=request.currency.lower(),
                payment_method=request.payment_method,
                customer=request.customer,
                description=request.description,
            )
            if not intent.is_paid:
                raise VendorRefused("stripe", CALL, f"the payment is {intent.status}", status=402, code=intent.status)
            return intent

        try:
            return await self._stripe(asking, CALL, charge, idempotent=True)
        except VendorUnavailable as error:
            # Stripe replays a saved 500 for a day, though the charge may exist: only looking for it can tell.
            found = None if error.retryable else await at_best(self._find(request, asking))
            if found is None:
                raise
            return found

    async def _find(self, request: PayRequest, asking: Asking) -> PaymentIntent | None:
        return next(iter(await self.find(request, asking)), None)

    async def find(self, request: PayRequest, asking: Asking) -> Sequence[PaymentIntent]:
        """What was paid for the operation, as far as Stripe's search shows it by now."""
        found = await self._stripe.read(
            asking, "find_payment_intents", lambda client: client.find_payment_intents(request.operation_id)
        )
        return [each for each in found if each.is_paid and each.operation_id == request.operation_id]
