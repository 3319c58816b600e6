"""Retries do not multiply the load on a vendor. Judged from the driver and the ledger alone."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, no_such_phase, require, span_text
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.spans import PhaseSpan

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
        if not load.requests:
            return wording.inconclusive(f"no request reached {self.vendor}: nothing to count")
        ratio = load.requests / load.asks
        observed = f"{ratio:.3f} ({counted(load.requests, 'request')} for {counted(load.operations, 'operation')}"
        observed += f", asked or redriven {load.asks} times)" if load.asks != load.operations else ")"
        if ratio <= self.max:
            return wording.passed(observed)
        return wording.failed(observed, self._most_repeated(load))

    def _most_repeated(self, load: "Load") -> list[Violation]:
        """The three operations with the most requests."""
        worst = load.by_operation.sort(-pl.col("sent"), "operation_id").head(3)
        return [
            Violation(at_s, operation_id, f"{counted(sent, 'request')} to {self.vendor}")
            for operation_id, at_s, sent, _ in worst.iter_rows()
        ]


@dataclass(frozen=True, slots=True)
class Load:
    """What reached one vendor in one span."""

    operations: int
    asks: int
    """How many requests there would have been without a retry."""
    requests: int
    by_operation: pl.DataFrame
    """Of each operation that requests name: `operation_id`, `at_s` of the first of them, how many were `sent`, and for
    how many of these there is a reason, its `asks`."""


def load_on(evidence: Evidence, vendor: str, span: PhaseSpan) -> Load:
    """Requests and the reasons for them.

    An ask by the driver (it asks again after an unknown answer) is a reason for one request if any arrived between it
    and the next ask; a redrive is one for a request beyond those. Neither is counted as the target's retry. Where no
    request carries an operation id, all operations that were to reach the vendor stand behind them.
    """
    requests = evidence.requests_between(vendor, span.start_s, span.end_s)
    named = requests.where(pl.col("operation_id") != "").frame
    sent = named.group_by("operation_id").agg(at_s=pl.col("at_s").min(), sent=pl.len().cast(pl.Int64))
    by_operation = sent.collect(engine="streaming")
    if by_operation.is_empty():
        asked = evidence.operations_for(vendor).within(span.start_s, span.end_s)
        return Load(len(asked), asked.figure(pl.col("asks").clip(1).sum()), len(requests), by_operation)
    reached = by_operation.lazy().join(_asks_that_reached(evidence, named), on="operation_id", how="left")
    reached = reached.join(_redrives(evidence), on="operation_id", how="left")
    asks, redrives = pl.col("asks").fill_null(1), pl.col("redrives").fill_null(0)
    reasons = (asks + pl.min_horizontal(pl.col("sent") - asks, redrives)).alias("asks")
    by_operation = reached.select("operation_id", "at_s", "sent", reasons).collect()
    return Load(by_operation.height, by_operation.select(pl.col("asks").sum()).item(), len(requests), by_operation)


def _asks_that_reached(evidence: Evidence, requests: pl.LazyFrame) -> pl.LazyFrame:
    """Of each operation that was asked for more than once, how many asks were followed by a request before the next."""
    asked = evidence.asks.rename({"ask_s": "at_s"}).with_columns(ask_s="at_s")
    sent = requests.select("operation_id", "at_s").join(asked, on="operation_id", how="semi").sort("at_s")
    followed = sent.join_asof(asked, on="at_s", by="operation_id", strategy="backward", check_sortedness=False)
    return followed.group_by("operation_id").agg(asks=pl.col("ask_s").n_unique().cast(pl.Int64))


def _redrives(evidence: Evidence) -> pl.LazyFrame:
    """Of each operation that was set aside, how often it was sent again."""
    redrives = pl.max_horizontal("generation", pl.col("attempts") - 1)
    letters = evidence.letters.frame.select("operation_id", redrives=redrives.cast(pl.Int64))
    return letters.group_by("operation_id").agg(pl.col("redrives").sum())
