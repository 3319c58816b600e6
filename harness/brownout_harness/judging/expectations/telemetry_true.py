"""What the target says of itself is true: held, operation by operation, against driver, ledgers and policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_core.telemetry import Kind
from brownout_harness.judging.by_process import each_process
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted
from brownout_harness.judging.expectations.telling import false_openings, telling_about
from brownout_harness.judging.expectations.told_attempts import attempts_against_ledger
from brownout_harness.judging.expectations.told_causes import causes_against_rejections
from brownout_harness.judging.expectations.told_durations import durations_against_driver
from brownout_harness.judging.expectations.told_endings import endings_against_driver
from brownout_harness.judging.expectations.told_rejections import rejections_against_policies
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10
LATE_BY_S: Final = 1.0
"""A request that was admitted before a breaker opened may arrive so much later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetryTrue:
    """No attempt, no operation's end, no rejection and no breaker is told otherwise than it was."""

    NAME: ClassVar[str] = "telemetry_true"
    LEDGER_PROVES: ClassVar[bool] = True
    NEEDS_TELEMETRY: ClassVar[bool] = True
    """Where the target tells nothing it is not demanded unasked."""

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """One contradiction is one too many: every other figure of the telemetry is as doubtful."""
        wording = Wording(self, "telemetry agrees with driver, ledgers and policies, operation by operation")
        if not evidence.telemetry or not evidence.events:
            return wording.inconclusive("the target reports no events: there is nothing to hold against the ledgers")
        found = list(_contradictions(evidence))
        observed = f"{_told(evidence)}; {counted(len(found), 'contradiction')}"
        if found:
            return wording.failed(f"{observed}: {min(found).what}", found)
        if len(evidence.operations) < MINIMUM_OPERATIONS:
            return wording.too_few(len(evidence.operations), MINIMUM_OPERATIONS, "operations")
        return wording.passed(observed)


def _contradictions(evidence: Evidence) -> Iterator[Violation]:
    yield from attempts_against_ledger(evidence)
    yield from endings_against_driver(evidence)
    yield from causes_against_rejections(evidence)
    yield from rejections_against_policies(evidence)
    yield from durations_against_driver(evidence)
    if evidence.absence_is_proof:  # a step of which the telling was lost is no lie
        yield from _openings_against_ledgers(evidence)


def _openings_against_ledgers(evidence: Evidence) -> Iterator[Violation]:
    """Of each process's breakers, those that are told to have moved."""
    for own in each_process(evidence).values():
        moves = own.events_by_kind.get(Kind.BREAKER_TRANSITION, Rows.none(EventRow))
        for vendor in moves.split("vendor"):
            yield from false_openings(own, telling_about(own, vendor), late_by_s=LATE_BY_S)


def _told(evidence: Evidence) -> str:
    """How much there was to compare."""
    counts = (
        (Kind.ATTEMPT_STARTED, "attempt"),
        (Kind.OPERATION_FINISHED, "operation finished", "operations finished"),
        (Kind.CALL_REJECTED, "rejection"),
    )
    events = evidence.events_by_kind
    return ", ".join(counted(len(events.get(kind, Rows.none(EventRow))), *words) for kind, *words in counts)
