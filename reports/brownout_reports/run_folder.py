"""What a run folder holds: `verdict.json`, three tables, and how they are read and written.

    runs/<time>-<scenario>-<mode>/
        scenario.yaml        as resolved
        verdict.json         `Verdict`, versioned
        operations.parquet   what the driver asked for and was answered
        ledger.parquet       what the vendors' own books say: one row per request, one per effect
        events.parquet       what the target said of itself (may be empty)
        report.html  junit.xml  summary.md  logs/

All instants are seconds since the run's start instant, on one clock.

A folder appears whole or not at all: it is written beside its place under a hidden name and then renamed.
Equal rows give equal tables, whatever order they came in: the order of rows is part of the format.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

SCHEMA_VERSION = 1

T = TypeVar("T")

SCENARIO_FILE: Final = "scenario.yaml"
VERDICT_FILE: Final = "verdict.json"
LOGS_FOLDER: Final = "logs"


class RunFolderError(Exception):
    """A run folder that cannot be read or written. One line that says which file and why."""


class Outcome(StrEnum):
    """What the driver made of an operation's last answer."""

    DONE = "done"
    ACCEPTED = "accepted"  # the target took it on and will finish it: a dead letter, a queue
    REFUSED = "refused"  # the target said no to the caller's face
    UNKNOWN = "unknown"  # no answer, or one that leaves open whether it was done


class Status(StrEnum):
    """Of an expectation and of a whole run. Inconclusive: the experiment did not happen as asked."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


OPERATIONS = pl.Schema(
    {
        "operation_id": pl.String(),
        "name": pl.String(),
        "intended_s": pl.Float64(),  # when the arrival process wanted it
        "sent_s": pl.Float64(),  # when the driver really sent it
        "finished_s": pl.Float64(),  # when the last answer was in; latency counts from intended_s
        "longest_ask_s": pl.Float64(),  # of all asks, the longest from sent to answered (or given up)
        "asks": pl.Int32(),  # how often the driver asked (it asks again after `unknown`, where told to)
        "status": pl.Int32(),  # of the last answer; 0: none
        "outcome": pl.String(),  # Outcome
        "detail": pl.String(),  # the error's class or code, a dead letter's id
    }
)

LEDGER = pl.Schema(
    {
        "entry": pl.String(),  # request | effect
        "seq": pl.Int64(),  # position in its vendor's ledger
        "vendor": pl.String(),
        "account": pl.String(),
        "operation_id": pl.String(),  # "" where the target passed none on
        "at_s": pl.Float64(),  # request: received; effect: committed
        "finished_s": pl.Float64(),  # request: answered (or dropped); effect: as at_s
        "route": pl.String(),  # request: "POST /v1/payment_intents"; effect: its kind "stripe.charge"
        "id": pl.String(),  # request id | the effect's id
        "request_id": pl.String(),  # of the request that caused it
        "idempotency_key": pl.String(),
        "replayed": pl.Boolean(),
        "status": pl.Int32(),  # 0: nothing went out
        "ending": pl.String(),  # complete | close | reset | hang | left: the client had gone
        "chunks": pl.Int32(),  # request: of a stream (messages of a session) that went out; of a plain body 1 or 0
        "received": pl.Int32(),  # request: messages that a session's client sent
        "faults": pl.List(pl.String()),  # ids of the rules that struck this request
        "amount": pl.Int64(),
        "asked_delay_s": pl.Float64(),  # injected latency, as drawn
        "given_delay_s": pl.Float64(),  # and as it really was
        "retry_after_s": pl.Float64(),  # request: the wait that the answer asked for; null: none
        "references": pl.String(),  # JSON object: the caller's ids stored with the effect
    }
)

EVENTS = pl.Schema(
    {
        "at_s": pl.Float64(),
        "kind": pl.String(),
        "vendor": pl.String(),
        "call": pl.String(),
        "operation_id": pl.String(),
        "attempt": pl.Int32(),
        "outcome": pl.String(),
        "duration_s": pl.Float64(),
        "detail": pl.String(),
    }
)


class Frozen(BaseModel):
    """A record of the verdict: immutable, and no unknown key is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class PhaseSpan(Frozen):
    """A phase as it was run."""

    name: str
    start_s: float
    end_s: float


class FaultSpan(Frozen):
    """One fault of the scenario, when it was in force and how many requests it really struck."""

    id: str
    vendor: str
    text: str
    """In words: `503 on half of POST /v1/payment_intents`."""
    start_s: float
    end_s: float
    matched: int
    struck: int


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
    asked: int
    done: int
    accepted: int
    refused: int
    unknown: int
    offered_per_s: float
    achieved_per_s: float
    goodput_per_s: float
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


class Verdict(Frozen):
    """`verdict.json`."""

    schema_version: Literal[1] = 1
    scenario: str
    about: str
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
    notes: tuple[str, ...] = ()
    """What a reader should know: policies scaled, retries disabled, a limiter that is on."""


class RunFolder(Frozen):
    """A run, read back."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    path: Path
    scenario: str
    """`scenario.yaml`, as text."""
    verdict: Verdict
    operations: pl.DataFrame
    ledger: pl.DataFrame
    events: pl.DataFrame


Row = Mapping[str, Any]


def operations_table(rows: Iterable[Row]) -> pl.DataFrame:
    """In the order in which the operations were wanted."""
    return _table(rows, OPERATIONS).sort("intended_s", "operation_id", maintain_order=True)


def ledger_table(rows: Iterable[Row]) -> pl.DataFrame:
    """By vendor, and by the position in its ledger."""
    return _table(rows, LEDGER).sort("vendor", "seq", "entry", "id", maintain_order=True)


def events_table(rows: Iterable[Row]) -> pl.DataFrame:
    """By instant; what happened at the same instant stays in the order in which it was reported."""
    return _table(rows, EVENTS).sort("at_s", maintain_order=True)


def _table(rows: Iterable[Row], schema: pl.Schema) -> pl.DataFrame:
    """A column that a row lacks is empty: "" for text, false, [], null for a number."""
    given = list(rows)
    columns = [_column(name, kind, [row.get(name) for row in given]) for name, kind in schema.items()]
    return pl.DataFrame(columns)


def _column(name: str, kind: pl.DataType, values: list[Any]) -> pl.Series:
    if isinstance(kind, pl.List):
        values = [[] if value is None else list(value) for value in values]
    elif isinstance(kind, pl.Float64):
        values = [None if value is None else float(value) for value in values]
    elif not isinstance(kind, pl.Int32 | pl.Int64):
        empty: str | bool = False if isinstance(kind, pl.Boolean) else ""
        values = [empty if value is None else value for value in values]
    return pl.Series(name, values, dtype=kind)


TABLES: Final[Mapping[str, pl.Schema]] = {
    "operations.parquet": OPERATIONS,
    "ledger.parquet": LEDGER,
    "events.parquet": EVENTS,
}


def write(run: RunFolder, *, files: Mapping[str, str] | None = None, logs: Path | None = None) -> Path:
    """Write a run to `run.path`, whole or not at all, and return that path.

    `files` are further texts by name (`junit.xml`); the folder `logs` is copied. The path may be an empty folder or
    not exist yet.

    Raises:
        RunFolderError: the place is taken or cannot be written; nothing is left behind.
    """
    path = run.path
    partial = path.parent / f".{path.name}.partial-{os.getpid()}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        _fill(partial, run, files or {}, logs)
        partial.rename(path)
    except OSError as error:
        taken = path.exists() and (not path.is_dir() or any(path.iterdir()))
        reason = "there is something already" if taken else error.strerror or str(error)
        raise RunFolderError(f"cannot write the run to {path}: {reason}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return path


def _fill(folder: Path, run: RunFolder, files: Mapping[str, str], logs: Path | None) -> None:
    (folder / SCENARIO_FILE).write_text(run.scenario, encoding="utf-8")
    (folder / VERDICT_FILE).write_text(run.verdict.model_dump_json(indent=2) + "\n", encoding="utf-8")
    for name, table in zip(TABLES, (run.operations, run.ledger, run.events), strict=True):
        table.write_parquet(folder / name)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    if logs is None:
        (folder / LOGS_FOLDER).mkdir()
    else:
        shutil.copytree(logs, folder / LOGS_FOLDER)


def read(folder: Path) -> RunFolder:
    """Read a run back.

    Raises:
        RunFolderError: no such folder, a file is missing or broken, or it is of another version.
    """
    if not folder.is_dir():
        raise RunFolderError(f"{folder} is no run folder: there is no such folder")
    tables = [_reading(folder / name, _parquet_of(schema)) for name, schema in TABLES.items()]
    return RunFolder(
        path=folder,
        scenario=_reading(folder / SCENARIO_FILE, lambda path: path.read_text(encoding="utf-8")),
        verdict=_reading(folder / VERDICT_FILE, lambda path: Verdict.model_validate_json(path.read_bytes())),
        operations=tables[0],
        ledger=tables[1],
        events=tables[2],
    )


def _parquet_of(schema: pl.Schema) -> Callable[[Path], pl.DataFrame]:
    def read_table(path: Path) -> pl.DataFrame:
        table = pl.read_parquet(path)
        if table.schema != schema:
            wrong = sorted(set(schema.items()) ^ set(table.schema.items()), key=str)
            raise ValueError(f"column {wrong[0][0]!r} is not as expected" if wrong else "columns in another order")
        return table

    return read_table


def _reading(path: Path, parse: Callable[[Path], T]) -> T:
    try:
        return parse(path)
    except FileNotFoundError:
        raise RunFolderError(f"{path.parent} is no run folder: {path.name} is missing") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunFolderError(f"{path}: not a verdict that this version reads: {place}: {first['msg']}") from error
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise RunFolderError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
