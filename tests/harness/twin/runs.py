"""Runs of either mode, as far as they are compared."""

from collections.abc import Mapping, Sequence

import polars as pl

from brownout_harness.comparing.seen import Load, Move, Seen
from brownout_harness.judging.judge import verdict_on
from brownout_harness.running.orders import checked_scenario
from brownout_harness.twin.agreement import Pair
from brownout_reports.run_folder import Mark, Status, Verdict
from tests.support.histories import consistent
from tests.support.verdicts import ABOUT, DEMANDS

SCENARIO = checked_scenario("healthy", "virtual", None)
USUAL = Load(1100, 1000)
VERDICT = verdict_on(consistent(7, count=60), DEMANDS[:1], ABOUT)


def verdict(status: Status = Status.PASSED, *, mode: str = "virtual", seed: int = 7, gap: str = "") -> Verdict:
    """One with a single expectation, which is as the run is."""
    results = tuple(each.model_copy(update={"status": status}) for each in VERDICT.expectations)
    marks = (Mark(kind="gap", text=gap),) if gap else ()
    reasons = ("the load fell behind",) if status is Status.INCONCLUSIVE else ()
    told = {"verdict": status, "mode": mode, "seed": seed, "expectations": results, "marks": marks, "reasons": reasons}
    return VERDICT.model_copy(update=told)


def seen(
    *,
    done: int = 1000,
    waits_s: Sequence[float] = (0.1,) * 1000,
    load: Load | None = USUAL,
    moves: Mapping[str, tuple[Move, ...]] | None = None,
    said: Verdict | None = None,
) -> Seen:
    """A run that paid, mostly."""
    return Seen(
        verdict=said or verdict(),
        done={"pay": done},
        latencies={"pay": pl.Series(waits_s, dtype=pl.Float64).sort()},
        loads={"stripe": load} if load else {},
        moves=moves or {},
        starting=(),
        left_out=0,
    )


def pair(virtual: Seen | None = None, real: Seen | None = None) -> Pair:
    """Equal but for what is said."""
    return Pair(virtual or seen(), real or seen(said=verdict(mode="real")), SCENARIO)
