"""The page's tables: what there was of each kind, counted over the whole run.

A target may tell of as many kinds as it likes: of each table the most frequent rows are shown, and the rest counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, NamedTuple, TypeVar

import polars as pl

from brownout_reports.rows import REQUEST, DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow, Outcome
from brownout_reports.tables import Rows, Tables
from brownout_reports.told import AS_USUAL, KINDS, transitions

MOST: Final = 40
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Counted(Generic[R]):
    """The rows of a table, and how much there was that they do not show."""

    rows: tuple[R, ...]
    left_out: int = 0


class Ended(NamedTuple):
    """Operations that ended alike."""

    name: str
    outcome: str
    status: int
    error: str
    times: int
    p50_s: float
    p90_s: float
    p99_s: float
    max_s: float


class Answered(NamedTuple):
    """Requests that a vendor answered alike."""

    vendor: str
    route: str
    status: int
    ending: str
    times: int


class Notified(NamedTuple):
    """Attempts to deliver a notice that the target answered alike."""

    vendor: str
    notice: str
    status: int
    times: int


class Told(NamedTuple):
    """What the target said so often of itself."""

    vendor: str
    what: str
    times: int


class Kept(NamedTuple):
    """Dead letters in one state at the end."""

    flow: str
    state: str
    error: str
    times: int


def operations(tables: Tables) -> Counted[Ended]:
    """By name, outcome, status and error; latencies from the intended start. What was not sent has none."""
    took_s = pl.col("finished_s") - pl.col("intended_s")
    has_error = pl.col("outcome").is_in([Outcome.REFUSED, Outcome.UNKNOWN])  # of others it is a dead letter's id
    frame = (
        tables.of(OperationRow)
        .frame.filter(pl.col("asks") > 0, pl.col("asked_of") == "")
        .group_by("name", "outcome", "status", error=pl.when(has_error).then("detail").otherwise(pl.lit("")))
        .agg(
            pl.len().alias("times"),
            *(took_s.quantile(q, "linear").alias(name) for name, q in
              (("p50_s", 0.5), ("p90_s", 0.9), ("p99_s", 0.99), ("max_s", 1.0))),
        )
    )  # fmt: skip
    return _most(Ended, frame)


def answers(tables: Tables) -> Counted[Answered]:
    """By vendor, route, status and how the answer ended, as the vendors' books have it."""
    frame = (
        tables.of(LedgerRow)
        .frame.filter(pl.col("entry") == REQUEST)
        .group_by("vendor", "route", "status", "ending")
        .agg(pl.len().alias("times"))
    )
    return _most(Answered, frame)


def notices(tables: Tables) -> Counted[Notified]:
    """By vendor, kind of notice and what the target answered, as the vendors' books have it."""
    frame = tables.of(DeliveryRow).frame.group_by("vendor", "status", notice="type").agg(pl.len().alias("times"))
    return _most(Notified, frame)


def told(tables: Tables) -> Counted[Told]:
    """Retries, rejections and idempotency, as the target tells them."""
    words: Mapping[str, str] = {kind: word for panel in KINDS.values() for kind, word in panel.items()}
    frame = (
        tables.of(EventRow)
        .frame.filter(pl.col("kind").is_in(list(words)), pl.col("outcome") != AS_USUAL)
        .group_by(
            "vendor", "kind",
            outcome=pl.when(pl.col("kind").is_in([kind for kind in words if "{}" in words[kind]]))
            .then("outcome").otherwise(pl.lit("")),
        )
        .agg(pl.len().alias("times"))
        .collect(engine="streaming")
    )  # fmt: skip

    def named() -> Iterator[dict[str, Any]]:
        for vendor, kind, outcome, count in frame.rows():
            yield {"vendor": vendor, "what": words[kind].format(outcome.replace("_", " ")), "times": count}

    schema = {"vendor": pl.String, "what": pl.String, "times": pl.Int64}
    return _most(Told, pl.DataFrame(list(named()), schema=schema).lazy())


def dead_letters(tables: Tables) -> Counted[Kept]:
    """By whose they are, the state in which they ended, and why they were set aside."""
    frame = tables.of(LetterRow).frame.group_by("flow", "state", error="error_class").agg(pl.len().alias("times"))
    return _most(Kept, frame)


def moves(tables: Tables) -> Counted[EventRow]:
    """What the breakers did, and why, from the first on."""
    rows: Rows[EventRow] = transitions(tables.of(EventRow))
    shown = tuple(islice(rows, MOST))
    return Counted(shown, len(rows) - len(shown))


def _most(record: type[Any], frame: pl.LazyFrame) -> Counted[Any]:
    """The most frequent rows, in the order of their other columns; how many there were besides."""
    counted = frame.select(record._fields).collect(engine="streaming")
    others = [name for name in record._fields if name != "times"]
    shown = counted.sort("times", *others, descending=[True, *[False] * len(others)]).head(MOST).sort(others)
    return Counted(tuple(record._make(row) for row in shown.rows()), sum(counted["times"]) - sum(shown["times"]))
