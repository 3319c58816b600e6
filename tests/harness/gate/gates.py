"""What came of a gate, made up."""

from collections.abc import Iterable

from brownout_harness.gate.outcome import Gate, Result, Run
from brownout_reports.run_folder import Status
from tests.reports.runs import a_verdict

STATUSES = {Result.FAILED: Status.FAILED, Result.INCONCLUSIVE: Status.INCONCLUSIVE}


def a_run(name: str = "stripe-brownout-virtual", result: Result = Result.PASSED, *, kept: bool = False) -> Run:
    """With a verdict, where one of that result has one."""
    has_none = result in {Result.NOT_JUDGED, Result.NOT_RUN}
    return Run(
        name=name,
        result=result,
        scenario=name.rpartition("-")[0],
        source=f"scenarios/{name}.yaml",
        verdict=None if has_none else a_verdict(STATUSES.get(result, Status.PASSED)),
        problem="the target was not ready: <b>port taken</b>" if result is Result.NOT_JUDGED else "",
        drift=("1 of 9 operations went otherwise", "operation pay-1: was done; is refused")
        if result is Result.DRIFTED
        else (),
        command=f"brownout run {name} --seed 7",
        kept=kept,
    )


def name_of(result: Result) -> str:
    return f"{result.replace(' ', '-')}-virtual"


def a_gate(*results: Result, shard: str = "", whole: Iterable[Result] = (), is_compared: bool = False) -> Gate:
    """One run of each result, named after it; of a share, the whole has all of these."""
    runs = (a_run(name_of(each), each, kept=each is Result.FAILED) for each in results)
    return Gate(shard=shard, whole=tuple(map(name_of, whole)), is_compared=is_compared, runs=tuple(runs))
