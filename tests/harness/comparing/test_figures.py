"""The figures of one run."""

from dataclasses import replace

import numpy as np
import polars as pl

from brownout_harness.comparing.blocks import blocks_of
from brownout_harness.comparing.figures import (
    AMPLIFICATION,
    EFFECTS,
    LETTERS,
    OPENINGS,
    P50,
    P99,
    SUCCESS,
    Figure,
    Name,
    figures_of,
)
from brownout_harness.comparing.intervals import value_of
from brownout_harness.comparing.seen import Load, Move, seen_in
from brownout_harness.judging.evidence import Evidence
from brownout_reports.rows import LedgerRow
from brownout_reports.tables import Rows
from tests.harness.twin.runs import verdict
from tests.support.histories import consistent

EVIDENCE = consistent(7, count=700)
BLOCKS = blocks_of(EVIDENCE.phases)


def of(evidence: Evidence) -> dict[Name, Figure]:
    return figures_of(evidence, seen_in(evidence, verdict()), BLOCKS)


def test_each_figure_is_that_of_the_rows_and_of_its_measure() -> None:
    figures, seen = of(EVIDENCE), seen_in(EVIDENCE, verdict())
    for name, latencies in seen.latencies.items():
        assert figures[Name(SUCCESS, name)].value == seen.done[name] / len(latencies)
        assert figures[Name(P50, name)].value == np.round(latencies[(len(latencies) + 1) // 2 - 1], 6)
    for vendor, load in seen.loads.items():
        assert figures[Name(AMPLIFICATION, vendor)].value == load.requests / load.asks
    kinds = EVIDENCE.effects.split("route")
    assert {name.of: each.value for name, each in figures.items() if name.what == EFFECTS} == {
        kind: len(rows) for kind, rows in kinds.items()
    }
    letters = [each.value or 0 for name, each in figures.items() if name.what == LETTERS]
    assert sum(letters) == len(EVIDENCE.letters)
    assert letters
    for which, figure in figures.items():
        if figure.measure is not None:
            assert value_of(figure.measure, BLOCKS, which.phase) == figure.value, which


def test_success_and_p99_are_told_of_each_phase() -> None:
    phases = {name.phase for name in of(EVIDENCE) if name.what == SUCCESS}
    assert phases == {"", *(each.name for each in EVIDENCE.phases)}
    assert {name.what for name in of(EVIDENCE) if name.phase} == {SUCCESS, P99}


def test_of_too_few_there_is_a_value_and_no_interval() -> None:
    few = of(consistent(7, count=60))
    p99 = next(each for name, each in few.items() if name.what == P99)
    assert p99.value is not None
    assert "500 needed for an interval" in p99.few
    assert not of(EVIDENCE)[Name(SUCCESS, "pay")].few


def test_requests_that_nobody_can_be_named_for_have_no_interval() -> None:
    ledger = EVIDENCE.tables.of(LedgerRow)
    nameless = Rows(LedgerRow, ledger.frame.with_columns(operation_id=pl.lit("")))
    found = of(replace(EVIDENCE, tables=EVIDENCE.tables.but(nameless)))
    assert {each.few for name, each in found.items() if name.what == AMPLIFICATION} == {"its books name no operations"}
    half = Rows(LedgerRow, ledger.frame.with_columns(
        operation_id=pl.when(pl.col("seq") % 2 == 0).then("operation_id").otherwise(pl.lit(""))))  # fmt: skip
    found = of(replace(EVIDENCE, tables=EVIDENCE.tables.but(half)))
    assert {each.few for name, each in found.items() if name.what == AMPLIFICATION} == {"some requests carry no id"}


def test_openings_are_counted_and_have_no_interval() -> None:
    seen = replace(
        seen_in(EVIDENCE, verdict()),
        moves={"stripe": (Move("open", 1.0), Move("closed", 2.0), Move("open", 3.0))},
        loads={"stripe": Load(1, 1)},
    )
    figure = figures_of(EVIDENCE, seen, BLOCKS)[Name(OPENINGS, "stripe")]
    assert (figure.value, figure.measure) == (2.0, None)
