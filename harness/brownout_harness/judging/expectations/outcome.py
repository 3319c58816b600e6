"""How operations end: those whom a fault struck, or all of a kind.

The driver says how they were answered, the ledger whom a fault struck.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import ExpectationResult

MINIMUM_OPERATIONS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeOf:
    """Each operation of which a fault struck a request, or each of that name, ends in one of these ways."""

    NAME: ClassVar[str] = "outcome"
    LEDGER_PROVES: ClassVar[bool] = False

    struck_by: str = ""
    """The fault, by its phase and its place there, from 0: `brownout.1`, at whichever of its vendors, or
    `brownout.1.NAME` at one of them; left out: whether or not one struck."""
    is_: tuple[Outcome, ...]
    """How they may end: of `done`, `accepted`, `refused`, `unknown`."""
    operation: str = ""
    """Only operations of this name; left out: all. Without `struck_by` it is needed."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    at_least: int = MINIMUM_OPERATIONS
    """Fewer such operations, and nothing can be said."""

    def __post_init__(self) -> None:
        require(bool(self.struck_by or self.operation), "outcome needs struck_by, operation or both")
        require(bool(self.is_), "is must name an outcome")
        require(set(self.is_) != set(Outcome), "is names every outcome: nothing else could be")
        require(self.at_least >= 1, f"at_least must be at least 1, got {self.at_least}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """By the operation's last answer. Whose request names no operation of the driver's cannot be judged."""
        of = f"{self.operation} operations" if self.operation else "operations"
        what = f"{of} struck by {self.struck_by}" if self.struck_by else of
        wording = Wording(self, f"{what} end {' or '.join(self.is_)}")
        operations = evidence.operations_named([self.operation]) if self.operation else evidence.operations
        struck = evidence.requests.where(_struck_by(self.struck_by))
        judged = operations.among(struck.frame, "operation_id") if self.struck_by else operations
        others = judged.where(~pl.col("outcome").is_in(list(self.is_)))
        observed = f"{len(judged) - len(others)} of {counted(len(judged), 'operation')}"
        observed += " struck" if self.struck_by else ""
        if others:
            how = "struck, and " if self.struck_by else ""
            return wording.failed(
                observed, (Violation(each.finished_s, each.operation_id, f"{how}{each.outcome}") for each in others)
            )
        nobodys = len(struck.not_among(evidence.operations.frame, "operation_id")) if self.struck_by else 0
        if nobodys:
            return wording.inconclusive(
                f"{observed}; of {counted(nobodys, 'struck request')} nobody knows the operation"
            )
        if len(judged) < self.at_least:
            return wording.too_few(len(judged), self.at_least, what)
        if self.struck_by and not evidence.absence_is_proof:
            return wording.inconclusive(f"{observed}; but the ledger is incomplete")
        return wording.passed(observed)


def _struck_by(fault: str) -> pl.Expr:
    """The fault itself, or a part of one that is several rules."""
    is_it = (pl.element() == fault) | pl.element().str.starts_with(f"{fault}.")
    return pl.col("faults").list.eval(is_it).list.any()
