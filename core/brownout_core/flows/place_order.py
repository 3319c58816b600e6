"""`place_order`: hand one order in to the sales system. An order can wait, so every transient failure is set aside."""

import hashlib
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from brownout_core.adapters import sales
from brownout_core.adapters.sales import Line, Site
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import Amount, Currency, FlowRequest
from brownout_core.policies.inbox import News


class OrderLine(BaseModel):
    """One position of an order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    unit_price: Amount


class OrderSite(BaseModel):
    """Where the work is to be done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: Annotated[str, Field(min_length=1, max_length=200)]
    city: Annotated[str, Field(min_length=1, max_length=100)]
    postal_code: Annotated[str, Field(min_length=1, max_length=20)]
    country: Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")]


class OrderRequest(FlowRequest):
    """Hand one order in to the sales system."""

    order_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The business key, unique for ever; without one, made from the operation id."""
    customer: Annotated[str, Field(min_length=1, max_length=200)]
    site: OrderSite
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=200)]
    currency: Currency = "usd"

    @property
    def business_key(self) -> str:
        """`order_id`, or what stands for it."""
        if self.order_id is not None:
            return self.order_id
        if len(self.operation_id) <= 64:
            return self.operation_id
        return hashlib.sha256(self.operation_id.encode()).hexdigest()


class PlaceOrder(Flow[OrderRequest]):
    """Submits an order. Key and business key make any number of sendings one order."""

    name, path, request = "place_order", "/v1/orders", OrderRequest
    uses = (sales.ADAPTER,)
    told_by = sales.ADAPTER
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._sales = self.guarded(sales.ADAPTER)

    async def do(self, request: OrderRequest, asking: Asking) -> dict[str, Any]:
        """One order."""
        order = await self._sales(
            asking,
            "submit_order",
            lambda client: client.submit_order(
                operation_id=request.operation_id,
                idempotency_key=asking.idempotency_key,
                order_id=request.business_key,
                customer=request.customer,
                site=Site(**request.site.model_dump()),
                lines=[Line(**line.model_dump()) for line in request.lines],
                currency=request.currency,
            ),
            idempotent=True,
        )
        return {"order": order.id, "order_id": order.order_id, "order_status": order.status}

    def came_of(self, news: News) -> dict[str, Any]:
        """Whatever is told of an order, it is handed in."""
        return {"order": news.says["order"], "order_id": news.says["order_id"], "order_status": news.state}
