"""A toy flow that asks two vendors: Acme is cheaper, so it is asked first; Stripe where Acme surely did not take it."""

from typing import Any

from brownout_core.adapters import stripe
from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError
from brownout_core.flows.flow import Around, Flow
from brownout_core.flows.request import Amount, FlowRequest
from tests.toys import acme_adapter as acme


class CollectRequest(FlowRequest):
    """Take money once, from wherever it can be had."""

    amount: Amount


class Collect(Flow[CollectRequest]):
    """Acme, else Stripe, never both."""

    name, path, request = "collect", "/v1/collect", CollectRequest
    uses = (acme.ADAPTER, stripe.ADAPTER)

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._acme = self.guarded(acme.ADAPTER)
        self._stripe = self.guarded(stripe.ADAPTER)

    async def do(self, request: CollectRequest, asking: Asking) -> dict[str, Any]:
        """One payment. Whoever takes over looks at both first, for it cannot know how far its predecessor came."""
        found = await self.look_first(asking, lambda _ago_s: self._find(request, asking))
        if found is not None:
            return found
        operation_id, key = request.operation_id, asking.idempotency_key
        try:
            payment = await self._acme(
                asking,
                "take",
                lambda client: client.take(operation_id=operation_id, idempotency_key=key, amount=request.amount),
                idempotent=True,
            )
        except BrownoutError:
            if asking.may_have_effect:
                raise
        else:
            return {"by": "acme", "payment": payment.id}
        intent = await self._stripe(
            asking,
            "create_payment_intent",
            lambda client: client.create_payment_intent(
                operation_id=operation_id,
                idempotency_key=key,
                amount=request.amount,
                currency="usd",
                payment_method="pm_card_visa",
            ),
            idempotent=True,
        )
        return {"by": "stripe", "payment": intent.id}

    async def _find(self, request: CollectRequest, asking: Asking) -> dict[str, Any] | None:
        taken = await self._acme.read(asking, "find", lambda client: client.find(operation_id=request.operation_id))
        if taken:
            return {"by": "acme", "payment": taken[0].id}
        intents = await self._stripe.read(
            asking, "find_payment_intents", lambda client: client.find_payment_intents(request.operation_id)
        )
        return {"by": "stripe", "payment": intents[0].id} if intents else None
