"""Probes of the whole application: one operation or a few, faults beforehand, and what came of it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

from brownout_core.compose import Replacements
from tests.harness.audit.mutants.demo import Probe
from tests.harness.audit.mutants.world import World

Rule = Mapping[str, Any]
DAY_S: Final = 25 * 3600.0


def once(match: str, **fault: Any) -> Rule:
    """The first such request and no other."""
    return {"match": match, "sequence": "F", "sequence_per": "rule", **fault}


def each(match: str, **fault: Any) -> Rule:
    return {"match": match, **fault}


ENVELOPES, INTENTS, ORDERS = "POST */envelopes", "POST /v1/payment_intents", "POST /api/v2/orders/intake"
LOST: Final = {"drop_after_effect": {"ending": "reset"}}


def counted(what: str, operation: str, *rules: Rule, redriven: Sequence[float] = (), **more: Any) -> Probe:
    """How many effects (`stripe.charge`), or requests (`stripe POST *`), one operation comes to; sent again after so
    many seconds where it is `redriven`."""
    vendor = what.partition(" ")[0].partition(".")[0]

    async def probe(put: Replacements) -> int:
        world = World(put, operation, rules={vendor: rules}, **more)
        await world.ask(operation)
        for after_s in redriven:
            await asyncio.sleep(after_s)
            await world.redrive()
        return world.effects(what) if " " not in what else world.requests(vendor, what.partition(" ")[2])

    return probe


def answered(part: str, operation: str, vendor: str, *rules: Rule, params: Rule | None = None, **more: Any) -> Probe:
    """That part of the answer to one operation."""

    async def probe(put: Replacements) -> Any:
        _, answer = await World(put, operation, rules={vendor: rules}, **more).ask(operation, **(params or {}))
        return answer[part]

    return probe


def in_world(
    *operations: str, rules: Mapping[str, Sequence[Rule]] | None = None, **more: Any
) -> Callable[[Callable[[World], Coroutine[Any, Any, Any]]], Probe]:
    """A probe of a world."""

    def made(look: Callable[[World], Coroutine[Any, Any, Any]]) -> Probe:
        async def probe(put: Replacements) -> Any:
            return await look(World(put, *operations, rules=rules, **more))

        return probe

    return made
