"""Verdicts and run folders for the reports' tests."""

from pathlib import Path

from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.latency import Latency
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.expectations.quiet_while_open import QuietWhileOpen
from brownout_harness.judging.judge import About, verdict_on
from brownout_reports.run_folder import Environment, RunFolder
from tests.support.histories import consistent

ABOUT = About(
    scenario="stripe-brownout",
    about="Stripe slows down, then half of its writes fail, then it heals.",
    mode="virtual",
    target="gateway",
    seed=7,
    command="brownout run stripe-brownout --mode virtual --seed 7",
    environment=Environment(brownout="0.1.0", python="3.11.2", system="Linux", cpus=2),
    notes=("breaker times scaled down",),
)

DEMANDS: tuple[Expectation, ...] = (
    ExactlyOnce(effect="stripe.charge"),
    NothingLost(),
    QuietWhileOpen(vendor="stripe"),
    Latency(operation="pay", p99_below_s=0.001),
)


def a_run(path: Path, *, seed: int = 7, demands: tuple[Expectation, ...] = DEMANDS) -> RunFolder:
    """A whole run, judged, not yet written. The last of the usual demands fails."""
    evidence = consistent(seed, count=300)
    return RunFolder(
        path=path,
        scenario="name: stripe-brownout\n",
        verdict=verdict_on(evidence, demands, ABOUT),
        tables=evidence.tables,
    )
