"""The operations that went differently."""

import polars as pl

from brownout_harness.comparing.otherwise import is_asked_alike, otherwise
from brownout_reports.rows import OperationRow
from brownout_reports.run_folder import RunFolder
from brownout_reports.tables import Rows

Shops = dict[str, RunFolder]


def changed(run: RunFolder, **columns: pl.Expr) -> RunFolder:
    rows = Rows(OperationRow, run.tables.of(OperationRow).frame.with_columns(**columns))
    return run.model_copy(update={"tables": run.tables.but(rows)})


def test_runs_of_one_seed_were_asked_alike_and_of_two_were_not(shops: Shops) -> None:
    assert is_asked_alike(shops["usual"], shops["again"])
    assert is_asked_alike(shops["usual"], shops["no-retries"])
    assert not is_asked_alike(shops["usual"], shops["other-seed"])
    later = changed(shops["usual"], intended_s=pl.col("intended_s") + 0.001)
    assert not is_asked_alike(shops["usual"], later), "the same ids at other instants"
    nothing = changed(shops["usual"], asked_of=pl.lit("stripe"))
    assert not is_asked_alike(nothing, nothing)


def test_in_the_same_run_twice_nothing_went_differently(shops: Shops) -> None:
    found = otherwise(shops["usual"], shops["again"])
    assert (found.counts, found.shown) == ((), ())
    assert found.shared == len(shops["usual"].tables.of(OperationRow))


def test_each_that_did_is_counted_once_by_what_matters_most(shops: Shops) -> None:
    one, other = shops["usual"], shops["no-retries"]
    found = otherwise(one, other)
    outcomes = [{row.operation_id: row.outcome for row in run.tables.of(OperationRow)} for run in (one, other)]
    differing = [name for name, outcome in outcomes[0].items() if outcome != outcomes[1][name]]
    assert differing
    assert dict(found.counts)["outcome"] >= len(differing)
    assert found.count == sum(dict(found.counts).values()) < found.shared
    first = found.shown[0]
    assert first.kind == "outcome"
    assert first.ways[0].startswith("done, stripe.charge 1, stripe ")
    assert first.ways[1] != first.ways[0]
    assert otherwise(other, one).counts == found.counts


def test_how_long_it_took_is_no_difference_and_an_effect_is_one(shops: Shops) -> None:
    run = shops["usual"]
    assert not otherwise(run, changed(run, finished_s=pl.col("finished_s") + 1)).counts
    again = changed(run, asks=pl.lit(3))
    assert dict(otherwise(run, again).counts) == {"asks": len(run.tables.of(OperationRow))}
