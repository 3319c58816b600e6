"""`reserve_stock`: hold stock in the ERP and make a work order for it; both, or neither.

    look ─▶ reserve ─▶ look ─▶ make the work order ─▶ done
                                  │ refused for good
                                  └──▶ release ─▶ refused

The ERP knows no idempotency key, so both are made under a business key and looked for before they are sent; by whoever
comes later, not before an earlier sending must have arrived. After a failure that leaves it open what is found at once
is adopted. What is not found at once may still come: then it is set aside, never sent again blindly.

A reservation that nobody takes ends by itself after a while. So whoever comes late may find it over, and holds anew.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import Field

from brownout_core.adapters import erp
from brownout_core.adapters.erp import ErpClient
from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError, ServiceError, VendorRefused
from brownout_core.flows.by_key import business_key, only
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.looking import at_best
from brownout_core.flows.request import FlowRequest
from brownout_core.services.work_orders import Line, NewWorkOrder, Reservation, WorkOrder

T = TypeVar("T")


class ReserveRequest(FlowRequest):
    """Hold stock, and plan the work that needs it."""

    item: Annotated[str, Field(min_length=1, max_length=20)]
    """Its number in the ERP."""
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    customer: Annotated[str, Field(min_length=1, max_length=20)]
    """Its number in the ERP."""
    site: Annotated[str, Field(min_length=1, max_length=250)]

    @property
    def key(self) -> str:
        """The business key."""
        return business_key(self.operation_id)


class ReserveStock(Flow[ReserveRequest]):
    """Reserves and plans; gives back what was reserved where the work order is refused."""

    name, path, request = "reserve_stock", "/v1/reservations", ReserveRequest
    uses = (erp.ADAPTER,)
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._erp = self.guarded(erp.ADAPTER)

    async def do(self, request: ReserveRequest, asking: Asking) -> dict[str, Any]:
        """One reservation that a work order has."""
        order = await self._there_already(request, asking)
        if order is None:
            held = await self._held(request, asking)
            try:
                order = await self._ordered(request, asking, held)
            except VendorRefused:
                await self._give_back(request, asking, held)
                raise
        return {"work_order": order.id, "work_order_number": order.number, "work_order_status": order.status}

    async def _there_already(self, request: ReserveRequest, asking: Asking) -> WorkOrder | None:
        """Also where nobody is known to have tried before: who would know may have forgotten."""
        if asking.earlier is None:
            return await self._work_order(request, asking)
        return await self.look_first(asking, lambda _ago_s: self._work_order(request, asking))

    async def _held(self, request: ReserveRequest, asking: Asking) -> Reservation:
        def reserve(client: ErpClient) -> Awaitable[Reservation]:
            return client.reserve(
                key=request.key, item=request.item, quantity=request.quantity, operation_id=request.operation_id
            )

        found = await self._reservation(request, asking)
        if found is not None:
            return found
        return await self._made(asking, "reserve", reserve, find=partial(self._reservation, request, asking))

    async def _ordered(self, request: ReserveRequest, asking: Asking, held: Reservation) -> WorkOrder:
        order = NewWorkOrder(
            key=request.key,
            customer=request.customer,
            site=request.site,
            lines=[Line(request.item, request.quantity, held.id)],
        )
        return await self._made(
            asking,
            "create_work_order",
            lambda client: client.create_work_order(order, operation_id=request.operation_id),
            find=partial(self._work_order, request, asking),
        )

    async def _made(
        self,
        asking: Asking,
        call: str,
        make: Callable[[ErpClient], Awaitable[T]],
        *,
        find: Callable[[], Awaitable[T | None]],
    ) -> T:
        """Make it once; where that is left open, what is found is it."""
        try:
            return await self._erp(asking, call, make, idempotent=False)
        except ServiceError as error:
            found = await at_best(find()) if error.may_have_effect else None
            if found is None:
                raise
            return found

    async def find_any(self, request: ReserveRequest, asking: Asking) -> Sequence[str]:
        """Whether anything of it stands, as one name for all of it: its key."""
        stands = await self._work_orders(request, asking) or await self._reservations(request, asking)
        return [f"erp document {request.key}"] if stands else []

    async def give_back_all(self, request: ReserveRequest, asking: Asking) -> None:
        """Cancel the work order, and release what none has. Raises where that is not certain."""
        for order in await self._work_orders(request, asking):
            await self._cancel(request, asking, order)
        # What a work order had is free with it.
        for held in await self._reservations(request, asking):
            await self._release(request, asking, held)

    async def _cancel(self, request: ReserveRequest, asking: Asking, order: WorkOrder) -> None:
        await self._erp(
            asking,
            "cancel",
            lambda client: client.cancel(order.id, operation_id=request.operation_id),
            idempotent=True,
        )

    async def _give_back(self, request: ReserveRequest, asking: Asking, held: Reservation) -> None:
        """Once that is certain nothing is left of it; else it is open, and somebody will have to look again."""
        try:
            await self._release(request, asking, held)
        except BrownoutError:
            return
        asking.taken_back()

    async def _release(self, request: ReserveRequest, asking: Asking, held: Reservation) -> None:
        await self._erp(
            asking,
            "release",
            lambda client: client.release(held.id, operation_id=request.operation_id),
            idempotent=True,
        )

    async def _reservation(self, request: ReserveRequest, asking: Asking) -> Reservation | None:
        return only(asking, "find_reservations", await self._reservations(request, asking))

    async def _reservations(self, request: ReserveRequest, asking: Asking) -> list[Reservation]:
        found = await self._erp.read(
            asking,
            "find_reservations",
            lambda client: client.find_reservations(request.key, operation_id=request.operation_id),
        )
        return [each for each in found if each.stands]

    async def _work_order(self, request: ReserveRequest, asking: Asking) -> WorkOrder | None:
        return only(asking, "find_work_orders", await self._work_orders(request, asking))

    async def _work_orders(self, request: ReserveRequest, asking: Asking) -> list[WorkOrder]:
        found = await self._erp.read(
            asking,
            "find_work_orders",
            lambda client: client.find_work_orders(request.key, operation_id=request.operation_id),
        )
        return [each for each in found if each.status != erp.CANCELLED]
