"""What a run folder holds: `verdict.json`, three tables, and how they are read and written.

    runs/<time>-<scenario>-<mode>/
        scenario.yaml        as resolved
        verdict.json         `Verdict`, versioned
        operations.parquet   what the driver asked for and was answered
        ledger.parquet       what the vendors' own books say: one row per request, one per effect
        events.parquet       what the target said of itself (may be empty)
        report.html  junit.xml  summary.md  logs/

All instants are seconds since the run's start instant, on one clock.
"""

from enum import StrEnum
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1


class Outcome(StrEnum):
    """What the driver made of an operation's last answer."""

    DONE = "done"
    ACCEPTED = "accepted"  # the target took it on and will finish it: a dead letter, a queue
    REFUSED = "refused"  # the target said no to the caller's face
    UNKNOWN = "unknown"  # no answer, or one that leaves open whether it was done


class Status(StrEnum):
    """Of an expectation and of a whole run. Inconclusive: the experiment did not happen as asked."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


OPERATIONS = pl.Schema(
    {
        "operation_id": pl.String(),
        "name": pl.String(),
        "intended_s": pl.Float64(),  # when the arrival process wanted it
        "sent_s": pl.Float64(),  # when the driver really sent it
        "finished_s": pl.Float64(),  # when the last answer was in; latency counts from intended_s
        "longest_ask_s": pl.Float64(),  # of all asks, the longest from sent to answered (or given up)
        "asks": pl.Int32(),  # how often the driver asked (it asks again after `unknown`, where told to)
        "status": pl.Int32(),  # of the last answer; 0: none
        "outcome": pl.String(),  # Outcome
        "detail": pl.String(),  # the error's class or code, a dead letter's id
    }
)

LEDGER = pl.Schema(
    {
        "entry": pl.String(),  # request | effect
        "seq": pl.Int64(),  # position in its vendor's ledger
        "vendor": pl.String(),
        "account": pl.String(),
        "operation_id": pl.String(),  # "" where the target passed none on
        "at_s": pl.Float64(),  # request: received; effect: committed
        "finished_s": pl.Float64(),  # request: answered (or dropped); effect: as at_s
        "route": pl.String(),  # request: "POST /v1/payment_intents"; effect: its kind "stripe.charge"
        "id": pl.String(),  # request id | the effect's id
        "request_id": pl.String(),  # of the request that caused it
        "idempotency_key": pl.String(),
        "replayed": pl.Boolean(),
        "status": pl.Int32(),  # 0: nothing went out
        "ending": pl.String(),  # complete | close | reset | hang
        "faults": pl.List(pl.String()),  # ids of the rules that struck this request
        "amount": pl.Int64(),
        "asked_delay_s": pl.Float64(),  # injected latency, as drawn
        "given_delay_s": pl.Float64(),  # and as it really was
        "retry_after_s": pl.Float64(),  # request: the wait that the answer asked for; null: none
        "references": pl.String(),  # JSON object: the caller's ids stored with the effect
    }
)

EVENTS = pl.Schema(
    {
        "at_s": pl.Float64(),
        "kind": pl.String(),
        "vendor": pl.String(),
        "call": pl.String(),
        "operation_id": pl.String(),
        "attempt": pl.Int32(),
        "outcome": pl.String(),
        "duration_s": pl.Float64(),
        "detail": pl.String(),
    }
)


class Frozen(BaseModel):
    """A record of the verdict: immutable, and no unknown key is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(Frozen):
    """One concrete thing to look at."""

    operation_id: str
    at_s: float | None = None
    what: str


class ExpectationResult(Frozen):
    """One expectation of the scenario, judged."""

    name: str
    """`exactly_once`"""
    title: str
    """One line with its parameters: `exactly_once: effect stripe.charge`."""
    status: Status
    expected: str
    observed: str
    when: str = ""
    """The phase or the span that was judged, and the instant of the first violation."""
    cases: tuple[Case, ...] = ()
    """At most three."""


class PhaseSpan(Frozen):
    """A phase as it was run."""

    name: str
    start_s: float
    end_s: float


class FaultSpan(Frozen):
    """One fault of the scenario, when it was in force and how many requests it really struck."""

    id: str
    vendor: str
    text: str
    """In words: `503 on half of POST /v1/payment_intents`."""
    start_s: float
    end_s: float
    matched: int
    struck: int


class VendorMetrics(Frozen):
    """What one vendor saw, in one phase (or `phase="all"`)."""

    vendor: str
    phase: str
    operations: int
    requests: int
    amplification: float | None
    """Requests per ask of the operations that reached this vendor; None without any."""
    answered_ok: int
    answered_4xx: int
    answered_429: int
    answered_5xx: int
    not_answered: int
    effects: int
    duplicates: int


class PhaseMetrics(Frozen):
    """What the driver saw of one operation in one phase (`operation="all"` for all of them)."""

    phase: str
    operation: str
    asked: int
    done: int
    accepted: int
    refused: int
    unknown: int
    offered_per_s: float
    achieved_per_s: float
    goodput_per_s: float
    p50_s: float | None
    p90_s: float | None
    p99_s: float | None
    max_s: float | None


class Environment(Frozen):
    """Where it ran. Nothing secret, no host name, no path."""

    brownout: str
    python: str
    system: str
    cpus: int


class Verdict(Frozen):
    """`verdict.json`."""

    schema_version: Literal[1] = 1
    scenario: str
    about: str
    mode: Literal["virtual", "real"]
    target: str
    seed: int
    verdict: Status
    reasons: tuple[str, ...] = ()
    """Why it is inconclusive, one line each; empty otherwise."""
    command: str
    """What reproduces it."""
    started: str
    """Wall clock, ISO 8601, for humans; empty in virtual mode, where there is none."""
    duration_s: float
    """Simulated seconds in virtual mode."""
    expectations: tuple[ExpectationResult, ...]
    phases: tuple[PhaseSpan, ...]
    faults: tuple[FaultSpan, ...]
    phase_metrics: tuple[PhaseMetrics, ...]
    vendor_metrics: tuple[VendorMetrics, ...]
    environment: Environment
    notes: tuple[str, ...] = ()
    """What a reader should know: policies scaled, retries disabled, a limiter that is on."""


class RunFolder(Frozen):
    """A run, read back."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    path: Path
    scenario: str
    """`scenario.yaml`, as text."""
    verdict: Verdict
    operations: pl.DataFrame
    ledger: pl.DataFrame
    events: pl.DataFrame
