"""`trade_in`: take the price of a new part, and give back what the old one is worth, by Stripe; told when both is done.

    customer ─▶ as it is now ─▶ pay ─▶ as it is now ─▶ give back ─▶ done

The price is taken once, as by `pay`. What is given back has a key of its own, which Stripe forgets after a day as it
does the payment's. So whoever comes back to it lists the payment's refunds first: what is not in that list is so young
that its key still stands for it, or was never there. Where it cannot be given back the payment stays, and the rest
is set aside: half of it is never told as done, nor as refused.
"""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from brownout_core.adapters import stripe
from brownout_core.adapters.stripe import Customer, PaymentIntent, Refund, StripeClient
from brownout_core.asking import Asking
from brownout_core.errors import VendorRefused
from brownout_core.flows.flow import Around, Flow
from brownout_core.flows.pay import Pay, PayRequest
from brownout_core.flows.request import Amount, Currency, FlowRequest

GONE = "customer_deleted"


class TradeInRequest(FlowRequest):
    """Take a price, and give a part of it back."""

    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    amount: Amount
    """The price."""
    allowance: Amount
    """What is given back: less than the price."""
    currency: Currency = "usd"
    payment_method: Annotated[str, Field(min_length=1, max_length=255)] = "pm_card_visa"

    @model_validator(mode="after")
    def _is_less(self) -> Self:
        if self.allowance >= self.amount:
            raise ValueError(f"allowance must be less than the amount {self.amount}, got {self.allowance}")
        return self


class TradeIn(Flow[TradeInRequest]):
    """A customer, a payment of his, a refund of a part of it."""

    name, path, request = "trade_in", "/v1/trade-ins", TradeInRequest
    uses = (stripe.ADAPTER,)

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._stripe = self.guarded(stripe.ADAPTER)
        self._payment = Pay(around)

    async def do(self, request: TradeInRequest, asking: Asking) -> dict[str, Any]:
        """One payment and one refund of it."""
        customer = await self._customer(request, asking)
        payment = PayRequest(
            operation_id=request.operation_id,
            amount=request.amount,
            currency=request.currency,
            payment_method=request.payment_method,
            customer=customer.id,
            description=f"traded in by {customer.email}",
        )
        paid = await self._payment.do(payment, asking)
        intent = await self._seen(paid["payment_intent"], asking)
        refund = await self._given_before(intent, asking) or await self._give_back(intent, request.allowance, asking)
        return {
            "customer": customer.id,
            "payment_intent": intent.id,
            "charge": intent.latest_charge,
            "amount": intent.amount,
            "currency": intent.currency,
            "refund": refund.id,
            "given_back": refund.amount,
        }

    async def _customer(self, request: TradeInRequest, asking: Asking) -> Customer:
        """Made as a read is: an entry in an address book, of which a second one would do no harm. So a card that is
        declined is told as that, and nobody has to find out what became of the entry."""
        made = await self._stripe.read(
            asking,
            "create_customer",
            lambda client: client.create_customer(
                operation_id=request.operation_id,
                idempotency_key=f"{asking.idempotency_key}:customer",
                email=request.email,
                name=request.name,
            ),
        )
        # For a key that it knows Stripe says what it said before, of a customer who may have been deleted since.
        now = await self._stripe.read(
            asking,
            "retrieve_customer",
            lambda client: client.retrieve_customer(made.id, operation_id=request.operation_id),
        )
        if now.is_deleted:
            raise VendorRefused("stripe", "retrieve_customer", "the customer was deleted", status=404, code=GONE)
        return now

    async def _seen(self, intent_id: str, asking: Asking) -> PaymentIntent:
        """As it is now: neither a repeated answer nor the search says what has become of it."""
        return await self._stripe.read(
            asking,
            "retrieve_payment_intent",
            lambda client: client.retrieve_payment_intent(intent_id, operation_id=asking.operation_id),
        )

    async def _given_before(self, intent: PaymentIntent, asking: Asking) -> Refund | None:
        if asking.earlier is None:
            return None
        found = await self._stripe.read(
            asking, "refunds", lambda client: client.refunds(intent.id, operation_id=asking.operation_id)
        )
        return next((each for each in found if each.is_given and each.operation_id == asking.operation_id), None)

    async def _give_back(self, intent: PaymentIntent, allowance: int, asking: Asking) -> Refund:
        async def give_back(client: StripeClient) -> Refund:
            refund = await client.create_refund(
                operation_id=asking.operation_id,
                idempotency_key=f"{asking.idempotency_key}:refund",
                payment_intent=intent.id,
                amount=allowance,
            )
            if not refund.is_given:
                why = f"the refund is {refund.status}"
                raise VendorRefused("stripe", "create_refund", why, status=402, code=refund.status)
            return refund

        return await self._stripe(asking, "create_refund", give_back, idempotent=True)
