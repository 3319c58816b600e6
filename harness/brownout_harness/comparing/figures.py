"""The figures in which runs are compared: each a value, and, where it can be drawn anew from blocks of time, a measure.

    success           the share of an operation's askings that were done
    p50, p95, p99     its latency, from the instant at which it was wanted to its last answer
    amplification     requests at a vendor per asking
    effects           how many of a kind stand in a vendor's books
    dead letters      how many of a flow were set aside
    breaker openings  how often a vendor's breaker left closed: a few events that hang together, so without an interval

What is counted is counted over the whole run, the drain included; success and p99 in each phase besides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from brownout_harness.comparing.blocks import Blocks
from brownout_harness.comparing.intervals import Measure, Ratio, Sample, Total
from brownout_harness.comparing.seen import Seen
from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.amplification import load_on
from brownout_harness.judging.expectations.latency import LATENCY_S
from brownout_harness.judging.expectations.telling import OPEN
from brownout_reports.rows import EFFECT, LedgerRow, OperationRow, Outcome
from brownout_reports.tables import Rows

SUCCESS: Final = "success"
P50, P95, P99 = "p50", "p95", "p99"
AMPLIFICATION: Final = "amplification"
EFFECTS: Final = "effects"
LETTERS: Final = "dead letters"
OPENINGS: Final = "breaker openings"

QUANTILES: Final[Mapping[str, float]] = {P50: 0.5, P95: 0.95, P99: 0.99}
ABOVE: Final = 5
"""So many values must lie above a quantile for an interval of it: of fewer, one of them decides."""
DIGITS: Final = 6
"""Of seconds: what is less comes of computing with fractions, and would be a difference of nothing."""
FEWEST: Final = 30
"""Askings that a share or a ratio is made of."""


@dataclass(frozen=True, slots=True)
class Name:
    """Which figure, in an order that is that of the tables."""

    what: str
    of: str
    """An operation, a vendor, a kind of effect, a flow."""
    phase: str = ""
    """Empty: the whole run."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One number of one run, in seconds, shares of one, or times; None: there is none."""

    value: float | None
    measure: Measure | None = None
    few: str = ""
    """Why there is no interval of it, where its run has too little for one."""


def figures_of(evidence: Evidence, seen: Seen, blocks: Blocks) -> dict[Name, Figure]:
    """All of one run, in the tables' order."""
    found: dict[Name, Figure] = {}
    for name, rows in sorted(evidence.operations_of.items()):
        found.update(_of_operation(name, rows, blocks))
    span = evidence.phase(WHOLE_RUN)
    assert span is not None  # noqa: S101 - there always is one
    for vendor in sorted(evidence.vendors):
        load = load_on(evidence, vendor, span)
        if not load.asks:
            continue
        if load.by_operation.is_empty():
            few = "its books name no operations"
            found[Name(AMPLIFICATION, vendor)] = Figure(load.requests / load.asks, few=few)
            continue
        of_each = load.by_operation.sort("at_s", "operation_id")
        under = blocks.summed(of_each["at_s"], of_each["asks"])
        over = blocks.summed(of_each["at_s"], of_each["sent"])
        # The requests that carry no id are nobody's, and of no asking's block.
        few = _few(load.asks, FEWEST, "askings") or ("" if over.sum() == load.requests else "some requests carry no id")
        found[Name(AMPLIFICATION, vendor)] = Figure(load.requests / load.asks, Ratio(over, under), few)
    found.update(_counts(evidence, blocks))
    for whose, moves in sorted(seen.moves.items()):
        found[Name(OPENINGS, whose)] = Figure(float(sum(each.to == OPEN for each in moves)))
    return found


def _of_operation(name: str, rows: Rows[OperationRow], blocks: Blocks) -> Iterator[tuple[Name, Figure]]:
    frame = rows.frame.select(
        "intended_s", took_s=LATENCY_S.round(DIGITS), is_done=pl.col("outcome") == Outcome.DONE
    ).collect()
    wanted, took = frame["intended_s"].to_numpy(), frame["took_s"].to_numpy()
    asked, done = blocks.counted(wanted), blocks.summed(wanted, frame["is_done"])
    sample = Sample.of(took, blocks.places(wanted), len(blocks))
    shares = Ratio(done, asked)
    quantiles = dict(zip(QUANTILES, sample.quantiles(list(QUANTILES.values())), strict=True))
    for phase in ["", *dict.fromkeys(filter(None, blocks.phases))]:
        weights = blocks.within(phase)
        count = round(float(weights @ asked))
        measures: dict[str, Measure] = {SUCCESS: shares, **(quantiles if not phase else {P99: quantiles[P99]})}
        for what, measure in measures.items():
            needed = FEWEST if what == SUCCESS else round(ABOVE / (1 - QUANTILES[what]))
            (value,) = measure.of(weights[np.newaxis, :])
            few = _few(count, needed, f"{name} operations")
            yield Name(what, name, phase), Figure(None if np.isnan(value) else float(value), measure, few)


def _counts(evidence: Evidence, blocks: Blocks) -> Iterator[tuple[Name, Figure]]:
    """An effect and a letter belong to the instant at which their operation was wanted, where it is known."""
    wanted = evidence.operations.frame.select("operation_id", "intended_s").unique("operation_id")
    effects = evidence.tables.of(LedgerRow).frame.filter(pl.col("entry") == EFFECT)
    kinds = effects.select("operation_id", own_s="at_s", of="route")
    letters = evidence.letters.frame.select("operation_id", own_s=pl.col("first_attempt_at").fill_null(0.0), of="flow")
    for what, rows in ((EFFECTS, kinds), (LETTERS, letters)):
        placed = rows.join(wanted, on="operation_id", how="left").select("of", at_s=pl.coalesce("intended_s", "own_s"))
        for (of, *_), some in sorted(placed.collect().partition_by("of", as_dict=True).items()):
            yield Name(what, str(of)), Figure(float(some.height), Total(blocks.counted(some["at_s"].to_numpy())))


def _few(count: int, needed: int, of: str) -> str:
    return f"{count} {of}, {needed} needed for an interval" if count < needed else ""
