"""How deep a payment goes: what somebody has to hold in mind who follows one call from the front door to the wire.

A payment is asked for at the front door, bytes in. Counted are the frames of the core that wait for each other when its
request leaves, from the door's to the transport's, both included, and how often the next frame is in another file.
The design before this one had 18 and 11 from the application's `pay` to the transport, and no door: claim and pipeline
called each other back and forth.
"""

import sys
from itertools import pairwise
from types import FrameType
from typing import Any

from brownout_core.front_door.door import FrontDoor
from brownout_core.redaction import Redactor
from tests.core.fakes import WALL_S, FakeStripe
from tests.core.flows.world import World
from tests.support.aio import virtually

MOST_FRAMES = 14
MOST_CHANGES_OF_FILE = 8

Stack = list[tuple[str, str]]
"""(module, function) of every frame of the core, the outermost first."""


def stack_of_one_payment() -> Stack:
    """When the vendor hears of it."""
    stacks: list[Stack] = []

    def profile(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code is FakeStripe.handle.__code__ and not stacks:
            stacks.append(_stack(frame))

    async def main() -> None:
        world = World()
        door = FrontDoor(world.app, wall_clock=lambda: WALL_S, redactor=Redactor(), instance="d", log=lambda *_: None)
        headers = {"host": "localhost", "x-correlation-id": "op-1"}
        before = sys.getprofile()
        sys.setprofile(profile)
        try:
            answer = await door("POST", "/v1/pay", headers, b'{"amount": 1200}')
        finally:
            sys.setprofile(before)
        assert (answer.status, world.stripe.effects) == (200, ["op-1"])

    virtually(main())
    (stack,) = stacks
    return stack


def _stack(innermost: FrameType) -> Stack:
    stack = []
    frame: FrameType | None = innermost
    while frame is not None:
        if frame.f_globals["__name__"].startswith("brownout_core."):
            stack.append((frame.f_globals["__name__"].removeprefix("brownout_core."), frame.f_code.co_name))
        frame = frame.f_back
    return stack[::-1]


def test_a_payment_goes_through_few_frames_and_few_files() -> None:
    stack = stack_of_one_payment()
    shown = "\n".join(f"{module} {function}" for module, function in stack)
    changes = sum(before != after for (before, _), (after, _) in pairwise(stack))
    assert stack[0] == ("front_door.door", "__call__"), shown
    assert stack[-1][0] == "transports.memory", shown
    assert {"flows.pay", "pipeline", "adapters.stripe"} <= {module for module, _ in stack}, shown
    assert len(stack) <= MOST_FRAMES, shown
    assert changes <= MOST_CHANGES_OF_FILE, shown
