"""The faults of one link as a proxy acts them out: known beforehand, and then by the proxy's own timers.

Nobody has to be told anything in time: what sets in late, or never, is written down as that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from brownout_harness.faults.agenda import LATE_S
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.wire.toxic import Stream, Toxic
from brownout_harness.wire.toxics.bandwidth import Bandwidth
from brownout_harness.wire.toxics.kind import Kind
from brownout_harness.wire.toxics.latency import Latency
from brownout_harness.wire.toxics.limit_data import LimitData
from brownout_harness.wire.toxics.reset_peer import ResetPeer
from brownout_harness.wire.toxics.slicer import Slicer
from brownout_harness.wire.toxics.slow_close import SlowClose
from brownout_harness.wire.toxics.timeout import Timeout
from brownout_scenarios.phases import REDIS
from brownout_scenarios.processes import means
from brownout_scenarios.schema import FaultRule, Scenario
from brownout_scenarios.stores import STORE
from brownout_scenarios.yaml_tree import Path

DOWN: Final = "down"
_TOXICS: Final[Mapping[str, Callable[[Mapping[str, float]], Kind]]] = {
    "latency": lambda said: Latency(latency_ms=said["fixed_s"] * 1000, jitter_ms=said.get("jitter_s", 0.0) * 1000),
    "bandwidth": lambda said: Bandwidth(rate_kb_per_s=said["rate_bytes_per_s"] / 1000),
    "slow_close": lambda said: SlowClose(delay_ms=said["delay_s"] * 1000),
    "timeout": lambda said: Timeout(timeout_ms=said["after_s"] * 1000),
    "reset_peer": lambda said: ResetPeer(timeout_ms=said.get("after_s", 0.0) * 1000),
    "slicer": lambda said: Slicer(
        average_size_bytes=round(said["average_bytes"]),
        size_variation_bytes=round(said.get("variation_bytes", 0.0)),
        delay_us=said.get("delay_s", 0.0) * 1e6,
    ),
    "limit_data": lambda said: LimitData(bytes=round(said["limit_bytes"])),
}
"""From the words of a scenario, in seconds and bytes, to a toxic in its own units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """One fault, for a proxy. Instants are seconds since the run's start."""

    id: str
    kind: str
    parameters: Mapping[str, float]
    stream: str
    share: float
    start_s: float
    end_s: float

    @classmethod
    def of(cls, rule: FaultRule) -> "Linked":
        """From a scenario's."""
        said: Mapping[str, Any] = rule.json
        return cls(
            id=rule.id,
            kind=rule.kind,
            parameters=said[rule.kind],
            stream=said["stream"],
            share=said["share"],
            start_s=rule.start_s,
            end_s=rule.end_s,
        )

    def as_json(self) -> dict[str, Any]:
        """For a proxy in a process of its own."""
        return asdict(self)

    @property
    def toxic(self) -> Toxic | None:
        """None of a link that is down: that is no toxic."""
        if self.kind == DOWN:
            return None
        kind = _TOXICS[self.kind](self.parameters)
        return Toxic(name=self.id, kind=kind, stream=Stream(self.stream), toxicity=self.share)


def on_link(rules: Iterable[FaultRule], process: str, peer: str) -> tuple[Linked, ...]:
    """Those that befall the link of that process to that peer."""
    return tuple(
        Linked.of(rule)
        for rule in rules
        if rule.link is not None and rule.link.peer == peer and means(rule.link.process, process)
    )


def beyond_memory(scenario: Scenario, cure: str) -> Iterator[tuple[Path, str]]:
    """Links that virtual mode cannot lay, by their place in the scenario; `cure` says what can be done instead."""
    for placed in scenario.placed_faults():
        link = placed.fault.link
        if link is not None and not placed.fault.vendor and link.peer != REDIS:
            yield (*placed.path, "link"), f"leads to a program that virtual mode has not: {cure}"
    if REDIS not in scenario.linked:
        return
    for number, phase in enumerate(scenario.phases):
        for position, action in enumerate(phase.actions):
            if action.process == STORE:
                at = ("phases", number, "actions", position)
                yield at, f"is done to the store behind a link, which only a process of its own can bear: {cure}"


def name_of(process: str, peer: str) -> str:
    """How a proxy is called, and so whence its draws come: in words that any Toxiproxy takes for a name."""
    return f"{process}-to-{peer}"


class Proxy(Protocol):
    """What a link runs through."""

    def add(self, toxic: Toxic) -> None: ...
    def remove(self, name: str) -> None: ...
    def enable(self) -> None: ...
    def disable(self) -> None: ...


@dataclass(slots=True)
class Acted:
    """When each fault of one link set in, and was over."""

    began_s: dict[str, float] = field(default_factory=dict)
    ended_s: dict[str, float] = field(default_factory=dict)

    def gaps(self, rules: Iterable[Linked], until_s: float) -> list[Gap]:
        """Of a run that went on until then: what set in late, or never, and what lasted too long."""
        return [
            Gap(GapKind.NOT_STAGED, f"fault {rule.id} {why}", due_s)
            for rule in rules
            for told, due_s, deed in ((self.began_s, rule.start_s, "set in"), (self.ended_s, rule.end_s, "was over"))
            if due_s < until_s and (why := _late(told.get(rule.id), due_s, deed))
        ]


def _late(at_s: float | None, due_s: float, deed: str) -> str:
    if at_s is None:
        return f"never {deed} on its link"
    return f"{deed} {at_s - due_s:.1f} s late on its link" if at_s - due_s > LATE_S else ""


def act(
    rules: Sequence[Linked],
    proxy: Proxy,
    *,
    start_at_s: float,
    clock: Callable[[], float],
    call_at: Callable[[float, Callable[[], None]], object],
) -> Acted:
    """Have it all happen at its instants; returns what will be written down of it.

    `call_at` sets a timer of the clock, on which the run starts at `start_at_s`. At the same instant one ends before
    another begins.
    """
    acted = Acted()

    def begin(rule: Linked) -> None:
        toxic = rule.toxic
        if toxic is None:
            proxy.disable()
        else:
            proxy.add(toxic)
        acted.began_s[rule.id] = clock() - start_at_s

    def end(rule: Linked) -> None:
        if rule.kind == DOWN:
            proxy.enable()
        else:
            proxy.remove(rule.id)
        acted.ended_s[rule.id] = clock() - start_at_s

    for rule in sorted(rules, key=lambda rule: rule.end_s):
        call_at(start_at_s + rule.end_s, partial(end, rule))
    for rule in sorted(rules, key=lambda rule: rule.start_s):
        call_at(start_at_s + rule.start_s, partial(begin, rule))
    return acted
