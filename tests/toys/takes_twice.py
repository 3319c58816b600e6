"""A client that makes up another key for a second sending of its own: the customer pays twice."""

from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part
from tests.toys.acme_adapter import AcmeClient, Payment


class _Twice:
    """Around a good client: everything as it does it, and taking money once more."""

    def __init__(self, client: AcmeClient) -> None:
        self._client = client
        self.find = client.find
        self.receipt = client.receipt

    async def take(self, *, operation_id: str, idempotency_key: str, amount: int) -> Payment:
        await self._client.take(operation_id=operation_id, idempotency_key=idempotency_key, amount=amount)
        again = f"{idempotency_key}-again"
        return await self._client.take(operation_id=operation_id, idempotency_key=again, amount=amount)


MUTANT = Mutant(
    name="takes-twice",
    part=Part.ADAPTERS,
    about="the client sends a payment a second time under a key of its own",
    scenario="collect-from-either",
    expectation="exactly_once",
    replacements=lambda: Replacements(
        client=lambda _vendor, client: _Twice(client) if isinstance(client, AcmeClient) else client
    ),
)
