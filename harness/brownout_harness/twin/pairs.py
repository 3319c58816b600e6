"""The two runs of a pair: made one after the other, or taken where they are there already."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from brownout_harness.comparing.seen import evidence_in, seen_in, starts_in
from brownout_harness.problems import BadInput, Interrupted
from brownout_harness.progress import ProgressSink
from brownout_harness.running.execute import execute
from brownout_harness.running.orders import MODES, Mode, checked_scenario, prepare, runnable
from brownout_harness.running.recorded import recorded, scenario_of
from brownout_harness.twin.agreement import Pair
from brownout_reports.run_folder import RunFolder, Status
from brownout_scenarios.load import to_yaml
from brownout_scenarios.schema import Scenario


def both_ways(name: str, seed: int | None) -> Scenario:
    """The scenario of that name or file, which both modes can run. Raises `BadInput`."""
    scenario, modes = runnable(name)
    if set(modes) != set(MODES):
        raise BadInput(f"{name}: only {' and '.join(modes) or 'no'} mode can run it: there is nothing to compare")
    return scenario if seed is None else checked_scenario(name, "virtual", seed)


def comparable(names: Sequence[str]) -> list[str]:
    """Of these, those that both modes can run."""
    return [name for name in names if set(runnable(name)[1]) == set(MODES)]


def made(name: str, scenario: Scenario, into: Path, progress: ProgressSink | None = None) -> Pair:
    """Run it in virtual time and for real, or take the runs that are in `into` already, if they say something.

    Raises:
        NotJudged: a run came to no verdict.
    """
    virtual, real = (_made(name, scenario, mode, into, progress) for mode in MODES)
    return paired(virtual, real)


def _made(name: str, scenario: Scenario, mode: Mode, into: Path, progress: ProgressSink | None) -> RunFolder:
    for folder in _folders(scenario, mode, into):
        if not folder.exists():
            break
        run = recorded(folder)
        if run.scenario != to_yaml(scenario):
            raise BadInput(f"{folder} is a run of another {scenario.name}: name another folder with --out")
        if run.verdict.verdict is not Status.INCONCLUSIVE:
            return run
    (order,) = prepare([name], mode=mode, time="", seed=scenario.seed, out=folder)
    finished = execute(order, progress)
    if finished.is_interrupted:
        raise Interrupted("a signal")
    return recorded(finished.folder)


def _folders(scenario: Scenario, mode: Mode, into: Path) -> Iterator[Path]:
    """Where a run of it may be; one that says nothing stays, and the next one is made beside it."""
    first = into / f"{scenario.name}-{scenario.seed}-{mode}"
    yield first
    yield from (first.with_name(f"{first.name}-{number}") for number in count(2))


def pair_of(one: Path, other: Path) -> Pair:
    """Two finished runs. Raises `BadInput` where they are not one experiment in both modes."""
    runs = {run.verdict.mode: run for run in (recorded(one), recorded(other))}
    if len(runs) != len(MODES):
        raise BadInput(f"{one} and {other} are both {next(iter(runs))}: compare a virtual run with a real one")
    virtual, real = (runs[mode] for mode in MODES)
    if virtual.scenario != real.scenario or virtual.verdict.seed != real.verdict.seed:
        raise BadInput(f"{one} and {other} are not the same scenario on the same seed: there is nothing to compare")
    return paired(virtual, real)


def paired(virtual: RunFolder, real: RunFolder) -> Pair:
    """The figures of both, without what only a real run has. Raises `BadInput` where the gateways' parts differed."""
    evidences = [evidence_in(run) for run in (virtual, real)]
    starting = [stretch for each in evidences for stretch in starts_in(each)]
    of_virtual, of_real = (
        seen_in(evidence, run.verdict, starting) for evidence, run in zip(evidences, (virtual, real), strict=True)
    )
    if of_virtual.parts != of_real.parts:
        raise BadInput(f"{virtual.path} and {real.path} ran with different parts: there is nothing to compare")
    return Pair(of_virtual, of_real, scenario_of(virtual))
