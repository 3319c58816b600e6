"""A run that was recorded, judged again: by its scenario's own expectations, or by those of another file.

Beside its tables a run folder holds `evidence.json`: what the judge was told besides. Credentials are not in it; those
of the simulators are the same in every run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from brownout_harness.asked.described import check_templates
from brownout_harness.asked.needed import vendors_needed
from brownout_harness.judging.endings import Ending
from brownout_harness.judging.evidence import Death, Deed, Evidence, Gap
from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.inputs import FaultCount, RunInputs
from brownout_harness.judging.looks import Looks
from brownout_harness.judging.memory import MemorySample
from brownout_harness.problems import BadInput
from brownout_harness.safety.secret_forms import secrets_in
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.run_folder import (
    LOGS_FOLDER,
    SCENARIO_FILE,
    VERDICT_FILE,
    ExpectationResult,
    RunFolder,
    RunFolderError,
    Status,
    read,
    text_of,
)
from brownout_scenarios import yaml_tree
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Scenario
from brownout_simulators.vendors import VENDORS, load_vendor

KEPT_FILE: Final = "evidence.json"
LAST: Final = "last"
RUNS: Final = Path("runs")


class KeptControl(BaseModel):
    """What the judge was told of the control run, beside its tables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gaps: tuple[Gap, ...]
    deaths: tuple[Death, ...]
    duration_s: float


class Kept(BaseModel):
    """`evidence.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    shows_dead_letters: bool
    gaps: tuple[Gap, ...]
    deaths: tuple[Death, ...]
    deeds: tuple[Deed, ...] = ()
    endings: tuple[Ending, ...] = ()
    memory: tuple[MemorySample, ...] = ()
    beside: tuple[MemorySample, ...] = ()
    looks: Mapping[str, Looks] = {}
    notes: tuple[str, ...]
    control: KeptControl | None = None
    no_control: str = ""


def kept(inputs: RunInputs) -> str:
    """What is to be kept of a run, beside its tables and its verdict."""
    control = inputs.control
    what = Kept(
        shows_dead_letters=inputs.shows_dead_letters,
        gaps=inputs.gaps,
        deaths=inputs.deaths,
        deeds=inputs.deeds,
        endings=inputs.endings,
        memory=inputs.memory,
        beside=inputs.beside,
        looks=inputs.looks,
        notes=inputs.notes,
        control=None if control is None else _kept_of(control),
        no_control=inputs.no_control,
    )
    return what.model_dump_json(indent=2) + "\n"


def _kept_of(control: RunInputs) -> KeptControl:
    return KeptControl(gaps=control.gaps, deaths=control.deaths, duration_s=control.duration_s)


def find(run: str) -> Path:
    """The folder of a run; of `last` the one below `runs/` whose verdict is the newest.

    Raises:
        BadInput: there is none.
    """
    if run != LAST:
        return Path(run)
    verdicts = [path for path in RUNS.glob(f"*/{VERDICT_FILE}") if path.is_file()]
    if not verdicts:
        raise BadInput("there is no last run: no folder below runs/ holds one")
    return max(verdicts, key=lambda path: (path.stat().st_mtime_ns, path)).parent


def recorded(folder: Path) -> RunFolder:
    """A run, read back. Raises `BadInput`."""
    try:
        return read(folder)
    except RunFolderError as error:
        raise BadInput(str(error)) from None


def inputs_of(run: RunFolder) -> RunInputs:
    """What the judge was handed when the run had ended. Raises `BadInput`."""
    try:
        what = Kept.model_validate_json(text_of(run.path / KEPT_FILE))
    except RunFolderError as error:
        raise BadInput(f"{error}; an earlier version recorded it: run it again") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"{run.path / KEPT_FILE}: not evidence that this version reads: {place}: {first['msg']}"
        ) from None
    logs = run.path / LOGS_FOLDER
    return RunInputs(
        tables=run.tables,
        shows_dead_letters=what.shows_dead_letters,
        fault_counts={fault.id: FaultCount(fault.matched, fault.struck) for fault in run.verdict.faults},
        gaps=what.gaps,
        deaths=what.deaths,
        deeds=what.deeds,
        endings=what.endings,
        memory=what.memory,
        beside=what.beside,
        looks=what.looks,
        notes=what.notes,
        secrets=frozenset(_secrets(vendors_needed(scenario_of(run), VENDORS))),
        logs=logs if logs.is_dir() and not logs.is_symlink() else None,
        started=run.verdict.started,
        control=_control(run, what.control),
        no_control=what.no_control,
        duration_s=run.verdict.duration_s,
    )


def _control(run: RunFolder, what: KeptControl | None) -> RunInputs | None:
    if what is None or run.control is None:
        return None
    return RunInputs(tables=run.control, gaps=what.gaps, deaths=what.deaths, duration_s=what.duration_s)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found when the run ended, and could not be found again: its credentials are not recorded, and are masked
    in its tables."""

    NAME: ClassVar[str] = "found"
    LEDGER_PROVES: ClassVar[bool] = True
    TIMELESS: ClassVar[bool] = True

    result: ExpectationResult

    def judge(self, _evidence: Evidence) -> ExpectationResult:
        """As it was."""
        return self.result


def with_found(checks: Iterable[Expectation], run: RunFolder) -> list[Expectation]:
    """The same demands, but what can be found only once, and was, stays found."""
    failed = {each.name: each for each in run.verdict.expectations if each.status is Status.FAILED}
    return [
        _Found(failed[each.NAME]) if each.NAME in failed and getattr(each, "FOUND_ONCE", False) else each
        for each in checks
    ]


def _secrets(vendors: Iterable[str]) -> Iterator[str]:
    for name in vendors:
        vendor = load_vendor(name)
        yield from secrets_in(vendor.environment("http://127.0.0.1", vendor.test_key("default")))


def scenario_of(run: RunFolder, expect: Path | None = None) -> Scenario:
    """The scenario that was run; if another file is named, with the expectations of that: a whole scenario's, or an
    `expect` alone.

    Raises:
        BadInput: one of the two cannot be read, or expects what this run does not have.
    """
    file = run.path / SCENARIO_FILE
    own = _scenario(run.scenario, file, file)
    if expect is None:
        return own
    try:
        text = expect.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise BadInput(f"{expect}: cannot be read: {error}") from None
    try:
        said = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        said = {"name": ""}  # whoever reads whole scenarios says what is wrong with it
    beside = expect
    if isinstance(said, dict) and said.keys() == {"expect"}:
        # Below it, so that the lines of what is wrong are those of the file.
        rest: dict[str, Any] = {name: value for name, value in own.document.items() if name != "expect"}
        text, beside = text.rstrip() + "\n" + yaml_tree.write(rest), file
    other = _scenario(text, expect, beside)
    document = {**own.document, "expect": other.document["expect"]}
    operations = _leaving(own, other)
    return replace(own, expect=other.expect, workload=replace(own.workload, operations=operations), document=document)


def _scenario(text: str, file: Path, beside: Path) -> Scenario:
    """Of a text that is said to be in `file`; what it names lies beside `beside`."""
    try:
        return load_text(text, vocabulary(), file=str(file), path=beside, also=[check_templates])
    except ScenarioError as error:
        raise BadInput(str(error)) from None


def _leaving(own: Scenario, other: Scenario) -> tuple[Any, ...]:
    """The operations that were asked for, leaving what the other file says of those of the same name."""
    said = {each.name: each for each in other.workload.operations}
    return tuple(
        replace(each, leaves=said[each.name].leaves, undone_by=said[each.name].undone_by) if each.name in said else each
        for each in own.workload.operations
    )
