"""Nothing that was taken on, or set aside, waits for longer than it may."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import polars as pl

from brownout_harness.judging.evidence import OPEN_STATES, WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import (
    Violation,
    Wording,
    counted,
    no_such_phase,
    require,
    seconds,
    span_text,
)
from brownout_reports.rows import LetterRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult

MINIMUM_OPERATIONS: Final = 5
ENDS: Final = frozenset({Outcome.DONE, Outcome.REFUSED})


class _Wait(NamedTuple):
    operation_id: str
    since_s: float
    until_s: float
    is_over: bool

    @property
    def age_s(self) -> float:
        return max(0.0, self.until_s - self.since_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAge:
    """What was taken on for later, or set aside, is done, or given up, within `at_most_s`: at no instant is the oldest
    that waits older."""

    NAME: ClassVar[str] = "queue_age"
    LEDGER_PROVES: ClassVar[bool] = False

    at_most_s: float
    """Its age when the wait is over; of what still waits, when the run is."""
    operation: str = ""
    """Only this one."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    during: str = WHOLE_RUN
    """Only what began to wait in this phase; left out: whenever it did."""

    def __post_init__(self) -> None:
        require(self.at_most_s > 0, f"queue_age at_most must be above 0, got {self.at_most_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """From the driver's answer to the last effect in the books, wherever that is known."""
        span = evidence.phase(self.during)
        if span is None:
            return no_such_phase(self, self.during)
        wording = Wording(self, f"nothing waits for more than {seconds(self.at_most_s)}", span_text(span))
        found = [(each, self._wait(evidence, each)) for each in self._waiting(evidence)]
        waits = [wait for _, wait in found if wait is not None and span.covers(wait.since_s)]
        old = [each for each in waits if each.age_s > self.at_most_s]
        if old:
            return wording.failed(f"{counted(len(old), 'operation')} of {len(waits)} waited longer; {_told(waits)}",
                                  (_violation(each) for each in old))  # fmt: skip
        if unclear := [each for each, wait in found if wait is None]:
            why = f"{counted(len(unclear), 'operation')} taken on, and nobody says what {unclear[0].name} leaves"
            return wording.inconclusive(f"{why}, shows a letter of it, or can be asked for its state")
        if len(waits) < MINIMUM_OPERATIONS:
            return wording.too_few(len(waits), MINIMUM_OPERATIONS, "operations that waited")
        return wording.passed(f"{counted(len(waits), 'operation')} waited; {_told(waits)}")

    def _waiting(self, evidence: Evidence) -> Iterator[OperationRow]:
        """What was told to be taken on; and what has a letter though its caller was told otherwise, or nothing."""
        taken_on = evidence.operations.where(pl.col("outcome") == Outcome.ACCEPTED)
        lettered = evidence.operations.where(pl.col("outcome") != Outcome.ACCEPTED)
        for rows in (taken_on, lettered.among(evidence.letters.frame, "operation_id")):
            yield from (each for each in rows if self.operation in {"", each.name})

    def _wait(self, evidence: Evidence, operation: OperationRow) -> _Wait | None:
        """None: nobody can say when it was over."""
        letters: tuple[LetterRow, ...] = evidence.dead_letters_of.get(operation.operation_id, ())
        since_s = _since_s(operation, letters)
        is_booked = operation.name in evidence.leaves and bool(evidence.leaves[operation.name].clauses)
        settled = _settled_s(letters, is_booked=is_booked)
        ends = [*_standing_s(evidence, operation), *settled, *_seen_to_end_s(operation)]
        if ends:
            return _Wait(operation.operation_id, since_s, min(ends), is_over=True)
        is_known = is_booked or bool(letters) or bool(operation.states)
        return _Wait(operation.operation_id, since_s, evidence.duration_s, is_over=False) if is_known else None


def _since_s(operation: OperationRow, letters: tuple[LetterRow, ...]) -> float:
    """It waits from the answer on that it was taken on; without one, from when it was set aside."""
    if operation.outcome == Outcome.ACCEPTED or not letters:
        return operation.finished_s
    return min(operation.finished_s if each.first_attempt_at is None else each.first_attempt_at for each in letters)


def _standing_s(evidence: Evidence, operation: OperationRow) -> Iterator[float]:
    """When all that it leaves stood, by the vendors' books; nothing where a part does not."""
    leaves = evidence.leaves.get(operation.name)
    if leaves is None or not leaves.clauses:
        return
    effects = evidence.effects_of.get(operation.operation_id, ())
    parts = [[each.at_s for each in standing] for _, standing in leaves.by_clause(effects)]
    if all(parts):
        yield max(min(each) for each in parts)


def _settled_s(letters: tuple[LetterRow, ...], *, is_booked: bool) -> Iterator[float]:
    """Its letters were refused, or discarded; or redriven, where no books know that better."""
    waits = {*OPEN_STATES, "redriven"} if is_booked else OPEN_STATES
    ends = [each.resolved_at for each in letters if each.resolved_at is not None]
    if letters and len(ends) == len(letters) and not any(each.state in waits for each in letters):
        yield max(ends)


def _seen_to_end_s(operation: OperationRow) -> Iterator[float]:
    """Whoever asked for its state saw it ended."""
    ended = [each.at_s for each in operation.states_seen if each.means in ENDS]
    yield from ended[:1]


def _told(waits: list[_Wait]) -> str:
    oldest, still = max(waits, key=lambda each: each.age_s), sum(not each.is_over for each in waits)
    rest = f"; {still} still waited when the run was over" if still else ""
    return f"the oldest for {seconds(oldest.age_s)}{rest}"


def _violation(wait: _Wait) -> Violation:
    what = f"waited for {seconds(wait.age_s)}{'' if wait.is_over else ', and still does'}"
    return Violation(wait.since_s, wait.operation_id, what)
