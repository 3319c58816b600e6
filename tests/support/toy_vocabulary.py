"""A small vocabulary of its own, so that these tests need none of the packages that hand in the real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from brownout_scenarios.moments import RequestLine
from brownout_scenarios.phases import FaultKind
from brownout_scenarios.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Lognormal:
    p50_s: float
    p99_s: float


@dataclass(frozen=True, kw_only=True)
class Uniform:
    low_s: float
    high_s: float


@dataclass(frozen=True, kw_only=True)
class Latency:
    """The vendor takes longer."""

    fixed_s: float | None = None
    lognormal: Lognormal | None = None
    shape: Lognormal | Uniform | None = None
    at: str = "before"

    def __post_init__(self) -> None:
        if self.fixed_s is None and self.lognormal is None and self.shape is None:
            raise ValueError("needs fixed, lognormal or shape")


class Body(StrEnum):
    VENDOR = "vendor"
    HTML = "html"


@dataclass(frozen=True, kw_only=True)
class Respond:
    """The vendor answers with an error."""

    status: int
    body: Body = Body.VENDOR
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """A token bucket."""

    rate_per_s: float
    burst: float = 1.0


@dataclass(frozen=True, kw_only=True)
class DropAfterEffect:
    """The answer is lost."""


FAULTS: dict[str, type] = {
    "latency": Latency,
    "respond": Respond,
    "throttle": Throttle,
    "drop_after_effect": DropAfterEffect,
}


@dataclass(frozen=True, kw_only=True)
class Match:
    method: str = ""
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Flapping:
    on_s: float
    off_s: float


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    vendor: str
    fault: Any
    match: Match = Match()
    share: float = 1.0
    window: Any = None
    sequence: str = ""
    flapping: Flapping | None = None


@dataclass(frozen=True, kw_only=True)
class Breaker:
    failure_ratio: float = 0.5
    minimum_calls: int = 10
    open_for_s: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Policies:
    breaker: Breaker = Breaker()
    attempt_timeout_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class ExactlyOnce:
    """Each operation has its effect once."""

    effect: str
    operation: str = ""
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class NothingLost:
    """Nothing disappears."""

    NEEDS_LEAVES: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class FinishedLater:
    """What has ended stays as it ended."""

    NEEDS_UNTIL: ClassVar[bool] = True

    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticesTaken:
    """A notice is taken."""

    NEEDS_NOTICES: ClassVar[bool] = True

    vendor: str = ""


@dataclass(frozen=True, kw_only=True)
class BreakerMoves:
    """The breaker opens or closes in time."""

    vendor: str
    opens_within_s: float | None = None
    closes_within_s: float | None = None
    of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Goodput:
    """As much is done as in another phase."""

    operation: str = "all"
    at_least: float
    during: str
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class Times:
    times: float
    of: str


@dataclass(frozen=True, kw_only=True)
class Requests:
    """A vendor gets so many requests."""

    vendor: str
    match: RequestLine = RequestLine("")  # noqa: RUF009  a text
    count: Times


@dataclass(frozen=True, kw_only=True)
class OutcomeOf:
    """Whom a fault struck ends so."""

    struck_by: str


def check_requests(vendor: str, match: str) -> str:
    return f"{vendor} has no such route" if match == "GET /nowhere" else ""


def check_policies(preset: str, vendor: str, parts: Mapping[str, Any]) -> None:
    if parts.get("breaker", {}).get("failure_ratio", 0.5) > 1:
        raise ValueError("breaker.failure_ratio must be above 0 and at most 1")


def check_setup(vendor: str, given: Mapping[str, Any]) -> str:
    """A vendor has `shops`, each with a name."""
    wrong = [number for number, each in enumerate(given.get("shops", ())) if not each.get("name")]
    unknown = [key for key in given if key != "shops"]
    if unknown:
        return f"'{unknown[0]}': {vendor} has no such thing to set up"
    return f"shops[{wrong[0]}].name: a name is needed" if wrong else ""


@cache
def vocabulary() -> Vocabulary:
    """Made once: its grammar takes a quarter of a second."""
    return Vocabulary(
        vendors=("stripe", "twilio"),
        faults={name: FaultKind(kind) for name, kind in FAULTS.items()},
        rule=Rule,
        policies=Policies,
        expectations={
            "exactly_once": ExactlyOnce,
            "nothing_lost": NothingLost,
            "finished_later": FinishedLater,
            "notices_taken": NoticesTaken,
            "breaker": BreakerMoves,
            "goodput": Goodput,
            "requests": Requests,
            "outcome": OutcomeOf,
        },
        operations=("pay", "notify"),
        effects=("stripe.charge", "stripe.refund", "twilio.message"),
        effect_fields={
            "stripe.charge": ("amount", "currency"),
            "stripe.refund": ("amount",),
            "twilio.message": ("to",),
        },
        limits={"stripe": ("writes",)},
        receivers=("stripe",),
        heard=("stripe",),
        presets=("original", "recommended"),
        check_requests=check_requests,
        check_place=lambda _vendor, place: "" if "." in place else f"{place!r}: write header.<name> or body.<path>",
        check_setup=check_setup,
        check_policies=check_policies,
    )


SCENARIO = """\
name: stripe-brownout
about: Stripe slows down, then half of its writes fail, then it heals.
seed: 7
target: gateway
workload:
  arrivals: {rate: 40/s}
  operations: [{name: pay, weight: 3}, {name: notify}]
phases:
  - {name: steady, for: 20s}
  - name: brownout
    for: 40s
    faults:
      - {vendor: stripe, latency: {lognormal: {p50: 400ms, p99: 4s}}}
      - {vendor: stripe, match: POST /v1/payment_intents, share: 50%, respond: {status: 503}}
  - {name: recovery, for: 40s}
policies:
  stripe: {breaker: {failure_ratio: 50%, open_for: 5s}}
expect:
  - exactly_once: {effect: stripe.charge}
  - nothing_lost: {}
  - breaker: {vendor: stripe, opens_within: 10s, of: brownout}
  - goodput: {operation: pay, at_least: 0.99, during: steady}
"""


def described_scenario(operation: str) -> str:
    """The same scenario, against a target of somebody else's whose one operation is described so."""
    text = SCENARIO.replace("target: gateway", "target: http://127.0.0.1:8000")
    text = text.replace(
        "[{name: pay, weight: 3}, {name: notify}]", f"[{{name: pay, leaves: [stripe.charge], {operation}}}]"
    )
    return text.replace("policies:\n  stripe: {breaker: {failure_ratio: 50%, open_for: 5s}}\n", "")
