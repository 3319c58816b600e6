"""Dead letters: nothing is lost, nothing is done twice, nothing secret is kept."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from brownout_core.asking import Asking
from brownout_core.errors import (
    BreakerOpen,
    ConfigError,
    ConnectionLost,
    IdempotencyConflict,
    KeyReused,
    NotSettled,
    RetrySuppressed,
    VendorRefused,
)
from brownout_core.policies.dead_letter import DeadLetterConfig, DeadLetters, Redrive, Redriven, letter_id
from brownout_core.records import DeadLetter, LetterState, Parcel, StoreUnavailable
from brownout_core.redaction import Redactor
from brownout_core.stores.spill import SpillFile
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event
from tests.support.aio import virtually

LOST = ConnectionLost("stripe", "charge", "the connection ended")


class Desk:
    """Dead letters over a store that can be switched off, and work that is counted."""

    def __init__(self, *, spill: SpillFile | None = None, **config: float) -> None:
        loop = asyncio.get_running_loop()
        self.store = Switched(wall_clock=lambda: 1000 + loop.time())
        self.told: list[Event] = []
        self.letters = DeadLetters(
            self.store,
            DeadLetterConfig(**config),  # type: ignore[arg-type]
            wall_clock=lambda: 1000 + loop.time(),
            instance="desk",
            spill=spill,
            sink=self.told.append,
            redactor=Redactor(["hunter2-secret"]),
        )
        self.done: list[str] = []
        self.error: Exception | None = None
        self.sent_ago_s: list[float] = []

    async def again(self, letter: DeadLetter, asking: Asking) -> str:
        assert asking.earlier is not None
        self.sent_ago_s.append(asking.earlier.sent_ago_s)
        asking.settled()  # the vendor knows the key
        try:
            await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            asking.may_have_sent = True
            raise
        if self.error is not None:
            if getattr(self.error, "may_have_effect", True):
                asking.may_have_sent = True
            raise self.error
        self.done.append(letter.idempotency_key)
        return "done well"

    async def state(self, letter_id: str) -> tuple[str, int, int]:
        letter = await self.letters.show(letter_id)
        assert letter is not None
        return letter.state.value, letter.generation, letter.attempts


class Switched(SqliteDeadLetterStore):
    """A store that is down for a while."""

    def __init__(self, **options: object) -> None:
        super().__init__(":memory:", **options)  # type: ignore[arg-type]
        self.is_down = False

    async def _step(self, step):  # type: ignore[no-untyped-def]
        if self.is_down:
            raise StoreUnavailable("down")
        return await super()._step(step)


def parcel(number: int = 1) -> Parcel:
    return Parcel(
        flow="pay",
        payload=b'{"amount":1}',
        idempotency_key=f"key-{number}",
        operation_id=f"op-{number}",
        first_attempt_at=999.0,
    )


def test_a_letter_keeps_what_it_takes_to_do_it_again() -> None:
    async def main() -> None:
        desk = Desk()
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        assert kept_id == letter_id("pay", "key-1")
        letter = await desk.letters.find("pay", "key-1")
        assert letter is not None
        assert (letter.payload, letter.operation_id, letter.error_class) == (
            b'{"amount":1}',
            "op-1",
            "connection_lost",
        )
        assert (letter.first_attempt_at, letter.last_attempt_at) == (999.0, 1000.0)
        assert letter.reason == "stripe charge: the connection ended"
        assert len(letter.payload_hash) == 64

    virtually(main())


def test_setting_the_same_work_aside_twice_keeps_one_letter() -> None:
    async def main() -> None:
        desk = Desk()
        assert await desk.letters.set_aside(parcel(), LOST) == await desk.letters.set_aside(parcel(), LOST)
        assert len(await desk.letters.page()) == 1

    virtually(main())


def test_no_secret_gets_into_a_letter() -> None:
    async def main() -> None:
        desk = Desk()
        await desk.letters.set_aside(parcel(1), ConnectionLost("stripe", "charge", "key sk_test_planted was bad"))
        await desk.letters.set_aside(parcel(2), ConnectionLost("stripe", "charge", "with hunter2-secret"))
        await desk.letters.set_aside(parcel(3), RuntimeError("hunter2-secret and anything else a stranger quotes"))
        text = str(await desk.letters.page())
        assert "planted" not in text
        assert "hunter2" not in text
        assert "stranger" not in text

    virtually(main())


def test_a_redrive_that_succeeds_settles_the_letter_once() -> None:
    async def main() -> None:
        desk = Desk()
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        redriven = await desk.letters.redrive(kept_id, desk.again)
        assert (redriven.outcome, redriven.detail) == (Redrive.DONE, "done well")
        assert (await desk.letters.redrive(kept_id, desk.again)).outcome is Redrive.BUSY
        assert desk.done == ["key-1"]
        assert await desk.state(kept_id) == ("redriven", 0, 2)
        assert await desk.letters.find("pay", "key-1") is None

    virtually(main())


def test_fifty_operators_at_once_redrive_once() -> None:
    async def main() -> None:
        desk = Desk()
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        outcomes = await asyncio.gather(*(desk.letters.redrive(kept_id, desk.again) for _ in range(50)))
        assert [each.outcome for each in outcomes].count(Redrive.DONE) == 1
        assert desk.done == ["key-1"]

    virtually(main())


def test_two_operators_that_redrive_everything_do_each_letter_once() -> None:
    async def main() -> None:
        desk = Desk()
        for number in range(20):
            await desk.letters.set_aside(parcel(number), LOST)
        await asyncio.gather(*(desk.letters.redrive_lot(desk.again) for _ in range(2)))
        assert sorted(desk.done) == sorted(f"key-{number}" for number in range(20))

    virtually(main())


def test_a_failed_redrive_counts_a_generation_and_the_cap_makes_it_poison() -> None:
    async def main() -> None:
        desk = Desk(generation_cap=3)
        desk.error = LOST
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        for generation in (1, 2, 3):
            assert (await desk.letters.redrive(kept_id, desk.again)).outcome is Redrive.FAILED
            expected = "poison" if generation == 3 else "pending"
            assert await desk.state(kept_id) == (expected, generation, generation + 1)
        assert (await desk.letters.redrive(kept_id, desk.again)).outcome is Redrive.BUSY
        desk.error = None
        assert (await desk.letters.redrive(kept_id, desk.again, insist=True)).outcome is Redrive.DONE

    virtually(main())


@pytest.mark.parametrize(
    "error", [BreakerOpen("open"), NotSettled("too early"), IdempotencyConflict("in use", may_have_effect=True)]
)
def test_a_redrive_that_was_not_sent_is_no_fault_of_the_letter(error: Exception) -> None:
    async def main() -> None:
        desk = Desk(generation_cap=1)
        desk.error = error
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        assert (await desk.letters.redrive(kept_id, desk.again)).outcome is Redrive.NOT_SENT
        assert await desk.state(kept_id) == ("pending", 0, 1)

    virtually(main())


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (VendorRefused("stripe", "charge", "declined", status=402), LetterState.REFUSED),
        (KeyReused("another request"), LetterState.POISON),
        (RetrySuppressed("budget", may_have_effect=True), LetterState.POISON),
        (RuntimeError("a defect"), LetterState.POISON),
    ],
)
def test_what_a_redrive_came_to_decides_the_letters_state(error: Exception, state: LetterState) -> None:
    async def main() -> None:
        desk = Desk(generation_cap=1)
        desk.error = error
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        await desk.letters.redrive(kept_id, desk.again)
        assert (await desk.state(kept_id))[0] == state

    virtually(main())


def test_a_redrive_that_is_ended_at_work_gives_the_letter_back_and_says_that_it_may_have_been_sent() -> None:
    """A graceful shutdown cancels it: what was under way may have had its effect, and that was now."""

    async def main() -> None:
        desk = Desk()
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        await asyncio.sleep(100.0)
        redriving = asyncio.get_running_loop().create_task(desk.letters.redrive(kept_id, desk.again))
        await asyncio.sleep(0.05)
        redriving.cancel()
        await asyncio.gather(redriving, return_exceptions=True)
        assert await desk.state(kept_id) == ("pending", 0, 2)
        await asyncio.sleep(3.0)
        await desk.letters.redrive(kept_id, desk.again)
        assert desk.sent_ago_s == pytest.approx([100.0, 3.0])

    virtually(main())


def test_a_redrive_that_is_ended_before_it_was_sent_leaves_the_letter_as_it_was() -> None:
    async def main() -> None:
        desk = Desk()

        async def waits_for_its_turn(_letter: DeadLetter, _asking: Asking) -> str:
            await asyncio.sleep(10.0)
            return ""

        kept_id = await desk.letters.set_aside(parcel(), LOST)
        redriving = asyncio.get_running_loop().create_task(desk.letters.redrive(kept_id, waits_for_its_turn))
        await asyncio.sleep(1.0)
        redriving.cancel()
        await asyncio.gather(redriving, return_exceptions=True)
        await asyncio.sleep(4.0)
        await desk.letters.redrive(kept_id, desk.again)
        assert desk.sent_ago_s == pytest.approx([5.0])

    virtually(main())


def test_a_redriver_that_died_may_have_sent_it_until_its_lease_was_over() -> None:
    async def main() -> None:
        desk = Desk(lease_s=30.0)
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        await desk.store.lease(kept_id, "a process that is no more", 30.0)
        await asyncio.sleep(31.0)
        await desk.letters.redrive(kept_id, desk.again)
        assert desk.sent_ago_s == pytest.approx([1.0])

    virtually(main())


def test_when_the_canaries_fail_the_rest_is_left_alone() -> None:
    async def main() -> None:
        desk = Desk(canary=3)
        ids = [await desk.letters.set_aside(parcel(number), LOST) for number in range(20)]
        desk.error = BreakerOpen("open")
        lot = await desk.letters.redrive_lot(desk.again)
        assert [each.id for each in lot.redriven] == ids[:3]
        assert (lot.next_after, lot.stopped) == (ids[2], True)

    virtually(main())


@pytest.mark.parametrize(("limit", "looked_at"), [(1, 1), (2, 2), (3, 3), (7, 3)])
def test_each_lot_has_canaries_of_its_own(limit: int, looked_at: int) -> None:
    """A vendor that went down since the lot before is noticed, also by a lot that is smaller than the canaries."""

    async def main() -> None:
        desk = Desk(canary=3)
        ids = [await desk.letters.set_aside(parcel(number), LOST) for number in range(20)]
        first = await desk.letters.redrive_lot(desk.again, limit=5)
        assert (first.next_after, first.stopped, len(desk.done)) == (ids[4], False, 5)
        desk.error = BreakerOpen("open")
        second = await desk.letters.redrive_lot(desk.again, limit=limit, after=first.next_after or "")
        assert [each.id for each in second.redriven] == ids[5 : 5 + looked_at]
        assert second.stopped

    virtually(main())


def test_lot_by_lot_each_letter_is_sent_once_oldest_first() -> None:
    async def main() -> None:
        desk = Desk(rate_per_s=1000.0, stop_ratio=1.0, canary=100)
        ids = [await desk.letters.set_aside(parcel(number), LOST) for number in range(25)]
        seen: list[str] = []
        after: str | None = ""
        while after is not None:
            # Every third one fails, and is not looked at again.
            lot = await desk.letters.redrive_lot(desk.again, limit=4, after=after)
            seen += [each.id for each in lot.redriven]
            after = lot.next_after
            desk.error = LOST if len(seen) % 3 == 0 else None
        assert seen == ids
        nothing = await desk.letters.redrive_lot(desk.again, limit=4, after=ids[-1])
        assert (nothing.redriven, nothing.next_after, nothing.stopped) == ((), None, False)

    virtually(main())


def test_redriving_everything_keeps_to_its_rate() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        desk = Desk(rate_per_s=2.0)
        for number in range(10):
            await desk.letters.set_aside(parcel(number), LOST)
        began_s = loop.time()
        outcomes: list[Redriven] = []
        for _ in range(5):  # also from one lot to the next
            lot = await desk.letters.redrive_lot(desk.again, limit=2, after=outcomes[-1].id if outcomes else "")
            outcomes += lot.redriven
        assert len(outcomes) == 10
        assert loop.time() - began_s >= 9 * 0.5

    virtually(main())


def test_accepted_is_the_sum_of_what_waits_and_what_was_settled_at_every_instant() -> None:
    async def main() -> None:
        desk = Desk(rate_per_s=100.0)
        for number in range(30):
            await desk.letters.set_aside(parcel(number), LOST)
        await desk.letters.discard(letter_id("pay", "key-0"))
        redriving = asyncio.get_running_loop().create_task(desk.letters.redrive_lot(desk.again))
        while not redriving.done():
            assert sum((await desk.letters.count()).values()) == 30
            await asyncio.sleep(0.03)
        counts = await desk.letters.count()
        assert (counts[LetterState.REDRIVEN], counts[LetterState.DISCARDED]) == (29, 1)

    virtually(main())


def test_an_outage_of_the_store_loses_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        desk = Desk(spill=SpillFile(tmp_path / "spill"))
        desk.store.is_down = True
        kept = [await desk.letters.set_aside(parcel(number), LOST) for number in range(5)]
        assert (tmp_path / "spill").exists()
        desk.store.is_down = False
        assert [letter.id for letter in await desk.letters.page()] == kept

    virtually(main())
    assert list(tmp_path.iterdir()) == []


def test_what_a_predecessor_spilled_is_found_by_the_next_process(tmp_path: Path) -> None:
    async def main() -> None:
        first = Desk(spill=SpillFile(tmp_path / "spill"))
        first.store.is_down = True
        await first.letters.set_aside(parcel(), LOST)
        second = Desk(spill=SpillFile(tmp_path / "spill"))
        assert await second.letters.find("pay", "key-1") is not None

    virtually(main())


def test_an_outage_in_the_middle_of_draining_loses_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        desk = Desk(spill=SpillFile(tmp_path / "spill"))
        desk.store.is_down = True
        for number in range(4):
            await desk.letters.set_aside(parcel(number), LOST)
        puts = 0
        put = desk.store.put

        async def fails_at_the_third(letter: DeadLetter) -> str:
            nonlocal puts
            puts += 1
            if puts == 3:
                raise StoreUnavailable("down again")
            return await put(letter)

        desk.store.is_down = False
        desk.store.put = fails_at_the_third  # type: ignore[method-assign]
        assert await desk.letters.drain() == 0
        assert await desk.letters.drain() == 4
        assert len(await desk.letters.page()) == 4

    virtually(main())


def test_one_draining_never_ends_what_another_one_took(tmp_path: Path) -> None:
    async def main() -> None:
        desk = Desk(spill=SpillFile(tmp_path / "spill"))
        put = desk.store.put

        async def slowly(letter: DeadLetter) -> str:
            if not desk.store.is_down:
                await asyncio.sleep(1.0)
            return await put(letter)

        async def spill(number: int) -> None:
            desk.store.is_down = True
            await desk.letters.set_aside(parcel(number), LOST)
            desk.store.is_down = False

        desk.store.put = slowly  # type: ignore[method-assign]
        drain = asyncio.get_running_loop().create_task
        await spill(0)
        drainings = [drain(desk.letters.drain())]
        await asyncio.sleep(0.5)
        drainings.append(drain(desk.letters.drain()))
        await asyncio.sleep(0.6)  # the first one is done
        await spill(1)
        drainings.append(drain(desk.letters.drain()))
        await asyncio.sleep(0.5)  # the second one is done, the third has taken its letter and not yet stored it
        on_disk = {letter.id for letter in SpillFile(tmp_path / "spill").take()}
        stored = await desk.store.get(letter_id("pay", "key-1"))
        assert stored is not None or letter_id("pay", "key-1") in on_disk
        await asyncio.gather(*drainings)
        assert len(await desk.letters.page()) == 2

    virtually(main())


def test_what_neither_store_nor_spill_file_can_keep_is_not_acknowledged(tmp_path: Path) -> None:
    async def main() -> None:
        for spill in (None, SpillFile(tmp_path / "missing" / "spill")):
            desk = Desk(spill=spill)
            desk.store.is_down = True
            with pytest.raises(StoreUnavailable):
                await desk.letters.set_aside(parcel(), LOST)

    virtually(main())


def test_a_discarded_letter_is_not_redriven_and_an_unknown_one_not_discarded() -> None:
    async def main() -> None:
        desk = Desk()
        kept_id = await desk.letters.set_aside(parcel(), LOST)
        assert await desk.letters.discard(kept_id)
        assert not await desk.letters.discard(kept_id)
        assert not await desk.letters.discard("dl_unknown")
        assert (await desk.letters.redrive(kept_id, desk.again)).outcome is Redrive.BUSY

    virtually(main())


def test_it_tells_what_became_of_each_redrive() -> None:
    async def main() -> None:
        desk = Desk()
        ids: Sequence[str] = [await desk.letters.set_aside(parcel(number), LOST) for number in range(3)]
        await desk.letters.redrive(ids[0], desk.again)
        desk.error = LOST
        await desk.letters.redrive(ids[1], desk.again)
        await desk.letters.discard(ids[2])
        assert [(event.outcome, event.detail) for event in desk.told] == [
            ("done", ids[0]),
            ("failed", ids[1]),
            ("discarded", ids[2]),
        ]
        assert desk.told[0].operation_id == "op-0"

    virtually(main())


@pytest.mark.parametrize(
    "wrong",
    [{"generation_cap": 0}, {"lease_s": 0}, {"rate_per_s": 0}, {"canary": 0}, {"stop_ratio": 0}, {"stop_ratio": 1.1}],
)
def test_an_impossible_setting_is_a_config_error(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        DeadLetterConfig(**wrong)  # type: ignore[arg-type]
