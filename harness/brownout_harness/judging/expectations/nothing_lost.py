"""Everything asked is done, set aside or refused: one of them, and as the caller was told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

import polars as pl

from brownout_harness.judging.evidence import OPEN_STATES, Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_reports.rows import LedgerRow, LetterRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10
NAMELESS: Final = pl.col("operation_id") == ""
REFUSED: Final = pl.col("outcome") == Outcome.REFUSED


class Loss(StrEnum):
    """In which way an operation, or an effect, does not add up."""

    LOST = "lost"  # done or accepted, and nothing to show for it
    LIED = "refused, but done all the same"
    TWICE = "in two places"  # done or refused, and still waiting as a dead letter
    PHANTOM = "never asked for"
    UNRESOLVED = "unresolved"  # unknown to the caller, and nothing anywhere says what became of it


class Finding(NamedTuple):
    """One thing that does not add up."""

    loss: Loss
    violation: Violation


ABSENT: Final = frozenset({Loss.LOST, Loss.UNRESOLVED})
"""Judged from something missing, so proven only by complete ledgers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingLost:
    """asked = done + accepted or dead-lettered + refused, nothing in two of them, no effect that nobody asked for."""

    NAME: ClassVar[str] = "nothing_lost"
    LEDGER_PROVES: ClassVar[bool] = True

    operation: str = ""
    """Default: every operation."""
    unresolved_at_most: int = 0
    """Operations whose fate nobody knows: no answer, no effect, no dead letter."""

    def __post_init__(self) -> None:
        require(
            self.unresolved_at_most >= 0,
            f"nothing_lost unresolved_at_most must not be negative, got {self.unresolved_at_most}",
        )

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """An unknown answer with an effect or a dead letter behind it is recovered, not lost."""
        wording = Wording(self, "each operation done, set aside or refused, as told, and in one of them only")
        names = [self.operation] if self.operation else list(evidence.operations_of)
        told = {name: evidence.effects_expected_of(name) for name in names if name in evidence.operations_of}
        expected = {name: kinds for name, kinds in told.items() if kinds}
        mapped = evidence.operations_named(expected)
        findings = [finding for name, kinds in expected.items() for finding in _findings(evidence, name, kinds)]
        findings += self._phantoms(evidence)
        anonymous = evidence.effects.count(NAMELESS, _is_one_of(kind for kinds in expected.values() for kind in kinds))
        findings = _explained_by(findings, anonymous)
        certain = self._certain(evidence, findings)
        observed = _observed(mapped, findings)
        if certain:
            return wording.failed(observed, [finding.violation for finding in certain])
        if doubt := self._doubt(findings, anonymous, told.keys() - expected.keys()):
            return wording.inconclusive(f"{observed}; {doubt}")
        if len(mapped) < MINIMUM_OPERATIONS:
            return wording.too_few(len(mapped), MINIMUM_OPERATIONS, "operations")
        return wording.passed(observed)

    def _doubt(self, findings: list[Finding], anonymous: int, unmapped: Iterable[str]) -> str:
        """Why nothing wrong is not yet right; empty where it is."""
        if any(finding.loss is Loss.LOST for finding in findings) or self._too_many_unresolved(findings):
            return "but the ledger is incomplete"
        if anonymous:
            return f"{counted(anonymous, 'effect')} without an operation id could hide a loss"
        if names := sorted(unmapped):
            return f"nobody said which effect these are to have: {', '.join(names)}"
        return ""

    def _certain(self, evidence: Evidence, findings: list[Finding]) -> list[Finding]:
        """What is proven: absence only by complete ledgers, the unresolved only above their allowance."""
        allowed = set() if evidence.absence_is_proof else set(ABSENT)
        if not self._too_many_unresolved(findings):
            allowed.add(Loss.UNRESOLVED)
        return [finding for finding in findings if finding.loss not in allowed]

    def _too_many_unresolved(self, findings: list[Finding]) -> bool:
        return sum(finding.loss is Loss.UNRESOLVED for finding in findings) > self.unresolved_at_most

    def _phantoms(self, evidence: Evidence) -> Iterator[Finding]:
        """Effects under an id that the driver never asked with."""
        if self.operation:
            return
        for effect in evidence.effects.where(~NAMELESS).not_among(evidence.operations.frame, "operation_id"):
            what = f"{effect.kind} {effect.id}, but nobody asked for it"
            yield Finding(Loss.PHANTOM, Violation(effect.at_s, effect.operation_id, what))


def _is_one_of(kinds: Iterable[str]) -> pl.Expr:
    return pl.col("route").is_in(list(kinds))


def _findings(evidence: Evidence, name: str, kinds: tuple[str, ...]) -> Iterator[Finding]:
    """What is wrong with the operations of a name. Plainly right is, without a letter: done and there, refused and not
    there; only the others are looked at one by one.
    """
    operations, effects = evidence.operations_of[name], evidence.effects.where(_is_one_of(kinds))
    others = operations.not_among(evidence.letters.frame, "operation_id")
    suspects = (
        operations.among(evidence.letters.frame, "operation_id"),
        others.where(REFUSED).among(effects.frame, "operation_id"),
        others.where(~REFUSED).not_among(effects.frame, "operation_id"),
    )
    for some in suspects:
        effects_of = evidence.effects.among(some.frame, "operation_id").by("operation_id")
        for each in some:
            yield from _findings_on(evidence, each, kinds, effects_of.get(each.operation_id, ()))


def _findings_on(
    evidence: Evidence, operation: OperationRow, kinds: tuple[str, ...], effects: tuple[LedgerRow, ...]
) -> Iterator[Finding]:
    has_effect = any(each.kind in kinds for each in effects)
    letters = evidence.dead_letters_of.get(operation.operation_id, ())
    pending = any(letter.state in OPEN_STATES for letter in letters)

    def finding(loss: Loss, what: str) -> Finding:
        return Finding(loss, Violation(operation.finished_s, operation.operation_id, what))

    if operation.outcome == Outcome.REFUSED and has_effect:
        yield finding(Loss.LIED, f"refused, yet there is a {_ids(effects)}")
    if operation.outcome in {Outcome.DONE, Outcome.REFUSED} and pending:
        yield finding(Loss.TWICE, f"{operation.outcome}, yet waiting as dead letter {letters[0].id}")
    if has_effect:
        return
    if operation.outcome == Outcome.DONE:
        yield finding(Loss.LOST, f"done, but no {' or '.join(kinds)}")
    elif operation.outcome == Outcome.ACCEPTED:
        yield from _accepted(evidence, letters, finding(Loss.LOST, _what_of_accepted(letters)))
    elif operation.outcome == Outcome.UNKNOWN and not letters:
        yield finding(Loss.UNRESOLVED, "unknown, and neither an effect nor a dead letter")


def _accepted(evidence: Evidence, letters: tuple[LetterRow, ...], lost: Finding) -> Iterator[Finding]:
    """Accepted and without its effect: a letter that waits, was refused by the vendor or given up explains it."""
    if evidence.dead_letters is None:
        what = "accepted, no effect, and the target shows no dead letters"
        yield Finding(Loss.UNRESOLVED, lost.violation._replace(what=what))
    elif not any(letter.state in OPEN_STATES | {"refused", "discarded"} for letter in letters):
        yield lost


def _what_of_accepted(letters: tuple[LetterRow, ...]) -> str:
    if letters:
        return f"dead letter {letters[0].id} is {letters[0].state}, but there is no effect"
    return "accepted, but neither an effect nor a dead letter"


def _ids(effects: tuple[LedgerRow, ...]) -> str:
    return ", ".join(f"{each.kind} {each.id}" for each in effects[:2])


def _explained_by(findings: list[Finding], anonymous: int) -> list[Finding]:
    """Effects without an operation id may belong to what looks absent: only more absent ones than those are losses."""
    absent = sum(finding.loss in ABSENT for finding in findings)
    if not anonymous or absent > anonymous:
        return findings
    return [finding for finding in findings if finding.loss not in ABSENT]


def _observed(operations: Rows[OperationRow], findings: list[Finding]) -> str:
    outcomes = [f"{operations.count(pl.col('outcome') == outcome)} {outcome}" for outcome in Outcome]
    losses = [(loss, sum(finding.loss is loss for finding in findings)) for loss in Loss]
    told = f"{len(operations)} asked = {' + '.join(outcomes)}"
    return "; ".join([told, *(f"{count} {loss}" for loss, count in losses if count)])
