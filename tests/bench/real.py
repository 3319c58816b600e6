"""Real mode: what rate `healthy` holds with every limiter off, on the machine's Redis and on the embedded one."""

import tempfile
from dataclasses import replace
from pathlib import Path

from brownout_core.adapters import ADAPTERS
from brownout_harness.judging.expectations.latency import quantile
from brownout_harness.real.redis_choice import AUTO, FAKE, choose
from brownout_harness.real.runner import run_real
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import OperationRow, Outcome
from brownout_scenarios.load import load
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Policies, Scenario
from brownout_scenarios.workload import Arrivals
from tests.bench.measure import Row

UNLIMITED = {"limiter": {"capacity": 1_000_000, "refill_per_s": 1_000_000.0}}
P99_GOAL_MS = 40.0
GOAL_PER_S = 800


def run(*, quick: bool = False) -> list[Row]:
    """A row for each rate and Redis: the 99th percentile from the intended instant, and whether the rate was held."""
    seconds = 2.0 if quick else 20.0
    rates = (50,) if quick else (400, 800)
    return [_held(rate, option, seconds) for option in (AUTO, FAKE) for rate in rates]


def _held(rate: int, option: str, seconds: float) -> Row:
    redis = choose(option)
    with tempfile.TemporaryDirectory(prefix="brownout-bench-") as work:
        inputs = run_real(_scenario(rate, seconds), work=Path(work), redis=redis)
    operations = list(inputs.tables.of(OperationRow))
    done = sum(each.outcome is Outcome.DONE for each in operations)
    p99_s = quantile(sorted(each.latency_s for each in operations), 0.99)
    is_held = not inputs.gaps and done == len(operations)
    held = f"99th percentile; {'held' if is_held else 'not held'}: {done} of {len(operations)} done in {seconds:.0f} s"
    return Row(
        bench="real",
        case=f"healthy at {rate}/s, {redis.words}",
        value=p99_s * 1000,
        unit="ms",
        goal=P99_GOAL_MS if redis.binary and rate <= GOAL_PER_S else None,
        note="; ".join([held, *(gap.detail for gap in inputs.gaps), *inputs.notes]),
    )


def _scenario(rate: int, seconds: float) -> Scenario:
    healthy = load("healthy", vocabulary())
    return replace(
        healthy,
        workload=replace(healthy.workload, arrivals=Arrivals(rate_per_s=float(rate))),
        phases=(Phase(name="steady", for_s=seconds),),
        policies=Policies(vendors=dict.fromkeys(ADAPTERS, UNLIMITED)),
    )
