"""`pay`: take money once, by Stripe."""

from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import stripe
from brownout_core.adapters.stripe import PaymentIntent, StripeClient
from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError, VendorRefused, VendorUnavailable
from brownout_core.flows.flow import Around, Flow
from brownout_core.flows.request import Amount, Currency, FlowRequest

CALL = "create_payment_intent"


class PayRequest(FlowRequest):
    """Take money once."""

    amount: Amount
    currency: Currency = "usd"
    payment_method: Annotated[str, Field(min_length=1, max_length=255)] = "pm_card_visa"
    customer: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None


class Pay(Flow[PayRequest]):
    """Creates and confirms a payment intent. Stripe's idempotency makes any number of sendings one charge.

    A payment that was not made is refused: the caller is there and can decide.
    """

    name, path, request = "pay", "/v1/pay", PayRequest
    uses = (stripe.ADAPTER,)

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._stripe = self.guarded(stripe.ADAPTER)

    async def do(self, request: PayRequest, asking: Asking) -> dict[str, Any]:
        """One payment intent. What is answered well but not paid is a refusal: nobody is there to act on it."""

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
            intent = await self._stripe(asking, CALL, charge, idempotent=True)
        except VendorUnavailable as error:
            # Stripe replays a saved 500 for a day, though the charge may exist: only looking for it can tell.
            found = None if error.retryable else await self._find(request, asking)
            if found is None:
                raise
            intent = found
        return {
            "payment_intent": intent.id,
            "payment_status": intent.status,
            "amount": intent.amount,
            "currency": intent.currency,
        }

    async def _find(self, request: PayRequest, asking: Asking) -> PaymentIntent | None:
        try:
            found = await self._stripe.read(
                asking, "find_payment_intents", lambda client: client.find_payment_intents(request.operation_id)
            )
        except BrownoutError:
            return None
        paid = [each for each in found if each.is_paid and each.operation_id == request.operation_id]
        return paid[0] if paid else None
