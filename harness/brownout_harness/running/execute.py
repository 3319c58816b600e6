"""From an order to a verdict and a run folder: run in its mode, judge, write. The commands and tests call this."""

import ctypes
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from brownout_core.adapters import ADAPTERS
from brownout_core.compose import Replacements, read_document
from brownout_core.gateway.parts import load_parts
from brownout_core.policies.settings import VendorPolicies
from brownout_core.presets import PoliciesOf
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.operations import operations_of
from brownout_harness.asked.terms import terms_of
from brownout_harness.faults.spans import fault_spans
from brownout_harness.judging.evidence import Deed, Evidence
from brownout_harness.judging.expectations import ALWAYS
from brownout_harness.judging.inputs import FaultCount, RunInputs
from brownout_harness.judging.judge import About, Judgement, judge, verdict_on
from brownout_harness.judging.leaves import Leaves
from brownout_harness.judging.outsiders import apart, gaps_of_outsiders, notes_of_outsiders, outsiders_in
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED, BadInput, Interrupted, NotJudged
from brownout_harness.progress import ProgressSink, say
from brownout_harness.running.control import control_of, shown, told_of, was_interrupted, with_control
from brownout_harness.running.keep import Keep
from brownout_harness.running.logs import logs_in
from brownout_harness.running.masked import masked
from brownout_harness.running.orders import Order, check_writable, checked_scenario
from brownout_harness.running.recorded import KEPT_FILE, find, inputs_of, kept, recorded, scenario_of, with_found
from brownout_harness.running.refusals import refusals_by
from brownout_harness.virtual.held_back import held_back
from brownout_harness.words.files import files_named_by
from brownout_harness.words.tags import tags_of
from brownout_reports.publish import publish
from brownout_reports.reserved import reserved
from brownout_reports.rows import LedgerRow
from brownout_reports.run_folder import (
    CONTROL_FOLDER,
    Environment,
    RunFolder,
    RunFolderError,
    Status,
    Verdict,
)
from brownout_reports.spans import PhaseSpan
from brownout_scenarios.load import to_yaml
from brownout_scenarios.schema import Scenario

Look = Callable[[RunFolder], bool]
"""Sees a run before it is written; True: though it passed, it is to be kept."""
REPORT_FILE = "report.html"

_TOLD: Final = ("scenario", "about", "tags", "follows", "mode", "target", "seed", "command")
"""Of a verdict, what is no matter of judgement."""

EXIT_CODES: Mapping[Status, int] = {
    Status.PASSED: PASSED,
    Status.FAILED: FAILED,
    Status.INCONCLUSIVE: NOT_JUDGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One run, judged and written."""

    verdict: Verdict
    folder: Path
    undrawn: str = ""
    """Why there is no report; empty where there is."""
    is_interrupted: bool = False
    """Somebody ended the run; what was seen until then is in the folder."""

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 3 inconclusive."""
        return EXIT_CODES[self.verdict.verdict]


def execute(order: Order, progress: ProgressSink | None = None, look: Look | None = None) -> Finished:
    """Run, judge and write one order.

    Raises:
        BadInput: only the attempt showed that it cannot be run (a port that is taken).
        NotJudged: the run came to no verdict; nothing was written.
    """
    with (
        _no_place_is_bad_input(),
        reserved(order.folder, to_yaml(order.scenario), beside=order.may_move) as place,
        tempfile.TemporaryDirectory(prefix="brownout-") as work,
    ):
        inputs = _run(order, Path(work), progress)
        # The run is over: who ends it now does not lose it.
        with held_back() as signals:
            run = _judged_run(order, place, inputs, progress)
            if look is not None:
                look(run)
            say(progress, "drawing")
            # Whatever goes wrong from here on, the run has its verdict: it is told, and written if it can be.
            finished = _write(run, inputs, files=files_named_by(order.scenario), is_reserved=True)
        try:
            signals.pass_on()
        except Interrupted:
            return replace(finished, is_interrupted=True)
        return replace(finished, is_interrupted=was_interrupted(inputs))


def execute_keeping(keep: Keep, order: Order, look: Look | None = None) -> tuple[Verdict, Finished | None]:
    """Run and judge one order, and write it only where that is wanted of such a run. Raises what `execute` does."""
    if keep is Keep.ALL:
        finished = execute(order, look=look)
        return finished.verdict, finished
    with tempfile.TemporaryDirectory(prefix="brownout-") as work:
        inputs = _run(order, Path(work), None)
        run = _judged_run(order, order.folder, inputs, None)
        is_wanted = look is not None and look(run)
        if keep is Keep.NONE or (run.verdict.verdict is Status.PASSED and not is_wanted):
            return run.verdict, None
        return run.verdict, _write(run, inputs, files=files_named_by(order.scenario))


def _judged_run(order: Order, place: Path, inputs: RunInputs, progress: ProgressSink | None) -> RunFolder:
    """The run as it is to be written to `place`."""
    resolved = to_yaml(order.scenario)
    say(progress, "judging")
    evidence = evidence_of(order.scenario, inputs, {"scenario.yaml": resolved, **logs_in(inputs.logs)})
    verdict = verdict_on(evidence, _checks(order.scenario, evidence), _about(order, inputs))
    return RunFolder(
        path=place,
        scenario=resolved,
        verdict=verdict,
        tables=masked(inputs.tables, evidence.secret_forms),
        control=None if inputs.control is None else masked(inputs.control.tables, evidence.secret_forms),
    )


@contextmanager
def _no_place_is_bad_input() -> Iterator[None]:
    try:
        yield
    except RunFolderError as error:
        raise BadInput(f"--out {error}") from None


def judge_again(recorded_in: str, *, expect: Path | None = None, out: Path | None = None) -> Finished:
    """Judge a recorded run, by its own expectations or those of the file `expect`; written to `out`, if it is named.

    Raises:
        BadInput: the run or the file cannot be read, or `out` is taken.
        NotJudged: it could not be written.
    """
    old = recorded(find(recorded_in))
    if out is not None:
        check_writable(out)
    inputs, scenario = inputs_of(old), scenario_of(old, expect)
    resolved = to_yaml(scenario)
    evidence = evidence_of(scenario, inputs, {"scenario.yaml": resolved, **logs_in(inputs.logs)})
    told = {name: getattr(old.verdict, name) for name in _TOLD}
    about = About(
        **told,
        environment=old.verdict.environment,
        started=old.verdict.started,
        notes=(*scenario.notes, *inputs.notes, *told_of(inputs)),
        held=inputs.holdings(),
    )
    verdict = verdict_on(evidence, with_found(_checks(scenario, evidence), old), about)
    if out is None:
        return Finished(verdict=verdict, folder=old.path)
    again = RunFolder(path=out, scenario=resolved, verdict=verdict, tables=old.tables, control=old.control)
    return _write(again, inputs)


def _write(
    run: RunFolder, inputs: RunInputs, *, files: Mapping[str, str] | None = None, is_reserved: bool = False
) -> Finished:
    from brownout_reports.report import render  # draws, which takes long to import

    report, undrawn = {}, ""
    try:
        report = {REPORT_FILE: render(run)}
    except Exception as error:  # noqa: BLE001
        undrawn = f"the report could not be drawn: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    try:
        folder = publish(
            run, logs=inputs.logs, files={**(files or {}), KEPT_FILE: kept(inputs), **report}, is_reserved=is_reserved
        )
    except RunFolderError as error:
        raise NotJudged(f"{error}; the verdict was: {_in_short(run.verdict)}") from None
    return Finished(verdict=run.verdict, folder=folder, undrawn=undrawn)


def _in_short(verdict: Verdict) -> str:
    wrong = [each.title for each in verdict.expectations if each.status is not Status.PASSED]
    return f"{verdict.verdict} ({'; '.join(wrong)})" if wrong else str(verdict.verdict)


def _run(order: Order, work: Path, progress: ProgressSink | None) -> RunInputs:
    inputs = _run_one(order, order.scenario, work, progress)
    aside = work / CONTROL_FOLDER
    aside.mkdir()
    return with_control(order.scenario, inputs, lambda control: _run_one(order, control, aside, shown(progress)))


def _run_one(order: Order, scenario: Scenario, work: Path, progress: ProgressSink | None) -> RunInputs:
    if order.mode == "virtual":
        from brownout_harness.virtual.runner import run_virtual

        inputs = run_virtual(scenario, work=work, progress=progress, replacements=load_parts(order.parts))
        _give_back()
        return inputs
    from brownout_harness.real.runner import run_real

    return run_real(
        scenario,
        work=work,
        redis=order.redis,
        progress=progress,
        parts=order.parts,
        onlooker=order.onlooker,
        generators=order.generators,
        toxiproxy=order.toxiproxy,
    )


def _give_back() -> None:
    """What the simulators of a large run took is as much as judging it takes.

    The C library keeps what is free between what is not, a third of it all, unless it is told. Others than GNU's do not
    have to be.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def judged_virtually(name: str, *, seed: int | None = None, replacements: Replacements | None = None) -> Judgement:
    """Run a scenario in virtual time and judge it, writing nothing; `replacements` are put into the application."""
    return judged(*run_virtually_for(name, seed=seed, replacements=replacements))


def run_virtually_for(
    name: str, *, seed: int | None = None, replacements: Replacements | None = None
) -> tuple[Scenario, RunInputs]:
    """A scenario, and what came of running it in virtual time, not judged yet."""
    from brownout_harness.virtual.runner import run_virtual

    scenario = checked_scenario(name, "virtual", seed)
    inputs = run_virtual(scenario, replacements=replacements)
    return scenario, with_control(scenario, inputs, lambda control: run_virtual(control, replacements=replacements))


def judged(scenario: Scenario, inputs: RunInputs) -> Judgement:
    """By the scenario's own expectations, and those that are always demanded."""
    evidence = evidence_of(scenario, inputs, {"scenario.yaml": to_yaml(scenario)})
    return judge(evidence, _checks(scenario, evidence))


def _checks(scenario: Scenario, evidence: Evidence) -> list[Any]:
    """Those that are always demanded come last, where the scenario has no words of its own for them."""
    said = [item.check for item in scenario.expect]
    unsaid = [each for each in ALWAYS if not any(isinstance(one, type(each)) for one in said)]
    return [*said, *(each for each in unsaid if _has_what_it_needs(each, evidence))]


def _has_what_it_needs(expectation: Any, evidence: Evidence) -> bool:
    there = {
        "NEEDS_TELEMETRY": evidence.telemetry,
        "NEEDS_TERMS": bool(evidence.terms),
        "NEEDS_UNTIL": bool(evidence.finish_within_s),
        "NEEDS_ORDERS": any(deed.orders for deed in evidence.deeds),
        "NEEDS_NOTICES": bool(evidence.notified_by),
    }
    return all(has for need, has in there.items() if getattr(expectation, need, False))


def evidence_of(
    scenario: Scenario,
    inputs: RunInputs,
    texts: Mapping[str, str],
    gateway: Mapping[str, GatewayOperation] = GATEWAY_OPERATIONS,
) -> Evidence:
    """What the expectations judge. `texts` is what others may read of the run, by a short name."""
    return Evidence(
        tables=apart(inputs.tables),
        shows_dead_letters=inputs.shows_dead_letters,
        phases=tuple(PhaseSpan(span.phase.name, span.start_s, span.end_s) for span in scenario.spans()),
        faults=tuple(fault_spans(scenario, inputs.fault_counts)),
        gaps=(*inputs.gaps, *gaps_of_outsiders(outsiders_in(inputs.tables))),
        deaths=inputs.deaths,
        deeds=(*inputs.deeds, *_changed_limits(scenario, inputs.duration_s)),
        endings=inputs.endings,
        memory=inputs.memory,
        looks=inputs.looks,
        through="mitmproxy" if scenario.is_intercepted else "",
        telemetry=scenario.target is None,
        leaves=dict(_leaves(scenario, gateway)),
        policies=_policies(scenario),
        terms=terms_of(operations_of(scenario, gateway).values()),
        secrets=inputs.secrets,
        said=inputs.said,
        texts=texts,
        finish_within_s={
            each.name: each.until.within_s for each in scenario.workload.operations if each.until is not None
        },
        refusals=refusals_by(inputs.tables.of(LedgerRow).split("vendor")),
        notified_by=scenario.heard,
        duration_s=inputs.duration_s,
        pause_s={group.name: group.ask_again.after_s for group in scenario.workload.groups if group.ask_again},
        think_s={group.name: group.mean_think_s for group in scenario.workload.groups if group.is_closed},
        processes=scenario.processes if scenario.replicas > 1 else (),
        unasked=scenario.unasked,
        control=None if inputs.control is None else evidence_of(control_of(scenario), inputs.control, {}, gateway),
        no_control=inputs.no_control,
    )


def _changed_limits(scenario: Scenario, duration_s: float) -> Iterator[Deed]:
    """Nobody did them while it ran: the simulators knew of them beforehand."""
    for at_s, text in scenario.limit_changes():
        if at_s <= duration_s:
            yield Deed(at_s, text)


def _policies(scenario: Scenario) -> dict[str, VendorPolicies]:
    """Of the reference application they are known; of another one nobody says them."""
    if scenario.target is not None:
        return {}
    settings_of: PoliciesOf = read_document(scenario.policies.to_json())["policies"]
    return {name: settings_of(adapter) for name, adapter in ADAPTERS.items()}


def _leaves(scenario: Scenario, gateway: Mapping[str, GatewayOperation]) -> Iterator[tuple[str, Leaves]]:
    """Of the reference application it is known what an operation leaves; of others the scenario says it."""
    for operation in scenario.workload.operations:
        if operation.leaves is not None:
            yield operation.name, Leaves.of(operation.leaves, operation.undone_by)
        elif scenario.target is None:
            yield operation.name, Leaves.of(gateway[operation.name].leaves, gateway[operation.name].undone_by)


def _about(order: Order, inputs: RunInputs) -> About:
    scenario = order.scenario
    return About(
        scenario=scenario.name,
        about=" ".join(scenario.about.split()),
        tags=tags_of(scenario),
        follows="" if scenario.incident is None else scenario.incident.in_words(),
        mode=order.mode,
        target=scenario.told(order.mode),
        seed=scenario.seed,
        command=order.command,
        environment=environment(),
        started=inputs.started,
        held=inputs.holdings(),
        notes=(
            *scenario.notes,
            *inputs.notes,
            *told_of(inputs),
            *_unreached(scenario, inputs),
            *notes_of_outsiders(inputs.tables),
        ),
    )


def _unreached(scenario: Scenario, inputs: RunInputs) -> Iterator[str]:
    """Capacities that the run did not come near: what is shown of the target, is shown without them."""
    for rule in scenario.standing_rules():
        counted = inputs.fault_counts.get(rule.id, FaultCount())
        if not counted.struck:
            yield f"{rule.vendor} made nobody wait ({rule.text}): {counted.matched} requests, never too many at a time"


def environment() -> Environment:
    """Where it runs: nothing secret, no host name, no path."""
    return Environment(
        brownout=version("brownout"),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cpus=os.cpu_count() or 1,
    )
