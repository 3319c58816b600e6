"""What a scenario itself leaves to chance, and what the machine adds to it, shown by virtual time alone.

Whose call becomes a breaker's probe, or which of two calls draws its jitter first, is decided by less than a
millisecond; while a fault strikes some and spares others, that decides when the breaker closes. Such a figure has no
one value, of which the modes could differ: both are right with any of those that it can have. So the scenario is run in
virtual time some times more, each time with requests that are on their way for some milliseconds longer, and with a
target that starts again as slowly as the real one did.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final

from brownout_core.compose import Replacements
from brownout_core.transport import Opened, Request, Transport
from brownout_harness.comparing.seen import Seen, seen_in
from brownout_harness.running.execute import evidence_of
from brownout_harness.twin.agreement import Agreement, Pair, with_spread
from brownout_harness.virtual.runner import run_virtual
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import STORE

LONGER_S: Final = (0.0005, 0.001, 0.002, 0.004, 0.006, 0.009, 0.013)
"""What a call on sockets takes more than one in memory: on an idle machine the third or fourth of these, on a busy one
the last."""


class Longer:
    """A transport on whose requests it takes so much longer."""

    def __init__(self, inner: Transport, longer_s: float) -> None:
        self._inner = inner
        self._longer_s = longer_s

    def open(self, request: Request) -> AbstractAsyncContextManager[Opened]:
        return self._opened(request)

    @asynccontextmanager
    async def _opened(self, request: Request) -> AsyncIterator[Opened]:
        await asyncio.sleep(self._longer_s)
        async with self._inner.open(request) as opened:
            yield opened

    async def close(self) -> None:
        await self._inner.close()


def with_what_explains_it(agreement: Agreement) -> Agreement:
    """The same; figures that are outside are looked at once more, by what else virtual time shows of the scenario.
    What it shows of the gateway's own parts explains nothing of others."""
    if not agreement.outside or any(pair.virtual.parts for pair in agreement.pairs):
        return agreement
    sound = [pair for pair in agreement.pairs if not pair.undecided]
    shown = zip(*(list(_also(pair)) for pair in sound), strict=True)
    others = [[replace(pair, virtual=seen) for pair, seen in zip(sound, each, strict=True)] for each in shown]
    return with_spread(agreement, others)


def _also(pair: Pair) -> Iterator[Seen]:
    starts = pair.real.starting
    without = (*pair.virtual.starting, *starts)
    scenario = started_later(pair.scenario, sum(end_s - at_s for at_s, end_s in starts) / max(1, len(starts)))
    for longer_s in LONGER_S:
        replacements = Replacements(transport=lambda _vendor, inner, longer_s=longer_s: Longer(inner, longer_s))  # type: ignore[misc]
        evidence = evidence_of(scenario, run_virtual(scenario, replacements=replacements), {})
        yield seen_in(evidence, pair.virtual.verdict, without)


def started_later(scenario: Scenario, by_s: float) -> Scenario:
    """The same, but whatever is started again is there so much later."""
    if not by_s:
        return scenario
    phases = [replace(phase, actions=tuple(_later(each, by_s) for each in phase.actions)) for phase in scenario.phases]
    return replace(scenario, phases=tuple(phases))


def _later(action: Action, by_s: float) -> Action:
    if action.process == STORE:
        return action
    if action.start is not None and action.at_s is not None:
        return replace(action, at_s=action.at_s + by_s)
    ends = action.kill is not None or action.stop is not None
    return replace(action, for_s=action.for_s + by_s) if ends and action.for_s is not None else action
