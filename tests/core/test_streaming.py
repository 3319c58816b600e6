"""A guarded stream: retried until its first piece, watched to its end, and never just over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from brownout_core.asking import Asking
from brownout_core.errors import AttemptTimeout, BreakerOpen, BulkheadFull, ConnectionLost, VendorUnavailable
from brownout_core.policies.breaker import BreakerConfig, State
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.telemetry import Kind
from tests.support.aio import virtually
from tests.support.pipelines import HANG, NO_RETRY, TRIPS_AT_5, Bench, asking_of, lost, now_s, trip, unavailable

Line = str | float | Exception
LENIENT = BreakerConfig(minimum_calls=1, slow_call_s=1.0)


class Model:
    """Answers each attempt with the next script: a text is a piece, a number a pause, an error the end."""

    def __init__(self, *scripts: list[Line]) -> None:
        self.scripts = list(scripts)
        self.attempts = 0
        self.hung_up = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncIterator[str]]:
        self.attempts += 1
        try:
            yield self._pieces(self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0])
        finally:
            self.hung_up += 1

    async def _pieces(self, script: list[Line]) -> AsyncIterator[str]:
        for line in script:
            if isinstance(line, Exception):
                raise line
            if isinstance(line, float):
                await asyncio.sleep(line)
            else:
                yield line


def streamed(
    bench: Bench, model: Model, asking: Asking | None = None, **options: Any
) -> AbstractAsyncContextManager[AsyncIterator[str]]:
    given = {"first_within_s": 2.0, "idle_s": 1.0, "idempotent": True, **options}
    return bench.pipeline.stream(asking or asking_of(), "complete", model, **given)


async def whole(bench: Bench, model: Model, asking: Asking | None = None, **options: Any) -> str:
    async with streamed(bench, model, asking, **options) as pieces:
        return "".join([piece async for piece in pieces])


def check(body: Callable[[], Any]) -> None:
    virtually(body())


def test_the_pieces_come_in_order_and_the_end_is_the_breakers_sample() -> None:
    async def main() -> None:
        bench, asking = Bench(breaker=LENIENT), asking_of()
        model = Model([0.5, "Hello", 0.9, ", ", 0.9, "world"])
        async with streamed(bench, model, asking) as pieces:
            assert [await anext(pieces) for _ in range(2)] == ["Hello", ", "]
            assert not bench.told(Kind.ATTEMPT_FINISHED)
            assert [piece async for piece in pieces] == ["world"]
        # 2.3 s in all, but the first piece was there in time: a long answer is no slow vendor.
        assert bench.breaker.state(now_s()) is State.CLOSED
        assert [(event.kind, event.outcome) for event in bench.events] == [
            (Kind.ATTEMPT_STARTED, ""),
            (Kind.ATTEMPT_FINISHED, "ok"),
            (Kind.CALL_FINISHED, "ok"),
        ]
        assert bench.events[-1].duration_s == pytest.approx(2.3)
        assert (asking.may_have_effect, model.hung_up, bench.bulkhead.in_flight) == (True, 1, 0)

    check(main)


def test_one_that_is_a_read_has_no_effect_however_it_ends() -> None:
    async def main() -> None:
        asking = asking_of()
        assert await whole(Bench(), Model([lost()], ["ok"]), asking, idempotent=False, is_read=True) == "ok"
        with pytest.raises(ConnectionLost):
            await whole(Bench(), Model(["Hel", lost()]), asking, idempotent=False, is_read=True)
        assert not asking.may_have_effect

    check(main)


def test_an_answer_without_pieces_is_an_answer() -> None:
    async def main() -> None:
        bench = Bench()
        assert await whole(bench, Model([])) == ""
        assert bench.told(Kind.CALL_FINISHED)[0].outcome == "ok"

    check(main)


def test_before_the_first_piece_it_is_retried_like_any_call() -> None:
    async def main() -> None:
        bench, model = Bench(), Model([unavailable()], [HANG], ["ok"])
        assert await whole(bench, model) == "ok"
        assert (model.attempts, model.hung_up) == (3, 3)
        outcomes = [event.outcome for event in bench.told(Kind.ATTEMPT_FINISHED)]
        assert outcomes == ["vendor_unavailable", "attempt_timeout", "ok"]

    check(main)


def test_after_the_first_piece_it_is_not_retried_and_the_break_is_a_failure() -> None:
    async def main() -> None:
        bench, model, asking = Bench(breaker=BreakerConfig(minimum_calls=1)), Model(["Hel", lost()]), asking_of()
        got: list[str] = []
        async with streamed(bench, model, asking) as pieces:
            got.append(await anext(pieces))
            for _ in range(2):  # it is over for good: it does not look like an end when it is asked again
                with pytest.raises(ConnectionLost):
                    await anext(pieces)
        assert (got, model.attempts, asking.may_have_effect) == (["Hel"], 1, True)
        assert bench.breaker.state(now_s()) is State.OPEN
        assert bench.told(Kind.CALL_FINISHED)[0].outcome == "connection_lost"

    check(main)


@pytest.mark.parametrize(
    ("script", "ended_at_s"), [(["Hel", HANG], 1.0), (["Hel", 0.9, "lo", HANG], 1.9), ([0.5, "Hel", 1.1, "lo"], 1.5)]
)
def test_a_silence_is_a_failure_of_the_vendor(script: list[Line], ended_at_s: float) -> None:
    async def main() -> None:
        bench = Bench(breaker=BreakerConfig(minimum_calls=1))
        with pytest.raises(AttemptTimeout):
            await whole(bench, Model(script))
        assert now_s() == pytest.approx(ended_at_s)
        assert bench.breaker.state(now_s()) is State.OPEN
        assert bench.bulkhead.in_flight == 0

    check(main)


def test_the_callers_deadline_bounds_the_whole() -> None:
    async def main() -> None:
        endless = Model(["x", 0.5] * 1000)
        with pytest.raises(AttemptTimeout):
            await whole(Bench(), endless, asking_of(ends_at_s=7.3))
        assert now_s() == pytest.approx(7.3)
        # A vendor's own deadline is for its first piece: an answer may well take longer.
        assert len(await whole(Bench(), Model(["x", 0.5] * 100))) == 100

    check(main)


def test_a_caller_that_leaves_early_hangs_up_and_is_no_sample() -> None:
    async def main() -> None:
        bench, model, asking = Bench(breaker=TRIPS_AT_5), Model(["a", "b", 0.1, "c"]), asking_of()
        await trip(bench)
        await asyncio.sleep(5.0)
        for _ in range(10):
            async with streamed(bench, model, asking) as pieces:
                assert await anext(pieces) == "a"
        assert (model.hung_up, asking.may_have_effect, bench.bulkhead.in_flight) == (10, True, 0)
        assert bench.told(Kind.CALL_FINISHED)[-1].outcome == "cancelled"
        # Each gave its permit back: there is still room for real probes.
        for _ in range(3):
            assert await whole(bench, model) == "abc"
        assert bench.breaker.state(now_s()) is State.CLOSED

    check(main)


def test_an_error_of_the_reader_is_the_readers_own() -> None:
    async def main() -> None:
        bench, model, asking = Bench(breaker=BreakerConfig(minimum_calls=1)), Model(["a", "b"]), asking_of()

        async def read() -> None:
            async with streamed(bench, model, asking) as pieces:
                await anext(pieces)
                raise VendorUnavailable("another", "call", "503", status=503)

        with pytest.raises(VendorUnavailable):
            await read()
        assert bench.breaker.state(now_s()) is State.CLOSED
        assert [event.outcome for event in bench.told(Kind.ATTEMPT_FINISHED)] == ["cancelled"]
        assert model.hung_up == 1

    check(main)


def test_place_and_token_are_paid_as_for_any_call() -> None:
    async def main() -> None:
        bench = Bench(
            bulkhead=BulkheadConfig(max_in_flight=1, max_queued=0), limiter=LimiterConfig(capacity=1, refill_per_s=0.5)
        )
        async with streamed(bench, Model(["a", 0.5, "b"])) as pieces:
            assert await anext(pieces) == "a"
            with pytest.raises(BulkheadFull):
                await whole(bench, Model(["x"]))
            assert [piece async for piece in pieces] == ["b"]
        before_s = now_s()
        with pytest.raises(Exception, match="no token in time"):
            await whole(bench, Model(["x"]))
        await asyncio.sleep(2.0 - before_s)
        assert await whole(bench, Model(["x"])) == "x"

    check(main)


def test_with_the_breaker_open_nothing_is_opened() -> None:
    async def main() -> None:
        bench, model, asking = Bench(), Model(["a"]), asking_of()
        bench.breaker.open_by_hand(now_s())
        with pytest.raises(BreakerOpen):
            await whole(bench, model, asking)
        assert (model.attempts, asking.may_have_effect) == (0, False)
        assert [event.outcome for event in bench.told(Kind.CALL_REJECTED)] == ["breaker"]

    check(main)


def test_a_stream_that_may_have_had_an_effect_is_not_opened_twice_unless_that_is_the_same() -> None:
    async def main() -> None:
        model = Model([lost()], ["again"])
        with pytest.raises(ConnectionLost):
            await whole(Bench(retry=NO_RETRY), Model([lost()]))
        with pytest.raises(ConnectionLost):
            await whole(Bench(), model, idempotent=False)
        assert model.attempts == 1
        assert await whole(Bench(), model) == "again"

    check(main)


def test_nothing_is_left_behind() -> None:
    async def main() -> None:
        bench, model = Bench(), Model(["a", HANG])

        async def read() -> None:
            async with streamed(bench, model, idle_s=50.0) as pieces:
                async for _ in pieces:
                    pass

        reading = asyncio.ensure_future(read())
        await asyncio.sleep(1.0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        loop: Any = asyncio.get_running_loop()
        assert (model.hung_up, bench.bulkhead.in_flight) == (1, 0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [timer for timer in loop._scheduled if not timer.cancelled()]

    check(main)
