"""What a vendor is asked stays within bounds. Judged from its ledger; the driver says only that somebody asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import (
    MAX_CASES,
    Violation,
    Wording,
    counted,
    no_such_phase,
    percent,
    require,
    seconds,
    span_text,
)
from brownout_harness.judging.expectations.bounds import (
    Bound,
    Bounds,
    Limit,
    RateBound,
    Relative,
    relatives_in,
)
from brownout_harness.judging.measures import ADD_UP, AMOUNT, MEASURES, Measured, Span, caused, per_second, told
from brownout_harness.judging.selection import Selection
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.spans import PhaseSpan
from brownout_scenarios.moments import RequestLine
from brownout_scenarios.workload import Statuses
from brownout_simulators.faults.rule import Match

MINIMUM_OPERATIONS: Final = 10
MINIMUM_REQUESTS: Final = 10
"""That a share is one of, or that another phase has to be compared with."""
ROUNDING: Final = 1e-9
TITLES: Final = {
    "count": "number of",
    "rate": "rate of",
    "peak": "peak of",
    "in_flight": "in flight at once:",
    "share": "share of",
    "sum": "amounts moved by",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """One measure of the requests in a vendor's ledger stays within bounds, or within so many times another phase's."""

    NAME: ClassVar[str] = "requests"
    LEDGER_PROVES: ClassVar[bool] = True

    vendor: str
    """Whose ledger is read."""
    match: RequestLine = RequestLine("")  # noqa: RUF009  a text
    """Which of its requests, as a fault's `match` on one line; left out: all."""
    status: Statuses | None = None
    """Only those whose answer, as the ledger has it, had one of these statuses; left out: all, unanswered ones too."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run with its drain."""
    count: Bound | Relative | None = None
    """How many were received. `{times, of}` alone is `at_most`, here and below."""
    rate: RateBound | Relative | None = None
    """How many a second, over the whole span."""
    peak: Bound | Relative | None = None
    """The most that were received within any stretch of `per`."""
    per_s: float = 1.0
    """Of `peak` alone."""
    in_flight: Bound | Relative | None = None
    """The most that were received and not yet answered at one instant."""
    share: Bound | Relative | None = None
    """Of all requests to the vendor in the span, those that `match` and `status` leave."""
    sum: Bound | Relative | None = None
    """The amounts, in the currency's minor unit, of the effects that they caused."""
    caused: str = ""
    """Of `sum` alone: which kind of effect, `openai.completion`; left out: all kinds together."""
    field: str = AMOUNT
    """Of `sum` alone: what is added up instead of amounts, a number that the vendor tells of such effects:
    `total_tokens`, `cost`."""
    per_operation: bool = False
    """Of `sum` alone: the most that any one operation came to, and not all together."""

    def __post_init__(self) -> None:
        given = [name for name in MEASURES if getattr(self, name) is not None]
        require(len(given) == 1, f"requests needs exactly one of {', '.join(MEASURES)}")
        require(self.per_s > 0, f"per must be above 0, got {seconds(self.per_s)}")
        require(self.per_s == 1.0 or self.peak is not None, "per is the length of a peak; there is none")
        if self.share is not None:
            require(
                not self._selection.is_everything, "share of what? Say match or status: all requests are all of them"
            )
            numbers = [limit.value for limit in self.share.limits() if not isinstance(limit.value, Relative)]
            require(all(value <= 1 for value in numbers), "share is at most 1, or 100%")
        if self.sum is not None:
            require(bool(self.match), "sum needs a match: charges and refunds do not add up")
            is_one_kind = self.field == AMOUNT or bool(self.caused)
            require(is_one_kind, f"field needs a kind of effect, caused: several may tell the same {self.field}")
            is_theirs = not self.caused or self.caused.startswith(f"{self.vendor}.")
            require(is_theirs, f"caused: {self.caused} is no effect of {self.vendor}'s")
        else:
            require(self.field == AMOUNT, "field says what is added up; there is no sum")
            require(not self.caused, "caused says of what effects a sum is; there is none")
            require(not self.per_operation, "per_operation is said of a sum; there is none")
        for other in relatives_in(self):
            require(other.of != self.during, f"times of {other.of}: that is the phase itself")

    def proves(self, evidence: Evidence) -> bool:
        """What arrived too often did, whatever the load was; what is missing, or only relatively much, is no proof."""
        of = self._over(evidence, self.during)
        return of is not None and self.share is None and self._is_beyond(MEASURES[self._measure](of))

    def _is_beyond(self, measured: Measured) -> bool:
        """Whether it is more than a number that bounds it from above."""
        uppers = [limit.value for limit in self._bounds.limits() if limit.is_upper]
        return any(not isinstance(most, Relative) and not _holds(True, most, measured.value) for most in uppers)

    @property
    def _measure(self) -> str:
        return next(name for name in MEASURES if getattr(self, name) is not None)

    @property
    def _bounds(self) -> Bounds:
        bounds: Bounds = getattr(self, self._measure)
        return bounds

    @property
    def _selection(self) -> Selection:
        return Selection(Match.parse(self.match or "*"), self.status)

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Too much of what a ledger holds fails whatever else is unknown; all else needs whole ledgers and a load."""
        of = self._over(evidence, self.during)
        if of is None:
            return no_such_phase(self, self.during)
        wording = Wording(self, self._expected(), span_text(of.span))
        measured = MEASURES[self._measure](of)
        said = self._said(of, measured)
        if self.share is not None and len(of.to_vendor) < MINIMUM_REQUESTS:
            return wording.too_few(len(of.to_vendor), MINIMUM_REQUESTS, f"requests to {self.vendor}")
        if self._is_beyond(measured):
            return wording.failed(said, self._too_much(of, measured))
        if why := self._untried(of, measured):
            return wording.inconclusive(f"{said}; {why}" if of.to_vendor else why)
        numbers = [(upper, each) for upper, each in self._bounds.limits() if not isinstance(each, Relative)]
        if not all(_holds(is_upper, number, measured.value) for is_upper, number in numbers):
            return wording.failed(said, [self._too_little(of)])
        return self._compared(wording, of, measured, said)

    def _compared(self, wording: Wording, of: Span, measured: Measured, said: str) -> ExpectationResult:
        """With the other phases, where a bound names one."""
        for limit in self._bounds.limits():
            if not isinstance(limit.value, Relative):
                continue
            name, times = limit.value.of, limit.value.times
            other = self._over(of.evidence, name)
            if other is None:
                return no_such_phase(self, name)
            whole = other.to_vendor if self.share is not None else other.meant
            if len(whole) < MINIMUM_REQUESTS:
                return wording.too_few(len(whole), MINIMUM_REQUESTS, f"requests in {name} to compare with")
            normal = self._comparable(other, MEASURES[self._measure](other))
            if not normal:
                return wording.inconclusive(f"{said}; there is nothing in {name} to compare with")
            ratio = self._comparable(of, measured) / normal
            said = f"{said}; {ratio:.3f} times that in {name} ({self._figure(normal)})"
            if not _holds(limit.is_upper, times, ratio):
                return wording.failed(said, self._too_much(of, measured) if limit.is_upper else [self._too_little(of)])
        return wording.passed(said)

    def _untold(self, of: Span) -> str:
        """Why a sum may be too small: of some effects nobody told what is added up, or whose they are."""
        if self.sum is None:
            return ""
        effects = caused(of)
        if self.caused and not effects:
            return f"they caused no {self.caused}"
        if untold := effects.count(told(self.field).is_null()):
            return f"the ledger has no {self.field} of {counted(untold, 'effect')}"
        nameless = effects.count(pl.col("operation_id") == "") if self.per_operation else 0
        return f"{counted(nameless, 'effect')} without an operation id" if nameless else ""

    def _comparable(self, of: Span, measured: Measured) -> float:
        adds_up = self._measure in ADD_UP and not self.per_operation
        return per_second(measured.value, of.length_s) if adds_up else measured.value

    def _untried(self, of: Span, measured: Measured) -> str:
        """Why what is left proves nothing: rows are missing, nobody asked, or the vendor heard of nobody, where silence
        is not what is demanded."""
        if not of.evidence.absence_is_proof:
            return "but the ledger is incomplete"
        if untold := self._untold(of):
            return untold
        asked = len(of.evidence.asked("", PhaseSpan("", float("-inf"), of.span.end_s)))
        if asked < MINIMUM_OPERATIONS:
            return f"too few samples: {counted(asked, 'operation')} asked by then, at least {MINIMUM_OPERATIONS} needed"
        silence = self.status is None and all(limit.is_upper and limit.value == 0 for limit in self._bounds.limits())
        needs_some = not silence and any(limit.is_upper for limit in self._bounds.limits())
        if needs_some and not of.to_vendor and not measured.value:
            return f"no request reached {self.vendor}: nothing to measure"
        return ""

    def _too_much(self, of: Span, measured: Measured) -> Iterator[Violation]:
        """The first requests where it was too much; of a number, those beyond it."""
        since_s = of.span.start_s if measured.at_s is None else measured.at_s
        most = next(limit.value for limit in self._bounds.limits() if limit.is_upper)
        if self.count is not None and not isinstance(most, Relative):
            since_s = float(of.meant.values(pl.col("at_s"))[int(most)])
        rows = list(islice(of.meant.where(pl.col("at_s") >= since_s), MAX_CASES))
        for row in rows:
            answer = f"status {row.status}" if row.status else "no answer"
            yield Violation(row.at_s, row.operation_id, f"{row.route}: {answer}")
        if not rows:  # all that were in flight had come before the phase
            yield Violation(since_s, "", f"{self._figure(measured.value)} at once")

    def _too_little(self, of: Span) -> Violation:
        return Violation(min(of.span.end_s, of.evidence.duration_s), "", "not enough by then")

    def _over(self, evidence: Evidence, phase: str) -> Span | None:
        span = evidence.phase(phase)
        if span is None:
            return None
        return Span(
            evidence,
            self.vendor,
            self._selection,
            span,
            self.per_s,
            field=self.field,
            kind=self.caused,
            per_operation=self.per_operation,
        )

    def _expected(self) -> str:
        what = self.match or "requests"
        if self.status is not None:
            what += f" answered with {self.status}"
        sides = " and ".join(map(self._side, self._bounds.limits()))
        title = TITLES[self._measure] if self.field == AMOUNT else f"{self.field} of the effects of"
        each = " per operation" if self.per_operation else ""
        return f"{title} {what} to {self.vendor}{each} {sides}"

    def _side(self, limit: Limit) -> str:
        side = "at most" if limit.is_upper else "at least"
        if isinstance(limit.value, Relative):
            return f"{side} {limit.value.times:g} times that in {limit.value.of}"
        return f"{side} {self._figure(limit.value, of_sum=True)}"

    def _figure(self, value: float, *, of_sum: bool = False) -> str:
        """A value of the measure; of what adds up, in a second, unless it is `of_sum`."""
        if self.share is not None:
            return percent(value)
        a_second = self.rate is not None or (self._measure in ADD_UP and not of_sum and not self.per_operation)
        return f"{value:.4g}/s" if a_second else f"{value:.12g}"

    def _said(self, of: Span, measured: Measured) -> str:
        requests = counted(len(of.meant), "request")
        if not self._selection.is_everything:
            requests += f" of {len(of.to_vendor)} to {self.vendor}"
        at_s = "" if measured.at_s is None else f"{measured.at_s:.3f} s"
        figure = self._figure(measured.value, of_sum=True)
        return {
            "count": requests,
            "rate": f"{figure} ({requests} in {seconds(of.length_s)})",
            "peak": f"{figure} within {seconds(self.per_s)}" + (f" from {at_s}" if at_s else ""),
            "in_flight": f"{figure} at once" + (f" at {at_s}" if at_s else ""),
            "share": f"{figure} ({requests})",
            "sum": f"{figure} ({requests})",
        }[self._measure]


def _holds(is_upper: bool, bound: float, value: float) -> bool:
    return value <= bound + ROUNDING if is_upper else value >= bound - ROUNDING
