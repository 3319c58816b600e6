"""How deep a payment goes: what somebody has to hold in mind who follows one call from the front door to the wire.

Counted are the frames of our own packages that wait for each other when the request leaves, from the flow that the
front door calls to the transport's `open`, both included, and how often the next frame is in another file. Counted in
the same way, from the application's `pay` to the transport's `send`, the design before this one had 18 and 11: claim
and pipeline called each other back and forth.
"""

import sys
from itertools import pairwise
from types import FrameType

import pytest

from brownout_core.front_door.door import FrontDoor
from brownout_core.redaction import Redactor
from brownout_core.transport import Request
from brownout_core.transports.memory import MemoryTransport
from tests.core.fakes import WALL_S
from tests.core.flows.world import World
from tests.support.aio import virtually

MOST_FRAMES = 14
MOST_CHANGES_OF_FILE = 8
OURS = ("brownout_core", "brownout_harness", "brownout_simulators")


def stack_of_one_payment(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(module, function) of every frame of ours, the outermost first."""
    stacks: list[list[tuple[str, str]]] = []
    opens = MemoryTransport.open

    def watched(transport: MemoryTransport, request: Request) -> object:
        stack = [(MemoryTransport.__module__, "open")]
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            module = frame.f_globals["__name__"]
            if module.startswith(OURS):
                stack.append((module, frame.f_code.co_name))
            frame = frame.f_back
        stacks.append(stack[::-1])
        return opens(transport, request)

    monkeypatch.setattr(MemoryTransport, "open", watched)

    async def main() -> None:
        world = World()
        door = FrontDoor(world.app, wall_clock=lambda: WALL_S, redactor=Redactor(), instance="d", log=lambda *_: None)
        headers = {"host": "localhost", "x-correlation-id": "op-1"}
        assert (await door("POST", "/v1/pay", headers, b'{"amount": 1200}')).status == 200

    virtually(main())
    (stack,) = stacks
    behind_the_door = max(index for index, (module, _) in enumerate(stack) if ".front_door." in module) + 1
    return stack[behind_the_door:]


def test_a_payment_goes_through_few_frames_and_few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = stack_of_one_payment(monkeypatch)
    shown = "\n".join(f"{module} {function}" for module, function in stack)
    changes = sum(before != after for (before, _), (after, _) in pairwise(stack))
    assert stack[0] == ("brownout_core.flows.flow", "__call__"), shown
    assert stack[-1] == ("brownout_core.transports.memory", "open"), shown
    assert len(stack) <= MOST_FRAMES, shown
    assert changes <= MOST_CHANGES_OF_FILE, shown
