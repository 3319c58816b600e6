"""Idempotency claims in memory: the shared contract, and its bounds."""

from contextlib import AbstractAsyncContextManager

import pytest

from brownout_core.errors import ConfigError
from brownout_core.records import Claimed, Finished, StoreUnavailable
from brownout_core.stores.memory import MemoryClaimStore
from tests.core.stores.claim_contract import Backend, ClaimStoreContract, opened
from tests.support.aio import virtually


class Clock:
    """Time that moves only when the test moves it."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class TestMemoryClaims(ClaimStoreContract):
    def open(self) -> AbstractAsyncContextManager[Backend]:
        clock = Clock()

        async def let_leases_end() -> None:
            clock.now_s += 10.0

        return opened(MemoryClaimStore(clock), 10.0, let_leases_end)


def test_a_completed_key_is_forgotten_after_its_keeping_time() -> None:
    async def main() -> None:
        clock = Clock()
        store = MemoryClaimStore(clock, keep_s=60)
        await store.begin("k", "f", "a", 10)
        await store.complete("k", "a", 1, b"x")
        clock.now_s += 59
        assert await store.begin("k", "f", "b", 10) == Finished(b"x")
        clock.now_s += 1
        assert await store.begin("k", "f", "b", 10) == Claimed(1)

    virtually(main())


def test_the_oldest_finished_claim_makes_room_and_none_in_progress_does() -> None:
    async def main() -> None:
        store = MemoryClaimStore(Clock(), capacity=2)
        await store.begin("in progress", "f", "a", 10)
        await store.begin("finished", "f", "b", 10)
        await store.complete("finished", "b", 1, b"x")
        await store.begin("third", "f", "c", 10)
        assert await store.begin("in progress", "f", "a", 10) == Claimed(1)
        with pytest.raises(StoreUnavailable, match="all 2 claims"):
            await store.begin("fourth", "f", "d", 10)

    virtually(main())


@pytest.mark.parametrize("wrong", [{"keep_s": 0}, {"capacity": 0}])
def test_an_impossible_bound_is_a_config_error(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        MemoryClaimStore(Clock(), **wrong)
