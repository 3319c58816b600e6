"""What is held is fetched once for all, renewed before its time, and good as long as it is good."""

import asyncio

import pytest

from brownout_core.adapters.held import APART_S, EARLIEST, LATEST, MOST, WITHIN_S, Held, Lent, share_of
from brownout_core.errors import AttemptTimeout, ConnectFailed, VendorUnavailable
from brownout_core.transport import was_unsent
from tests.support.aio import virtually


class Keeper:
    """Hands out numbers that are good for ten seconds; may be down."""

    def __init__(self, lasts_s: float = 10.0) -> None:
        self.asked: list[int | None] = []
        self.is_down = False
        self.lasts_s = lasts_s

    async def fetch(self, held: int | None) -> Lent[int]:
        self.asked.append(held)
        await asyncio.sleep(0.1)
        if self.is_down:
            raise VendorUnavailable("keeper", "fetch", "down", status=503)
        return Lent(len(self.asked), self.lasts_s, due_s=0.7 * self.lasts_s)


def test_a_thousand_at_once_cost_one_fetch_and_those_who_come_later_none() -> None:
    async def main() -> None:
        keeper, held = Keeper(), Held[int]("keeper", "fetch")
        assert set(await asyncio.gather(*(held.get("a", keeper.fetch) for _ in range(1_000)))) == {1}
        assert await held.get("a", keeper.fetch) == 1
        assert keeper.asked == [None]

    virtually(main())


def test_a_fetch_that_hangs_is_given_up_and_the_next_one_is_asked() -> None:
    async def main() -> None:
        keeper, held, loop = Keeper(), Held[int]("keeper", "fetch"), asyncio.get_running_loop()

        async def hang(_held: int | None) -> Lent[int]:
            await asyncio.Event().wait()
            raise AssertionError

        with pytest.raises(AttemptTimeout, match="keeper fetch: no answer within 5 s") as told:
            await held.get("a", hang)
        assert (loop.time(), told.value.may_have_effect) == (WITHIN_S, False)
        assert await held.get("a", keeper.fetch) == 1

    virtually(main())


def test_it_is_renewed_beside_the_calls_with_what_is_held_and_nobody_waits() -> None:
    async def main() -> None:
        keeper, held = Keeper(), Held[int]("keeper", "fetch")
        await held.get("a", keeper.fetch)
        await asyncio.sleep(7.0)
        began_s = asyncio.get_running_loop().time()
        assert [await held.get("a", keeper.fetch) for _ in range(5)] == [1] * 5
        assert asyncio.get_running_loop().time() == began_s
        await asyncio.sleep(0.2)
        assert await held.get("a", keeper.fetch) == 2
        assert keeper.asked == [None, 1]

    virtually(main())


def test_while_its_keeper_is_down_it_is_good_to_its_end_and_then_the_error_is_told() -> None:
    async def main() -> None:
        keeper, held = Keeper(), Held[int]("keeper", "fetch")
        await held.get("a", keeper.fetch)
        keeper.is_down = True
        for _ in range(29):
            await asyncio.sleep(0.34)
            assert await held.get("a", keeper.fetch) == 1
        tried = len(keeper.asked) - 1
        assert 2 <= tried <= 3 / APART_S  # from the time when it was due, one in a second
        await asyncio.sleep(0.2)
        with pytest.raises(VendorUnavailable) as told:
            await held.get("a", keeper.fetch)
        assert told.value.may_have_effect is False
        keeper.is_down = False
        assert await held.get("a", keeper.fetch) == len(keeper.asked)

    virtually(main())


def test_what_is_dropped_is_fetched_anew_and_each_name_by_itself() -> None:
    async def main() -> None:
        keeper, held = Keeper(), Held[int]("keeper", "fetch")
        assert [await held.get(name, keeper.fetch) for name in ("a", "b", "a")] == [1, 2, 1]
        held.drop("a")
        held.drop("none")
        assert await held.get("a", keeper.fetch) == 3

    virtually(main())


def test_who_gives_up_has_sent_nothing_and_takes_nothing_from_the_others() -> None:
    async def main() -> None:
        keeper, held = Keeper(), Held[int]("keeper", "fetch")
        impatient = asyncio.get_running_loop().create_task(held.get("a", keeper.fetch))
        other = asyncio.get_running_loop().create_task(held.get("a", keeper.fetch))
        await asyncio.sleep(0.05)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError) as gone:
            await impatient
        assert was_unsent(gone.value)
        assert await other == 1

    virtually(main())


def test_a_fetch_that_is_given_up_is_no_connection() -> None:
    async def main() -> None:
        held = Held[int]("keeper", "fetch")

        async def never(_held: int | None) -> Lent[int]:
            raise asyncio.CancelledError

        with pytest.raises(ConnectFailed):
            await held.get("a", never)

    virtually(main())


def test_a_defect_of_a_fetch_is_told_as_what_it_is() -> None:
    async def broken(_held: int | None) -> Lent[int]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        virtually(Held[int]("keeper", "fetch").get("a", broken))


def test_of_more_than_are_held_the_oldest_goes() -> None:
    async def main() -> None:
        keeper, held = Keeper(1_000_000.0), Held[int]("keeper", "fetch")
        for number in range(MOST + 1):
            await held.get(str(number), keeper.fetch)
        await held.get("1", keeper.fetch)
        assert len(keeper.asked) == MOST + 1
        await held.get("0", keeper.fetch)
        assert len(keeper.asked) == MOST + 2

    virtually(main())


def test_things_are_due_at_shares_of_their_time_that_are_spread_evenly_and_stay_the_same() -> None:
    shares = [share_of(f"lease-{number}") for number in range(2_000)]
    assert all(EARLIEST <= share < LATEST for share in shares)
    below = [
        sum(share < EARLIEST + part * (LATEST - EARLIEST) for share in shares) / 2_000 for part in (0.25, 0.5, 0.75)
    ]
    assert below == pytest.approx([0.25, 0.5, 0.75], abs=0.05)
    assert share_of("lease-7") == share_of("lease-7")
