"""What vendors tell: the furthest of each thing, however it comes."""

import asyncio
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from brownout_core.policies.inbox import Inbox, News
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.telemetry import Event
from tests.support.aio import virtually
from tests.support.examples import examples


def news(step: int, about: str = "op-1") -> News:
    return News(about=about, event=f"order.{step}", step=step, state=f"state-{step}", says={"order": "so_1"})


async def told(steps: list[int], sink: list[Event]) -> News | None:
    inbox = Inbox(MemoryClaimStore(asyncio.get_running_loop().time), ["sales"], sink=sink.append)
    for step in steps:
        await inbox.take("sales", news(step))
    return await inbox.furthest("sales", "op-1")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.randoms(use_true_random=False))
@examples(100)
def test_any_order_and_any_number_of_deliveries_lead_to_the_same_end(steps: list[int], random: Random) -> None:
    shuffled = [*steps, *random.sample(steps, random.randint(0, len(steps)))]
    random.shuffle(shuffled)
    assert virtually(told(shuffled, [])) == virtually(told(sorted(set(steps)), [])) == news(max(steps))


def test_each_is_taken_once_and_told_so() -> None:
    events: list[Event] = []
    virtually(told([1, 1, 3, 2], events))
    assert [(each.vendor, each.operation_id, each.outcome, each.detail) for each in events] == [
        ("sales", "op-1", "taken", "order.1"),
        ("sales", "op-1", "known", "order.1"),
        ("sales", "op-1", "taken", "order.3"),
        ("sales", "op-1", "known", "order.2"),
    ]


def test_two_vendors_and_two_things_of_one_are_told_apart() -> None:
    async def body() -> None:
        inbox = Inbox(MemoryClaimStore(asyncio.get_running_loop().time), ["sales", "stripe"])
        assert await inbox.take("sales", news(2))
        assert await inbox.take("stripe", news(1))
        assert await inbox.take("sales", news(1, "op-2"))
        assert await inbox.furthest("sales", "op-1") == news(2)
        assert await inbox.furthest("stripe", "op-1") == news(1)
        assert await inbox.furthest("stripe", "op-2") is None

    virtually(body())


def test_it_hears_whom_it_is_to() -> None:
    async def body() -> None:
        inbox = Inbox(MemoryClaimStore(asyncio.get_running_loop().time), ["stripe"])
        assert inbox.hears("stripe")
        assert not inbox.hears("sales")

    virtually(body())
