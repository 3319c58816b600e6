"""What is set aside is kept whole, can be sent again, and then happens once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from brownout_harness.judging.evidence import LETTER_STATES, OPEN_STATES, Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_harness.judging.leaves import Clause, either
from brownout_reports.rows import LedgerRow, LetterRow, Outcome
from brownout_reports.run_folder import ExpectationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """Every accepted operation has its letter, every letter is well-formed, and a redrive drains them."""

    NAME: ClassVar[str] = "dead_letters"
    LEDGER_PROVES: ClassVar[bool] = True
    TIMELESS: ClassVar[bool] = True

    at_least: int = 1
    """Fewer letters, and nothing was tried."""
    drained: bool = True
    """No more than `waiting_at_most` are still waiting at the end; false: nobody minds how many."""
    waiting_at_most: int = 0
    """So many may wait at the end, which are for a person."""
    operation: str = ""
    """Only letters of this one; left out: all."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""

    def __post_init__(self) -> None:
        require(self.at_least >= 1, f"dead_letters at_least must be at least 1, got {self.at_least}")
        require(self.waiting_at_most >= 0, f"waiting_at_most must not be negative, got {self.waiting_at_most}")
        require(self.drained or not self.waiting_at_most, "waiting_at_most bounds nothing with drained: false")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """An accepted operation whose effect is there needs no letter any more."""
        most = f"at most {self.waiting_at_most}" if self.waiting_at_most else "none"
        drained = f", {most} waiting at the end" if self.drained else ""
        wording = Wording(self, f"a whole dead letter per accepted operation{drained}, each effect once")
        if evidence.dead_letters is None:
            return wording.inconclusive("the target shows no dead letters")
        letters = [each for each in evidence.dead_letters if self._concerns(evidence, each)]
        missing = list(self._missing(evidence))
        waiting = [each for each in letters if each.state in OPEN_STATES]
        too_many = self.drained and len(waiting) > self.waiting_at_most
        violations = [violation for each in letters for violation in self._wrong(evidence, each)]
        if too_many and evidence.absence_is_proof and not evidence.has_stalled:
            violations += [_wrong_with(evidence, each, "still waiting at the end") for each in waiting]
        violations += _repeated(letters)
        if evidence.absence_is_proof:
            violations += missing
        states = Counter(each.state for each in letters)
        told = ", ".join(f"{states[state]} {state or 'without a state'}" for state in sorted(states))
        observed = f"{counted(len(letters), 'dead letter')}" + (f": {told}" if told else "")
        if missing:
            observed += f"; {counted(len(missing), 'accepted operation')} without one"
        if violations:
            return wording.failed(f"{observed}; {min(violations).what}", violations)
        if missing or too_many:
            why = "a process of the harness's own stood still" if evidence.has_stalled else "the ledger is incomplete"
            return wording.inconclusive(f"{observed}; but {why}")
        if len(letters) < self.at_least:
            return wording.too_few(len(letters), self.at_least, "dead letters")
        return wording.passed(observed)

    def _concerns(self, evidence: Evidence, letter: LetterRow) -> bool:
        operation = evidence.operation(letter.operation_id)
        return not self.operation or operation is None or operation.name == self.operation

    def _missing(self, evidence: Evidence) -> Iterator[Violation]:
        accepted = evidence.operations.where(pl.col("outcome") == Outcome.ACCEPTED)
        for each in accepted.not_among(evidence.letters.frame, "operation_id"):
            if self.operation in {"", each.name} and _some_is_absent(evidence, each.operation_id):
                yield Violation(each.finished_s, each.operation_id, "accepted, but there is no dead letter")

    def _wrong(self, evidence: Evidence, letter: LetterRow) -> Iterator[Violation]:
        operation = evidence.operation(letter.operation_id)
        empty = [name for name in ("id", "operation_id", "idempotency_key", "error_class") if not getattr(letter, name)]
        if empty:
            yield _wrong_with(evidence, letter, f"without {', '.join(empty)}")
        if letter.state not in LETTER_STATES:
            yield _wrong_with(evidence, letter, f"in the unknown state {letter.state!r}")
        if letter.operation_id and operation is None:
            yield _wrong_with(evidence, letter, "of an operation that nobody asked for")
        for clause, standing in _left(evidence, letter.operation_id) if operation else ():
            if len(standing) > 1:
                ids = ", ".join(each.id for each in standing[:3])
                yield _wrong_with(evidence, letter, f"{len(standing)} effects: {ids}")
            if letter.state == "redriven" and not standing and evidence.absence_is_proof:
                yield _wrong_with(evidence, letter, f"redriven, but there is no {either(clause) or 'effect'}")


def _wrong_with(evidence: Evidence, letter: LetterRow, what: str) -> Violation:
    operation, at_s = evidence.operation(letter.operation_id), letter.first_attempt_at
    if at_s is None:
        at_s = operation.finished_s if operation else 0.0
    return Violation(at_s, letter.operation_id, f"dead letter {letter.id or '(no id)'}: {what}")


def _left(evidence: Evidence, operation_id: str) -> list[tuple[Clause, tuple[LedgerRow, ...]]]:
    """What the operation was to leave, and what of it stands; all of its effects, once, where nobody said."""
    operation = evidence.operation(operation_id)
    effects: tuple[LedgerRow, ...] = evidence.effects_of.get(operation_id, ()) if operation_id else ()
    leaves = evidence.leaves.get(operation.name) if operation else None
    return [((), effects)] if leaves is None else leaves.by_clause(effects)


def _some_is_absent(evidence: Evidence, operation_id: str) -> bool:
    return any(not standing for _, standing in _left(evidence, operation_id))


def _repeated(letters: list[LetterRow]) -> Iterator[Violation]:
    """Two letters for one request of one flow: a redrive would send it twice."""
    seen: dict[tuple[str, str], str] = {}
    for letter in letters:
        if letter.state not in OPEN_STATES:
            continue
        work = (letter.operation_id, letter.flow)
        if letter.operation_id and work in seen:
            what = f"dead letter {letter.id}: a second one beside {seen[work]}"
            yield Violation(letter.first_attempt_at or 0.0, letter.operation_id, what)
        seen.setdefault(work, letter.id)
