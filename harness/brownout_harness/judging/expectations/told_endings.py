"""The operations that telemetry tells of, held against what the driver asked for and was answered, and the ledgers.

of an operation       the driver asked for it
finished              as often as it was asked for, at most
finished, while it    as the answer says; an answer that it is done, or taken on, was told, too
was asked for last
finished, set aside   its letter was told to have been made
finished, done        what it leaves was in the ledgers by then
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.judging.evidence import NAMELESS, Evidence, is_one_of
from brownout_harness.judging.expectations.base import Violation, counted
from brownout_harness.judging.expectations.telling import CLOCKS_S
from brownout_harness.judging.leaves import Clause, either
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.tables import Rows

SET_ASIDE: Final = (pl.col("outcome") == Outcome.ACCEPTED) & (pl.col("detail") != "")
"""Accepted with a dead letter, which its detail names."""
TAKEN_ON: Final = pl.col("outcome").is_in([Outcome.DONE, Outcome.ACCEPTED])
"""Of an operation: only the target's flow itself answers so. A door that is closing says no without it."""


def endings_against_driver(evidence: Evidence) -> Iterator[Violation]:
    """Where the two do not agree."""
    finished = evidence.events_by_kind.get(Kind.OPERATION_FINISHED, Rows.none(EventRow))
    if evidence.absence_is_proof:
        yield from _of_nobody(evidence)
        yield from _done_too_early(evidence, finished)
        yield from _of_untold_letters(evidence, finished)
    yield from _too_often(evidence, finished)
    yield from _otherwise(evidence, finished)


def _of_nobody(evidence: Evidence) -> Iterator[Violation]:
    """Under an id that the driver never asked with."""
    for each in evidence.events.where(~NAMELESS).not_among(evidence.operations.frame, "operation_id"):
        what = f"{each.kind} was told of an operation that nobody asked for"
        yield Violation(each.at_s, each.operation_id, what)


def _too_often(evidence: Evidence, finished: Rows[EventRow]) -> Iterator[Violation]:
    told = finished.frame.group_by("operation_id").agg(times=pl.len(), last_s=pl.max("at_s"))
    often = evidence.operations.frame.join(told, on="operation_id").filter(pl.col("times") > pl.col("asks"))
    for at_s, operation_id, times, asks in (
        often.select("last_s", "operation_id", "times", "asks").collect(engine="streaming").iter_rows()
    ):
        yield Violation(at_s, operation_id, f"told to have finished {times} times, asked for {counted(asks, 'time')}")


def _otherwise(evidence: Evidence, finished: Rows[EventRow]) -> Iterator[Violation]:
    """Finished, while the driver waited for its last answer, in another way than that answer says.

    An earlier ask that the driver gave up may end in that time, too: where there was one, only what is missing counts.
    """
    answered = evidence.operations.where(pl.col("status") != 0)
    last = evidence.asks.group_by("operation_id").agg(last_s=pl.max("ask_s"))
    asked = (
        answered.frame.select(
            "operation_id",
            "outcome",
            "asks",
            "sent_s",
            "finished_s",
            set_aside=SET_ASIDE,
            process=pl.col("replicas").list.last(),
        )
        .join(last, on="operation_id", how="left")
        .with_columns(from_s=pl.coalesce("last_s", "sent_s") - CLOCKS_S, to_s=pl.col("finished_s") + CLOCKS_S)
        .with_columns(expected=pl.when("set_aside").then(pl.lit("dead_lettered")).otherwise(pl.col("outcome")))
    )
    told = finished.frame.select("operation_id", "at_s", told="outcome", teller="process")
    heard = (
        asked.join(told, on="operation_id")
        .filter(pl.col("at_s").is_between("from_s", "to_s"))
        .filter(pl.col("process").is_null() | (pl.col("teller") == pl.col("process")))
        .group_by("operation_id")
        .agg(
            told=pl.col("told").first(),
            right=(pl.col("told") == pl.col("expected")).any(),
        )
    )
    joined = asked.join(heard, on="operation_id", how="left")
    wrong = pl.col("right").not_() & (TAKEN_ON | (pl.col("asks") == 1))
    missing = pl.col("right").is_null() & TAKEN_ON
    found = joined.filter(wrong | missing).select("finished_s", "operation_id", "outcome", "told")
    for at_s, operation_id, outcome, said in found.collect(engine="streaming").iter_rows():
        word = f"it was told to have finished {said}" if said else "nothing was told of its end"
        yield Violation(at_s, operation_id, f"the driver was answered {outcome}, and {word}")


def _of_untold_letters(evidence: Evidence, finished: Rows[EventRow]) -> Iterator[Violation]:
    """Asked for once, so that nobody else can have set it aside, in a process that may have died before it told so."""
    told = evidence.events_by_kind.get(Kind.DEAD_LETTERED, Rows.none(EventRow)).frame.select("detail")
    once = evidence.operations.where(pl.col("asks") == 1)
    aside = finished.where(pl.col("outcome") == "dead_lettered").among(once.frame, "operation_id")
    for each in aside.not_among(told, "detail"):
        what = (
            f"it was told to have been set aside as {each.detail or 'nothing'}, and of no such letter anything was told"
        )
        yield Violation(each.at_s, each.operation_id, what)


def _done_too_early(evidence: Evidence, finished: Rows[EventRow]) -> Iterator[Violation]:
    """Told to be done, before what it leaves was there. Effects of nobody's may be what is missing."""
    done = finished.where(pl.col("outcome") == Outcome.DONE)
    for name, leaves in evidence.leaves.items():
        if name not in evidence.operations_of:
            continue
        of_name = done.among(evidence.operations_of[name].frame, "operation_id")
        for clause in leaves.clauses:
            if not evidence.effects.count(NAMELESS, is_one_of(clause)):
                yield from _without(evidence, of_name, clause)


def _without(evidence: Evidence, done: Rows[EventRow], clause: Clause) -> Iterator[Violation]:
    effects = evidence.effects.where(is_one_of(clause)).frame.group_by("operation_id").agg(there_s=pl.min("at_s"))
    told = done.frame.select("operation_id", "at_s").join(effects, on="operation_id", how="left")
    absent = told.filter(pl.col("there_s").is_null() | (pl.col("there_s") > pl.col("at_s") + CLOCKS_S))
    for operation_id, at_s, there_s in (
        absent.select("operation_id", "at_s", "there_s").collect(engine="streaming").iter_rows()
    ):
        when = "there is none" if there_s is None else f"there was none before {there_s:.3f} s"
        yield Violation(at_s, operation_id, f"told to have finished done without a {either(clause)}: {when}")
