"""A breaker opens in time, closes in time, stays closed, stays open, or opens so often and for so long.

Told by telemetry, held against the ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.by_process import judged_each
from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import (
    Violation,
    Wording,
    counted,
    no_such_phase,
    require,
    seconds,
    span_text,
)
from brownout_harness.judging.expectations.bounds import Bound, TimeBound, relatives_in
from brownout_harness.judging.expectations.looked_at import (
    by_looks,
    traffic_while_seen_open,
    turned_away_while_seen_closed,
)
from brownout_harness.judging.expectations.openings import count_found, each_found, openings_in, total_found
from brownout_harness.judging.expectations.telling import (
    CLOSED,
    HALF_OPEN,
    MINIMUM_TURNED_AWAY,
    OPEN,
    ORDINARY_SHARE,
    Stretch,
    Telling,
    contradictions,
    telling_about,
)
from brownout_harness.judging.paired import together
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.spans import PhaseSpan

MINIMUM_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One of four demands on a vendor's breaker, counted from the start of `of`; or bounds of its openings."""

    NAME: ClassVar[str] = "breaker"
    LEDGER_PROVES: ClassVar[bool] = False

    vendor: str
    """Whose breaker."""
    of: str = WHOLE_RUN
    """A phase; `stays_closed`, and bounds, may leave it out for the whole run."""
    opens_within_s: float | None = None
    """From the start of the phase; open before it counts as open."""
    closes_within_s: float | None = None
    """From the start of the phase, and closed until it ends."""
    stays_closed: bool = False
    """Never open or half-open in the phase."""
    stays_open: bool = False
    """Never closed in the phase; half-open it may be, for probes alone."""
    openings: Bound | None = None
    """How often it opens in the phase: steps out of closed. A probe that fails is none."""
    closings: Bound | None = None
    """How often it closes in the phase; that a new process begins closed is none."""
    open_total: TimeBound | None = None
    """How long it is not closed in the phase, all in all."""
    open_each: TimeBound | None = None
    """How long each opening lasts of which a part lies in the phase, until it is closed again."""
    late_by_s: float = 0.25
    """A request admitted before the breaker opened may arrive this much later."""

    def __post_init__(self) -> None:
        timed = [self.opens_within_s is not None, self.closes_within_s is not None]
        demands = [*timed, self.stays_closed, self.stays_open, self._is_bounded]
        names = "opens_within, closes_within, stays_closed, stays_open"
        bounds = "openings, closings, open_total, open_each"
        require(sum(demands) == 1, f"breaker needs exactly one of {names}; or some of {bounds}")
        named = "opens_within, closes_within and stays_open"
        require(self.stays_closed or self._is_bounded or self.of != WHOLE_RUN, f"breaker {named} need a phase: of")
        numbers = not any(relatives_in(self))
        require(numbers, "breaker openings and closings are bounded by numbers: write {at_most: 2}")
        for value in (self.opens_within_s, self.closes_within_s):
            require(value is None or value > 0, f"breaker opens_within and closes_within must be above 0, got {value}")

    @property
    def _is_bounded(self) -> bool:
        return any(each is not None for each in (self.openings, self.closings, self.open_total, self.open_each))

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """A telling that the ledger contradicts fails, whatever it tells. Of several processes each has a breaker."""
        if self.vendor in evidence.looks:
            return self._judge_looks(evidence)
        # One whose breaker never opened has nothing to close; its neighbour may have.
        return judged_each(evidence, self._judge, one_is_enough=self.closes_within_s is not None)

    def _judge(self, evidence: Evidence) -> ExpectationResult:
        span = evidence.phase(self.of)
        if span is None:
            return no_such_phase(self, self.of)
        wording = Wording(self, self._expected(), span_text(span))
        if not evidence.telemetry or not evidence.events:
            return wording.inconclusive("the target reports no events: its breaker cannot be seen")
        telling = telling_about(evidence, self.vendor)
        lies = contradictions(evidence, telling, late_by_s=self.late_by_s)
        if lies := [*lies, *self._half_open_with_traffic(evidence, telling, span)]:
            return wording.failed(f"telemetry is contradicted: {min(lies).what}", lies)
        if (asked := self._asked(evidence, span)) < MINIMUM_OPERATIONS:
            return wording.too_few(asked, MINIMUM_OPERATIONS, f"operations for {self.vendor}")
        if self._is_bounded:
            return self._judge_openings(wording, evidence, telling, span)
        return self._judge_telling(wording, telling, span)

    def _judge_looks(self, evidence: Evidence) -> ExpectationResult:
        """Nobody told it: it was looked at. What holds whenever between two looks it stepped, holds."""
        span = evidence.phase(self.of)
        if span is None:
            return no_such_phase(self, self.of)
        wording = Wording(self, self._expected(), span_text(span))
        early, late = (telling_about(evidence, self.vendor, early=each) for each in (True, False))
        if lies := traffic_while_seen_open(evidence, early, late, late_by_s=self.late_by_s):
            return wording.failed(f"what was seen is contradicted: {min(lies).what}", lies)
        if (asked := self._asked(evidence, span)) < MINIMUM_OPERATIONS:
            return wording.too_few(asked, MINIMUM_OPERATIONS, f"operations for {self.vendor}")
        if self._is_bounded:
            return wording.inconclusive(
                "it was looked at, and looks count no steps: bounds need a target that tells them"
            )
        results = (self._judge_telling(wording, early, span), self._judge_telling(wording, late, span))
        doubts = [] if self.opens_within_s is not None else turned_away_while_seen_closed(evidence, early, late)
        looks = evidence.looks[self.vendor]
        return by_looks(wording, results, looks, span, doubts=doubts, misses_closed=self.stays_open)

    def _judge_telling(self, wording: Wording, telling: Telling, span: PhaseSpan) -> ExpectationResult:
        if self.opens_within_s is not None:
            return self._judge_opening(wording, telling, span, self.opens_within_s)
        if self.closes_within_s is not None:
            return self._judge_closing(wording, telling, span, self.closes_within_s)
        if self.stays_open:
            return self._judge_staying_open(wording, telling, span)
        return self._judge_staying(wording, telling, span)

    def _expected(self) -> str:
        if self.opens_within_s is not None:
            return f"{self.vendor} breaker opens within {seconds(self.opens_within_s)} of the start of {self.of}"
        if self.closes_within_s is not None:
            return f"{self.vendor} breaker closes within {seconds(self.closes_within_s)} of the start of {self.of}"
        if self._is_bounded:
            return f"{self.vendor} breaker opens no more often, and for no longer or shorter, than bounded"
        return f"{self.vendor} breaker stays {'open' if self.stays_open else 'closed'}"

    def _asked(self, evidence: Evidence, span: PhaseSpan) -> int:
        within_s = self.opens_within_s or self.closes_within_s
        end_s = span.end_s if within_s is None else min(span.end_s, span.start_s + within_s)
        return len(evidence.operations_for(self.vendor).within(span.start_s, end_s))

    def _judge_opening(self, wording: Wording, telling: Telling, span: PhaseSpan, within_s: float) -> ExpectationResult:
        opened = next((each for each in telling.in_state(OPEN) if each.end_s > span.start_s), None)
        if opened is None or opened.start_s >= span.end_s:
            return wording.failed("it did not open", [Violation(span.end_s, "", f"{self.vendor} still closed")])
        after_s = max(0.0, opened.start_s - span.start_s)
        observed = f"open after {seconds(after_s)}"
        if after_s <= within_s:
            return wording.passed(observed)
        return wording.failed(observed, [Violation(opened.start_s, "", f"{self.vendor} breaker opened only now")])

    def _judge_closing(self, wording: Wording, telling: Telling, span: PhaseSpan, within_s: float) -> ExpectationResult:
        if not any(each.start_s < span.end_s for each in telling.in_state(OPEN)):
            return wording.inconclusive("it was never open before: there was nothing to close")
        away = [each for each in _not_closed(telling) if each.overlaps(span.start_s, span.end_s)]
        if not away:
            return wording.passed("closed from the start")
        last = away[-1]
        if last.end_s >= span.end_s:
            observed = f"{last.state} at the end of the phase"
            return wording.failed(
                observed, [Violation(span.start_s + within_s, "", f"{self.vendor} breaker not closed")]
            )
        after_s = last.end_s - span.start_s
        observed = f"closed for good after {seconds(after_s)}"
        if after_s <= within_s:
            return wording.passed(observed)
        return wording.failed(observed, [Violation(last.end_s, "", f"{self.vendor} breaker closed only now")])

    def _judge_staying(self, wording: Wording, telling: Telling, span: PhaseSpan) -> ExpectationResult:
        away = [each for each in _not_closed(telling) if each.overlaps(span.start_s, span.end_s)]
        if not away:
            return wording.passed("closed throughout")
        violations = [Violation(each.start_s, "", f"{self.vendor} breaker {each.state}") for each in away]
        return wording.failed(f"left closed at {seconds(away[0].start_s)}", violations)

    def _judge_staying_open(self, wording: Wording, telling: Telling, span: PhaseSpan) -> ExpectationResult:
        closed = [each for each in telling.in_state(CLOSED) if each.overlaps(span.start_s, span.end_s)]
        if closed:
            since_s = max(closed[0].start_s, span.start_s)
            violations = [Violation(since_s, "", f"{self.vendor} breaker closed")]
            return wording.failed(f"closed at {seconds(since_s)}", violations)
        probing = [each for each in telling.in_state(HALF_OPEN) if each.overlaps(span.start_s, span.end_s)]
        return wording.passed(f"open throughout, but for {counted(len(probing), 'probing')}")

    def _judge_openings(
        self, wording: Wording, evidence: Evidence, telling: Telling, span: PhaseSpan
    ) -> ExpectationResult:
        found = openings_in(evidence, telling, span)
        findings = [
            *([count_found("opening", found.begun, self.openings)] if self.openings else []),
            *([count_found("closing", found.closed, self.closings)] if self.closings else []),
            *([total_found(found, self.open_total)] if self.open_total else []),
            *([each_found(found, self.open_each)] if self.open_each else []),
        ]
        whole = together(findings)
        if whole.status is Status.FAILED:
            what = [Violation(each.start_s, "", f"{self.vendor} breaker opened") for each in found.touching]
            return wording.failed(whole.said, what or [Violation(span.end_s, "", f"{self.vendor} breaker closed")])
        return wording.inconclusive(whole.said) if whole.status is Status.INCONCLUSIVE else wording.passed(whole.said)

    def _half_open_with_traffic(self, evidence: Evidence, telling: Telling, span: PhaseSpan) -> Iterator[Violation]:
        """Told half-open where that is not to be closed, but requests flow as they do through a closed one."""
        for told in telling.in_state(HALF_OPEN) if self.stays_open or self._is_bounded else ():
            start_s, end_s = max(told.start_s, span.start_s), min(told.end_s, span.end_s)
            if start_s < end_s:
                came = len(evidence.requests_between(self.vendor, start_s, end_s))
                asked = len(evidence.operations_for(self.vendor).within(start_s, end_s))
                if came >= MINIMUM_TURNED_AWAY and came >= ORDINARY_SHARE * asked:
                    what = (
                        f"told half-open from {seconds(start_s)}, yet {counted(came, 'request')} reached {self.vendor}"
                    )
                    yield Violation(start_s, "", what)


def _not_closed(telling: Telling) -> tuple[Stretch, ...]:
    return tuple(stretch for stretch in telling.stretches if stretch.state != CLOSED)
