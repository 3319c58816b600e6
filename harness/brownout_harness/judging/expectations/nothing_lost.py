"""Everything asked is done, set aside or refused: one of them, and as the caller was told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import ClassVar, Final, NamedTuple

import polars as pl

from brownout_harness.judging.evidence import NAMELESS, OPEN_STATES, Evidence, is_one_of, vendor_of
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_harness.judging.expectations.phantoms import phantoms_among
from brownout_harness.judging.incidents import INCIDENT, names_all
from brownout_harness.judging.leaves import Leaves, either
from brownout_harness.judging.orders import DISCARDED, given_up
from brownout_reports.rows import LedgerRow, LetterRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

MINIMUM_OPERATIONS: Final = 10
REFUSED: Final = pl.col("outcome") == Outcome.REFUSED


class Loss(StrEnum):
    """In which way an operation, or an effect, does not add up."""

    LOST = "lost"  # done or accepted, and nothing to show for it
    TORN = "torn"  # a part of what it leaves stands and a part does not, and nothing explains it
    LIED = "refused, but done all the same"
    TWICE = "in two places"  # done or refused, and still waiting as a dead letter
    PHANTOM = "never asked for"
    UNRESOLVED = "unresolved"  # unknown to the caller, and nothing anywhere says what became of it


class Finding(NamedTuple):
    """One thing that does not add up."""

    loss: Loss
    violation: Violation
    is_certain: bool = True
    """Not judged from something missing, which only complete ledgers prove."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingLost:
    """asked = done + accepted or dead-lettered + refused, nothing in two of them, nothing by halves, no effect that
    nobody asked for."""

    NAME: ClassVar[str] = "nothing_lost"
    LEDGER_PROVES: ClassVar[bool] = True
    TIMELESS: ClassVar[bool] = True
    NEEDS_LEAVES: ClassVar[bool] = True
    """It can be demanded only of operations of which it is known what they leave."""

    operation: str = ""
    """Default: every operation."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
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
        asked = [name for name in names if name in evidence.operations_of]
        expected = {name: evidence.leaves[name] for name in asked if name in evidence.leaves}
        mapped = evidence.operations_named(expected)
        findings = [finding for name, leaves in expected.items() for finding in _findings(evidence, name, leaves)]
        findings += self._phantoms(evidence)
        anonymous = evidence.effects.count(NAMELESS, is_one_of(chain(*(leaves.kinds for leaves in expected.values()))))
        findings = _explained_by(findings, anonymous)
        undoings = chain.from_iterable(leaves.undone_by.values() for leaves in expected.values())
        nobodys = evidence.effects.count(NAMELESS, is_one_of(undoings))
        certain = self._certain(findings, absence_is_proof=evidence.absence_is_proof and not nobodys)
        if evidence.has_stalled:  # who gave up an answer that nobody could give has lost nothing
            certain = [finding for finding in certain if finding.loss is not Loss.UNRESOLVED]
        observed = _observed(mapped, findings)
        if certain:
            return wording.failed(observed, [finding.violation for finding in certain])
        if doubt := self._doubt(findings, anonymous, set(asked) - expected.keys()):
            return wording.inconclusive(f"{observed}; {doubt}")
        if len(mapped) < MINIMUM_OPERATIONS:
            return wording.too_few(len(mapped), MINIMUM_OPERATIONS, "operations")
        return wording.passed(observed)

    def _doubt(self, findings: list[Finding], anonymous: int, unmapped: Iterable[str]) -> str:
        """Why nothing wrong is not yet right; empty where it is."""
        if self._too_many_unresolved(findings) or any(finding.loss is not Loss.UNRESOLVED for finding in findings):
            return (
                "but the ledger is incomplete, has undoings of nobody's, or a process of the harness's own stood still"
            )
        if anonymous:
            return f"{counted(anonymous, 'effect')} without an operation id could hide a loss"
        if names := sorted(unmapped):
            return f"nobody said which effect these are to have: {', '.join(names)}"
        return ""

    def _certain(self, findings: list[Finding], *, absence_is_proof: bool) -> list[Finding]:
        """What is proven: absence only by complete ledgers, the unresolved only above their allowance."""
        certain = [finding for finding in findings if finding.is_certain or absence_is_proof]
        if self._too_many_unresolved(findings):
            return certain
        return [finding for finding in certain if finding.loss is not Loss.UNRESOLVED]

    def _too_many_unresolved(self, findings: list[Finding]) -> bool:
        return sum(finding.loss is Loss.UNRESOLVED for finding in findings) > self.unresolved_at_most

    def _phantoms(self, evidence: Evidence) -> Iterator[Finding]:
        if self.operation:
            return
        for effect in phantoms_among(evidence, evidence.effects):
            what = f"{effect.kind} {effect.id}, but nobody had asked for it"
            yield Finding(Loss.PHANTOM, Violation(effect.at_s, effect.operation_id, what))
        named = evidence.letters.where(~NAMELESS)
        for letter in named.not_among(evidence.operations.frame, "operation_id"):
            what = f"dead letter {letter.id}, but nobody had asked for it"
            yield Finding(Loss.PHANTOM, Violation(letter.first_attempt_at or 0.0, letter.operation_id, what))


def _findings(evidence: Evidence, name: str, leaves: Leaves) -> Iterator[Finding]:
    """What is wrong with the operations of a name. Plainly right is, without a letter: done and all of it there,
    refused and nothing of it there; only the others are looked at one by one.
    """
    operations, effects = evidence.operations_of[name], evidence.effects
    others = operations.not_among(evidence.letters.frame, "operation_id")
    suspects = [
        operations.among(evidence.letters.frame, "operation_id"),
        others.where(REFUSED).among(effects.where(is_one_of(leaves.kinds)).frame, "operation_id"),
    ]
    rest = others.where(~REFUSED)
    for clause in dict.fromkeys(leaves.clauses):
        if leaves.times(clause) > 1:  # one of them may be there, and the other not
            suspects.append(rest)
            break
        left = effects.where(is_one_of(clause)).frame
        suspects.append(rest.not_among(left, "operation_id"))
        rest = rest.among(left, "operation_id")
    suspects.append(rest.among(effects.where(is_one_of(leaves.undone_by.values())).frame, "operation_id"))
    for some in suspects:
        effects_of = effects.among(some.frame, "operation_id").by("operation_id")
        for each in some:
            yield from _Case(evidence, each, leaves, effects_of.get(each.operation_id, ())).findings()
    yield from _refused_too_late(evidence, operations, leaves)


def _refused_too_late(evidence: Evidence, operations: Rows[OperationRow], leaves: Leaves) -> Iterator[Finding]:
    """What stood when a refused caller asked again: another caller would have believed the refusal."""
    again = operations.where(pl.col("after_refusal_s").is_not_null(), ~REFUSED)
    effects_of = evidence.effects.among(again.frame, "operation_id").by("operation_id")
    for each in again:
        asked_s = each.after_refusal_s or 0.0
        then = tuple(effect for effect in effects_of.get(each.operation_id, ()) if effect.at_s < asked_s)
        if there := [effect for clause in leaves.clauses for effect in leaves.standing(clause, then)]:
            what = f"refused, and asked for again at {asked_s:.3f} s, when there was a {_ids(there)} already"
            may_be_undone = any(effect.kind in leaves.undone_by for effect in there)
            yield Finding(Loss.LIED, Violation(asked_s, each.operation_id, what), is_certain=not may_be_undone)


class _Case:
    """One operation, its effects and its letters."""

    def __init__(
        self, evidence: Evidence, operation: OperationRow, leaves: Leaves, effects: tuple[LedgerRow, ...]
    ) -> None:
        self._operation = operation
        self._shows_letters = evidence.dead_letters is not None
        self._cut_off_near = evidence.cut_off_near
        self._letters: tuple[LetterRow, ...] = evidence.dead_letters_of.get(operation.operation_id, ())
        by_clause = leaves.by_clause(effects)
        self._there = [each for _, standing in by_clause for each in standing]
        self._absent = [clause for clause, standing in by_clause if len(standing) < leaves.times(clause)]
        missing_at = {vendor_of(kind) for clause in self._absent for kind in clause}
        self._was_refused = bool(self._letters) and evidence.was_refused(operation.operation_id, missing_at)
        self._given_up = given_up(order for deed in evidence.deeds for order in deed.orders)
        self._taken_back = [each for each in effects if each.kind in leaves.kinds and each not in self._there]
        self._may_be_undone = any(each.kind in leaves.undone_by for each in self._there)

    def findings(self) -> Iterator[Finding]:
        outcome, is_open = self._operation.outcome, any(each.state in OPEN_STATES for each in self._letters)
        if outcome == Outcome.REFUSED and self._there:
            # What took it back may be just what is missing.
            loss = Loss.TORN if self._absent else Loss.LIED
            yield self._finding(
                loss, f"refused, yet there is a {_ids(self._there)}", is_certain=not self._may_be_undone
            )
        if outcome in {Outcome.DONE, Outcome.REFUSED} and is_open:
            yield self._finding(Loss.TWICE, f"{outcome}, yet waiting as dead letter {self._letters[0].id}")
        if outcome == Outcome.REFUSED or not self._absent:
            return
        if self._there and (outcome == Outcome.DONE or not self._is_explained()):
            what = f"{outcome}, with {_ids(self._there)}, but no {self._missing()}"
            yield self._finding(Loss.TORN, what, is_certain=False)
        elif outcome == Outcome.DONE:
            yield self._finding(Loss.LOST, f"done, but no {self._missing()}{self._undone()}", is_certain=False)
        elif outcome == Outcome.ACCEPTED and not self._is_explained():
            yield self._accepted_and_absent()
        elif outcome == Outcome.UNKNOWN and not self._is_explained() and not self._taken_back:
            what = self._of_letter() or "unknown, and neither an effect nor a dead letter"
            yield self._finding(Loss.UNRESOLVED, what, is_certain=False)

    def _is_explained(self) -> bool:
        """A letter that waits says what is to become of it, and one that was refused, if the vendor did so, why nothing
        of it is there: what stands was to be taken back. An incident says that somebody has to see to what is left, and
        explains no more than it names. One that was discarded explains that nothing is there, where an operator ordered
        it."""
        waits = any(
            letter.state in OPEN_STATES and (letter.state != INCIDENT or names_all(letter.standing, self._there))
            for letter in self._letters
        )
        refused = self._was_refused and any(letter.state == "refused" for letter in self._letters)
        discarded = any(each.state == DISCARDED and each.id in self._given_up for each in self._letters)
        return waits or ((refused or discarded) and not self._there)

    def _accepted_and_absent(self) -> Finding:
        if not self._shows_letters:
            told = f" ({self._operation.detail})" if self._operation.states else ""
            what = f"accepted, no effect, and the target shows no dead letters{told}"
            return self._finding(Loss.UNRESOLVED, what, is_certain=False)
        what = self._of_letter() or "accepted, but neither an effect nor a dead letter"
        return self._finding(Loss.LOST, what, is_certain=False)

    def _of_letter(self) -> str:
        """What is wrong with its first letter; empty without one."""
        if not self._letters:
            return ""
        letter = self._letters[0]
        by_whom = {
            "refused": ", and no vendor refused it",
            "discarded": ", and nobody ordered that",
            "incident": ", and it names nothing that is left",
        }
        return f"dead letter {letter.id} is {letter.state}, but there is no effect{by_whom.get(letter.state, '')}"

    def _missing(self) -> str:
        return ", no ".join(map(either, self._absent))

    def _undone(self) -> str:
        return f", for {_ids(self._taken_back)} was taken back" if self._taken_back else ""

    def _finding(self, loss: Loss, what: str, *, is_certain: bool = True) -> Finding:
        if self._absent:
            what += self._cut_off_near(self._operation)
        return Finding(loss, Violation(self._operation.finished_s, self._operation.operation_id, what), is_certain)


def _ids(effects: Sequence[LedgerRow]) -> str:
    return ", ".join(f"{each.kind} {each.id}" for each in effects[:3])


def _explained_by(findings: list[Finding], anonymous: int) -> list[Finding]:
    """Effects without an operation id may belong to what looks absent: only more absent ones than those are losses."""
    absent = sum(not finding.is_certain for finding in findings)
    if not anonymous or absent > anonymous:
        return findings
    return [finding for finding in findings if finding.is_certain]


def _observed(operations: Rows[OperationRow], findings: list[Finding]) -> str:
    outcomes = [f"{operations.count(pl.col('outcome') == outcome)} {outcome}" for outcome in Outcome]
    losses = [(loss, sum(finding.loss is loss for finding in findings)) for loss in Loss]
    told = f"{len(operations)} asked = {' + '.join(outcomes)}"
    return "; ".join([told, *(f"{count} {loss}" for loss, count in losses if count)])
