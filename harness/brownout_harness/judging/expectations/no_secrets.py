"""No credential that the run used can be read where others read: logs, events, dead letters, the run's own files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted
from brownout_harness.safety.secret_forms import surroundings
from brownout_reports.rows import LetterRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

R = TypeVar("R", bound=NamedTuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSecrets:
    """None of the planted secrets appears, plain, percent-encoded or in base64. The result never repeats one."""

    NAME: ClassVar[str] = "no_secrets"
    LEDGER_PROVES: ClassVar[bool] = True
    TIMELESS: ClassVar[bool] = True
    FOUND_ONCE: ClassVar[bool] = True

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Needs at least one secret that was planted and one place to look at."""
        wording = Wording(self, "none of the run's credentials in logs, events, dead letters or the run's files")
        needles = list(evidence.secret_forms)
        tables = _tables(evidence)
        places = len(evidence.texts) + sum(len(table.rows) for table in tables)
        found = list(_found(evidence, tables, needles)) if needles else []
        observed = f"{counted(len(evidence.secrets), 'secret')} looked for in {counted(places, 'text')}"
        if found:
            return wording.failed(f"{observed}, {counted(len(found), 'find')}", found)
        if not evidence.secrets:
            return wording.inconclusive("no secret was planted: nothing to look for")
        if not places:
            return wording.inconclusive("no log, event or dead letter to look at")
        return wording.passed(observed)


@dataclass(frozen=True, slots=True)
class _Table(Generic[R]):
    """Rows of which something can be read."""

    rows: Rows[R]
    text: pl.Expr
    """What."""
    at: str
    """The column that says when."""
    place: str
    """For people: where; may name a column."""

    def finds(self, needles: list[str]) -> Iterator[Violation]:
        """Each row in which a needle is."""
        read = self.rows.frame.with_columns(self.text.alias("text"))
        held = read.filter(pl.col("text").str.contains_any(needles))
        for row in held.collect(engine="streaming").iter_rows(named=True):
            what = f"a credential in {self.place.format_map(row)}: {surroundings(row['text'], needles)}"
            yield Violation(row[self.at] or 0.0, row["operation_id"], what)


def _tables(evidence: Evidence) -> list[_Table[Any]]:
    spoken = pl.concat_str("vendor", "call", "operation_id", "outcome", "detail", separator=" ")
    every = pl.concat_str(pl.col(*LetterRow._fields).cast(pl.String).fill_null("None"), separator=" ")
    detail, key, references = map(pl.col, ("detail", "idempotency_key", "references"))
    answered, fields, states = map(pl.col, ("answered", "fields", "states"))
    return [
        _Table(evidence.events, spoken, "at_s", "event {kind}"),
        _Table(evidence.letters, every, "first_attempt_at", "dead letter {id}"),
        _Table(evidence.operations.where(detail != ""), detail, "finished_s", "an answer"),
        _Table(evidence.operations.where(answered != ""), answered, "finished_s", "an answer"),
        _Table(evidence.operations.where(states != ""), states, "finished_s", "an operation's state"),
        _Table(evidence.requests.where(key != ""), key, "at_s", "an idempotency key"),
        _Table(evidence.effects, references, "at_s", "what is stored with {route}"),
        _Table(evidence.effects.where(fields != ""), fields, "at_s", "what {route} holds"),
    ]


def _found(evidence: Evidence, tables: list[_Table[Any]], needles: list[str]) -> Iterator[Violation]:
    for place, text in sorted(evidence.texts.items()):
        if any(needle in text for needle in needles):
            yield Violation(0.0, "", f"a credential in {place}: {surroundings(text, needles)}")
    for table in tables:
        yield from table.finds(needles)
    for each in evidence.operations.where(pl.col("leaked") != ""):
        yield Violation(each.finished_s, each.operation_id, f"a credential in an answer: {each.leaked}")
