"""`pay`: take money once, by Stripe."""

from typing import Any

from brownout_core.adapters.stripe import PaymentIntent, StripeClient
from brownout_core.errors import BrownoutError, ServiceError, VendorRefused
from brownout_core.flows.operation import Operation, Tools
from brownout_core.flows.requests import PayRequest
from brownout_core.pipeline import CallContext


class Pay(Operation[PayRequest]):
    """Creates and confirms a payment intent. Stripe's idempotency makes any number of sendings one charge."""

    name = "pay"
    vendor = "stripe"
    call = "create_payment_intent"
    idempotent = True
    request = PayRequest

    def __init__(self, tools: Tools, stripe: StripeClient) -> None:
        super().__init__(tools)
        self._stripe = stripe

    async def send(self, request: PayRequest, key: str) -> dict[str, Any]:
        """One attempt. What is answered well but not paid is a refusal: nobody is there to act on it."""
        intent = await self._stripe.create_payment_intent(
            operation_id=request.operation_id,
            idempotency_key=key,
            amount=request.amount,
            currency=request.currency.lower(),
            payment_method=request.payment_method,
            customer=request.customer,
            description=request.description,
        )
        if not intent.is_paid:
            raise VendorRefused("stripe", self.call, f"the payment is {intent.status}", status=402, code=intent.status)
        return _result(intent)

    async def resolve(self, request: PayRequest, context: CallContext, error: ServiceError) -> dict[str, Any] | None:
        """Stripe replays a saved 500 for a day, though the charge may exist: only looking for it can tell."""
        if error.retryable or error.status is None:
            return None
        try:
            found = await self.read(
                "find_payment_intents", context, lambda: self._stripe.find_payment_intents(request.operation_id)
            )
        except BrownoutError:
            return None
        paid = [each for each in found if each.is_paid and each.operation_id == request.operation_id]
        return _result(paid[0]) if paid else None


def _result(intent: PaymentIntent) -> dict[str, Any]:
    return {
        "payment_intent": intent.id,
        "payment_status": intent.status,
        "amount": intent.amount,
        "currency": intent.currency,
    }
