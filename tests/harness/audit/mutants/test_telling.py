"""Known-bad telemetry, and parts that tell a secret: what leaves them, against what the good ones say."""

from collections.abc import Mapping
from typing import Any

import pytest

from brownout_core.compose import Replacements
from brownout_core.telemetry import Event, Kind
from tests.harness.audit.mutants.demo import Demo, Probe, shown
from tests.harness.audit.mutants.world import World

STARTED = Event(1.0, Kind.ATTEMPT_STARTED, "stripe", "charge", "op-1", 1)
FAILED = Event(1.0, Kind.OPERATION_FINISHED, "", "pay", "op-1", outcome="refused")
TURNED_AWAY = Event(1.0, Kind.CALL_REJECTED, "stripe", "charge", "op-1", outcome="breaker")
OPENED = Event(1.0, Kind.BREAKER_TRANSITION, "stripe", outcome="open", detail="closed->open: failure_ratio_reached")
HALF = Event(1.0, Kind.BREAKER_TRANSITION, "stripe", outcome="half_open", detail="open->half_open: open_time_elapsed")


def told(event: Event, what: str) -> Probe:
    """One part of what is told where this happens: of each event."""

    async def probe(put: Replacements) -> list[Any]:
        heard: list[Event] = []
        put.sink(heard.append)(event)
        return [getattr(each, what) for each in heard]

    return probe


async def ids_told(put: Replacements) -> int:
    """Of three operations, one after the other: how many are told under their own id."""
    heard: list[Event] = []
    sink = put.sink(heard.append)
    for number in range(3):
        sink(STARTED._replace(operation_id=f"op-{number}"))
    return sum(event.operation_id == f"op-{number}" for number, event in enumerate(heard))


def key_in(where: str) -> Probe:
    """Whether the vendor's key can be read there, after a payment that went well or badly."""

    async def probe(put: Replacements) -> bool:
        fails = {"stripe": [{"match": "POST *", "respond": {"status": 503}}]} if where != "answers" else {}
        world = World(put, "pay", rules=fails)
        _, answer = await world.ask("pay")
        letters = await world.letters.page(["pending"], 10)  # type: ignore[list-item]
        texts = {"events": world.events, "letters": letters, "answers": answer}
        return "Bearer sk_test" in str(texts[where])

    return probe


DEMOS: Mapping[str, Demo] = {
    "hides-retries": Demo(told(STARTED._replace(attempt=2), "attempt"), [2], []),
    "tells-all-done": Demo(told(FAILED, "outcome"), ["refused"], ["done"]),
    "blames-the-limiter": Demo(told(TURNED_AWAY, "outcome"), ["breaker"], ["limiter"]),
    "tells-foreign-ids": Demo(ids_told, 3, 1),
    "tells-no-half-open": Demo(told(HALF, "outcome"), ["half_open"], []),
    "tells-transitions-twice": Demo(told(OPENED, "outcome"), ["open"], ["open", "open"]),
    "tells-transitions-of-nobody": Demo(told(OPENED, "vendor"), ["stripe"], [""]),
    "logs-its-key": Demo(key_in("events"), False, True),
    "keeps-its-key-in-letters": Demo(key_in("letters"), False, True),
    "answers-with-its-key": Demo(key_in("answers"), False, True),
}


@pytest.mark.parametrize("name", DEMOS)
def test_the_known_bad_one_does_what_is_wrong_and_the_good_one_does_not(name: str) -> None:
    assert shown(name, DEMOS[name]) == (DEMOS[name].good, DEMOS[name].bad)
