"""`place_order`: an order for the sales system, of one to four lines."""

import random
from typing import Any

from brownout_core.flows.place_order import PlaceOrder
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import GOODS, person


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """Prices in cents."""
    customer = person(rng)
    lines = []
    for sku, price in rng.sample(GOODS, rng.randint(1, 4)):
        lines.append({"sku": sku, "quantity": rng.randint(1, 5), "unit_price": price})
    site = {"line1": customer.line1, "city": customer.city, "postal_code": customer.postal_code, "country": "US"}
    return {"order_id": operation_id, "customer": customer.name, "site": site, "lines": lines, "currency": "usd"}


OPERATION = GatewayOperation(
    flow=PlaceOrder,
    draw=draw,
    leaves=("sales.order",),
    as_asked={
        "sales.order": {name: f"{{{{{name}}}}}" for name in ("order_id", "customer", "site", "lines", "currency")}
    },
    answers={"order": ("sales.order.id",), "order_id": ("sales.order.order_id",)},
)
