"""What every expectation shares: its form, and how its result is worded.

An expectation is a frozen dataclass of its parameters with one method, `judge`. It is pure: the same evidence gives
the same result. It never passes on too few samples; that is inconclusive.
"""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from heapq import nsmallest
from typing import Any, ClassVar, Final, NamedTuple, Protocol

from brownout_harness.judging.evidence import Evidence
from brownout_reports.run_folder import Case, ExpectationResult, Status
from brownout_reports.spans import PhaseSpan
from brownout_scenarios import grammar, wording

MAX_CASES: Final = 3


class Expectation(Protocol):
    """One demand of a scenario. Implementations are frozen dataclasses; a bad parameter raises ValueError."""

    NAME: ClassVar[str]
    """Its key in a scenario's `expect`."""
    LEDGER_PROVES: ClassVar[bool]
    """Whether a failure is proven by the ledgers even where the load did not run as asked; if it is `TIMELESS`, also
    where a process of the harness's own stood still. Where that depends on what was wrong, a method `proves(evidence)`
    says it of one failure. One that is `FOUND_ONCE` looks for what no recording keeps: a failure of it stands."""

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Judge one run."""
        ...


class Violation(NamedTuple):
    """One thing that should not have happened, and when."""

    at_s: float
    operation_id: str
    what: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Builds the results of one expectation: what was demanded, and over which span."""

    expectation: Expectation
    expected: str
    span: str = ""

    def passed(self, observed: str) -> ExpectationResult:
        """It held."""
        return self._result(Status.PASSED, observed, self.span, ())

    def failed(self, observed: str, violations: Iterable[Violation] = ()) -> ExpectationResult:
        """It did not hold. The first three violations in time become the cases to look at."""
        ordered = nsmallest(MAX_CASES, violations)
        when = self.span
        if ordered:
            first = f"first at {ordered[0].at_s:.3f} s"
            when = f"{self.span}; {first}" if self.span else first
        cases = tuple(Case(operation_id=v.operation_id, at_s=v.at_s, what=v.what) for v in ordered)
        return self._result(Status.FAILED, observed, when, cases)

    def inconclusive(self, why: str) -> ExpectationResult:
        """It cannot be said."""
        return self._result(Status.INCONCLUSIVE, why, self.span, ())

    def too_few(self, found: int, needed: int, of_what: str) -> ExpectationResult:
        """Fewer samples than the least that says something."""
        return self.inconclusive(f"too few samples: {found} {of_what}, at least {needed} needed")

    def _result(self, status: Status, observed: str, when: str, cases: tuple[Case, ...]) -> ExpectationResult:
        return ExpectationResult(
            name=self.expectation.NAME,
            title=title_of(self.expectation),
            status=status,
            expected=self.expected,
            observed=observed,
            when=when,
            cases=cases,
        )


def title_of(expectation: Expectation) -> str:
    """One line with the parameters that were set: `breaker: vendor stripe, opens_within 10 s, of brownout`."""
    parts = []
    for each in fields(expectation):  # type: ignore[arg-type]  # a protocol cannot say "a dataclass"
        value = getattr(expectation, each.name)
        unset = each.default_factory() if each.default_factory is not MISSING else each.default
        if value != unset:
            parts.append(_parameter(each.name, value))
    return f"{expectation.NAME}: {', '.join(parts)}" if parts else expectation.NAME


def _parameter(name: str, value: Any) -> str:
    if name.endswith("_s") and isinstance(value, int | float):
        return f"{name.removesuffix('_s')} {seconds(value)}"
    if name.endswith("at_least") and isinstance(value, float):
        return f"{name} {percent(value)}"
    if value is True:
        return name
    if is_dataclass(value) or type(value) is tuple:
        return f"{grammar.key_of(name)} {wording.written(grammar.plain(value), name)}"
    return f"{name} {value:.9g}" if isinstance(value, float) else f"{name} {value}"


def seconds(value: float) -> str:
    """For people: `250 ms`, `12.4 s`."""
    if 0 < abs(value) < 1:
        return f"{value * 1000:.4g} ms"
    return f"{value:.4g} s" if abs(value) < 1000 else f"{value:.0f} s"


def percent(share: float) -> str:
    """For people, never rounded up to a whole: `99.98 %`."""
    return f"{int(share * 10_000 + 1e-9) / 100:g} %"


def span_text(span: PhaseSpan) -> str:
    """For people: `brownout (20 s to 60 s)`."""
    if not span.name:
        return "the whole run"
    return f"{span.name} ({seconds(span.start_s)} to {seconds(span.end_s)})"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 request`, `2 requests`."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def require(condition: bool, message: Callable[[], str] | str) -> None:
    """Raise ValueError where a parameter cannot be; the message names parameter, value and range."""
    if not condition:
        raise ValueError(message if isinstance(message, str) else message())


def no_such_phase(expectation: Expectation, name: str) -> ExpectationResult:
    """The scenario has no phase of that name: nothing can be judged."""
    return Wording(expectation, f"a phase named {name!r}").inconclusive(f"the run has no phase named {name!r}")
