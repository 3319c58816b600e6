"""`place_order`: hand one order in to the sales system. An order can wait, so every transient failure is set aside."""

from typing import Any

from brownout_core.adapters.sales import Line, SalesClient, Site
from brownout_core.flows.operation import Operation, Tools
from brownout_core.flows.requests import OrderRequest


class PlaceOrder(Operation[OrderRequest]):
    """Submits an order. Key and business key make any number of sendings one order."""

    name = "place_order"
    vendor = "sales"
    call = "submit_order"
    idempotent = True
    http_status = 201
    request = OrderRequest

    def __init__(self, tools: Tools, sales: SalesClient) -> None:
        super().__init__(tools)
        self._sales = sales

    async def send(self, request: OrderRequest, key: str) -> dict[str, Any]:
        """One attempt."""
        order = await self._sales.submit_order(
            operation_id=request.operation_id,
            idempotency_key=key,
            order_id=request.business_key,
            customer=request.customer,
            site=Site(
                line1=request.site.line1,
                city=request.site.city,
                postal_code=request.site.postal_code,
                country=request.site.country,
            ),
            lines=[Line(sku=each.sku, quantity=each.quantity, unit_price=each.unit_price) for each in request.lines],
            currency=request.currency,
        )
        return {"order": order.id, "order_id": order.order_id, "order_status": order.status}
