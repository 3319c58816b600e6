"""What a simulator says of itself, as the judge reads it: the same from its control API and in place."""

from collections.abc import Mapping
from typing import Any

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.inputs import FaultCount


def fault_counts(status: Mapping[str, Any]) -> dict[str, FaultCount]:
    """By rule, how many requests it matched and struck."""
    return {rule["id"]: FaultCount(rule["matched"], rule["struck"]) for rule in status["rules"]}


def simulator_gaps(vendor: str, status: Mapping[str, Any]) -> list[Gap]:
    """Where the simulator itself fell short."""
    gaps = []
    if dropped := status["ledger"]["dropped"]:
        gaps.append(Gap(GapKind.LEDGER_OVERFLOW, f"{vendor} dropped {dropped} rows"))
    if problems := status.get("problems"):
        gaps.append(Gap(GapKind.OTHER, f"the {vendor} simulator had a problem of its own: {problems[0]}"))
    return gaps


SECRET_ENDINGS = ("KEY", "TOKEN", "SECRET", "PASSWORD")


def secrets_in(environment: Mapping[str, str]) -> frozenset[str]:
    """Every credential among the variables by which an application finds a vendor."""
    return frozenset(value for name, value in environment.items() if name.endswith(SECRET_ENDINGS) and value)
