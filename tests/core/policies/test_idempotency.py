"""One operation, once: who works, who waits, and what is left behind."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brownout_core.errors import (
    BreakerOpen,
    BrownoutError,
    ClaimsUnavailable,
    ConfigError,
    ConnectionLost,
    DeadLettered,
    IdempotencyConflict,
    KeyReused,
    VendorRefused,
)
from brownout_core.policies.idempotency import MARGIN_S, Idempotency, IdempotencyConfig
from brownout_core.records import Begun, Claimed, ClaimStore, StoreUnavailable
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.telemetry import Event
from tests.support.aio import virtually


class Work:
    """Counts how often it is done; does what it is told."""

    def __init__(self, takes_s: float = 0.1, error: BaseException | None = None) -> None:
        self.done = 0
        self.takes_s = takes_s
        self.error = error

    async def __call__(self) -> bytes:
        self.done += 1
        await asyncio.sleep(self.takes_s)
        if self.error is not None:
            raise self.error
        return b"result %d" % self.done


def idempotency(
    store: ClaimStore | None = None, *, instance: str = "a", deadline_s: float = 10.0, **config: float
) -> Idempotency:
    store = store or MemoryClaimStore(asyncio.get_running_loop().time)
    return Idempotency(store, IdempotencyConfig(**config), deadline_s=deadline_s, instance=instance)


def check(body: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await body()

    virtually(main())


def test_fifty_concurrent_duplicates_are_one_execution() -> None:
    async def body() -> None:
        once, work = idempotency(), Work()
        results = await asyncio.gather(*(once.run_once("k", "f", work) for _ in range(50)))
        assert (set(results), work.done) == ({b"result 1"}, 1)

    check(body)


def test_fifty_concurrent_duplicates_in_two_processes_are_one_execution() -> None:
    async def body() -> None:
        store, work = MemoryClaimStore(asyncio.get_running_loop().time), Work()
        both = [idempotency(store, instance=name) for name in "ab"]
        results = await asyncio.gather(*(both[number % 2].run_once("k", "f", work) for number in range(50)))
        assert (set(results), work.done) == ({b"result 1"}, 1)

    check(body)


def test_a_second_caller_waits_no_longer_than_it_is_told() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        once, work = idempotency(wait_s=2.0), Work(takes_s=5.0)
        first = loop.create_task(once.run_once("k", "f", work))
        await asyncio.sleep(0)
        began_s = loop.time()
        with pytest.raises(IdempotencyConflict) as caught:
            await once.run_once("k", "f", work)
        assert loop.time() - began_s == pytest.approx(2.0)
        assert not isinstance(caught.value, KeyReused)
        assert caught.value.retry_after_s is not None
        assert await first == b"result 1"

    check(body)


def test_a_second_caller_is_told_of_the_conflict_before_its_deadline() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        store = MemoryClaimStore(loop.time)
        await store.begin("k", "f", "somebody", 60)
        with pytest.raises(IdempotencyConflict):
            await idempotency(store, deadline_s=1.0, wait_s=5.0).run_once("k", "f", Work())
        assert loop.time() == pytest.approx(0.5)

    check(body)


def test_another_request_under_the_same_key_is_refused_and_not_answered_from_the_store() -> None:
    async def body() -> None:
        once, work = idempotency(), Work()
        await once.run_once("k", "f", work)
        with pytest.raises(KeyReused):
            await once.run_once("k", "other", work)
        assert work.done == 1

    check(body)


def test_a_definitive_refusal_is_remembered_as_it_was() -> None:
    async def body() -> None:
        once = idempotency()
        work = Work(error=VendorRefused("stripe", "charge", "declined", status=402, code="card_declined"))
        errors = []
        for _ in range(2):
            with pytest.raises(VendorRefused) as caught:
                await once.run_once("k", "f", work)
            errors.append((str(caught.value), caught.value.status, caught.value.code, caught.value.retryable))
        assert errors[0] == errors[1]
        assert work.done == 1

    check(body)


@pytest.mark.parametrize("error", [BreakerOpen("open"), ClaimsUnavailable("down")])
def test_where_nothing_was_done_the_next_caller_starts_anew(error: BrownoutError) -> None:
    async def body() -> None:
        once, looks = idempotency(), []

        async def look(claim: Claimed) -> None:
            looks.append(claim)

        with pytest.raises(type(error)):
            await once.run_once("k", "f", Work(error=error), look)
        assert await once.run_once("k", "f", Work(), look) == b"result 1"
        assert not looks

    check(body)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionLost("stripe", "charge", "lost"),
        BreakerOpen("open", may_have_effect=True),
        DeadLettered("dl_1"),
        ZeroDivisionError(),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_after_an_unknown_outcome_the_next_caller_looks_first_and_need_not_wait(error: BaseException) -> None:
    async def body() -> None:
        once, again, looks = idempotency(), Work(), []

        async def look(claim: Claimed) -> bytes:
            looks.append((claim.fence, claim.taken_over, round(claim.age_s, 6)))
            return b"was done"

        with pytest.raises(type(error)):
            await once.run_once("k", "f", Work(error=error))
        await asyncio.sleep(1)
        assert await once.run_once("k", "f", again, look) == b"was done"
        assert looks == [(2, True, 1.1)]
        assert again.done == 0
        assert await once.run_once("k", "f", again, look) == b"was done"
        assert len(looks) == 1

    check(body)


def test_where_the_look_finds_nothing_the_work_is_done() -> None:
    async def body() -> None:
        once = idempotency()

        async def look(_claim: Claimed) -> None:
            return None

        with pytest.raises(ConnectionLost):
            await once.run_once("k", "f", Work(error=ConnectionLost("s", "c", "lost")))
        assert await once.run_once("k", "f", Work(), look) == b"result 1"

    check(body)


def test_who_took_over_and_did_nothing_does_not_hide_what_its_predecessor_may_have_done() -> None:
    async def body() -> None:
        once, looks = idempotency(), []

        async def look(claim: Claimed) -> None:
            looks.append(claim.fence)

        with pytest.raises(ConnectionLost):
            await once.run_once("k", "f", Work(error=ConnectionLost("s", "c", "lost")))
        with pytest.raises(BreakerOpen):
            await once.run_once("k", "f", Work(error=BreakerOpen("open")), look)
        await once.run_once("k", "f", Work(), look)
        assert looks == [2, 3]

    check(body)


def test_after_a_crash_the_key_is_stuck_no_longer_than_the_lease() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        store = MemoryClaimStore(loop.time)
        await store.begin("k", "f", "a process that is no more", 12.0)
        once = idempotency(store, wait_s=1.0)
        with pytest.raises(IdempotencyConflict):
            await once.run_once("k", "f", Work())
        await asyncio.sleep(12.0 - loop.time())
        assert await once.run_once("k", "f", Work()) == b"result 1"

    check(body)


def test_an_owner_that_was_overtaken_changes_nothing_when_it_wakes_up() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        store = MemoryClaimStore(loop.time)
        slow = loop.create_task(idempotency(store, deadline_s=1.0).run_once("k", "f", Work(takes_s=30.0)))
        await asyncio.sleep(1.0 + MARGIN_S)
        second = Work()
        assert await idempotency(store, instance="b").run_once("k", "f", second) == b"result 1"
        assert await slow == b"result 1"
        third = Work()
        assert await idempotency(store, instance="c").run_once("k", "f", third) == b"result 1"
        assert third.done == 0

    check(body)


class Broken(MemoryClaimStore):
    """A store that goes down at one of its methods."""

    def __init__(self, clock: Callable[[], float], fails_at: str) -> None:
        super().__init__(clock)
        self.fails_at = fails_at

    def _fail(self, method: str) -> None:
        if method == self.fails_at:
            raise StoreUnavailable("down")

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        self._fail("begin")
        return await super().begin(key, fingerprint, owner, lease_s)

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        self._fail("complete")
        return await super().complete(key, owner, fence, result)

    async def release(self, key: str, owner: str, fence: int) -> bool:
        self._fail("release")
        return await super().release(key, owner, fence)


def test_without_the_store_nothing_is_done() -> None:
    async def body() -> None:
        once, work = idempotency(Broken(asyncio.get_running_loop().time, "begin")), Work()
        with pytest.raises(ClaimsUnavailable) as caught:
            await once.run_once("k", "f", work)
        assert (work.done, caught.value.may_have_effect) == (0, False)

    check(body)


def test_a_result_that_cannot_be_stored_is_still_told() -> None:
    async def body() -> None:
        once = idempotency(Broken(asyncio.get_running_loop().time, "complete"))
        assert await once.run_once("k", "f", Work()) == b"result 1"

    check(body)


def test_an_error_is_told_although_the_key_cannot_be_given_back() -> None:
    async def body() -> None:
        once = idempotency(Broken(asyncio.get_running_loop().time, "release"))
        with pytest.raises(BreakerOpen):
            await once.run_once("k", "f", Work(error=BreakerOpen("open")))

    check(body)


def test_it_tells_what_became_of_each_asking() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        told: list[Event] = []
        store = MemoryClaimStore(loop.time)
        once = Idempotency(store, IdempotencyConfig(), deadline_s=10, instance="a", sink=told.append)
        first = loop.create_task(once.run_once("k", "f", Work(), call="pay", operation_id="op-1"))
        await asyncio.sleep(0)
        await once.run_once("k", "f", Work())
        await first
        with pytest.raises(KeyReused):
            await once.run_once("k", "g", Work())
        with pytest.raises(ConnectionLost):
            await once.run_once("l", "f", Work(error=ConnectionLost("s", "c", "lost")))
        await once.run_once("l", "f", Work())
        outcomes = [event.outcome for event in told]
        assert outcomes == ["claimed", "waited", "replayed", "conflict", "claimed", "taken_over"]
        assert (told[0].call, told[0].operation_id) == ("pay", "op-1")

    check(body)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"lease_s": 0}, "lease_s"), ({"wait_s": -1}, "wait_s"), ({"poll_s": 0}, "poll_s"), ({"lease_s": 1e9}, "lease_s")],
)
def test_an_impossible_setting_is_a_config_error(wrong: dict[str, float], name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        IdempotencyConfig(**wrong)


def test_a_lease_is_longer_than_the_deadline() -> None:
    assert IdempotencyConfig().lease_for(10.0) == 10.0 + MARGIN_S
    assert IdempotencyConfig(lease_s=10.5).lease_for(10.0) == 10.5
    with pytest.raises(ConfigError, match="lease_s must be longer"):
        IdempotencyConfig(lease_s=10.0).lease_for(10.0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ok", "refused", "nothing", "unknown"]),
            st.floats(min_value=0.0, max_value=30.0),
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_once_there_is_a_result_there_is_never_another_one(script: list[tuple[str, float]]) -> None:
    """Whatever the workers do, and however long they take: after the first definitive end, nobody works."""
    errors: dict[str, BaseException] = {
        "refused": VendorRefused("s", "c", "no", status=402),
        "nothing": BreakerOpen("open"),
        "unknown": ConnectionLost("s", "c", "lost"),
    }

    async def body() -> None:
        once = idempotency(deadline_s=40.0)
        is_settled = False
        for kind, takes_s in script:
            work = Work(takes_s, errors.get(kind))
            try:
                await once.run_once("k", "f", work)
            except BrownoutError as error:
                ended = isinstance(error, VendorRefused)
            else:
                ended = True
            assert work.done == (0 if is_settled else 1)
            is_settled = is_settled or ended

    check(body)
