"""A client that gives each sending of an order a key and a number of its own: whoever is not answered orders again."""

import itertools
from typing import Any

from brownout_core.adapters.sales import Order, SalesClient
from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Anew:
    """A client whose every sending is another order."""

    def __init__(self, inner: SalesClient) -> None:
        self._inner = inner
        self._numbers = itertools.count()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def submit_order(self, *, idempotency_key: str, order_id: str, **order: Any) -> Order:
        number = next(self._numbers)
        key, business_key = f"{idempotency_key}-{number}", f"{order_id}-{number}"[-64:]
        made = await self._inner.submit_order(idempotency_key=key, order_id=business_key, **order)
        return Order(made.id, order_id, made.status, made.operation_id)


def _client(_vendor: str, client: Any) -> Any:
    return _Anew(client) if isinstance(client, SalesClient) else client


MUTANT = Mutant(
    name="numbers-orders-anew",
    part=Part.ADAPTERS,
    about="each sending of an order has a key and a number of its own",
    scenario="sales-lost-answers",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
