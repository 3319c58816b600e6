"""What a scenario is: frozen records, in seconds and rates per second.

The grammar of the YAML file follows from these records (`grammar.py`): `for_s` is written `for: 30s`, `rate_per_s`
is written `rate: 50/s`. `docs/scenarios.md` explains every key. Nothing here knows a vendor, a fault or an
expectation: they are handed in (`vocabulary.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from brownout_scenarios.target import RUN_VALUES, Target

GATEWAY = "gateway"
"""The name of the reference application, as a target and as a process."""

EXPECT_STRUCK = 1
"""A fault that strikes nothing was no experiment."""

Json: TypeAlias = Any
"""Whatever JSON can say."""


class Statuses(tuple[tuple[int, int], ...]):
    """A set of HTTP statuses as closed ranges; written `[200, 201]`, `400-499` or `[404, 400-403]`."""

    __slots__ = ()

    def holds(self, status: int) -> bool:
        return any(low <= status <= high for low, high in self)


_DONE = Statuses(((200, 201), (204, 204)))
_ACCEPTED = Statuses(((202, 202),))
_REFUSED = Statuses(((400, 407), (409, 499)))  # 408 says that the request was not waited for, not that it was not done


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """An open arrival process: it does not wait for answers."""

    rate_per_s: float
    process: Literal["poisson", "constant"] = "poisson"
    """Independent arrivals, or one every 1/rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A rate that goes evenly from one value to another over a phase."""

    from_per_s: float
    to_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Where the operation id travels in a request to a target that is not the gateway: exactly one of the two."""

    header: str = ""
    body: str = ""
    """Dotted path in the body: `order_id`, `metadata.order`."""

    def __post_init__(self) -> None:
        if bool(self.header) == bool(self.body):
            raise ValueError("name either a header or a body field")


Left: TypeAlias = str | tuple[str, ...]
"""The kind of an effect, or several kinds of which one is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One business action that users ask for.

    The gateway's operations need a name only. Of any other target the request and the reading of its answers are
    described here; whatever status is in none of the three sets leaves open whether it was done (unknown).
    """

    name: str
    weight: float = 1.0
    """Its share of the arrivals is weight / sum of weights."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """Replaces drawn parameters: `{amount: 1200}`."""
    method: str = "POST"
    path: str = ""
    """Template: `/orders/{{operation_id}}`. Empty for the gateway's own operations."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    """JSON with templates: `{order: "{{operation_id}}", amount: "{{amount}}"}`; a lone template keeps its type."""
    form: Mapping[str, str] | None = None
    """The body as a form instead."""
    done: Statuses = _DONE
    accepted: Statuses = _ACCEPTED
    """The target took it on and will finish it later."""
    refused: Statuses = _REFUSED
    """The target said no: nothing was done and nothing will be."""
    operation_id: Carrier = Carrier(header="X-Correlation-ID")
    leaves: tuple[Left, ...] | None = None
    """The effects that a done one has left in the vendors' ledgers, all of them, and a refused one none; of those in
    an inner list one: `[sales.order, stripe.charge, [openai.completion, gemini.completion]]`. Empty: it leaves none."""
    undone_by: Mapping[str, str] = field(default_factory=dict)
    """What takes an effect back: `{stripe.charge: stripe.refund}`."""

    @property
    def is_described(self) -> bool:
        """Whether the scenario says how to ask, because the target is not the gateway."""
        return bool(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """A caller who was left without an answer asks again, with the same operation id."""

    after_s: float = 1.0
    times: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What users ask for, how often, and how patient they are."""

    arrivals: Arrivals
    operations: tuple[Operation, ...]
    ask_again: AskAgain | None = None
    """Left out: nobody asks twice."""
    answer_within_s: float = 30.0
    """A caller waits this long for one answer."""
    in_flight_limit: int = 2000
    """Reaching it makes the run inconclusive: the arrivals would no longer be the ones that were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a phase, counted from the phase's start."""

    start_s: float = 0.0
    end_s: float | None = None
    """Left out: until the phase ends."""


Layer: TypeAlias = Literal["vendor", "wire", "machine"]
"""Where a fault happens, and so who acts it out: inside a vendor's simulator, on a link, in the machine."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault, as it is handed in."""

    source: type
    """A frozen dataclass: what may be written of it."""
    layer: Layer = "vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a phase: a rule for whoever acts it out, with its times still relative to the phase."""

    vendor: str
    kind: str
    layer: Layer = "vendor"
    window: Window
    rule: Mapping[str, Json]
    """What a simulator takes, without `id`, `vendor` and `window`."""
    expect_struck: int = EXPECT_STRUCK
    """Striking fewer requests than this, it leaves the run inconclusive. 0: it may strike none."""
    text: str = ""
    """In words: `respond status 503 on 50% of POST /v1/payment_intents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """All dead letters are sent again, through the same pipeline."""


Process: TypeAlias = Literal["gateway", "target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the harness does to the machine, or asks of the target, at an instant of a phase: exactly one."""

    at_s: float = 0.0
    """Counted from the phase's start."""
    kill: Process | None = None
    """SIGKILL: nothing is said goodbye to."""
    stop: Process | None = None
    """SIGTERM: no new request is taken, and what is under way has a few seconds to end."""
    start: Process | None = None
    """Start it again after a kill or a stop, on the same port, with the same stores."""
    redrive: Redrive | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.kill, self.stop, self.start, self.redrive)) != 1:
            raise ValueError("an action is exactly one of kill, stop, start, redrive")

    @property
    def text(self) -> str:
        """In words, for progress and reports."""
        if self.redrive is not None:
            return "redrive dead letters"
        return f"kill {self.kill}" if self.kill else f"stop {self.stop}" if self.stop else f"start {self.start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A named stretch of the run."""

    name: str
    for_s: float
    """Its length."""
    rate_per_s: float | Rising | None = None
    """Replaces the workload's rate; `0/s` pauses arrivals; `{from: 40/s, to: 80/s}` rises or falls evenly."""
    faults: tuple[Fault, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """How the gateway's policies differ from a preset, in the form that the gateway takes (`x_s` in seconds)."""

    preset: str = ""
    """Empty: the default one."""
    vendors: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        chosen: dict[str, Json] = {"preset": self.preset} if self.preset else {}
        return {**chosen, "vendors": {name: dict(parts) for name, parts in self.vendors.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What replaces the figures of a vendor's own limiter; what is left out stays the vendor's."""

    rate_per_s: float | None = None
    burst: float | None = None
    concurrency: int | None = None
    """Calls in flight at once."""

    def to_json(self) -> dict[str, Json]:
        figures = {"rate_per_s": self.rate_per_s, "burst": self.burst, "concurrency": self.concurrency}
        return {name: value for name, value in figures.items() if value is not None}


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
    """`phase.index`, from 0: `brownout.1`."""
    vendor: str
    kind: str
    layer: Layer
    text: str
    """In words: `respond status 503 on 50% of POST /v1/payment_intents`."""
    phase: str
    start_s: float
    end_s: float
    expect_struck: int
    json: Mapping[str, Json]
    """The whole rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A phase with its place in the run."""

    phase: Phase
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario, checked: everything that it names exists."""

    name: str
    """Lower case, digits and hyphens."""
    about: str
    """What it shows, for people. An incident replayed says which public incident it follows."""
    seed: int = 1
    """All randomness of a run comes from it; `--seed` replaces it."""
    target: Target | None = None
    """`gateway` (None here): the reference application."""
    workload: Workload
    phases: tuple[Phase, ...]
    policies: Policies = Policies()
    expect: tuple[Expected, ...]
    correlate: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Per vendor, where the target's operation id arrives, first hit wins: `body.metadata.order_id`, `header.x-id`."""
    limits: Mapping[str, Mapping[str, bool | Figures]] = field(default_factory=dict)
    """Per vendor, which of its own limiters are on for the whole run (they are off by default): `true`, or other
    figures than the vendor's: `{twilio: {account: {rate: 10/s, burst: 10}}}`."""
    drain_s: float = 15.0
    """How long, after the load has ended, the run waits for what is still moving before it judges."""
    notes: tuple[str, ...] = ()
    """What a reader of the report should know: times that were scaled down, and why."""

    document: Mapping[str, Json] = field(default_factory=dict, metadata={"derived": True})
    """The file as parsed."""
    path: Path | None = field(default=None, metadata={"derived": True})
    """The file."""

    @property
    def duration_s(self) -> float:
        return sum(phase.for_s for phase in self.phases)

    @property
    def vendors(self) -> tuple[str, ...]:
        """The vendors that the scenario names anywhere; the gateway may need more of them."""
        named = [fault.vendor for phase in self.phases for fault in phase.faults]
        named += [*self.correlate, *self.limits, *self.policies.vendors]
        for item in self.expect:
            named += [getattr(item.check, "vendor", ""), getattr(item.check, "effect", "").partition(".")[0]]
        if self.target is not None:
            named += [
                vendor for name in self.target.templates() if (vendor := name.partition(".")[0]) not in RUN_VALUES
            ]
        return tuple(dict.fromkeys(name for name in named if name))

    def limits_of(self, vendor: str) -> dict[str, Json]:
        """The limiters that are on, as the vendor's simulator takes them."""
        chosen = {
            name: on.to_json() if isinstance(on, Figures) else on for name, on in self.limits.get(vendor, {}).items()
        }
        return {name: on for name, on in chosen.items() if on is not False}

    def spans(self) -> tuple[Span, ...]:
        """The phases in order, each with its start and end in the run."""
        spans: list[Span] = []
        start_s = 0.0
        for phase in self.phases:
            spans.append(Span(phase=phase, start_s=start_s, end_s=start_s + phase.for_s))
            start_s = spans[-1].end_s
        return tuple(spans)

    def actions(self) -> tuple[tuple[float, Action], ...]:
        """Every action with its instant in the run, in order."""
        timed = [(span.start_s + action.at_s, action) for span in self.spans() for action in span.phase.actions]
        return tuple(sorted(timed, key=lambda item: item[0]))

    def fault_rules(self) -> tuple[FaultRule, ...]:
        """Every fault as whoever acts it out gets it."""
        return tuple(
            _rule(fault, f"{span.phase.name}.{index}", span)
            for span in self.spans()
            for index, fault in enumerate(span.phase.faults)
        )


def _rule(fault: Fault, rule_id: str, span: Span) -> FaultRule:
    start_s = span.start_s + fault.window.start_s
    end_s = span.end_s if fault.window.end_s is None else span.start_s + fault.window.end_s
    whole = {"id": rule_id, "vendor": fault.vendor, **fault.rule, "window": {"start_s": start_s, "end_s": end_s}}
    return FaultRule(
        id=rule_id,
        vendor=fault.vendor,
        kind=fault.kind,
        layer=fault.layer,
        text=fault.text,
        phase=span.phase.name,
        start_s=start_s,
        end_s=end_s,
        expect_struck=fault.expect_struck,
        json=whole,
    )
