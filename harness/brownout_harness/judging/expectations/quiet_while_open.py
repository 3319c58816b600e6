"""While a breaker is open its vendor is left alone. Telemetry says when; the ledger says what really arrived."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.by_process import judged_each
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import MAX_CASES, Violation, Wording, counted, require, seconds
from brownout_harness.judging.expectations.telling import (
    HALF_OPEN,
    Arrivals,
    Telling,
    contradictions,
    requests_while_open,
    telling_about,
)
from brownout_harness.judging.held_up import UNKNOWN, in_time
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.spans import PhaseSpan
from brownout_reports.tables import between

MINIMUM_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietWhileOpen:
    """No request arrives while the breaker is open, and at most `probes` in each half-open stretch."""

    NAME: ClassVar[str] = "quiet_while_open"
    LEDGER_PROVES: ClassVar[bool] = True

    vendor: str
    """Whose breaker and whose ledger."""
    probes: int = 3
    """Requests allowed in one half-open stretch: the breaker's `permitted_calls`."""
    late_by_s: float = 0.25
    """A request admitted before the breaker opened may arrive this much later."""

    def __post_init__(self) -> None:
        require(self.probes >= 1, f"quiet_while_open probes must be at least 1, got {self.probes}")
        require(self.late_by_s >= 0, f"quiet_while_open late_by must not be negative, got {self.late_by_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Needs operations that would have reached the vendor, had the breaker not been open. Of several processes each
        has a breaker, and not every one may have opened."""
        return judged_each(evidence, self._judge, one_is_enough=True)

    def _judge(self, evidence: Evidence) -> ExpectationResult:
        expected = f"no request to {self.vendor} while its breaker is open, at most {self.probes} while half-open"
        wording = Wording(self, expected)
        if not evidence.telemetry or not evidence.events:
            return wording.inconclusive("the target reports no events: its breaker cannot be seen")
        telling = telling_about(evidence, self.vendor)
        leaks = requests_while_open(evidence, telling, late_by_s=self.late_by_s)
        crowds = self._while_half_open(evidence, telling)
        lies = contradictions(evidence, telling, late_by_s=self.late_by_s)
        leaked = sum(len(requests) for _, requests in leaks)
        probed = max((len(probes) for _, probes in crowds), default=0)
        observed = f"{counted(leaked, 'request')} while open, at most {probed} in one half-open stretch"
        if violations := nsmallest(MAX_CASES, chain(_leaked(leaks), self._crowded(crowds), lies)):
            return wording.failed(f"{observed}; {violations[0].what}", violations)
        judged = self._judged_spans(telling)
        if unsure := self._held_up(evidence, [*judged, *self._crowds_that_may_be(evidence, telling)]):
            return wording.inconclusive(f"{observed}, and {counted(unsure, 'request')} {UNKNOWN}")
        if not judged:
            return wording.inconclusive(f"the breaker was never open for longer than {seconds(self.late_by_s)}")
        meanwhile = pl.any_horizontal(between("intended_s", span.start_s, span.end_s) for span in judged)
        asked = evidence.operations_for(self.vendor).count(meanwhile)
        if asked < MINIMUM_OPERATIONS:
            return wording.too_few(asked, MINIMUM_OPERATIONS, "operations asked while it was open")
        return wording.passed(f"{observed}; {counted(asked, 'operation')} asked meanwhile")

    def _judged_spans(self, telling: Telling) -> list[PhaseSpan]:
        spans = [PhaseSpan("", each.start_s + self.late_by_s, each.end_s) for each in telling.in_state("open")]
        return [span for span in spans if span.duration_s > 0]

    def _crowds_that_may_be(self, evidence: Evidence, telling: Telling) -> Iterator[PhaseSpan]:
        """Half-open stretches in which more requests arrived than were allowed, whenever they had been sent."""
        for each in telling.in_state(HALF_OPEN):
            if len(evidence.requests_between(self.vendor, each.start_s, each.end_s)) > self.probes:
                yield PhaseSpan("", each.start_s, each.end_s)

    def _held_up(self, evidence: Evidence, spans: Iterable[PhaseSpan]) -> int:
        arrived = [evidence.requests_between(self.vendor, span.start_s, span.end_s) for span in spans]
        return sum(len(each) - len(in_time(evidence, each)) for each in arrived)

    def _while_half_open(self, evidence: Evidence, telling: Telling) -> Arrivals:
        stretches = telling.in_state(HALF_OPEN)
        arrived = ((each, evidence.requests_between(self.vendor, each.start_s, each.end_s)) for each in stretches)
        return [(each, in_time(evidence, requests)) for each, requests in arrived]

    def _crowded(self, crowds: Arrivals) -> Iterator[Violation]:
        for stretch, probes in crowds:
            for each in islice(probes, self.probes, None):
                what = f"{counted(len(probes), 'request')} in the half-open stretch from {seconds(stretch.start_s)}"
                yield Violation(each.at_s, each.operation_id, what)


def _leaked(leaks: Arrivals) -> Iterator[Violation]:
    for stretch, requests in leaks:
        for each in requests:
            what = f"{each.route} arrived {seconds(each.at_s - stretch.start_s)} after the breaker opened"
            yield Violation(each.at_s, each.operation_id, what)
