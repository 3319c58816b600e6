"""What a run hands to the judge, the same from both modes: what was asked, what the vendors' books say, what the
target said of itself, and where the harness could not keep its promise.

All instants are seconds since the run's start instant. Rows are plain mappings with exactly the columns of the
run folder's tables (`brownout_reports.run_folder`: OPERATIONS, LEDGER, EVENTS).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brownout_harness.judging.evidence import Gap

Row = Mapping[str, Any]


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

    operations: tuple[Row, ...]
    """One per arrival, columns as `run_folder.OPERATIONS`."""
    ledger: tuple[Row, ...]
    """Requests and effects of all vendors, columns as `run_folder.LEDGER`; ordered by vendor, then `seq`."""
    events: tuple[Row, ...] = ()
    """What the target reports of itself, columns as `run_folder.EVENTS`; empty for a target that reports nothing."""
    dead_letters: tuple[Row, ...] = ()
    """Every dead letter as the target showed it at the end, redriven and discarded ones included."""
    dead_letters_known: bool = True
    """False for a target that has no `/dead-letters` (a foreign one): absent is then not the same as none."""
    fault_counts: Mapping[str, FaultCount] = field(default_factory=dict)
    """By the rule's id, `brownout.1`."""
    gaps: tuple[Gap, ...] = ()
    """Where the harness fell short: any of them keeps the run from passing."""
    still_open: Mapping[str, int] = field(default_factory=dict)
    """What was still moving when the drain's time was up: `dead_letters`, `webhooks`, `requests` to how many."""
    notes: tuple[str, ...] = ()
    """What a reader should know and that changes no verdict: limiters off, retries disabled, a busy generator."""
    secrets: frozenset[str] = frozenset()
    """Every credential that the run used: none may be found in logs, reports or dead letters. Never written down."""
    logs: Path | None = None
    """The folder with what the processes wrote; None in virtual mode, where there are none."""
    started: str = ""
    """Wall clock at the start instant, ISO 8601, for humans; empty in virtual mode."""
    duration_s: float = 0.0
    """From the start instant to the end of the drain."""
