"""A client that says it has released what it never did: stock stays held for work that nobody does."""

from typing import Any

from brownout_core.adapters.erp import ErpClient
from brownout_core.compose import Replacements
from brownout_core.services.work_orders import Reservation
from brownout_harness.audit.mutant import Mutant, Part


class _Careless(ErpClient):
    """A release is not worth a request."""

    async def release(self, reservation_id: str, *, operation_id: str) -> Reservation:
        del operation_id
        return Reservation(id=reservation_id, key="", item="", quantity=0, status="Released", version="")


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, ErpClient):
        client.__class__ = _Careless
    return client


MUTANT = Mutant(
    name="keeps-what-it-reserved",
    part=Part.ADAPTERS,
    about="what was reserved for a job that is refused is not given back",
    scenario="erp-refused-work-orders",
    expectation="nothing_lost",
    replacements=lambda: Replacements(client=_client),
)
