"""One renewal at a time, in nobody's own time, and none for a while after one that failed."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from brownout_core.errors import (
    AttemptTimeout,
    BrownoutError,
    ConfigError,
    ConnectFailed,
    RenewalPaused,
    ServiceError,
    VendorUnavailable,
)
from brownout_core.policies.breaker import Breaker, BreakerConfig
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.transport import was_unsent
from tests.support.aio import virtually
from tests.support.pipelines import now_s

# No jitter to speak of: the pauses are 1, 2, 4 and then 5 s.
CONFIG = RenewalConfig(jitter="proportional", jitter_share=0.0, attempt_s=5.0)
CALL = "fetch_token"


class Endpoint:
    """A token endpoint: each request takes its time and ends as the script says; the last line repeats."""

    def __init__(self, *script: tuple[float, str | Exception]) -> None:
        self._script = list(script)
        self.asked_at_s: list[float] = []

    async def __call__(self) -> str:
        self.asked_at_s.append(now_s())
        seconds, answer = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        await asyncio.sleep(seconds)
        if isinstance(answer, Exception):
            raise answer
        return answer


def down(retry_after_s: float | None = None) -> VendorUnavailable:
    return VendorUnavailable("sales", CALL, "503", status=503, retry_after_s=retry_after_s)


def renewal() -> Renewal:
    return Renewal("sales", CONFIG, Random(1))


async def ending(asked: Awaitable[str]) -> str | BrownoutError:
    try:
        return await asked
    except BrownoutError as error:
        return error


async def ask_all_along(renews: Renewal, fetch: Callable[[], Awaitable[str]], *, seconds: float) -> None:
    """Ten a second, as orders come in."""
    loop = asyncio.get_running_loop()
    asked = []
    for _ in range(int(seconds * 10)):
        asked.append(loop.create_task(ending(renews.renewed(CALL, fetch))))
        await asyncio.sleep(0.1)
    await asyncio.gather(*asked)


def test_a_hundred_who_ask_at_once_are_one_request() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((0.5, "token"))
        answers = await asyncio.gather(*(renews.renewed(CALL, endpoint) for _ in range(100)))
        assert (set(answers), len(endpoint.asked_at_s)) == ({"token"}, 1)

    virtually(main())


def test_at_an_endpoint_that_hangs_there_is_one_request_per_deadline_and_pause() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((1e6, "never"))
        await ask_all_along(renews, endpoint, seconds=30.0)
        # 5 s each, and then pauses of 1, 2 and 4 s; asked ten times a second.
        assert endpoint.asked_at_s == pytest.approx([0.0, 6.0, 13.0, 22.0], abs=0.31)

    virtually(main())


def test_who_waits_hears_of_the_failure_at_once_and_that_nothing_of_his_was_sent() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((1e6, "never"))
        first = asyncio.get_running_loop().create_task(ending(renews.renewed(CALL, endpoint)))
        await asyncio.sleep(4.0)
        errors = [await ending(renews.renewed(CALL, endpoint)), await first]
        assert now_s() == pytest.approx(5.0)
        for error in errors:
            assert isinstance(error, AttemptTimeout)
            assert (error.may_have_effect, error.call) == (False, CALL)
            assert error.retry_after_s == pytest.approx(1.0)
        # Each has an error of its own: what becomes of one operation is not told of the others.
        assert errors[0] is not errors[1]

    virtually(main())


def test_who_asks_in_the_pause_is_turned_away_without_a_request() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((0.1, down()), (0.1, "token"))
        assert isinstance(await ending(renews.renewed(CALL, endpoint)), VendorUnavailable)
        await asyncio.sleep(0.4)
        with pytest.raises(RenewalPaused) as caught:
            await renews.renewed(CALL, endpoint)
        assert caught.value.retry_after_s == pytest.approx(0.6)
        assert (caught.value.may_have_effect, caught.value.retryable) == (False, True)
        renews.begin(CALL, endpoint)
        assert len(endpoint.asked_at_s) == 1
        await asyncio.sleep(0.6)
        assert await renews.renewed(CALL, endpoint) == "token"

    virtually(main())


def test_the_pauses_grow_to_their_cap_and_start_anew_after_a_success() -> None:
    async def main() -> None:
        answers: list[str | Exception] = [down(), down(), down(), down(), down(), "token", down()]
        renews, endpoint = renewal(), Endpoint(*((0.0, each) for each in answers))
        pauses = []
        for answer in answers:
            error = await ending(renews.renewed(CALL, endpoint))
            if isinstance(answer, Exception):
                assert isinstance(error, ServiceError)
                assert error.retry_after_s is not None
                pauses.append(round(error.retry_after_s, 6))
                await asyncio.sleep(error.retry_after_s)
        assert pauses == [1, 2, 4, 5, 5, 1]

    virtually(main())


def test_the_usual_pause_is_drawn_and_never_short() -> None:
    """Many processes that share a vendor do not come back in step."""

    async def pause_s(seed: int) -> float:
        renews = Renewal("sales", RenewalConfig(), Random(seed))
        error = await ending(renews.renewed(CALL, Endpoint((0.0, down()))))
        assert isinstance(error, ServiceError)
        return error.retry_after_s or 0.0

    pauses = [virtually(pause_s(seed)) for seed in range(50)]
    assert all(0.5 <= each <= 1.0 for each in pauses)
    assert max(pauses) - min(pauses) > 0.3
    assert pauses[7] == virtually(pause_s(7))


@pytest.mark.parametrize(("wish_s", "pause_s"), [(0.2, 1.0), (7.0, 7.0), (3_600.0, 60.0)])
def test_the_vendors_wish_is_respected_up_to_its_cap(wish_s: float, pause_s: float) -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((0.0, down(wish_s)), (0.0, "token"))
        await ending(renews.renewed(CALL, endpoint))
        await asyncio.sleep(pause_s - 0.01)
        assert isinstance(await ending(renews.renewed(CALL, endpoint)), RenewalPaused)
        await asyncio.sleep(0.02)
        assert await renews.renewed(CALL, endpoint) == "token"

    virtually(main())


def test_an_asker_who_gives_up_has_sent_nothing_and_takes_nothing_from_the_others() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((2.0, "token"))
        first = asyncio.get_running_loop().create_task(renews.renewed(CALL, endpoint))
        await asyncio.sleep(0.5)
        second = asyncio.get_running_loop().create_task(renews.renewed(CALL, endpoint))
        await asyncio.sleep(0.5)
        first.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await first
        assert was_unsent(caught.value)
        assert await second == "token"
        assert endpoint.asked_at_s == [0.0]
        assert now_s() == pytest.approx(2.0)

    virtually(main())


def test_while_the_breaker_is_open_none_is_sent() -> None:
    async def main() -> None:
        breaker = Breaker(BreakerConfig(), Random(1))
        renews = Renewal("sales", CONFIG, Random(1), breaker.open_remaining_s)
        endpoint = Endpoint((0.0, "token"))
        breaker.open_by_hand(now_s())
        with pytest.raises(RenewalPaused):
            await renews.renewed(CALL, endpoint)
        renews.begin(CALL, endpoint)
        await asyncio.sleep(1.0)
        assert not endpoint.asked_at_s
        breaker.close_by_hand(now_s())
        assert await renews.renewed(CALL, endpoint) == "token"

    virtually(main())


def test_who_waited_while_the_breaker_opened_sends_nothing_either() -> None:
    async def main() -> None:
        breaker = Breaker(BreakerConfig(), Random(1))
        renews = Renewal("sales", CONFIG, Random(1), breaker.open_remaining_s)
        asked = asyncio.get_running_loop().create_task(ending(renews.renewed(CALL, Endpoint((2.0, "token")))))
        await asyncio.sleep(1.0)
        breaker.open_by_hand(now_s())
        assert isinstance(await asked, RenewalPaused)

    virtually(main())


def test_a_renewal_that_is_begun_beside_is_the_one_that_others_wait_for() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((1.0, "token"))
        renews.begin(CALL, endpoint)
        renews.begin(CALL, endpoint)
        assert await renews.renewed(CALL, endpoint) == "token"
        assert len(endpoint.asked_at_s) == 1

    virtually(main())


def test_a_renewal_that_ends_with_its_process_was_not_sent_for_anybody() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((1.0, "token"))
        asked = asyncio.get_running_loop().create_task(ending(renews.renewed(CALL, endpoint)))
        await asyncio.sleep(0.1)
        (under_way,) = (each for each in asyncio.all_tasks() if each.get_name() == f"sales {CALL}")
        under_way.cancel()
        assert isinstance(await asked, ConnectFailed)

    virtually(main())


def test_a_defect_is_nobodys_failure_and_passes_unchanged() -> None:
    async def main() -> None:
        renews, endpoint = renewal(), Endpoint((0.0, ZeroDivisionError()))
        with pytest.raises(ZeroDivisionError):
            await renews.renewed(CALL, endpoint)

    virtually(main())


def test_a_defect_in_a_renewal_that_nobody_waits_for_is_told_to_the_loop() -> None:
    """Else it would be nowhere: the next one may go well."""

    async def main() -> None:
        told: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        renews = renewal()
        renews.begin(CALL, Endpoint((0.0, ZeroDivisionError())))
        await asyncio.sleep(1.0)
        assert [type(each["exception"]) for each in told] == [ZeroDivisionError]
        renews = renewal()
        renews.begin(CALL, Endpoint((0.0, down())))
        await asyncio.sleep(1.0)
        assert len(told) == 1

    virtually(main())


@pytest.mark.parametrize("wrong", [{"attempt_s": 0.0}, {"retry_after_cap_s": -1.0}, {"initial_delay_s": 9.0}], ids=str)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RenewalConfig(**wrong)  # type: ignore[arg-type]
