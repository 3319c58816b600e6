"""Real runs against their baseline: those of one scenario are compared together, for one alone says too little."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from brownout_harness.gate.measured import Measured
from brownout_harness.gate.outcome import Result, Run
from brownout_harness.gate.shift import shifts


def together(
    runs: Sequence[Run], before: Mapping[str, Measured | None], now: Mapping[str, Measured]
) -> tuple[dict[str, Run], tuple[str, ...]]:
    """What becomes of the runs that passed, by name; and the figures that were too few to be compared.

    `before` has what was kept of each run, `now` what was measured of those that came to a verdict.
    """
    found: dict[str, Run] = {}
    left_out: list[str] = []
    for scenario, group in groupby(sorted(runs, key=_scenario), key=_scenario):
        passed = [run for run in group if run.result is Result.PASSED]
        pairs = [(run, kept, now[run.name]) for run in passed if (kept := before[run.name]) is not None]
        found |= {run.name: run.model_copy(update={"result": Result.NOT_COMPARED}) for run in passed}
        if not pairs:
            continue
        seen = shifts([kept for _, kept, _ in pairs], [measured for *_, measured in pairs])
        left_out += (f"{each} in {scenario}" for each in seen.few)
        if seen.drift:
            judged = {"result": Result.DRIFTED, "drift": (*seen.drift, *seen.unclear)}
        elif seen.unclear:
            judged = {"result": Result.NOT_COMPARED, "drift": seen.unclear}
        else:
            judged = {"result": Result.PASSED}
        found |= {run.name: run.model_copy(update=judged) for run, *_ in pairs}
    return found, tuple(left_out)


def _scenario(run: Run) -> str:
    return run.scenario
