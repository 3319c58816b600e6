"""The operations that went differently in two runs that were asked for the same ones at the same instants."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from brownout_reports.rows import EFFECT, REQUEST, LedgerRow, LetterRow, OperationRow
from brownout_reports.run_folder import RunFolder

KINDS: Final = ("outcome", "effects", "dead letters", "requests", "asks")
"""In what two ways may differ, what matters most first. How long it took is in the figures."""
SHOWN: Final = 6
SAME_INSTANT_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Differing:
    """One operation that went differently."""

    operation_id: str
    name: str
    kind: str
    """The first of `KINDS` in which it did."""
    ways: tuple[str, str]
    """In each run: `done, asked 1, stripe 1 request, stripe.charge 1`."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """All that did."""

    shared: int
    """Operations that both runs were asked for, at the same instants."""
    counts: tuple[tuple[str, int], ...]
    """Of each of `KINDS` that there is, how many went differently in it and in none before it."""
    shown: tuple[Differing, ...]
    """Some of each kind, the earliest first."""

    @property
    def count(self) -> int:
        """How many."""
        return sum(count for _, count in self.counts)


def is_asked_alike(one: RunFolder, other: RunFolder) -> bool:
    """Whether both were asked for the same operations at the same instants."""
    frames = [_asked(run).sort("operation_id").collect() for run in (one, other)]
    ids, instants = ([frame[column] for frame in frames] for column in ("operation_id", "intended_s"))
    same = ids[0].len() > 0 and ids[0].equals(ids[1])
    return same and bool(((instants[0] - instants[1]).abs() <= SAME_INSTANT_S).all())


def otherwise(one: RunFolder, other: RunFolder) -> Otherwise:
    """Compare, operation by operation."""
    both = _ways(one).join(_ways(other), on="operation_id", suffix="_other")
    near = (pl.col("intended_s") - pl.col("intended_s_other")).abs() <= SAME_INSTANT_S
    kind = pl.coalesce(pl.when(pl.col(kind).ne_missing(pl.col(f"{kind}_other"))).then(pl.lit(kind)) for kind in KINDS)
    shared = both.filter(near).collect()
    differing = shared.with_columns(kind=kind).filter(pl.col("kind").is_not_null()).sort("intended_s", "operation_id")
    counts = tuple((each, n) for each in KINDS if (n := differing.filter(pl.col("kind") == each).height))
    shown = [row for each, _ in counts for row in differing.filter(pl.col("kind") == each).head(SHOWN).to_dicts()]
    return Otherwise(shared=shared.height, counts=counts, shown=tuple(map(_differing, _in_turn(shown))))


def _in_turn(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Of each kind the first, then the second of each, until there are enough."""
    nth: dict[object, int] = {}
    numbered = []
    for row in rows:
        nth[row["kind"]] = nth.get(row["kind"], 0) + 1
        numbered.append((nth[row["kind"]], row))
    return [row for _, row in sorted(numbered, key=lambda each: each[0])][:SHOWN]


def _differing(row: dict[str, object]) -> Differing:
    ways = [
        ", ".join(str(row[f"{kind}{suffix}"]) for kind in KINDS if row[f"{kind}{suffix}"]) for suffix in ("", "_other")
    ]
    return Differing(str(row["operation_id"]), str(row["name"]), str(row["kind"]), (ways[0], ways[1]))


def _asked(run: RunFolder) -> pl.LazyFrame:
    return run.tables.of(OperationRow).frame.filter(pl.col("asked_of") == "").select("operation_id", "intended_s")


def _ways(run: RunFolder) -> pl.LazyFrame:
    """A row for each operation, how it went in words by each of `KINDS`."""
    asked = run.tables.of(OperationRow).frame.filter(pl.col("asked_of") == "")
    ledger = run.tables.of(LedgerRow).frame
    letters = run.tables.of(LetterRow).frame
    detail = pl.when(pl.col("outcome").is_in(["refused", "unknown"])).then("detail").otherwise(pl.lit(""))
    frame = asked.select(
        "operation_id",
        "name",
        "intended_s",
        outcome=pl.concat_str("outcome", pl.when(detail != "").then(pl.format(" ({})", detail)).otherwise(pl.lit(""))),
        asks=pl.when(pl.col("asks") == 1).then(pl.lit("asked once")).otherwise(pl.format("asked {} times", "asks")),
    ).unique("operation_id", keep="last", maintain_order=True)
    of_vendor = pl.format("{} {} requests", "of", "count")
    for kind, rows, told in (
        (
            "effects",
            ledger.filter(pl.col("entry") == EFFECT).select("operation_id", of="route"),
            pl.format("{} {}", "of", "count"),
        ),
        ("requests", ledger.filter(pl.col("entry") == REQUEST).select("operation_id", of="vendor"), of_vendor),
        ("dead letters", letters.select("operation_id", of="state"), pl.format("{} dead letter {}", "count", "of")),
    ):
        counted = rows.group_by("operation_id", "of").agg(count=pl.len()).sort("operation_id", "of")
        said = counted.group_by("operation_id").agg(told.str.join(", ").alias(kind))
        frame = frame.join(said, on="operation_id", how="left")
    return frame
