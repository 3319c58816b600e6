"""A synthetic run to draw: numbers with a known shape, no simulator involved."""

import math
import random
from pathlib import Path

from brownout_reports.rows import EventRow, LedgerRow, LetterRow, OperationRow, Outcome
from brownout_reports.run_folder import (
    Case,
    Environment,
    ExpectationResult,
    Mark,
    PhaseMetrics,
    RunFolder,
    Settings,
    Status,
    VendorMetrics,
    Verdict,
)
from brownout_reports.spans import FaultSpan, PhaseSpan
from brownout_reports.tables import Rows, Tables

PHASES = (
    PhaseSpan(name="steady", start_s=0, end_s=20),
    PhaseSpan(name="brownout", start_s=20, end_s=60),
    PhaseSpan(name="recovery", start_s=60, end_s=100),
)

LETTERS = (
    LetterRow("dl-1", "pay", "redriven", "pay-001000-7", error_class="vendor_unavailable", first_attempt_at=25.0,
              resolved_at=70.0),
    LetterRow("dl-2", "pay", "pending", "pay-001100-7", error_class="retry_suppressed", first_attempt_at=27.5),
)  # fmt: skip


def a_run(*, status: Status = Status.PASSED, rate_per_s: int = 40, telemetry: bool = True) -> RunFolder:
    """A 100 s brownout of two vendors with a breaker that opens and closes."""
    return RunFolder(
        path=Path("runs/example"),
        scenario="name: stripe-brownout\n",
        verdict=a_verdict(status),
        tables=Tables(
            Rows.of(OperationRow, _operations(rate_per_s)),
            Rows.of(LedgerRow, _ledger(rate_per_s)),
            Rows.of(EventRow, _events() if telemetry else ()),
            Rows.of(LetterRow, LETTERS if telemetry else ()),
        ),
    )


def a_verdict(status: Status = Status.PASSED) -> Verdict:
    """With one expectation of the given status."""
    return Verdict(
        scenario="stripe-brownout",
        about="Stripe slows down, then half of its writes fail, then it heals.",
        mode="virtual",
        target="gateway",
        seed=7,
        verdict=status,
        reasons=("the load generator fell 3.1 % behind",) if status is Status.INCONCLUSIVE else (),
        command="brownout run stripe-brownout --mode virtual --seed 7",
        started="",
        duration_s=100.0,
        expectations=(
            ExpectationResult(
                name="exactly_once",
                title="exactly_once: effect `stripe.charge`",
                status=status,
                expected="one charge for each of 3,000 payments",
                observed="2,997 once, 3 twice" if status is Status.FAILED else "2,960 once, none twice",
                when="brownout, first at 24.31 s" if status is Status.FAILED else "",
                cases=(Case(operation_id="pay-000812-7", at_s=24.31, what="charged twice: `ch_1`, `ch_2` <script>"),)
                if status is Status.FAILED
                else (),
            ),
        ),
        phases=PHASES,
        faults=(
            FaultSpan(id="brownout.1", vendor="stripe", text="latency, p50 400 ms, p99 4 s", start_s=20, end_s=60,
                      matched=1544, struck=1544),
            FaultSpan(id="brownout.2", vendor="stripe", text="503 on half of `POST /v1/payment_intents`", start_s=20,
                      end_s=60, matched=1544, struck=771),
        ),
        phase_metrics=(
            PhaseMetrics(phase="all", operation="all", asked=4000, done=3700, accepted=40, refused=260, unknown=0,
                         offered_per_s=40.0, achieved_per_s=40.0, goodput_per_s=37.0, p50_s=0.012, p90_s=0.41,
                         p99_s=3.9, max_s=6.2),
        ),
        vendor_metrics=(
            VendorMetrics(vendor="stripe", phase="all", operations=3000, requests=3420, amplification=1.14,
                          answered_ok=2960, answered_4xx=0, answered_429=0, answered_5xx=400, not_answered=60,
                          effects=2960, duplicates=0),
        ),
        environment=Environment(brownout="0.1.0", python="3.11.7", system="Linux", cpus=2),
        marks=(
            Mark(kind="gap", text="evidence was lost"),
            Mark(kind="action", text="kill gateway", at_s=41.0),
            Mark(kind="death", text="gateway ended unasked", at_s=42.5),
            Mark(kind="gap", text="stripe stood still", at_s=70.0, until_s=72.0),
        ),
        settings=Settings(
            policies={
                "stripe": {
                    "breaker": {"failure_ratio": 0.5, "minimum_calls": 10, "sampling_window_s": 5.0,
                                "slow_call_s": 2.0, "slow_call_ratio": 0.8},
                    "limiter": None,
                }
            },
            failures=("vendor_unavailable",),
            window_slices=10,
        ),
        notes=("policies' times are scaled down by 5, so that the run stays short",),
    )  # fmt: skip


def _operations(rate_per_s: int) -> list[OperationRow]:
    draw = random.Random("operations")
    rows = []
    for number in range(100 * rate_per_s):
        at_s = number / rate_per_s
        troubled = 20 <= at_s < 60
        latency_s = draw.lognormvariate(math.log(0.4 if troubled else 0.01), 0.7)
        ends = [Outcome.DONE, Outcome.REFUSED, Outcome.ACCEPTED]
        outcome = draw.choices(ends, weights=[6, 3, 1] if troubled else [1, 0, 0])[0]
        finished_s = at_s + latency_s
        rows.append(OperationRow(f"pay-{number:06d}-7", "pay", at_s, at_s, finished_s, latency_s, 1, 200, outcome))
    return rows


def _ledger(rate_per_s: int) -> list[LedgerRow]:
    draw = random.Random("ledger")
    rows: list[LedgerRow] = []
    for number in range(100 * rate_per_s):
        at_s = number / rate_per_s
        for attempt in range(2 if 20 <= at_s < 60 and draw.random() < 0.3 else 1):
            vendor = "stripe" if number % 4 else "twilio"
            sent_s = at_s + 0.2 * attempt
            request_id, place = f"req_{len(rows)}", len(rows)
            rows.append(LedgerRow("request", place, vendor, "acct", f"pay-{number:06d}-7", sent_s, sent_s + 0.01,
                                  "POST /v1/payment_intents", request_id, request_id, status=200,
                                  ending="complete"))  # fmt: skip
    return rows


def _events() -> list[EventRow]:
    moves = [(24.0, "open"), (29.5, "half_open"), (30.1, "open"), (36.0, "half_open"), (62.0, "closed")]
    rows = [EventRow(at_s, "breaker_transition", "stripe", outcome=state, detail="old->new: failure_ratio_reached")
            for at_s, state in moves]  # fmt: skip
    for number in range(40):  # ten a second, every other one fails
        outcome = "ok" if number % 2 else "vendor_unavailable"
        rows.append(EventRow(20.0 + number / 10, "attempt_finished", "stripe", "pay", f"pay-{number}", 1, outcome))
    rows += [EventRow(30.0, "call_rejected", "stripe", outcome="breaker")] * 5
    rows += [EventRow(22.0, "retry_scheduled", "stripe", detail="0.1", outcome="vendor_unavailable")] * 3
    rows += [EventRow(23.0, "retry_suppressed", "stripe", outcome="vendor_unavailable")] * 2
    rows += [
        EventRow(50.0, "idempotency", outcome=outcome) for outcome in ("claimed", "replayed", "waited", "conflict")
    ]
    rows += [EventRow(26.0, "dead_lettered", "stripe", outcome="vendor_unavailable", detail="dl-1")]
    return sorted(rows)
