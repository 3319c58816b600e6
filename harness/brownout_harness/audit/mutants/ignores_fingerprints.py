"""Claims that do not look at what is asked: another request under the same key is given the first one's answer.

It comes with the weather in which it matters: a caller who now and then uses a key a second time. A good core tells him
so.
"""

from collections.abc import Callable

from brownout_core.compose import Replacements, idempotency_key
from brownout_core.records import Begun, ClaimStore
from brownout_harness.audit.around import ClaimsAround
from brownout_harness.audit.mutant import Mutant, Part

EACH = 200


class _Alike(ClaimsAround):
    """All requests under a key are the same."""

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        del fingerprint
        return await super().begin(key, "", owner, lease_s)


def _store(inner: ClaimStore) -> ClaimStore:
    return _Alike(inner)


def weather(store: Callable[[ClaimStore], ClaimStore] = lambda store: store) -> Replacements:
    """One operation in so many comes under the key of the one before it."""
    keys: dict[str, str] = {}
    asked: dict[str, list[str]] = {}

    def key(flow: str, operation_id: str) -> str:
        if operation_id not in keys:
            before = asked.setdefault(flow, [])
            before.append(operation_id)
            keys[operation_id] = idempotency_key(flow, before[-2 if len(before) % EACH == 0 else -1])
        return keys[operation_id]

    return Replacements(claim_store=store, idempotency_key=key)


MUTANT = Mutant(
    name="ignores-fingerprints",
    part=Part.IDEMPOTENCY,
    about="a key stands for whatever was asked first: another request under it gets the first one's answer",
    scenario="healthy",
    expectation="as_asked",
    replacements=lambda: weather(_store),
)
