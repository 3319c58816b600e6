"""How calls end: fallback, dead letters, and what stands under an idempotency key."""

import asyncio
from itertools import count

import pytest

from brownout_core.errors import (
    AttemptTimeout,
    BreakerOpen,
    DeadLettered,
    DeadlineExceeded,
    IdempotencyConflict,
    RetrySuppressed,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.pipeline import may_be_redriven
from brownout_core.policies.deadline import TimeoutConfig
from brownout_core.policies.fallback import Fallback, FallbackConfig
from brownout_core.telemetry import Kind
from tests.support.aio import virtually
from tests.support.pipelines import (
    HANG,
    NO_RETRY,
    Bench,
    Vendor,
    context_of,
    lost,
    not_sent,
    now_s,
    refused,
    throttled,
    unavailable,
)


class TestEnds:
    """Fallback, dead letters, claims: what stands around a call."""

    def test_a_fallback_answers_for_a_vendor_that_is_down(self) -> None:
        async def main() -> None:
            async def cached(_: Exception) -> str:
                return "cached"

            bench = Bench(retry=NO_RETRY)
            for error in (throttled(), not_sent()):
                assert await bench.call(Vendor(error), fallback=Fallback(cached)) == "cached"
            reads = Fallback(cached, FallbackConfig(serve_unknown=True))
            assert await bench.call(Vendor(unavailable()), fallback=reads) == "cached"
            with pytest.raises(VendorUnavailable):
                await bench.call(Vendor(unavailable()), fallback=Fallback(cached))
            with pytest.raises(VendorRefused):
                await bench.call(Vendor(refused()), fallback=reads)
            assert len(bench.told(Kind.FALLBACK_SERVED)) == 3

        virtually(main())

    def test_what_cannot_be_done_now_is_set_aside(self) -> None:
        async def main() -> None:
            shelf = _Shelf()
            bench, error = Bench(retry=NO_RETRY, dead_letters=shelf), unavailable()
            with pytest.raises(DeadLettered) as ended:
                await bench.call(Vendor(error), context_of(parcel="the order"))
            assert ended.value.dead_letter_id == "dl_1"
            assert ended.value.__cause__ is error
            assert shelf.kept == [("the order", error)]
            assert [event.detail for event in bench.told(Kind.DEAD_LETTERED)] == ["dl_1"]

        virtually(main())

    @pytest.mark.parametrize("why", ["refused", "no parcel", "not idempotent", "shelf broken"])
    def test_what_must_not_be_set_aside_ends_with_its_own_error(self, why: str) -> None:
        async def main() -> None:
            shelf = _Shelf(broken=why == "shelf broken")
            error = refused() if why == "refused" else unavailable()
            bench = Bench(retry=NO_RETRY, dead_letters=shelf)
            parcel = None if why == "no parcel" else "the order"
            with pytest.raises(type(error)) as ended:
                await bench.call(Vendor(error), context_of(idempotent=why != "not idempotent", parcel=parcel))
            assert ended.value is error
            assert not shelf.kept

        virtually(main())

    @pytest.mark.parametrize(
        ("error", "idempotent", "redriven"),
        [
            (BreakerOpen("m"), False, True),
            (RetrySuppressed("m", may_have_effect=True), False, False),
            (RetrySuppressed("m", may_have_effect=True), True, True),
            (throttled(), False, True),
            (lost(), False, False),
            (lost(), True, True),
            (OSError(), True, True),
            (OSError(), False, False),
            (refused(), True, False),
            (IdempotencyConflict("m"), True, False),
            (ValueError(), True, False),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
    )
    def test_only_what_is_worth_it_and_safe_is_redriven(
        self, error: Exception, idempotent: bool, redriven: bool
    ) -> None:
        assert may_be_redriven(error, context_of(idempotent=idempotent)) is redriven

    def test_a_claimed_call_is_made_once(self) -> None:
        async def main() -> None:
            bench, vendor = Bench(claims=_OneClaim()), Vendor(b"receipt")
            for _ in range(2):
                context = context_of(idempotency_key="k", fingerprint="f")
                assert await bench.call(vendor, context) == b"receipt"
            assert vendor.attempts == 1
            with pytest.raises(TypeError):
                await bench.call(Vendor("text"), context_of(idempotency_key="other"))

        virtually(main())

    def test_retries_happen_inside_the_claim(self) -> None:
        async def main() -> None:
            claims = _OneClaim()
            vendor = Vendor(unavailable(), b"receipt")
            await Bench(claims=claims).call(vendor, context_of(idempotency_key="k"))
            assert (vendor.attempts, claims.works) == (2, 1)

        virtually(main())

    def test_waiting_for_another_callers_claim_counts_against_the_deadline(self) -> None:
        """K3, for the claim"""

        async def main() -> None:
            bench, vendor = Bench(claims=_Stuck()), Vendor()
            with pytest.raises(DeadlineExceeded) as ended:
                await bench.call(vendor, context_of(idempotency_key="k", deadline_at_s=2.0))
            assert now_s() == pytest.approx(2.0)
            assert ended.value.may_have_effect  # the other caller's work may have had it
            assert vendor.attempts == 0

        virtually(main())

    def test_work_under_a_claim_keeps_its_own_time(self) -> None:
        """The wait's limit is not the work's: the last attempt ends as a timeout and is the breaker's sample."""

        async def main() -> None:
            bench = Bench(claims=_OneClaim(), retry=NO_RETRY, timeout=TimeoutConfig(attempt_s=2.0, deadline_s=2.0))
            with pytest.raises(AttemptTimeout):
                await bench.call(Vendor(HANG), context_of(idempotency_key="k"))

        virtually(main())


class _Shelf:
    def __init__(self, *, broken: bool = False) -> None:
        self.kept: list[tuple[object, Exception]] = []
        self._broken = broken
        self._ids = count(1)

    async def set_aside(self, parcel: object, error: Exception) -> str:
        if self._broken:
            raise OSError("disk full")
        self.kept.append((parcel, error))
        return f"dl_{next(self._ids)}"


class _OneClaim:
    def __init__(self) -> None:
        self._done: dict[str, bytes] = {}
        self.works = 0

    async def run_once(self, key: str, fingerprint: str, work) -> bytes:  # type: ignore[no-untyped-def]
        if key not in self._done:
            self.works += 1
            self._done[key] = await work()
        return self._done[key]


class _Stuck:
    async def run_once(self, key: str, fingerprint: str, work) -> bytes:  # type: ignore[no-untyped-def]
        await asyncio.sleep(HANG)
        return b""
