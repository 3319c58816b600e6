"""`plan_visits`: two visits to one site, as two work orders of the ERP in one request; both, or neither.

    look ─▶ make what is not there, in one batch ─┬─ both made ──────────▶ done
                                                  ├─ one refused ────────▶ cancel the other ─▶ refused
                                                  └─ open, or not done ──▶ look ─▶ done, or set aside

A batch is done in order up to the first that is refused, and what was made before it stands. It knows no idempotency
key: each work order has a business key of its own, and where the answer is lost any part of them may be there. What is
not there may still come, so it is made by whoever comes later, once it must have arrived.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import erp
from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError, NotSettled, ServiceError, VendorRefused
from brownout_core.flows.by_key import business_key, only
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.looking import at_best
from brownout_core.flows.request import FlowRequest
from brownout_core.services.work_orders import Line, NewWorkOrder, WorkOrder

Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$")]
Item = Annotated[str, Field(min_length=1, max_length=20)]
There = dict[str, WorkOrder]
"""By business key."""


class VisitsRequest(FlowRequest):
    """Plan two visits."""

    customer: Annotated[str, Field(min_length=1, max_length=20)]
    """Its number in the ERP."""
    site: Annotated[str, Field(min_length=1, max_length=250)]
    first_start: Instant
    """An instant of UTC."""
    first_item: Item
    """What is needed: its number in the ERP."""
    second_start: Instant
    second_item: Item

    @property
    def orders(self) -> Sequence[NewWorkOrder]:
        """In the order in which they are made."""
        visits = (("-1", self.first_start, self.first_item), ("-2", self.second_start, self.second_item))
        return [
            NewWorkOrder(
                key=business_key(self.operation_id, part),
                customer=self.customer,
                site=self.site,
                planned_start=start,
                lines=[Line(item, 1)],
            )
            for part, start, item in visits
        ]


class PlanVisits(Flow[VisitsRequest]):
    """Makes both, and takes back the one where the other is refused."""

    name, path, request = "plan_visits", "/v1/visits", VisitsRequest
    uses = (erp.ADAPTER,)
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._erp = self.guarded(erp.ADAPTER)

    async def do(self, request: VisitsRequest, asking: Asking) -> dict[str, Any]:
        """Two work orders."""
        orders = request.orders
        there = await self._there_already(orders, asking)
        if len(there) < len(orders):
            there = await self._completed(orders, there, asking)
        first, second = (there[order.key] for order in orders)
        return {
            "first_visit": first.id,
            "first_number": first.number,
            "second_visit": second.id,
            "second_number": second.number,
        }

    async def _there_already(self, orders: Sequence[NewWorkOrder], asking: Asking) -> There:
        """Also where nobody is known to have tried before: who would know may have forgotten."""
        there: There = {}

        async def look(_ago_s: float) -> There | None:
            there.update(await self._find(orders, asking))
            return there if len(there) == len(orders) else None

        if asking.earlier is None:
            await look(0.0)
        else:
            await self.look_first(asking, look)
        asking.may_have_sent |= bool(there)
        return there

    async def _completed(self, orders: Sequence[NewWorkOrder], there: There, asking: Asking) -> There:
        missing = [order for order in orders if order.key not in there]
        try:
            made = await self._erp(
                asking,
                "create_work_orders",
                lambda client: client.create_work_orders(missing, operation_id=asking.operation_id),
                idempotent=False,
            )
        except ServiceError as error:
            found = await at_best(self._find(orders, asking)) if error.may_have_effect else None
            if found is None or len(found) < len(orders):
                raise
            return found
        answered = zip(missing, made, strict=True)
        there = there | {order.key: each.order for order, each in answered if each.order is not None}
        if len(there) == len(orders):
            return there
        failed = next((each.error for each in made if each.error is not None), None)
        if isinstance(failed, VendorRefused):
            await self._taken_back(there, asking)
        raise failed or NotSettled("the batch does not say what became of all of it")

    async def _taken_back(self, there: There, asking: Asking) -> None:
        """Once that is certain nothing is left of it; else it is open, and somebody will have to look again."""
        try:
            for order in there.values():
                await self._cancel(order, asking)
        except BrownoutError:
            return
        asking.taken_back()

    async def _cancel(self, order: WorkOrder, asking: Asking) -> None:
        await self._erp(
            asking,
            "cancel",
            lambda client: client.cancel(order.id, operation_id=asking.operation_id),
            idempotent=True,
        )

    async def _find(self, orders: Sequence[NewWorkOrder], asking: Asking) -> There:
        there: There = {}
        for order in orders:
            one = await self._find_one(order.key, asking)
            if one is not None:
                there[order.key] = one
        return there

    async def _find_one(self, key: str, asking: Asking) -> WorkOrder | None:
        found = await self._erp.read(
            asking, "find_work_orders", lambda client: client.find_work_orders(key, operation_id=asking.operation_id)
        )
        return only(asking, "find_work_orders", [each for each in found if each.status != erp.CANCELLED])
