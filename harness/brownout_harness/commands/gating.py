"""What `brownout gate` does: run, compare, write down, say."""

import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from brownout_core.clock import system_wall_clock
from brownout_harness.audit.bar import bar
from brownout_harness.audit.processes import in_processes
from brownout_harness.commands.console import waiting
from brownout_harness.commands.terminal import watched
from brownout_harness.gate.baseline import Baseline, drift
from brownout_harness.gate.documents import DOCUMENTS, documents
from brownout_harness.gate.measured import Measured, measured_of, read_measured
from brownout_harness.gate.merging import copy_runs, merged
from brownout_harness.gate.outcome import EXIT_CODES, FILE, Gate, Result, Run
from brownout_harness.gate.place import take_over, write
from brownout_harness.gate.planned import Shard, check_free, is_whole, names_in, planned, share
from brownout_harness.gate.record import record_of
from brownout_harness.gate.together import together
from brownout_harness.gate.workflow import add_summary, annotations, harmless
from brownout_harness.problems import BadInput, Problem
from brownout_harness.progress import ProgressSink, is_redrawn
from brownout_harness.running.execute import Finished, execute, execute_keeping
from brownout_harness.running.keep import Keep
from brownout_harness.running.orders import Mode, Order, prepare, stamp
from brownout_harness.running.recorded import recorded
from brownout_harness.running.selection import selected
from brownout_reports import summary
from brownout_reports.printable import one_line
from brownout_reports.run_folder import RunFolder, Status

RESULTS = {Status.PASSED: Result.PASSED, Status.FAILED: Result.FAILED, Status.INCONCLUSIVE: Result.INCONCLUSIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """By the command line."""

    names: tuple[str, ...]
    tags: tuple[str, ...]
    mode: Mode
    baseline: Path | None
    update: bool
    shard: str | None
    repeat: int
    fail_fast: bool
    keep: Keep
    out: Path
    jobs: int | None


@dataclass(frozen=True, slots=True)
class _Ended:
    """One run, and the lines of its record."""

    run: Run
    record: str = ""
    """Empty where there is no baseline."""
    is_stopped: bool = False
    """Somebody ended it, and the gate with it."""


def run_gate(console: Console, asked: Asked, *, github: bool, as_json: bool) -> int:
    """Run and judge all, write the folder, say what came of it; the exit code.

    Raises:
        BadInput: something of it cannot be run, read or written; nothing was run.
    """
    shard = Shard.read(asked.shard) if asked.shard else None
    kept = Baseline(asked.baseline) if asked.baseline else None
    with waiting("reading scenarios"):
        every, left_out = _orders(asked)
    whole = planned(every, asked.out, repeat=asked.repeat)
    orders = share(whole, shard)
    # A record that cannot be read is known before an hour of runs.
    names = [each.folder.name for each in orders]
    before = None if kept is None or asked.update else {name: kept.record(name) for name in names}
    measured = _measured_before(asked, before)
    take_over(asked.out, [FILE, *DOCUMENTS])
    check_free(orders)
    runs = {each.folder.name: _not_run(each) for each in orders}
    every_name = tuple(each.folder.name for each in whole)
    told = Gate(
        shard=str(shard or ""),
        whole=every_name if shard else (),
        is_compared=before is not None,
        left_out=left_out,
        unmade=kept.others(every_name, asked.mode) if kept and is_whole(asked.names, asked.tags, shard) else (),
        runs=tuple(runs.values()),
    )
    write(asked.out, told, {})
    records: dict[str, str] = {}
    try:
        with closing(_ended(console, orders, asked, before)) as ended:
            for each in ended:
                run = each.run
                runs[run.name] = run
                if measured is not None:
                    records[run.name] = each.record
                if kept is not None and asked.update and run.result is Result.PASSED:
                    kept.keep(run.name, each.record)
                if asked.fail_fast and EXIT_CODES[run.result]:
                    break
    finally:
        # Also of a gate that somebody ends before its time: what was not run is not run, and never passed.
        told = told.model_copy(update={"runs": tuple(runs.values())})
        if measured is not None:
            told = _compared(told, measured, records)
        _tell(console, told, asked.out, github=github, as_json=as_json)
    return told.exit_code


def merge_gates(console: Console, folders: Sequence[Path], out: Path, *, github: bool, as_json: bool) -> int:
    """One gate of several machines' shares; the exit code.

    Raises:
        BadInput: they are not all the shares of one gate, or cannot be read or written.
    """
    told = merged(folders)
    if any(each.resolve() == out.resolve() for each in folders):
        raise BadInput(f"--out {out}: is one of those that are merged; name another folder")
    take_over(out, [FILE, *DOCUMENTS])
    write(out, told, {})
    copy_runs(folders, out)
    _tell(console, told, out, github=github, as_json=as_json)
    return told.exit_code


def _orders(asked: Asked) -> tuple[list[Order], tuple[str, ...]]:
    """And the names of what the mode cannot run; of what was asked for by its own name that is bad input."""
    loaded, left_out = selected(asked.tags, asked.mode) if not asked.names else ({}, ())
    names = [*loaded] or names_in(asked.names)
    return prepare(names, mode=asked.mode, time=stamp(system_wall_clock()), loaded=loaded), left_out


def _measured_before(asked: Asked, before: Mapping[str, str | None] | None) -> dict[str, Measured | None] | None:
    """Of real runs, what was kept of each. Raises `BadInput` where it is something else."""
    if before is None or asked.mode != "real":
        return None
    return {
        name: None if text is None else read_measured(text, f"--baseline {name}.txt") for name, text in before.items()
    }


def _compared(told: Gate, before: Mapping[str, Measured | None], records: Mapping[str, str]) -> Gate:
    """Real runs are compared when all are there."""
    now = {name: read_measured(text, name) for name, text in records.items() if text}
    judged, few = together(told.runs, before, now)
    return told.model_copy(update={"runs": tuple(judged.get(run.name, run) for run in told.runs), "few": few})


def _ended(
    console: Console, orders: Sequence[Order], asked: Asked, before: Mapping[str, str | None] | None
) -> Generator[_Ended, None, None]:
    if asked.mode == "real":
        for order in orders:
            with watched(console, order.scenario.name) as progress:
                ended = one(order, asked.keep, _Against(asked.baseline is not None), progress)
            yield ended
            if ended.is_stopped:
                return
        return
    is_recorded = asked.baseline is not None
    wanted = [
        (order, asked.keep, _Against(is_recorded, before is not None, (before or {}).get(order.folder.name)))
        for order in orders
    ]
    with (
        bar(console, "running", len(orders), in_lines=False) as step,
        closing(in_processes(one, wanted, asked.jobs)) as runs,
    ):
        for count, each in enumerate(runs, 1):
            step(each.run.name)
            if not is_redrawn(console):
                text = f"{count} of {len(orders)} {each.run.name}: {each.run.result}"
                console.print(text, markup=False, highlight=False, soft_wrap=True)
            yield each


def one(order: Order, keep: Keep, against: "_Against", progress: ProgressSink | None = None) -> _Ended:
    """One run, in whatever process. A problem of one is told, and the others go on."""
    run = _not_run(order)
    seen = _Seen(against)
    try:
        if order.mode == "real":
            finished: Finished | None
            finished = execute(order, progress)
            verdict = finished.verdict
            if against.is_recorded and verdict.verdict is Status.PASSED:
                seen.record = measured_of(recorded(finished.folder))
        else:
            verdict, finished = execute_keeping(keep, order, seen.look)
    except Exception as error:  # noqa: BLE001 - by its run's name, among the others
        said = str(error) if isinstance(error, Problem) else f"{type(error).__name__}: {error}"
        return _Ended(run.model_copy(update={"result": Result.NOT_JUDGED, "problem": one_line(said)}))
    # Only of what passed it matters whether it did so as before.
    result = seen.result if verdict.verdict is Status.PASSED else RESULTS[verdict.verdict]
    judged = {"result": result, "verdict": verdict, "drift": seen.drift, "kept": finished is not None}
    is_stopped = finished is not None and finished.is_interrupted
    return _Ended(run.model_copy(update=judged), seen.record, is_stopped)


@dataclass(frozen=True, slots=True)
class _Against:
    """What a run is compared with."""

    is_recorded: bool = False
    is_compared: bool = False
    before: str | None = None


@dataclass(slots=True)
class _Seen:
    """A run's record, and how it stands to the one before."""

    against: _Against
    record: str = ""
    result: Result = Result.PASSED
    drift: tuple[str, ...] = ()

    def look(self, run: RunFolder) -> bool:
        """Whether there is something to look at, though it passed."""
        if self.against.is_recorded:
            self.record = record_of(run)
        if not self.against.is_compared:
            return False
        if self.against.before is None:
            self.result = Result.NOT_COMPARED
            return False
        self.drift = drift(self.against.before, self.record)
        self.result = Result.DRIFTED if self.drift else Result.PASSED
        return bool(self.drift)


def _not_run(order: Order) -> Run:
    if order.scenario.target is not None:
        needs = "the application that is its target"
    else:
        needs = f"the parts {order.parts}" if order.parts else ""
    return Run(
        name=order.folder.name,
        scenario=order.scenario.name,
        source=order.source,
        command=order.command,
        needs=needs,
    )


def _tell(console: Console, told: Gate, out: Path, *, github: bool, as_json: bool) -> None:
    texts = documents(told)
    write(out, told, texts)
    if as_json:
        print(told.to_json(), end="")
    else:
        for run in told.runs:
            if run.result not in (Result.PASSED, Result.NOT_RUN):  # those are counted below
                _tell_run(console, run)
        for remark in told.remarks:
            console.print(harmless(remark), markup=False, highlight=False, soft_wrap=True)
        console.print(told.counted, markup=False, highlight=False)
        console.print(f"gate: {told.result}; {out / 'index.html'}", markup=False, highlight=False, soft_wrap=True)
    if github:
        for line in annotations(told):
            print(line, file=sys.stderr if as_json else sys.stdout)
        add_summary(texts[summary.FILE])


def _tell_run(console: Console, run: Run) -> None:
    console.print(f"[bold]{escape(run.name)}[/]: {run.result}", highlight=False, soft_wrap=True)
    for line in [*run.wrong[:6], f"replay: {run.command}"]:
        console.print(harmless(line), markup=False, highlight=False, soft_wrap=True)
