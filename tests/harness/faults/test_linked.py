"""The faults of a link as a proxy acts them out: when, in what order, and what is told where they come late."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from brownout_harness.faults.linked import Acted, Linked, act, name_of
from brownout_harness.wire.toxic import Stream, Toxic
from brownout_harness.wire.toxics.bandwidth import Bandwidth
from brownout_harness.wire.toxics.kind import Kind
from brownout_harness.wire.toxics.latency import Latency
from brownout_harness.wire.toxics.limit_data import LimitData
from brownout_harness.wire.toxics.reset_peer import ResetPeer
from brownout_harness.wire.toxics.slicer import Slicer
from brownout_harness.wire.toxics.slow_close import SlowClose
from brownout_harness.wire.toxics.timeout import Timeout

SLOW = Linked(
    id="bad.0", kind="latency", parameters={"fixed_s": 0.3}, stream="downstream", share=0.5, start_s=2.0, end_s=4.0
)
DOWN = replace(SLOW, id="bad.1", kind="down", parameters={}, share=1.0, start_s=4.0, end_s=6.0)


class Clock:
    """Timers that are called in their order, ties as they were set."""

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s
        self._timers: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now_s

    def call_at(self, at_s: float, callback: Callable[[], None]) -> None:
        self._timers.append((at_s, callback))

    def run(self) -> None:
        for at_s, callback in sorted(self._timers, key=lambda timer: timer[0]):
            self.now_s = max(self.now_s, at_s)
            callback()


class Proxy:
    """Writes down what is done to it."""

    def __init__(self, clock: Clock) -> None:
        self.done: list[tuple[float, str]] = []
        self._clock = clock

    def add(self, toxic: Toxic) -> None:
        self._did(f"add {toxic.name} {toxic.type}")

    def remove(self, name: str) -> None:
        self._did(f"remove {name}")

    def enable(self) -> None:
        self._did("enable")

    def disable(self) -> None:
        self._did("disable")

    def _did(self, what: str) -> None:
        self.done.append((self._clock(), what))


def acted(*rules: Linked, start_at_s: float = 100.0, now_s: float = 99.0) -> tuple[Acted, Proxy]:
    clock = Clock(now_s)
    proxy = Proxy(clock)
    told = act(rules, proxy, start_at_s=start_at_s, clock=clock, call_at=clock.call_at)
    clock.run()
    return told, proxy


def test_each_sets_in_and_is_over_at_its_instants_and_of_two_at_once_the_end_comes_first() -> None:
    told, proxy = acted(SLOW, DOWN)
    assert proxy.done == [
        (102.0, "add bad.0 latency"),
        (104.0, "remove bad.0"),
        (104.0, "disable"),
        (106.0, "enable"),
    ]
    assert told.gaps((SLOW, DOWN), until_s=60.0) == []


def test_what_sets_in_late_or_never_is_a_gap() -> None:
    told, _ = acted(SLOW, start_at_s=0.0, now_s=3.0)
    assert [gap.detail for gap in told.gaps((SLOW,), until_s=60.0)] == ["fault bad.0 set in 1.0 s late on its link"]
    never = [gap.detail for gap in Acted().gaps((SLOW,), until_s=3.0)]
    assert never == ["fault bad.0 never set in on its link"]  # it was to be over later than the run was
    assert len(Acted().gaps((SLOW,), until_s=60.0)) == 2


@pytest.mark.parametrize(
    ("kind", "parameters", "toxic"),
    [
        ("latency", {"fixed_s": 0.3, "jitter_s": 0.1}, Latency(latency_ms=300, jitter_ms=100)),
        ("bandwidth", {"rate_bytes_per_s": 20_000.0}, Bandwidth(rate_kb_per_s=20)),
        ("slow_close", {"delay_s": 2.0}, SlowClose(delay_ms=2000)),
        ("timeout", {"after_s": 0.0}, Timeout(timeout_ms=0)),
        ("reset_peer", {}, ResetPeer(timeout_ms=0)),
        (
            "slicer",
            {"average_bytes": 64.0, "variation_bytes": 32.0, "delay_s": 0.01},
            Slicer(average_size_bytes=64, size_variation_bytes=32, delay_us=10_000),
        ),
        ("limit_data", {"limit_bytes": 2000.0}, LimitData(bytes=2000)),
    ],
)
def test_a_scenarios_words_become_a_toxic_in_its_own_units(
    kind: str, parameters: dict[str, float], toxic: Kind
) -> None:
    made = replace(SLOW, kind=kind, parameters=parameters, stream="upstream").toxic
    assert made is not None
    assert (made.name, made.stream, made.toxicity) == ("bad.0", Stream.UPSTREAM, 0.5)
    assert made.kind == toxic


def test_a_process_of_its_own_is_told_in_json() -> None:
    assert Linked(**SLOW.as_json()) == SLOW
    assert name_of("gateway.1", "stripe") == "gateway.1-to-stripe"
