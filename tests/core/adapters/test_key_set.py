"""Published keys, held: one request for everybody, none while they are held, the truth about those that are missing."""

import asyncio
from collections.abc import Mapping
from random import Random

import pytest

from brownout_core.adapters.key_set import APART_S, FRESH_S, HELD_S, UNKNOWN_S, KeySet
from brownout_core.adapters.session_token import PublicKey
from brownout_core.errors import RenewalPaused, VendorUnavailable
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.services.auth import TokenKeyUnknown
from tests.support.aio import virtually

KEYS = {name: PublicKey(number, 3) for number, name in enumerate("abc")}


class Published:
    """What a vendor publishes, and how often it was asked. An answer is of the instant at which it was asked for."""

    def __init__(self, names: str = "a", takes_s: float = 0.1) -> None:
        self.names = names
        self.takes_s = takes_s
        self.is_down = False
        self.asked = 0

    async def fetch(self) -> Mapping[str, PublicKey]:
        self.asked += 1
        names, is_down = self.names, self.is_down
        await asyncio.sleep(self.takes_s)
        if is_down:
            raise VendorUnavailable("clerk", "fetch_keys", "down", status=503)
        return {name: KEYS[name] for name in names}


def keys_of(published: Published) -> KeySet:
    return KeySet(published.fetch, Renewal("clerk", RenewalConfig(), Random(0)))


def test_a_thousand_at_once_cost_one_request_and_those_who_come_later_none() -> None:
    async def main() -> None:
        published = Published()
        keys = keys_of(published)
        found = await asyncio.gather(*(keys.find("a") for number in range(1_000)))
        assert set(found) == {KEYS["a"]}
        for _ in range(100):
            await keys.find("a")
        assert published.asked == 1

    virtually(main())


def test_a_set_that_is_no_longer_fresh_is_fetched_beside_the_calls() -> None:
    async def main() -> None:
        published = Published(takes_s=2.0)
        keys = keys_of(published)
        await keys.find("a")
        await asyncio.sleep(FRESH_S)
        began_s = asyncio.get_running_loop().time()
        for _ in range(10):
            await keys.find("a")
        assert asyncio.get_running_loop().time() == began_s
        await asyncio.sleep(3)
        assert published.asked == 2

    virtually(main())


def test_a_key_that_is_held_is_good_while_the_vendor_is_down_and_not_for_ever() -> None:
    async def main() -> None:
        published = Published()
        keys = keys_of(published)
        await keys.find("a")
        published.is_down = True
        for _ in range(100):
            await asyncio.sleep((HELD_S - 60) / 100)
            assert await keys.find("a") == KEYS["a"]
        await asyncio.sleep(120)
        with pytest.raises((VendorUnavailable, RenewalPaused)):
            await keys.find("a")
        published.is_down = False
        await asyncio.sleep(60)
        assert await keys.find("a") == KEYS["a"]

    virtually(main())


def test_a_token_whose_key_is_not_held_while_the_vendor_is_down_is_not_called_bad() -> None:
    async def main() -> None:
        published = Published()
        published.is_down = True
        keys = keys_of(published)
        with pytest.raises(VendorUnavailable):
            await keys.find("a")
        with pytest.raises(RenewalPaused):  # nobody asks again at once
            await keys.find("a")
        assert published.asked == 1

    virtually(main())


def test_a_key_that_is_not_published_is_asked_for_once_and_then_refused_without_asking() -> None:
    async def main() -> None:
        published = Published()
        keys = keys_of(published)
        for _ in range(100):
            with pytest.raises(TokenKeyUnknown) as refused:
                await keys.find("x")
            assert refused.value.retry_after_s is not None
        assert published.asked == 1
        await asyncio.sleep(UNKNOWN_S)
        with pytest.raises(TokenKeyUnknown):
            await keys.find("x")
        assert published.asked == 2

    virtually(main())


def test_a_flood_of_made_up_keys_costs_one_request_a_second() -> None:
    async def main() -> None:
        published = Published()
        keys = keys_of(published)

        async def guess(number: int) -> None:
            await asyncio.sleep(number / 100)
            with pytest.raises(TokenKeyUnknown):
                await keys.find(f"x{number}")

        await asyncio.gather(*(guess(number) for number in range(1_000)))
        assert 2 <= published.asked <= 13

    virtually(main())


def test_a_new_key_is_found_at_once_and_one_that_is_gone_is_gone() -> None:
    async def main() -> None:
        published = Published("a")
        keys = keys_of(published)
        await keys.find("a")
        await asyncio.sleep(APART_S)
        published.names = "b"
        assert await keys.find("b") == KEYS["b"]
        with pytest.raises(TokenKeyUnknown):
            await keys.find("a")

    virtually(main())


def test_a_key_is_not_called_unknown_by_a_set_that_was_asked_for_before_it_was_published() -> None:
    async def main() -> None:
        published = Published("a", takes_s=2.0)
        keys = keys_of(published)
        before = asyncio.ensure_future(keys.find("a"))
        await asyncio.sleep(1)
        published.names = "ab"  # rotated while the answer without it is on its way
        assert await keys.find("b") == KEYS["b"]
        assert await before == KEYS["a"]
        assert published.asked == 2

    virtually(main())


def test_the_ids_that_are_known_to_be_unknown_are_bounded() -> None:
    async def main() -> None:
        keys = keys_of(Published(takes_s=0.0))
        await asyncio.gather(*(keys.find(f"x{number}") for number in range(1_100)), return_exceptions=True)
        assert len(keys._unknown) <= 1_000

    virtually(main())


def test_who_gives_up_takes_nothing_from_the_others() -> None:
    async def main() -> None:
        published = Published(takes_s=2.0)
        keys = keys_of(published)
        first = asyncio.ensure_future(keys.find("a"))
        second = asyncio.ensure_future(keys.find("a"))
        await asyncio.sleep(1)
        first.cancel()
        assert await second == KEYS["a"]
        assert published.asked == 1

    virtually(main())
