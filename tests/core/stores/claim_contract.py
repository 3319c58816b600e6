"""What every `ClaimStore` promises, as one suite: a backend's tests subclass it and say how to make one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from brownout_core.records import Busy, Claimed, ClaimStore, Finished, Mismatched
from tests.support.aio import really

HOLDS_S = 60.0
"""A lease that outlives its test, however busy the machine is."""


@dataclass
class Backend:
    """A store under test, and how to let a brief lease run out on its clock."""

    store: ClaimStore
    brief_s: float
    """No test needs a lease of that length to hold."""
    let_leases_end: Callable[[], Awaitable[None]]


class ClaimStoreContract:
    """Subclasses give `open()`; each test opens a fresh store."""

    def open(self) -> AbstractAsyncContextManager[Backend]:
        raise AssertionError("a subclass says how to open its store")

    def check(self, body: Callable[[Backend], Awaitable[None]]) -> None:
        async def main() -> None:
            async with self.open() as backend:
                await body(backend)

        really(main())

    def test_the_first_one_claims_the_key_with_the_first_fence(self) -> None:
        async def body(at: Backend) -> None:
            assert await at.store.begin("k", "f", "a", HOLDS_S) == Claimed(1)

        self.check(body)

    def test_the_second_one_finds_the_key_busy(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            begun = await at.store.begin("k", "f", "b", HOLDS_S)
            assert isinstance(begun, Busy)
            assert 0 < begun.lease_left_s <= HOLDS_S

        self.check(body)

    def test_asking_again_with_the_same_owner_gives_the_same_claim(self) -> None:
        async def body(at: Backend) -> None:
            assert await at.store.begin("k", "f", "a", HOLDS_S) == await at.store.begin("k", "f", "a", HOLDS_S)

        self.check(body)

    def test_another_request_under_the_same_key_is_a_mismatch_in_every_state(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert await at.store.begin("k", "other", "b", HOLDS_S) == Mismatched()
            assert await at.store.complete("k", "a", 1, b"done")
            assert await at.store.begin("k", "other", "b", HOLDS_S) == Mismatched()

        self.check(body)

    def test_a_completed_key_answers_with_its_result(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert await at.store.complete("k", "a", 1, b"\x00done\xff")
            assert await at.store.begin("k", "f", "b", HOLDS_S) == Finished(b"\x00done\xff")

        self.check(body)

    def test_completing_twice_is_completing_once(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert await at.store.complete("k", "a", 1, b"first")
            assert await at.store.complete("k", "a", 1, b"second")
            assert await at.store.begin("k", "f", "b", HOLDS_S) == Finished(b"first")

        self.check(body)

    def test_a_released_key_is_free_again_and_its_fence_keeps_growing(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert await at.store.release("k", "a", 1)
            assert await at.store.begin("k", "other", "b", HOLDS_S) == Claimed(2)

        self.check(body)

    def test_an_abandoned_key_is_taken_over_at_once_with_a_higher_fence(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert await at.store.abandon("k", "a", 1)
            taken = await at.store.begin("k", "f", "b", HOLDS_S)
            assert isinstance(taken, Claimed)
            assert (taken.fence, taken.taken_over) == (2, True)

        self.check(body)

    def test_after_its_lease_a_key_is_taken_over_with_a_higher_fence(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            taken = await at.store.begin("k", "f", "b", HOLDS_S)
            assert isinstance(taken, Claimed)
            assert (taken.fence, taken.taken_over) == (2, True)
            assert taken.began_ago_s >= at.brief_s

        self.check(body)

    def test_a_fresh_claim_knows_of_no_sending(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert await at.store.sending("k", "a", 1)
            assert await at.store.release("k", "a", 1)
            assert await at.store.begin("k", "f", "b", HOLDS_S) == Claimed(2)

        self.check(body)

    def test_who_takes_over_knows_when_it_was_sent_last_whoever_sent_it(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            await at.store.begin("k", "f", "b", HOLDS_S)
            assert await at.store.sending("k", "b", 2)
            await at.let_leases_end()  # time goes by
            assert await at.store.abandon("k", "b", 2)
            await at.store.begin("k", "f", "c", HOLDS_S)  # looks, and sends nothing
            assert await at.store.abandon("k", "c", 3)
            taken = await at.store.begin("k", "f", "d", HOLDS_S)
            assert isinstance(taken, Claimed)
            assert at.brief_s <= taken.sent_ago_s <= taken.began_ago_s - at.brief_s < HOLDS_S

        self.check(body)

    def test_where_nobody_announced_a_sending_it_may_have_been_since_the_first_one_began(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            taken = await at.store.begin("k", "f", "b", HOLDS_S)
            assert isinstance(taken, Claimed)
            assert taken.sent_ago_s == taken.began_ago_s

        self.check(body)

    def test_asking_again_after_a_takeover_gives_the_same_claim(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            first = await at.store.begin("k", "f", "b", HOLDS_S)
            again = await at.store.begin("k", "f", "b", HOLDS_S)
            assert isinstance(first, Claimed)
            assert isinstance(again, Claimed)
            assert (again.fence, again.taken_over) == (first.fence, first.taken_over) == (2, True)

        self.check(body)

    def test_only_the_holder_may_send(self) -> None:
        async def body(at: Backend) -> None:
            assert not await at.store.sending("nobody", "a", 1)
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert not await at.store.sending("k", "b", 1)
            assert not await at.store.sending("k", "a", 2)
            assert await at.store.sending("k", "a", 1)
            assert await at.store.complete("k", "a", 1, b"done")
            assert not await at.store.sending("k", "a", 1)

        self.check(body)

    def test_whose_lease_is_over_may_not_send(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            assert not await at.store.sending("k", "a", 1)
            await at.store.begin("k", "f", "b", HOLDS_S)
            assert not await at.store.sending("k", "a", 1)
            assert await at.store.sending("k", "b", 2)

        self.check(body)

    def test_a_store_that_is_there_says_nothing_when_it_is_checked(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.check()

        self.check(body)

    def test_an_owner_whose_lease_is_over_can_finish_nothing(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            assert not await at.store.complete("k", "a", 1, b"late")
            assert not await at.store.release("k", "a", 1)
            assert not await at.store.abandon("k", "a", 1)

        self.check(body)

    def test_an_expired_owner_cannot_disturb_the_one_who_took_over(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            await at.store.begin("k", "f", "b", HOLDS_S)
            assert not await at.store.release("k", "a", 1)
            assert not await at.store.abandon("k", "a", 1)
            assert not await at.store.complete("k", "a", 1, b"late")
            assert isinstance(await at.store.begin("k", "f", "c", HOLDS_S), Busy)
            assert await at.store.complete("k", "b", 2, b"right")
            assert await at.store.begin("k", "f", "c", HOLDS_S) == Finished(b"right")

        self.check(body)

    def test_the_right_owner_with_the_wrong_fence_can_finish_nothing(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", HOLDS_S)
            assert not await at.store.complete("k", "a", 2, b"x")
            assert not await at.store.release("k", "b", 1)
            assert isinstance(await at.store.begin("k", "f", "c", HOLDS_S), Busy)

        self.check(body)

    def test_an_unknown_key_can_not_be_finished(self) -> None:
        async def body(at: Backend) -> None:
            assert not await at.store.complete("nobody", "a", 1, b"x")
            assert not await at.store.release("nobody", "a", 1)
            assert not await at.store.abandon("nobody", "a", 1)

        self.check(body)

    def test_of_fifty_concurrent_claims_exactly_one_wins(self) -> None:
        async def body(at: Backend) -> None:
            begun = await asyncio.gather(*(at.store.begin("k", "f", f"owner-{n}", HOLDS_S) for n in range(50)))
            assert sum(isinstance(each, Claimed) for each in begun) == 1
            assert sum(isinstance(each, Busy) for each in begun) == 49

        self.check(body)

    def test_of_fifty_concurrent_takeovers_exactly_one_wins(self) -> None:
        async def body(at: Backend) -> None:
            await at.store.begin("k", "f", "a", at.brief_s)
            await at.let_leases_end()
            begun = await asyncio.gather(*(at.store.begin("k", "f", f"owner-{n}", HOLDS_S) for n in range(50)))
            winners = [each for each in begun if isinstance(each, Claimed)]
            assert [winner.fence for winner in winners] == [2]

        self.check(body)

    def test_keys_do_not_know_each_other(self) -> None:
        async def body(at: Backend) -> None:
            assert await at.store.begin("k1", "f", "a", HOLDS_S) == Claimed(1)
            assert await at.store.begin("k2", "g", "b", HOLDS_S) == Claimed(1)

        self.check(body)

    def test_what_is_told_moves_forward_only(self) -> None:
        async def body(at: Backend) -> None:
            assert await at.store.furthest("k") is None
            assert await at.store.advance("k", 2, b"two")
            assert not await at.store.advance("k", 1, b"one")
            assert not await at.store.advance("k", 2, b"two again")
            assert await at.store.furthest("k") == b"two"
            assert await at.store.advance("k", 10, b"ten")
            assert await at.store.furthest("k") == b"ten"
            assert await at.store.furthest("other") is None

        self.check(body)

    def test_of_many_who_tell_the_same_at_once_one_is_further(self) -> None:
        async def body(at: Backend) -> None:
            told = await asyncio.gather(*(at.store.advance("k", 1, b"one") for _ in range(20)))
            assert sum(told) == 1

        self.check(body)

    def test_a_claim_and_what_was_told_know_nothing_of_each_other(self) -> None:
        async def body(at: Backend) -> None:
            assert await at.store.advance("k", 1, b"one")
            assert isinstance(await at.store.begin("k", "f", "a", HOLDS_S), Claimed)
            assert await at.store.complete("k", "a", 1, b"done")
            assert await at.store.furthest("k") == b"one"
            assert await at.store.advance("k", 2, b"two")
            assert await at.store.begin("k", "f", "b", HOLDS_S) == Finished(b"done")

        self.check(body)


@asynccontextmanager
async def opened(
    store: ClaimStore, brief_s: float, let_leases_end: Callable[[], Awaitable[None]]
) -> AsyncIterator[Backend]:
    """A backend around a store, closed at the end."""
    try:
        yield Backend(store, brief_s, let_leases_end)
    finally:
        await store.close()
