"""`plan_work`: a work order that the ERP takes its time to make: taken on at once, and asked about until it is there.

    look ─▶ begin ─▶ taken on ─▶ ask about it ─┬─ done ───────▶ done
                                               ├─ failed ─────▶ refused, or set aside
                                               ├─ not known ──▶ look by the key
                                               └─ no time left ▶ set aside

The ERP knows no idempotency key, so the work order is made under a business key, and looked for before anything is
sent. Once something was taken on it is never begun again before it can be told that nothing will come of it: `settle`
has to be longer than such work takes.
"""

import asyncio
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import erp
from brownout_core.adapters.erp import ErpClient
from brownout_core.asking import Asking
from brownout_core.errors import NotSettled, ServiceError
from brownout_core.flows.by_key import business_key, only
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.looking import at_best
from brownout_core.flows.request import FlowRequest
from brownout_core.services.work_orders import Job, JobStatus, Line, NewWorkOrder, WorkOrder


class PlanRequest(FlowRequest):
    """Plan work at a site."""

    item: Annotated[str, Field(min_length=1, max_length=20)]
    """What it needs: its number in the ERP."""
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    customer: Annotated[str, Field(min_length=1, max_length=20)]
    """Its number in the ERP."""
    site: Annotated[str, Field(min_length=1, max_length=250)]
    planned_start: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$")]
    """An instant of UTC."""

    @property
    def key(self) -> str:
        """The business key."""
        return business_key(self.operation_id)


class PlanWork(Flow[PlanRequest]):
    """Begins one work order, and waits for it as long as there is time."""

    name, path, request = "plan_work", "/v1/plans", PlanRequest
    uses = (erp.ADAPTER,)
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._erp = self.guarded(erp.ADAPTER)

    async def do(self, request: PlanRequest, asking: Asking) -> dict[str, Any]:
        """One work order."""
        order = await self._there_already(request, asking) or await self._made(request, asking)
        return {
            "work_order": order.id,
            "work_order_number": order.number,
            "work_order_status": order.status,
            "site": order.site,
        }

    async def _there_already(self, request: PlanRequest, asking: Asking) -> WorkOrder | None:
        """Also where nobody is known to have tried before: who would know may have forgotten."""
        if asking.earlier is None:
            return await self._find(request, asking)
        return await self.look_first(asking, lambda _ago_s: self._find(request, asking))

    async def _made(self, request: PlanRequest, asking: Asking) -> WorkOrder:
        try:
            job = await self._begun(request, asking)
        except ServiceError as error:
            found = await at_best(self._find(request, asking)) if error.may_have_effect else None
            if found is None:
                raise
            return found
        job = await self._ended(job, asking)
        if job.order is not None:
            return job.order
        if job.error is not None and not job.error.may_have_effect:
            asking.taken_back()
            raise job.error
        # Nobody knows what it did: what is there by now is it, what is not may still come.
        found = await self._find(request, asking)
        if found is None:
            raise NotSettled("nobody knows what became of it")
        return found

    async def _begun(self, request: PlanRequest, asking: Asking) -> Job:
        order = NewWorkOrder(
            key=request.key,
            customer=request.customer,
            site=request.site,
            planned_start=request.planned_start,
            lines=[Line(request.item, request.quantity)],
        )
        return await self._erp(
            asking,
            "begin_work_order",
            lambda client: client.begin_work_order(order, operation_id=request.operation_id),
            idempotent=False,
        )

    async def _ended(self, job: Job, asking: Asking) -> Job:
        """Asked about as often as the ERP likes. Raises `NotSettled` where the time is not enough."""

        async def look(seen: Job, client: ErpClient) -> Job:
            return await client.job(seen, operation_id=asking.operation_id)

        while job.status is JobStatus.PENDING:
            if asyncio.get_running_loop().time() + job.look_again_s >= asking.ends_at_s:
                raise NotSettled("it is still being made", retry_after_s=job.look_again_s)
            await asyncio.sleep(job.look_again_s)
            job = await self._erp.read(asking, "job", partial(look, job))
        return job

    async def _find(self, request: PlanRequest, asking: Asking) -> WorkOrder | None:
        found = await self._erp.read(
            asking,
            "find_work_orders",
            lambda client: client.find_work_orders(request.key, operation_id=request.operation_id),
        )
        return only(asking, "find_work_orders", [each for each in found if each.status != erp.CANCELLED])
