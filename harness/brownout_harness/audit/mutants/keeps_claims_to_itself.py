"""Claims under the name of the process that made them, as a key with the host's name in it: nobody else finds them."""

from typing import Any

from brownout_core.compose import Replacements
from brownout_core.policies.idempotency import Idempotency
from brownout_core.records import Begun, ClaimStore
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part


class _Own(ClaimsAround):
    """Does as `inner` does, with every key below the process's name, which it has again when it is started again."""

    def __init__(self, inner: ClaimStore, process: str) -> None:
        super().__init__(inner)
        self._process = process

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        return await super().begin(f"{self._process}:{key}", fingerprint, owner, lease_s)

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        return await super().sending(f"{self._process}:{key}", owner, fence)

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        return await super().complete(f"{self._process}:{key}", owner, fence, result)

    async def release(self, key: str, owner: str, fence: int) -> bool:
        return await super().release(f"{self._process}:{key}", owner, fence)

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        return await super().abandon(f"{self._process}:{key}", owner, fence)


def _idempotency(store: ClaimStore, *settings: Any, instance: str, **more: Any) -> Idempotency:
    """`instance` is `gateway.1/life-2:pay`, or `life-2:pay` where there is one process."""
    process, is_one_of_several, _ = instance.partition("/")
    return Idempotency(_Own(store, process if is_one_of_several else ""), *settings, instance=instance, **more)


MUTANT = Mutant(
    name="keeps-claims-to-itself",
    part=Part.IDEMPOTENCY,
    about="a claim is found by the process that made it only: behind a load balancer the work is done twice",
    scenario="two-replicas",
    expectation="exactly_once",
    replacements=lambda: Replacements(idempotency=_idempotency),
)
