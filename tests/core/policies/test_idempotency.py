"""One operation, once: who works, who waits, and what is left behind."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.asking import Asking, Earlier
from brownout_core.errors import (
    BreakerOpen,
    BrownoutError,
    ClaimsUnavailable,
    ConfigError,
    ConnectionLost,
    DeadLettered,
    DeadlineExceeded,
    IdempotencyConflict,
    KeyReused,
    VendorRefused,
)
from brownout_core.policies.idempotency import MARGIN_S, Idempotency, IdempotencyConfig, Result
from brownout_core.records import Begun, ClaimStore, StoreUnavailable
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.telemetry import Event
from tests.support.aio import virtually
from tests.support.examples import examples

FIRST: Result = {"result": 1}
LOST = ConnectionLost("stripe", "charge", "lost")


class Work:
    """Counts how often it is done; does what it is told, and says of its effect what a call would say."""

    def __init__(self, takes_s: float = 0.1, error: BaseException | None = None) -> None:
        self.done = 0
        self.takes_s = takes_s
        self.error = error
        self.earlier: list[Earlier | None] = []

    async def of(self, asking: Asking) -> Result:
        self.done += 1
        self.earlier.append(asking.earlier)
        try:
            await asyncio.sleep(self.takes_s)
        except asyncio.CancelledError:
            asking.may_have_sent = True
            raise
        if self.error is not None:
            if getattr(self.error, "may_have_effect", True):
                asking.may_have_sent = True
            raise self.error
        return {"result": self.done}


def asking_for(key: str = "k", *, ends_in_s: float = 3600.0) -> Asking:
    return Asking("op-1", key, asyncio.get_running_loop().time() + ends_in_s)


async def run(
    once: Idempotency, work: Work, *, key: str = "k", fingerprint: str = "f", ends_in_s: float = 3600.0, **more: Any
) -> Result:
    asking = asking_for(key, ends_in_s=ends_in_s)
    return await once.run_once(asking, fingerprint, lambda: work.of(asking), **more)


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
        results = await asyncio.gather(*(run(once, work) for _ in range(50)))
        assert results == [FIRST] * 50
        assert work.done == 1

    check(body)


def test_fifty_concurrent_duplicates_in_two_processes_are_one_execution() -> None:
    async def body() -> None:
        store, work = MemoryClaimStore(asyncio.get_running_loop().time), Work()
        both = [idempotency(store, instance=name) for name in "ab"]
        results = await asyncio.gather(*(run(both[number % 2], work) for number in range(50)))
        assert results == [FIRST] * 50
        assert work.done == 1

    check(body)


def test_a_second_caller_waits_no_longer_than_it_is_told() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        once, work = idempotency(wait_s=2.0), Work(takes_s=5.0)
        first = loop.create_task(run(once, work))
        await asyncio.sleep(0)
        began_s = loop.time()
        with pytest.raises(IdempotencyConflict) as caught:
            await run(once, work)
        assert loop.time() - began_s == pytest.approx(2.0)
        assert not isinstance(caught.value, KeyReused)
        assert caught.value.retry_after_s is not None
        assert await first == FIRST

    check(body)


def test_a_second_caller_is_told_of_the_conflict_before_its_deadline() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        store = MemoryClaimStore(loop.time)
        await store.begin("k", "f", "somebody", 60)
        with pytest.raises(IdempotencyConflict):
            await run(idempotency(store, deadline_s=1.0, wait_s=5.0), Work())
        assert loop.time() == pytest.approx(0.5)

    check(body)


def test_waiting_for_another_callers_claim_counts_against_the_deadline() -> None:
    """K3, for the claim"""

    async def body() -> None:
        loop = asyncio.get_running_loop()
        store, work = MemoryClaimStore(loop.time), Work()
        await store.begin("k", "f", "somebody", 60)
        asking = asking_for(ends_in_s=2.0)
        with pytest.raises(DeadlineExceeded):
            await idempotency(store, wait_s=5.0).run_once(asking, "f", lambda: work.of(asking))
        assert loop.time() == pytest.approx(2.0)
        assert asking.may_have_effect  # the other caller's work may have had it
        assert work.done == 0

    check(body)


def test_work_under_a_claim_keeps_its_own_time() -> None:
    async def body() -> None:
        work = Work(takes_s=5.0)
        assert await run(idempotency(), work, ends_in_s=2.0) == FIRST

    check(body)


def test_another_request_under_the_same_key_is_refused_and_not_answered_from_the_store() -> None:
    async def body() -> None:
        once, work = idempotency(), Work()
        await run(once, work)
        with pytest.raises(KeyReused):
            await run(once, work, fingerprint="other")
        assert work.done == 1

    check(body)


def test_a_definitive_refusal_is_remembered_as_it_was() -> None:
    async def body() -> None:
        once = idempotency()
        work = Work(error=VendorRefused("stripe", "charge", "declined", status=402, code="card_declined"))
        errors = []
        for _ in range(2):
            with pytest.raises(VendorRefused) as caught:
                await run(once, work)
            errors.append((str(caught.value), caught.value.status, caught.value.code, caught.value.retryable))
        assert errors[0] == errors[1]
        assert work.done == 1

    check(body)


@pytest.mark.parametrize("error", [BreakerOpen("open"), ClaimsUnavailable("down")])
def test_where_nothing_was_done_the_next_caller_starts_anew(error: BrownoutError) -> None:
    async def body() -> None:
        once, again = idempotency(), Work()
        with pytest.raises(type(error)):
            await run(once, Work(error=error))
        assert await run(once, again) == FIRST
        assert again.earlier == [None]

    check(body)


@pytest.mark.parametrize(
    "error",
    [LOST, DeadLettered("dl_1"), ZeroDivisionError(), asyncio.CancelledError()],
    ids=lambda error: type(error).__name__,
)
def test_after_an_unknown_outcome_the_next_caller_is_in_doubt_and_need_not_wait(error: BaseException) -> None:
    async def body() -> None:
        once, again = idempotency(), Work()
        first = Work(error=error)
        asking = asking_for()
        asking.may_have_sent = True
        with pytest.raises(type(error)):
            await once.run_once(asking, "f", lambda: first.of(asking))
        await asyncio.sleep(1)
        assert await run(once, again) == FIRST
        (earlier,) = again.earlier
        assert earlier is not None
        assert earlier.began_ago_s == pytest.approx(1.1)
        assert await run(once, again) == FIRST
        assert again.done == 1

    check(body)


def test_what_is_known_of_a_predecessor_may_be_told_instead_of_working() -> None:
    async def body() -> None:
        once, again = idempotency(), Work()

        async def set_aside() -> None:
            raise DeadLettered("dl_1")

        with pytest.raises(ConnectionLost):
            await run(once, Work(error=LOST), taken_over=set_aside)
        for _ in range(2):
            with pytest.raises(DeadLettered):
                await run(once, again, taken_over=set_aside)
        assert again.done == 0

    check(body)


def test_who_took_over_and_did_nothing_does_not_hide_what_its_predecessor_may_have_done() -> None:
    """A breaker that is open now says nothing about a sending of an hour ago."""

    async def body() -> None:
        once, again = idempotency(), Work()
        with pytest.raises(ConnectionLost):
            await run(once, Work(error=LOST))
        for _ in range(2):
            asking = asking_for()
            refused = Work(error=BreakerOpen("open"))
            with pytest.raises(BreakerOpen):
                await once.run_once(asking, "f", lambda: refused.of(asking))  # noqa: B023 - awaited in place
            assert asking.may_have_effect
        await run(once, again)
        assert again.earlier != [None]

    check(body)


def test_who_took_over_and_settled_it_starts_anew() -> None:
    async def body() -> None:
        once, again = idempotency(), Work()
        with pytest.raises(ConnectionLost):
            await run(once, Work(error=LOST))
        asking = asking_for()

        async def looked_and_was_refused() -> Result:
            asking.settled()
            raise BreakerOpen("open")

        with pytest.raises(BreakerOpen):
            await once.run_once(asking, "f", looked_and_was_refused)
        assert not asking.may_have_effect
        await run(once, again)
        assert again.earlier == [None]

    check(body)


class TestSendings:
    """What the claim learns of each sending, and forbids."""

    def test_who_takes_over_knows_when_it_was_sent_last_and_since_when(self) -> None:
        async def body() -> None:
            loop = asyncio.get_running_loop()
            once, again = idempotency(), Work()
            first = asking_for()

            async def sends_twice_and_dies() -> Result:
                for _ in range(2):
                    assert first.announce is not None
                    await first.announce()
                    await asyncio.sleep(4.0)
                first.may_have_sent = True
                raise LOST

            with pytest.raises(ConnectionLost):
                await once.run_once(first, "f", sends_twice_and_dies)
            # Another one takes over, is in doubt, and sends nothing: it does not make the sending any younger.
            asking = asking_for()
            refused = Work(error=BreakerOpen("open"))
            with pytest.raises(BreakerOpen):
                await once.run_once(asking, "f", lambda: refused.of(asking))
            await run(once, again)
            (earlier,) = again.earlier
            assert earlier is not None
            assert earlier.sent_ago_s == pytest.approx(loop.time() - 0.1 - 4.0)
            assert earlier.began_ago_s == pytest.approx(loop.time() - 0.1)

        check(body)

    def test_an_owner_that_slept_through_its_lease_sends_nothing(self) -> None:
        async def body() -> None:
            loop = asyncio.get_running_loop()
            store = MemoryClaimStore(loop.time)
            asking, sent = asking_for(), []

            async def sleeps_and_sends() -> Result:
                await asyncio.sleep(30.0)
                assert asking.announce is not None
                await asking.announce()
                sent.append(1)
                return {}

            slow = loop.create_task(idempotency(store, deadline_s=1.0).run_once(asking, "f", sleeps_and_sends))
            await asyncio.sleep(1.0 + MARGIN_S)
            assert await run(idempotency(store, instance="b"), Work()) == FIRST
            with pytest.raises(IdempotencyConflict):
                await slow
            assert not sent
            assert asking.may_have_effect  # whoever has the key now has done it

        check(body)

    def test_without_the_store_nothing_is_sent(self) -> None:
        async def body() -> None:
            once, sent = idempotency(Broken(asyncio.get_running_loop().time, "sending")), []
            asking = asking_for()

            async def sends() -> Result:
                assert asking.announce is not None
                await asking.announce()
                sent.append(1)
                return {}

            with pytest.raises(ClaimsUnavailable):
                await once.run_once(asking, "f", sends)
            assert (sent, asking.may_have_effect) == ([], False)

        check(body)


def test_after_a_crash_the_key_is_stuck_no_longer_than_the_lease() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        store = MemoryClaimStore(loop.time)
        await store.begin("k", "f", "a process that is no more", 12.0)
        once = idempotency(store, wait_s=1.0)
        with pytest.raises(IdempotencyConflict):
            await run(once, Work())
        await asyncio.sleep(12.0 - loop.time())
        assert await run(once, Work()) == FIRST

    check(body)


def test_an_owner_that_was_overtaken_changes_nothing_when_it_wakes_up() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        store = MemoryClaimStore(loop.time)
        slow = loop.create_task(run(idempotency(store, deadline_s=1.0), Work(takes_s=30.0)))
        await asyncio.sleep(1.0 + MARGIN_S)
        second = Work()
        assert await run(idempotency(store, instance="b"), second) == FIRST
        assert await slow == FIRST
        third = Work()
        assert await run(idempotency(store, instance="c"), third) == FIRST
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

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        self._fail("sending")
        return await super().sending(key, owner, fence)

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        self._fail("complete")
        return await super().complete(key, owner, fence, result)

    async def release(self, key: str, owner: str, fence: int) -> bool:
        self._fail("release")
        return await super().release(key, owner, fence)


def test_without_the_store_nothing_is_done() -> None:
    async def body() -> None:
        once, work = idempotency(Broken(asyncio.get_running_loop().time, "begin")), Work()
        asking = asking_for()
        with pytest.raises(ClaimsUnavailable):
            await once.run_once(asking, "f", lambda: work.of(asking))
        assert (work.done, asking.may_have_effect) == (0, False)

    check(body)


def test_a_result_that_cannot_be_stored_is_still_told() -> None:
    async def body() -> None:
        once = idempotency(Broken(asyncio.get_running_loop().time, "complete"))
        assert await run(once, Work()) == FIRST

    check(body)


def test_an_error_is_told_although_the_key_cannot_be_given_back() -> None:
    async def body() -> None:
        once = idempotency(Broken(asyncio.get_running_loop().time, "release"))
        with pytest.raises(BreakerOpen):
            await run(once, Work(error=BreakerOpen("open")))

    check(body)


def test_it_tells_what_became_of_each_asking() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        told: list[Event] = []
        store = MemoryClaimStore(loop.time)
        once = Idempotency(store, IdempotencyConfig(), deadline_s=10, instance="a", sink=told.append)
        first = loop.create_task(run(once, Work(), call="pay"))
        await asyncio.sleep(0)
        await run(once, Work())
        await first
        with pytest.raises(KeyReused):
            await run(once, Work(), fingerprint="g")
        with pytest.raises(ConnectionLost):
            await run(once, Work(error=LOST), key="l")
        await run(once, Work(), key="l")
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
@examples(60, always=True)
def test_once_there_is_a_result_there_is_never_another_one(script: list[tuple[str, float]]) -> None:
    """Whatever the workers do, and however long they take: after the first definitive end, nobody works."""
    errors: dict[str, BaseException] = {
        "refused": VendorRefused("s", "c", "no", status=402),
        "nothing": BreakerOpen("open"),
        "unknown": LOST,
    }

    async def body() -> None:
        once = idempotency(deadline_s=40.0)
        is_settled = is_in_doubt = False
        for kind, takes_s in script:
            work = Work(takes_s, errors.get(kind))
            try:
                await run(once, work)
            except BrownoutError as error:
                # A refusal by who took over, and did not look, does not say what its predecessor did.
                ended = isinstance(error, VendorRefused) and not is_in_doubt
                is_in_doubt = is_in_doubt or kind == "unknown"
            else:
                ended = True
            assert work.done == (0 if is_settled else 1)
            is_settled = is_settled or ended

    check(body)


def test_a_refusal_that_is_kept_takes_the_doubt_from_whoever_finds_it() -> None:
    """A redrive would else take it for a failure: it was kept because nothing was left of it, predecessors included."""

    async def main() -> None:
        once = idempotency(MemoryClaimStore(asyncio.get_running_loop().time))
        with pytest.raises(VendorRefused):
            await run(once, Work(error=VendorRefused("stripe", "charge", "no", status=402)))
        asking = Asking("op-1", "k", earlier=Earlier(60.0, 30.0))
        assert asking.may_have_effect
        with pytest.raises(VendorRefused):
            await once.run_once(asking, "f", lambda: Work().of(asking))
        assert not asking.may_have_effect

    virtually(main())
