"""Idempotency claims in memory: the shared contract, and its bounds."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from brownout_core.errors import ConfigError
from brownout_core.records import Busy, Claimed, Finished, Mismatched, StoreUnavailable
from brownout_core.stores import memory
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
        assert store.forgotten == 1
        with pytest.raises(StoreUnavailable, match="all 2 claims"):
            await store.begin("fourth", "f", "d", 10)

    virtually(main())


@pytest.mark.parametrize("wrong", [{"keep_s": 0}, {"capacity": 0}])
def test_an_impossible_bound_is_a_config_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        MemoryClaimStore(Clock(), **wrong)


class Kept:
    """A shelf in memory, which can be looked at."""

    def __init__(self) -> None:
        self.packed: dict[str, bytes] = {}

    def put(self, packed: Mapping[str, bytes]) -> None:
        self.packed.update(packed)

    def get(self, key: str) -> bytes | None:
        return self.packed.get(key)


async def completed(store: MemoryClaimStore, *keys: str) -> None:
    for key in keys:
        await store.begin(key, "f", "a", 10)
        assert await store.complete(key, "a", 1, key.encode())


@pytest.fixture
def two_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "NEWEST", 2)


@pytest.mark.usefixtures("two_newest")
def test_old_claims_that_are_settled_are_put_away_and_are_known_all_the_same() -> None:
    async def main() -> None:
        shelf = Kept()
        store = MemoryClaimStore(Clock(), away=shelf)
        await completed(store, *"abcdefgh")
        assert "a" in shelf.packed
        assert "h" not in shelf.packed
        assert [await store.begin(key, "f", "b", 10) for key in "ah"] == [Finished(b"a"), Finished(b"h")]
        assert await store.begin("a", "other", "b", 10) == Mismatched()
        assert await store.complete("a", "a", 1, b"again")
        assert not await store.complete("a", "b", 1, b"another's")
        assert await store.begin("a", "f", "b", 10) == Finished(b"a")

    virtually(main())


@pytest.mark.usefixtures("two_newest")
def test_a_claim_in_progress_is_never_put_away() -> None:
    async def main() -> None:
        shelf = Kept()
        store = MemoryClaimStore(Clock(), away=shelf)
        await store.begin("held", "f", "a", 10)
        await completed(store, *"abcdefgh")
        assert "held" not in shelf.packed
        assert isinstance(await store.begin("held", "f", "b", 10), Busy)

    virtually(main())


@pytest.mark.usefixtures("two_newest")
def test_a_released_claim_that_was_put_away_can_be_begun_anew_with_the_next_fence() -> None:
    async def main() -> None:
        shelf = Kept()
        store = MemoryClaimStore(Clock(), away=shelf)
        await store.begin("free", "f", "a", 10)
        assert await store.release("free", "a", 1)
        await completed(store, *"abcdefgh")
        assert "free" in shelf.packed
        assert await store.begin("free", "other", "b", 10) == Claimed(2)
        assert await store.complete("free", "b", 2, b"done")
        await completed(store, *"ijklmnop")
        assert await store.begin("free", "other", "c", 10) == Finished(b"done")

    virtually(main())


@pytest.mark.usefixtures("two_newest")
def test_what_was_put_away_is_forgotten_after_its_keeping_time_too() -> None:
    async def main() -> None:
        clock, shelf = Clock(), Kept()
        store = MemoryClaimStore(clock, keep_s=60, away=shelf)
        await completed(store, *"abcdefgh")
        clock.now_s += 60
        assert await store.begin("a", "f", "b", 10) == Claimed(1)

    virtually(main())


@pytest.mark.usefixtures("two_newest")
def test_what_was_put_away_does_not_count_against_the_capacity() -> None:
    async def main() -> None:
        store = MemoryClaimStore(Clock(), capacity=5, away=Kept())
        await completed(store, *"abcdefghijklmnop")
        assert store.forgotten == 0
        assert await store.begin("a", "f", "b", 10) == Finished(b"a")

    virtually(main())
