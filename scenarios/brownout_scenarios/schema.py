"""What a scenario is: frozen records, in seconds and rates per second.

The grammar of the YAML file follows from these records (`grammar.py`): `for_s` is written `for: 30s`, `rate_per_s`
is written `rate: 50/s`. `docs/scenarios.md` explains every key. Nothing here knows a vendor, a fault or an
expectation: they are handed in (`vocabulary.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from brownout_scenarios.limits import Limits, as_sent, in_words
from brownout_scenarios.notices import Notices
from brownout_scenarios.phases import REDIS, Action, Fault, Layer, Link, Phase, Trigger
from brownout_scenarios.processes import GRACE_S
from brownout_scenarios.tags import Incident, Tag
from brownout_scenarios.target import REDIS_URL, RUN_VALUES, Target
from brownout_scenarios.workload import Json, Workload

ALWAYS = "always"
"""What faults are called that belong to no phase: `always.0`."""
GATEWAY = "gateway"
"""The name of the reference application, as a target and as a process."""
TARGET = "target"
"""The process of an application that is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """How the gateway's policies differ from a preset, in the form that the gateway takes (`x_s` in seconds)."""

    preset: str = ""
    """Empty: the default one."""
    vendors: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    shared: Mapping[str, Json] = field(default_factory=dict)
    """What holds for all vendors together: `idempotency`, `dead_letters`, `settle_s`."""

    def to_json(self) -> dict[str, Json]:
        chosen: dict[str, Json] = {"preset": self.preset} if self.preset else {}
        return {**chosen, **self.shared, "vendors": {name: dict(parts) for name, parts in self.vendors.items()}}


class Place(str):
    """Where an id arrives; with a pattern behind it (`body.Body: Order (\\S+)`), where it is not alone there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How many calls a vendor works on at a time: what the fault `serve` takes, for the whole run."""

    parameters: Mapping[str, Json]
    text: str
    """In words: `serve at_once 4, each {fixed 20ms}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One expectation that the run is judged by; `check` is the instance of the dataclass that was handed in."""

    name: str
    check: Any
    title: str
    """As written, on one line: `breaker: vendor stripe, opens_within 10s`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """A fault as whoever acts it out gets it: with an id, and times counted from the start of the run."""

    id: str
    """`phase.index`, from 0: `brownout.1`; `always.0` of one that belongs to no phase. Where one fault is several
    rules, each has its part behind it: `brownout.1.stripe`."""
    vendor: str
    kind: str
    layer: Layer
    link: Link | None = None
    text: str
    """In words: `respond status 503 on 50% of POST /v1/payment_intents`."""
    phase: str
    story: str = ""
    """What all rules of one fault have in common: `brownout.1`."""
    start_s: float
    end_s: float
    expect_struck: int
    json: Mapping[str, Json]
    """The whole rule."""

    @property
    def whose(self) -> str:
        """The vendor, or what else a link leads to."""
        return self.vendor or ("" if self.link is None else self.link.peer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A phase with its place in the run."""

    phase: Phase
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A fault with its place in the file, and the stretch of the run that its window lies in."""

    fault: Fault
    path: tuple[str | int, ...]
    stretch: str
    """A phase's name, or `always`."""
    index: int | str
    """In its list; of what an incident's rows are, `incident`."""
    part: str = ""
    """Of a fault that is several rules: which of them."""
    start_s: float
    for_s: float

    @property
    def story(self) -> str:
        """The fault's id."""
        return f"{self.stretch}.{self.index}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario, checked: everything that it names exists."""

    name: str
    """Lower case, digits and hyphens."""
    about: str
    """What it shows, for people."""
    tags: tuple[Tag, ...] = ()
    """Words that it is found by: those of `tags.TAGS`. Its vendors' names, and `incident`, are not written."""
    incident: Incident | None = None
    """The public incident that it follows: `{source: https://…, of: 2023-11-02, about: …, compressed: 3 h to 60 s}`."""
    seed: int = 1
    """All randomness of a run comes from it; `--seed` replaces it."""
    target: Target | None = None
    """`gateway` (None here): the reference application. Where there are `targets`, the one that users ask."""
    targets: Mapping[str, Target] = field(default_factory=dict)
    """In place of `target`: the processes that the application is, by name. Users ask the first one with a `url`."""
    grace_s: float = GRACE_S
    """How long the target may take to end after a `stop`, and at the end of the run; killed two seconds after that."""
    replicas: int = 1
    """How many processes the target is, on the same stores; asked in turn. Each has a name of its own: `gateway.0`."""
    workload: Workload
    phases: tuple[Phase, ...]
    always: tuple[Fault, ...] = ()
    """Faults of the whole run, whatever the phase: each one rule, whose window counts from the run's start."""
    policies: Policies = Policies()
    expect: tuple[Expected, ...]
    correlate: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    """Per vendor, where the target's operation id arrives, first hit wins: `body.metadata.order_id`, `header.x-id`,
    `callback.order`, `path.id`, `query.order`, `body.Body: "Order (\\S+)"`."""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """Per vendor, which of its own limiters are on for the whole run (they are off by default): `true`, or other
    figures than the vendor's: `{stripe: {global-rate: {rate: 10/s, burst: 10}}}`. A phase may have others."""
    serve: Mapping[str, Serving] = field(default_factory=dict)
    """Per vendor, how many calls it works on at a time for the whole run; the others queue. A phase's fault `serve`
    holds instead while it lasts."""
    setup: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Per vendor, what somebody would have set up in its dashboard before the first call: `brownout vendors NAME` lists
    what there is. In force before the target starts."""
    notices: Mapping[str, Notices] = field(default_factory=dict)
    """Per vendor, where on the target its notices are to go: `{stripe: {to: /webhooks/stripe, time_scale: 1%}}`."""
    drain_s: float = 15.0
    """How long, after the load has ended, the run waits for what is still moving before it judges."""
    notes: tuple[str, ...] = ()
    """What a reader of the report should know: times that were scaled down, and why."""

    document: Mapping[str, Json] = field(default_factory=dict, metadata={"derived": True})
    """The file as parsed."""
    path: Path | None = field(default=None, metadata={"derived": True})
    """The file."""
    keeps_linked: tuple[str, ...] = field(default=(), metadata={"derived": True})
    """Of a run without the faults of another one: the peers to which its links lead all the same."""

    @property
    def target_folder(self) -> Path | None:
        """Where an application of somebody else's is; None: nobody knows, as the scenario came from no file."""
        return None if self.target is None else self.folder_of(self.target)

    def folder_of(self, target: Target) -> Path | None:
        """Where one of the application's processes is started; None as above."""
        return None if self.path is None else (self.path.parent / target.folder).resolve()

    @property
    def applications(self) -> Mapping[str, Target]:
        """What is somebody else's, by name, first what users ask; nothing for the gateway."""
        if self.targets:
            asked = next((name for name, each in self.targets.items() if each.url), "")
            return {name: self.targets[name] for name in sorted(self.targets, key=lambda name: name != asked)}
        return {} if self.target is None else {TARGET: self.target}

    def told(self, mode: str) -> str:
        """What is run in that mode, for people."""
        if self.targets:
            return "; ".join(f"{name}: {each.told(mode)}" for name, each in self.applications.items())
        name = GATEWAY if self.target is None else self.target.told(mode)
        return name if self.replicas == 1 else f"{name} ({self.replicas} processes)"

    @property
    def vendor_ports(self) -> Mapping[str, int]:
        """Per vendor, where its simulator is to serve; of those left out, on a free one."""
        return {vendor: port for each in self.applications.values() for vendor, port in each.ports.items()}

    @property
    def is_intercepted(self) -> bool:
        """Whether any of the target's processes asks the vendors' real hosts, and is led to the simulators."""
        return any(each.intercept for each in self.applications.values())

    @property
    def unasked(self) -> tuple[str, ...]:
        """Those of its processes that no user ever asks."""
        return self.processes[1:] if self.targets else ()

    @property
    def duration_s(self) -> float:
        return sum(phase.for_s for phase in self.phases)

    @property
    def processes(self) -> tuple[str, ...]:
        """The target's, by name: `gateway` alone, or `gateway.0`, `gateway.1` and so on; first one that users ask."""
        if self.targets:
            return tuple(self.applications)
        name = GATEWAY if self.target is None else TARGET
        return (name,) if self.replicas == 1 else tuple(f"{name}.{number}" for number in range(self.replicas))

    @property
    def has_store(self) -> bool:
        """Whether the target keeps something in the Redis of the run, as far as one can tell."""
        told = (each.command and REDIS_URL in each.templates() for each in self.applications.values())
        return self.target is None or any(told)

    @property
    def heard(self) -> tuple[str, ...]:
        """The vendors whose notices have somewhere on the target to go."""
        return tuple(vendor for vendor, each in self.notices.items() if each.to)

    @property
    def vendors(self) -> tuple[str, ...]:
        """The vendors that the scenario names anywhere; the gateway may need more of them."""
        named = [each.fault.vendor for each in self.placed_faults()]
        named += [trigger.moment.vendor for trigger in self.triggers()]
        named += [group.asked_of for group in self.workload.groups]
        for left in (left for each in self.workload.operations for left in each.leaves or ()):
            named += [kind.partition(".")[0] for kind in ([left] if isinstance(left, str) else left)]
        named += [*self.correlate, *self.limits, *self.notices, *self.serve, *self.setup, *self.policies.vendors]
        clocks = [action.clock or "" for phase in self.phases for action in phase.actions]
        named += [clock for clock in clocks if clock not in (GATEWAY, TARGET)]
        named += [vendor for phase in self.phases for vendor in phase.limits]
        for item in self.expect:
            named += [getattr(item.check, "vendor", ""), getattr(item.check, "effect", "").partition(".")[0]]
        for each in self.applications.values():
            filled_in = (name.partition(".")[0] for name in each.templates())
            observed = each.observe.prometheus.breakers if each.observe is not None else ()
            own = (*RUN_VALUES, *self.targets)
            named += [*each.ports, *observed, *(name for name in filled_in if name not in own)]
        return tuple(dict.fromkeys(name for name in named if name))

    def peers(self, process: str) -> tuple[str, ...]:
        """What that process can have a link to besides vendors."""
        own = self.targets.get(process, self.target)
        return (*((REDIS,) if self.has_store else ()), *(own.upstreams if own is not None else ()))

    @property
    def linked(self) -> tuple[str, ...]:
        """The peers to which some fault befalls a link."""
        links = (each.fault.link for each in self.placed_faults())
        return tuple(dict.fromkeys([*self.keeps_linked, *(link.peer for link in links if link is not None)]))

    def limits_of(self, vendor: str) -> dict[str, Json]:
        """The limiters that are on where no phase says otherwise, as the vendor's simulator takes them."""
        return as_sent(self.limits.get(vendor, {}))

    def limits_during(self, vendor: str) -> list[Json]:
        """The stretches of the run in which a phase has limiters of its own, each with all that are on then, as the
        vendor's simulator takes them."""
        usual = self.limits.get(vendor, {})
        return [
            {"start_s": span.start_s, "end_s": span.end_s, "limits": as_sent({**usual, **span.phase.limits[vendor]})}
            for span in self.spans()
            if vendor in span.phase.limits
        ]

    def limit_changes(self) -> tuple[tuple[float, str], ...]:
        """When a phase's limiters come into force, and are gone again; in words, for reports."""
        changes = []
        for span in self.spans():
            for vendor, limits in span.phase.limits.items():
                changes.append((span.start_s, f"{vendor} limits: {in_words(limits)}"))
                if span.end_s < self.duration_s:
                    changes.append((span.end_s, f"{vendor} limits as before"))
        return tuple(changes)

    def spans(self) -> tuple[Span, ...]:
        """The phases in order, each with its start and end in the run."""
        spans: list[Span] = []
        start_s = 0.0
        for phase in self.phases:
            spans.append(Span(phase=phase, start_s=start_s, end_s=start_s + phase.for_s))
            start_s = spans[-1].end_s
        return tuple(spans)

    def actions(self) -> tuple[tuple[float, Action], ...]:
        """Every action that has an instant in the run, in order; what follows one when its `for` is over has none."""
        timed = [
            (span.start_s + (action.at_s or 0.0), action)
            for span in self.spans()
            for action in span.phase.actions
            if action.on is None
        ]
        return tuple(sorted(timed, key=lambda item: item[0]))

    def triggers(self) -> tuple[Trigger, ...]:
        """Every action that happens on a moment."""
        return tuple(
            Trigger(id=f"{span.phase.name}.{index}", action=action, moment=action.on, start_s=span.start_s,
                    end_s=span.end_s)
            for span in self.spans()
            for index, action in enumerate(span.phase.actions)
            if action.on is not None
        )  # fmt: skip

    def placed_faults(self) -> tuple[Placed, ...]:
        """Every fault there is, those of the whole run first; one of several vendors once for each of them."""
        placed = [
            Placed(fault=fault, path=(ALWAYS, index), stretch=ALWAYS, index=index, start_s=0.0, for_s=self.duration_s)
            for index, fault in enumerate(self.always)
        ]
        for number, span in enumerate(self.spans()):
            phase, path = span.phase, ("phases", number)
            within = partial(Placed, stretch=phase.name, start_s=span.start_s, for_s=phase.for_s)
            for index, fault in enumerate(phase.faults):
                placed.append(within(fault=fault, path=(*path, "faults", index), index=index))
            for row, fault in enumerate(phase.replayed):
                placed.append(within(fault=fault, path=(*path, "incident"), index="incident", part=str(row)))
        return tuple(part for each in placed for part in _parts(each))

    def standing_rules(self) -> tuple[FaultRule, ...]:
        """What holds for the whole run and is no fault: simulators get it before the faults, which may replace it."""
        return tuple(
            FaultRule(
                id=f"serve.{vendor}",
                vendor=vendor,
                kind="serve",
                layer="vendor",
                text=serving.text,
                phase="",
                story=f"serve.{vendor}",
                start_s=0.0,
                end_s=self.duration_s,
                expect_struck=0,
                json={"id": f"serve.{vendor}", "vendor": vendor, "serve": dict(serving.parameters)},
            )
            for vendor, serving in self.serve.items()
        )

    def fault_rules(self) -> tuple[FaultRule, ...]:
        """Every fault as whoever acts it out gets it."""
        return tuple(_rule(each) for each in self.placed_faults())


def _parts(placed: Placed) -> list[Placed]:
    fault = placed.fault
    if not fault.vendors:
        return [placed]
    return [replace(placed, fault=replace(fault, vendor=vendor), part=vendor) for vendor in fault.vendors]


def _rule(placed: Placed) -> FaultRule:
    fault, story = placed.fault, placed.story
    rule_id = f"{story}.{placed.part}" if placed.part else story
    start_s = placed.start_s + fault.window.start_s
    end_s = placed.start_s + (placed.for_s if fault.window.end_s is None else fault.window.end_s)
    whole = {"id": rule_id, "vendor": fault.vendor, **fault.rule, "window": {"start_s": start_s, "end_s": end_s}}
    if fault.vendors:
        whole["drawn_as"] = story
    return FaultRule(
        id=rule_id,
        vendor=fault.vendor,
        kind=fault.kind,
        layer=fault.layer,
        link=fault.link,
        text=fault.text,
        phase=placed.stretch,
        story=story,
        start_s=start_s,
        end_s=end_s,
        expect_struck=fault.expect_struck,
        json=whole,
    )
