"""Everything that is known of one operation: its requests and effects at every vendor, and what it set off."""

from collections.abc import Iterable, Sequence
from typing import Any

from brownout_harness.real.console.asking import Simulated, Unanswered
from brownout_harness.real.console.watch import Watch


def story_of(operation: str, watch: Watch, simulated: Iterable[Simulated], wall_s: float) -> dict[str, Any]:
    """In order of time. `is_whole` is false where something of it may not be known, and `missing` says why."""
    rows, may_miss = watch.rows_of(operation)
    steps = [{"kind": row["entry"], **row} for row in rows]
    missing = ["older rows than the console keeps"] if may_miss else []
    for each in simulated:
        try:
            steps += _deliveries(each, operation, wall_s)
        except Unanswered as error:
            missing.append(str(error))
    return {"operation": operation, "steps": sorted(steps, key=_at), "is_whole": not missing, "missing": missing}


def _deliveries(simulated: Simulated, operation: str, wall_s: float) -> Sequence[dict[str, Any]]:
    said = simulated.ask("GET", "webhooks")
    return [
        {"kind": "webhook", "vendor": simulated.vendor, "at": attempt["at_s"] + wall_s, **attempt}
        for attempt in said["log"]
        if attempt["operation_id"] == operation
    ]


def _at(step: dict[str, Any]) -> float:
    at: float = step["at"]
    return at
