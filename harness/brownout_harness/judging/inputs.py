"""What a run hands to the judge, the same from both modes: what was asked, what the vendors' books say, what the
target said of itself, and where the harness could not keep its promise.

All instants are seconds since the run's start instant.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from brownout_harness.judging.endings import Ending
from brownout_harness.judging.evidence import Death, Deed, Gap
from brownout_harness.judging.looks import Looks
from brownout_harness.judging.memory import MemorySample, holdings
from brownout_reports.rows import TABLES
from brownout_reports.run_folder import Holding
from brownout_reports.tables import Tables

SPELLS_LIMIT: Final = 1_000
"""Of a fault that is on and off in turn, as many stretches are told."""


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How often one rule of the scenario met a request, by the simulator's own count."""

    matched: int = 0
    """Requests that its match and window covered."""
    struck: int = 0
    """Of those, requests that it touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInputs:
    """One finished run, not yet judged. Immutable; safe to share."""

    tables: Tables
    """What the driver asked for, every vendor's ledger, what the target reports of itself, and every dead letter as it
    showed it at the end, redriven and discarded ones included."""
    shows_dead_letters: bool = True
    """False for a target that has no `/dead-letters` (a foreign one): absent is then not the same as none."""
    fault_counts: Mapping[str, FaultCount] = field(default_factory=dict)
    """By the rule's id, `brownout.1`."""
    gaps: tuple[Gap, ...] = ()
    """Where the harness fell short: any of them keeps the run from passing."""
    deaths: tuple[Death, ...] = ()
    """Of the target, that nobody asked for. Those of the harness's own processes are gaps, or end the run."""
    deeds: tuple[Deed, ...] = ()
    """What the scenario had done to the target, in order; a redrive from its start."""
    endings: tuple[Ending, ...] = ()
    """What came of each `stop` of a process of the target, in their order."""
    memory: tuple[MemorySample, ...] = ()
    """Of the target's processes, where an expectation wants to know, or somebody; real mode only."""
    beside: tuple[MemorySample, ...] = ()
    """Of the harness's own processes, in a soak: judged by nothing, and drawn."""
    looks: Mapping[str, Looks] = field(default_factory=dict)
    """By vendor, how its breaker was looked at in the target's metrics, where the scenario says where it stands."""
    still_open: Mapping[str, int] = field(default_factory=dict)
    """What was still moving when the drain's time was up: `dead_letters`, `webhooks`, `requests` to how many."""
    said: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    """By vendor, what its first calls with an effect said, by place. Never written down: it is for advice only."""
    notes: tuple[str, ...] = ()
    """What a reader should know and that changes no verdict: limiters off, retries disabled, a busy generator."""
    secrets: frozenset[str] = frozenset()
    """Every credential that the run used: none may be found in logs, reports or dead letters. Never written down."""
    logs: Path | None = None
    """The folder with what the processes wrote; None in virtual mode, where there are none."""
    started: str = ""
    """Wall clock at the start instant, ISO 8601, for humans; empty in virtual mode."""
    control: "RunInputs | None" = None
    """What came of the control run; None: there was none."""
    no_control: str = ""
    """Why not, where an expectation wanted one."""
    duration_s: float = 0.0
    """From the start instant to the end of the drain."""

    def holdings(self) -> tuple[Holding, ...]:
        """What processes held, as it is drawn."""
        return holdings((*self.memory, *self.beside))

    def digest(self) -> str:
        """Of all that the judge is handed, in hexadecimal: the same run, the same digest."""
        tables = [list(self.tables.of(table.record)) for table in TABLES.values()]
        parts = [*tables, self.notes, self.duration_s]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
