"""A client that dates each work order of a batch by its first one: the second visit is planned for the hour of the
first, two weeks too soon."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from brownout_core.adapters.erp import ErpClient
from brownout_core.compose import Replacements
from brownout_core.services.work_orders import Made, NewWorkOrder
from brownout_harness.audit.mutant import Mutant, Part


class _Dated(ErpClient):
    """One instant for all."""

    async def create_work_orders(self, orders: Sequence[NewWorkOrder], *, operation_id: str) -> Sequence[Made]:
        alike = [replace(order, planned_start=orders[0].planned_start) for order in orders]
        return await super().create_work_orders(alike, operation_id=operation_id)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ErpClient):
        client.__class__ = _Dated
    return client


MUTANT = Mutant(
    name="plans-both-at-once",
    part=Part.ADAPTERS,
    about="both of two visits are planned for the hour of the first",
    scenario="erp-batches-lost",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
