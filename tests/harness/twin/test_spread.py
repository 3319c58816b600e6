"""What else virtual time shows of a scenario."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from brownout_core.transport import Opened, Request
from brownout_core.transports.memory import OneChunk
from brownout_harness.comparing.seen import Load
from brownout_harness.running.orders import checked_scenario
from brownout_harness.twin.agreement import agreement_of
from brownout_harness.twin.spread import Longer, started_later, with_what_explains_it
from tests.harness.twin.runs import pair, seen, verdict
from tests.support.aio import virtually


class Answers:
    """A transport that answers at once, and notes when it was asked."""

    def __init__(self) -> None:
        self.asked_at_s: list[float] = []

    @asynccontextmanager
    async def open(self, _request: Request) -> AsyncIterator[Opened]:
        self.asked_at_s.append(asyncio.get_running_loop().time())
        yield Opened(200, {}, OneChunk(b""))

    async def close(self) -> None:
        return


def test_a_request_is_on_its_way_for_longer() -> None:
    async def main() -> list[float]:
        inner = Answers()
        began_s = asyncio.get_running_loop().time()
        async with Longer(inner, 0.25).open(Request("GET", "http://a.invalid/")) as opened:
            assert opened.status == 200
        return [each - began_s for each in inner.asked_at_s]

    assert virtually(main()) == [pytest.approx(0.25)]


def test_what_starts_again_is_there_later_and_nothing_else_changes() -> None:
    scenario = checked_scenario("sales-hard-down", "virtual", None)
    moved = started_later(scenario, 1.5)
    before, after = ([action for phase in each.phases for action in phase.actions] for each in (scenario, moved))
    changed = [(one.text, one.at_s, other.at_s) for one, other in zip(before, after, strict=True) if one != other]
    assert changed == [("start gateway", 16.0, 17.5)]
    assert started_later(scenario, 0.0) is scenario


def test_where_nothing_is_outside_nothing_is_run() -> None:
    agreement = agreement_of("x", [pair()])
    assert with_what_explains_it(agreement) is agreement


def test_other_parts_than_the_gateways_own_are_explained_by_nothing() -> None:
    with_parts = [replace(seen(done=done), parts=("shop:parts",)) for done in (1000, 900)]
    agreement = agreement_of("x", [pair(*with_parts)])
    assert with_what_explains_it(agreement) is agreement


@pytest.mark.thorough
def test_what_virtual_time_never_shows_stays_outside() -> None:
    worse = seen(done=900, load=Load(1300, 1000), said=verdict(mode="real"))
    found = with_what_explains_it(agreement_of("x", [pair(real=worse)]))
    assert [each.what for each in found.outside] == ["success", "amplification"]
