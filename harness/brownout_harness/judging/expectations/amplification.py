"""Retries do not multiply the load on a vendor. Judged from the driver and the ledger alone."""

from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, no_such_phase, require, span_text
from brownout_reports.rows import LedgerRow
from brownout_reports.run_folder import ExpectationResult, PhaseSpan

MINIMUM_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Amplification:
    """Requests in the vendor's ledger per ask of the operations that reached it are at most `max`."""

    NAME: ClassVar[str] = "amplification"
    LEDGER_PROVES: ClassVar[bool] = True

    vendor: str
    """Whose ledger is counted."""
    max: float
    """Requests per operation asked; 1 is no retry at all."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run."""

    def __post_init__(self) -> None:
        require(self.max >= 1, f"amplification max must be at least 1, got {self.max}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Count every request of the span; a request without an operation id counts too."""
        span = evidence.phase(self.during)
        if span is None:
            return no_such_phase(self, self.during)
        wording = Wording(self, f"at most {self.max:g} requests to {self.vendor} per operation", span_text(span))
        load = load_on(evidence, self.vendor, span)
        if load.operations < MINIMUM_OPERATIONS:
            return wording.too_few(load.operations, MINIMUM_OPERATIONS, f"operations that reached {self.vendor}")
        ratio = load.requests / load.asks
        asks = counted(load.asks, "operation asked", "operations asked")
        observed = f"{ratio:.3f} ({counted(load.requests, 'request')} for {asks})"
        if ratio <= self.max:
            return wording.passed(observed)
        return wording.failed(observed, self._most_repeated(load))

    def _most_repeated(self, load: "Load") -> list[Violation]:
        """The three operations with the most requests."""
        worst = sorted(load.by_operation.items(), key=lambda item: (-len(item[1]), item[0]))[:3]
        return [
            Violation(requests[0].at_s, operation_id, f"{counted(len(requests), 'request')} to {self.vendor}")
            for operation_id, requests in worst
        ]


@dataclass(frozen=True, slots=True)
class Load:
    """What reached one vendor in one span."""

    operations: int
    asks: int
    """How many requests there would have been without a retry."""
    requests: int
    by_operation: dict[str, list[LedgerRow]]


def load_on(evidence: Evidence, vendor: str, span: PhaseSpan) -> Load:
    """Requests and the asks behind them.

    An ask by the driver (it asks again after an unknown answer) and a redrive are each a reason for one request, so
    neither is counted as the target's retry. Where no request carries an operation id, all operations that were to
    reach the vendor stand behind them.
    """
    requests = evidence.requests_between(vendor, span.start_s, span.end_s)
    by_operation: dict[str, list[LedgerRow]] = {}
    for request in requests:
        if request.operation_id:
            by_operation.setdefault(request.operation_id, []).append(request)
    if not by_operation:
        asked = [each for each in evidence.operations_for(vendor) if span.covers(each.intended_s)]
        return Load(len(asked), sum(max(1, each.asks) for each in asked), len(requests), {})
    asks = sum(min(len(sent), _reasons(evidence, operation_id)) for operation_id, sent in by_operation.items())
    return Load(len(by_operation), asks, len(requests), by_operation)


def _reasons(evidence: Evidence, operation_id: str) -> int:
    asked = evidence.operation(operation_id)
    redrives = sum(letter.redrives for letter in evidence.dead_letters_of.get(operation_id, ()))
    return max(1, asked.asks if asked else 1) + redrives
