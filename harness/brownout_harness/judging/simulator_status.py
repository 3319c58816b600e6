"""What a simulator says of itself, as the judge reads it: the same from its control API and in place."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.inputs import FaultCount

SLOW_WORK: Final = 1.1
"""How much longer a simulator's work may take than it was to. For real it was 1.02 times as long with ten processes
waiting for each of two cores, in virtual time exactly as long."""
SLOW_WORK_S: Final = 0.5
"""And so much beside: of little work a single hiccup is a large share."""


def fault_counts(status: Mapping[str, Any]) -> dict[str, FaultCount]:
    """By rule, how many requests it matched and struck."""
    return {rule["id"]: FaultCount(rule["matched"], rule["struck"]) for rule in status["rules"]}


def simulator_gaps(vendor: str, status: Mapping[str, Any]) -> list[Gap]:
    """Where the simulator itself fell short."""
    gaps = []
    if dropped := status["ledger"]["dropped"]:
        gaps.append(Gap(GapKind.LEDGER_OVERFLOW, f"{vendor} dropped {dropped} rows"))
    if dropped := status["deliveries"]["dropped"]:
        gaps.append(Gap(GapKind.EVIDENCE_LOST, f"{vendor} dropped {dropped} attempts at deliveries"))
    if problems := status.get("problems"):
        gaps.append(Gap(GapKind.OTHER, f"the {vendor} simulator had a problem of its own: {problems[0]}"))
    return [*gaps, *_slow_work(vendor, status["serving"])]


def _slow_work(vendor: str, serving: Mapping[str, Any]) -> list[Gap]:
    """A capacity that the machine took away is none that the scenario gave."""
    asked_s, given_s = serving["asked_work_s"], serving["given_work_s"]
    if given_s <= asked_s * SLOW_WORK + SLOW_WORK_S:
        return []
    slow = f"the {vendor} simulator worked for {given_s:.1f} s on what was to take {asked_s:.1f} s"
    return [Gap(GapKind.OTHER, f"{slow}: the machine was slow, and not the vendor's capacity small")]
