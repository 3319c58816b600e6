"""Whether somebody changed faults by hand during a run: they are none of the scenario's, and whatever was seen then was
seen in another experiment.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from brownout_harness.faults.by_hand import Changed, changes_in
from brownout_harness.judging.evidence import Gap, GapKind


def gaps_of(vendor: str, told: Mapping[str, Any], start_at_s: float) -> Iterator[Gap]:
    """Why the run whose schedule began at `start_at_s` was not the one that was asked for."""
    if told["start_at_s"] != start_at_s:
        # Of a reset the books are gone, too.
        at_s = told["start_at_s"] - start_at_s
        yield Gap(GapKind.EVIDENCE_LOST, f"somebody gave {vendor} another schedule, or reset it", at_s)
    if told["dropped"]:
        yield Gap(GapKind.CHANGED_LIVE, f"{vendor} forgot the first {told['dropped']} changes")
    for each in changes_in(vendor, told):
        yield _gap(each, told["start_at_s"])


def _gap(changed: Changed, start_at_s: float) -> Gap:
    until_s = None if changed.off_s is None else changed.off_s - start_at_s
    which = f"{changed.id} at {changed.vendor} ({changed.text})"
    if changed.on_s is None:
        return Gap(GapKind.CHANGED_LIVE, f"{which} was taken away by {changed.off_by}", until_s)
    over = f", until {until_s:.3f} s, and" if until_s is not None else " and"
    text = f"{which} was put in force by {changed.by}{over} struck {changed.struck} of {changed.matched}"
    return Gap(GapKind.CHANGED_LIVE, text, changed.on_s - start_at_s, until_s)
