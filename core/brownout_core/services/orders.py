"""Orders, in whatever system a company takes them.

    order = await orders.submit_order(operation_id="o", idempotency_key="k", order_id="A-1", …)
    (known,) = await orders.find_orders("A-1", operation_id="o")

Such a system knows idempotency keys and, besides, a business key of the caller's own, `order_id`, which is unique for
ever: handing the same order in twice makes one order, even where the key was forgotten meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One position of an order. Money in the currency's minor unit (hundredths)."""

    sku: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the work is to be done."""

    line1: str
    city: str
    postal_code: str
    country: str
    """Two letters."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the system holds it."""

    id: str
    order_id: str
    """The caller's business key."""
    status: str
    operation_id: str
    """As stored in its metadata; empty where there is none."""


class OrderService(Protocol):
    """What the adapters of such systems have in common."""

    async def submit_order(
        self,
        *,
        operation_id: str,
        idempotency_key: str,
        order_id: str,
        customer: str,
        site: Site,
        lines: Sequence[Line],
        currency: str,
    ) -> Order:
        """Hand one in. One that is there already and stems from the same operation is this one; another operation's is
        a refusal."""
        ...

    async def fetch_order(self, vendor_id: str, /, *, operation_id: str) -> Order:
        """One by the system's own id, with its status."""
        ...

    async def find_orders(self, order_id: str, *, operation_id: str) -> Sequence[Order]:
        """Those with a business key: none or one."""
        ...

    async def cancel_order(self, vendor_id: str, /, *, operation_id: str, idempotency_key: str, reason: str) -> Order:
        """It is not to be carried out. One that is cancelled already stays so; refused once work has begun."""
        ...
