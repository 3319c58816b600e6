"""A client that begins a job anew where the ERP does not know it any more: it is done all the same, and then it is done
twice."""

from typing import Any

from brownout_core.adapters.erp import ErpClient
from brownout_core.compose import Replacements
from brownout_core.services.work_orders import Job, JobStatus, NewWorkOrder
from brownout_harness.audit.mutant import Mutant, Part


class _Anew(ErpClient):
    """It remembers what each job is to make."""

    _orders: dict[str, NewWorkOrder]

    async def begin_work_order(self, order: NewWorkOrder, *, operation_id: str) -> Job:
        job = await super().begin_work_order(order, operation_id=operation_id)
        self._orders[job.address] = order
        return job

    async def job(self, job: Job, *, operation_id: str) -> Job:
        seen = await super().job(job, operation_id=operation_id)
        if seen.status is not JobStatus.UNKNOWN:
            return seen
        return await self.begin_work_order(self._orders[job.address], operation_id=operation_id)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ErpClient):
        client.__class__ = _Anew
        client._orders = {}  # type: ignore[attr-defined]
    return client


MUTANT = Mutant(
    name="begins-lost-jobs-anew",
    part=Part.ADAPTERS,
    about="a job that the ERP has forgotten is begun once more, though it is done: the same work is planned twice",
    scenario="erp-slow-jobs",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
