"""A client that never looks for what it has made: an ERP without idempotency keys then makes it again."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.erp import ErpClient
from brownout_core.compose import Replacements
from brownout_core.services.work_orders import Reservation, WorkOrder
from brownout_harness.audit.mutant import Mutant, Part


class _Hasty(ErpClient):
    """What is not known here is not there."""

    async def find_reservations(self, key: str, *, operation_id: str) -> Sequence[Reservation]:
        del key, operation_id
        return []

    async def find_work_orders(self, key: str, *, operation_id: str) -> Sequence[WorkOrder]:
        del key, operation_id
        return []


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ErpClient):
        client.__class__ = _Hasty
    return client


MUTANT = Mutant(
    name="makes-anew",
    part=Part.ADAPTERS,
    about="what may have been made already is not looked for, and made again",
    scenario="erp-lost-answers",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
