"""Somebody else's way to a simulator in virtual time."""

import asyncio

from brownout_core.front_door.answers import Answer
from brownout_harness.asked.request import Request
from brownout_harness.virtual.outside import Outside
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from tests.simulators.toy import TILL
from tests.support.aio import virtually

HEADERS = {"authorization": "Bearer till_test_a", "brownout-outsider": "refund-1"}


def asked(*requests: Request) -> list[Answer]:
    async def main() -> list[Answer]:
        loop = asyncio.get_running_loop()
        simulator = Simulator(TILL, clock=loop.time, epoch_s=0.0, seed=1)
        outside = Outside(MemoryHost(simulator, loop), 0.001)
        return [await outside.serve(each, name="refund-1") for each in requests]

    return virtually(main())


def test_what_is_asked_for_is_answered_and_what_is_not_found_is_not_asked_for() -> None:
    made = Request("POST", "/v1/charges", HEADERS, b'{"amount": 100}')
    done, nothing = asked(made, made._replace(find=("/v1/charges", "body.nowhere.id")))
    assert (done.status, nothing.status) == (200, 0)
