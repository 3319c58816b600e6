"""What a run folder holds: `verdict.json`, its tables, and how they are read and written.

    runs/<time>-<scenario>-<mode>/
        scenario.yaml        as resolved
        verdict.json         `Verdict`, versioned
        *.parquet            the tables of `rows.TABLES`: operations, ledger, events, deliveries, dead_letters
        report.html  junit.xml  summary.md  logs/
        control/             the same tables of the control run, where the run was compared with one

All instants are seconds since the run's start instant, on one clock.

A folder appears whole or not at all: it is written beside its place under a hidden name and then renamed.
Equal rows give equal tables, whatever order they came in: the order of rows is part of the format.
"""

import os
import shutil
import stat
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

import polars as pl
from pydantic import ConfigDict, ValidationError

from brownout_reports.rows import TABLES, Table, schema_of
from brownout_reports.spans import FaultSpan, Frozen, PhaseSpan
from brownout_reports.tables import Rows, Tables

SCHEMA_VERSION: Final = 5

T = TypeVar("T")
R = TypeVar("R", bound=NamedTuple)

SCENARIO_FILE: Final = "scenario.yaml"
VERDICT_FILE: Final = "verdict.json"
LOGS_FOLDER: Final = "logs"
CONTROL_FOLDER: Final = "control"
"""With the same tables, of the control run."""


class RunFolderError(Exception):
    """A run folder that cannot be read or written. One line that says which file and why."""


class Status(StrEnum):
    """Of an expectation and of a whole run. Inconclusive: the experiment did not happen as asked."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class Case(Frozen):
    """One concrete thing to look at."""

    operation_id: str
    at_s: float | None = None
    what: str


class ExpectationResult(Frozen):
    """One expectation of the scenario, judged."""

    name: str
    """`exactly_once`"""
    title: str
    """One line with its parameters: `exactly_once: effect stripe.charge`."""
    status: Status
    expected: str
    observed: str
    when: str = ""
    """The phase or the span that was judged, and the instant of the first violation."""
    cases: tuple[Case, ...] = ()
    """At most three."""


class Mark(Frozen):
    """Something that befell the run beside its faults, at the instant at which it really did."""

    kind: Literal["action", "death", "gap"]
    """What the scenario had done to the target; an end of it that nobody asked for; where the harness fell short."""
    text: str
    """In words: `kill gateway`."""
    at_s: float | None = None
    """None: nobody knows, or it was all the time."""
    until_s: float | None = None
    """Of what lasted."""


class Settings(Frozen):
    """How the reference application was set; of any other target nobody knows it."""

    policies: Mapping[str, Mapping[str, Mapping[str, Any] | None]]
    """By vendor and policy, every field with its effective value; None: that policy is switched off."""
    failures: tuple[str, ...]
    """The outcomes of attempts that are samples against a vendor's health; `ok` is one for it, any other is none."""
    window_slices: int
    """A breaker's window moves by slices: it holds the newest so many, the one that is being filled among them."""


class VendorMetrics(Frozen):
    """What one vendor saw, in one phase (or `phase="all"`)."""

    vendor: str
    phase: str
    operations: int
    requests: int
    amplification: float | None
    """Requests per ask of the operations that reached this vendor; None without any."""
    answered_ok: int
    answered_4xx: int
    answered_429: int
    answered_5xx: int
    not_answered: int
    effects: int
    duplicates: int


class PhaseMetrics(Frozen):
    """What the driver saw of one operation in one phase (`operation="all"` for all of them)."""

    phase: str
    operation: str
    group: str = ""
    """Only what this group of users asked for; empty: every group's."""
    asked: int
    done: int
    accepted: int
    refused: int
    unknown: int
    offered_per_s: float
    achieved_per_s: float
    goodput_per_s: float
    missed: int | None = None
    """What users who wait for their answers left out meanwhile, for which the latencies are corrected; None: nobody
    waited with asking."""
    p50_s: float | None
    p90_s: float | None
    p99_s: float | None
    max_s: float | None


class Environment(Frozen):
    """Where it ran. Nothing secret, no host name, no path."""

    brownout: str
    python: str
    system: str
    cpus: int


class Holding(Frozen):
    """What one process held, with all that it had started, at some instants of the run."""

    process: str
    at_s: tuple[float, ...]
    resident_bytes: tuple[int, ...]
    descriptors: tuple[int | None, ...]
    """Open files, sockets and pipes; None where nobody could look."""


class Verdict(Frozen):
    """`verdict.json`."""

    schema_version: Literal[5] = SCHEMA_VERSION
    scenario: str
    about: str
    tags: tuple[str, ...] = ()
    """The words that the scenario is found by."""
    follows: str = ""
    """The public incident that the scenario follows, if any: when, what, how compressed, where it is told."""
    mode: Literal["virtual", "real"]
    target: str
    seed: int
    verdict: Status
    reasons: tuple[str, ...] = ()
    """Why it is inconclusive, one line each; empty otherwise."""
    command: str
    """What reproduces it."""
    started: str
    """Wall clock, ISO 8601, for humans; empty in virtual mode, where there is none."""
    duration_s: float
    """Simulated seconds in virtual mode."""
    expectations: tuple[ExpectationResult, ...]
    phases: tuple[PhaseSpan, ...]
    faults: tuple[FaultSpan, ...]
    phase_metrics: tuple[PhaseMetrics, ...]
    vendor_metrics: tuple[VendorMetrics, ...]
    environment: Environment
    marks: tuple[Mark, ...] = ()
    """In the order of their instants."""
    settings: Settings | None = None
    """None: of a target that is not the reference application."""
    held: tuple[Holding, ...] = ()
    """Where somebody wanted to know it."""
    notes: tuple[str, ...] = ()
    """What a reader should know: policies scaled, retries disabled, a limiter that is on."""


class RunFolder(Frozen):
    """A run, read back."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    path: Path
    scenario: str
    """`scenario.yaml`, as text."""
    verdict: Verdict
    tables: Tables
    control: Tables | None = None
    """Of the control run; None: there was none."""


def write(
    run: RunFolder, *, files: Mapping[str, str] | None = None, logs: Path | None = None, is_reserved: bool = False
) -> Path:
    """Write a run to `run.path`, whole or not at all, and return that path.

    `files` are further texts by name (`junit.xml`); the folder `logs` is copied. The path may be an empty folder or
    not exist yet; one that `is_reserved` (`reserved.py`) is replaced.

    Raises:
        RunFolderError: the place is taken or cannot be written; nothing is left behind.
    """
    path = run.path
    partial = path.parent / f".{path.name}.partial-{os.getpid()}"
    aside = path.parent / f".{path.name}.reserved-{os.getpid()}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        _fill(partial, run, files or {}, logs)
        if is_reserved:
            path.rename(aside)
        partial.rename(path)
    except OSError as error:
        taken = not is_reserved and path.exists() and (not path.is_dir() or any(path.iterdir()))
        reason = "there is something already" if taken else error.strerror or str(error)
        raise RunFolderError(f"cannot write the run to {path}: {reason}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)
    return path


def _fill(folder: Path, run: RunFolder, files: Mapping[str, str], logs: Path | None) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / SCENARIO_FILE).write_text(run.scenario, encoding="utf-8")
    (folder / VERDICT_FILE).write_text(run.verdict.model_dump_json(indent=2) + "\n", encoding="utf-8")
    _fill_tables(folder, run.tables)
    if run.control is not None:
        (folder / CONTROL_FOLDER).mkdir()
        _fill_tables(folder / CONTROL_FOLDER, run.control)
    if logs is None:
        (folder / LOGS_FOLDER).mkdir()
    else:
        shutil.copytree(logs, folder / LOGS_FOLDER, ignore=_irregular)


def _fill_tables(folder: Path, tables: Tables) -> None:
    for name, frame in tables.frames().items():
        frame.sink_parquet(folder / f"{name}.parquet")


def _irregular(folder: str, names: list[str]) -> list[str]:
    """Links and pipes: what is behind them is none of a run's."""
    return [
        name for name in names if stat.S_IFMT((Path(folder) / name).lstat().st_mode) not in {stat.S_IFREG, stat.S_IFDIR}
    ]


def read(folder: Path) -> RunFolder:
    """Read a run back.

    Raises:
        RunFolderError: no such folder, a file is missing or broken, or it is of another version.
    """
    if not folder.is_dir():
        raise RunFolderError(f"{folder} is no run folder: there is no such folder")
    return RunFolder(
        path=folder,
        scenario=_reading(folder / SCENARIO_FILE, lambda path: path.read_text(encoding="utf-8")),
        verdict=_reading(folder / VERDICT_FILE, lambda path: Verdict.model_validate_json(path.read_bytes())),
        tables=_tables_in(folder),
        control=_tables_in(control) if (control := folder / CONTROL_FOLDER).is_dir() else None,
    )


def _tables_in(folder: Path) -> Tables:
    return Tables(*(_reading(folder / f"{name}.parquet", _rows_of(table)) for name, table in TABLES.items()))


def text_of(path: Path) -> str:
    """A further text of a run folder. Raises `RunFolderError`."""
    return _reading(path, lambda each: each.read_text(encoding="utf-8"))


def _rows_of(table: Table[R]) -> Callable[[Path], Rows[R]]:
    def read_rows(path: Path) -> Rows[R]:
        frame = pl.scan_parquet(path, glob=False)
        schema, found = schema_of(table.record), frame.collect_schema()
        if found != schema:
            wrong = sorted(set(schema.items()) ^ set(found.items()), key=str)
            raise ValueError(f"column {wrong[0][0]!r} is not as expected" if wrong else "columns in another order")
        return Rows(table.record, frame)

    return read_rows


def _reading(path: Path, parse: Callable[[Path], T]) -> T:
    """What a file of a run holds. The folder may be anybody's: a link may lead anywhere, and a pipe never ends."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise RunFolderError(f"{path} is no regular file")
        return parse(path)
    except FileNotFoundError:
        if [each.name for each in path.parent.iterdir()] == [SCENARIO_FILE]:
            raise RunFolderError(f"{path.parent} holds a run that is not over, or was killed: no verdict yet") from None
        raise RunFolderError(f"{path.parent} is no run folder: {path.name} is missing") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunFolderError(f"{path}: not a verdict that this version reads: {place}: {first['msg']}") from error
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise RunFolderError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
