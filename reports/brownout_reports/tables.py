"""Rows that may be more than memory holds: kept in columns, made into records when they are looked at.

Nothing here depends on where the columns are: in memory, or in the files of a run, of which polars reads what is asked
for. `Rows` are in an order; `Groups` finds those that belong together. Both make records a lot at a time.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain, groupby, pairwise
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

import polars as pl

from brownout_reports.rows import TABLES, frame_of, records_in

R = TypeVar("R", bound=NamedTuple)

LOT: Final = 16_384
"""So many records are made at a time."""
HELD: Final = 8
"""So many lots stay, once they are made: all of a small run, a few dozen megabytes of a large one."""


class Rows(Generic[R]):
    """Records of one kind, in their order. Immutable; few of them are made once, many whenever they are read."""

    def __init__(self, record: type[R], frame: pl.LazyFrame, order: tuple[str, ...] = ()) -> None:
        """`frame` has the record's columns; `order` are those to sort by, ties as they are."""
        self.record = record
        self._frame: pl.LazyFrame | None = frame
        self._order = order
        self._kept: tuple[R, ...] | None = None

    @classmethod
    def of(cls, record: type[R], rows: Iterable[R] = ()) -> Self:
        """Rows that are records already."""
        made = cls.__new__(cls)
        made.record, made._frame, made._order, made._kept = record, None, (), tuple(rows)
        return made

    @property
    def frame(self) -> pl.LazyFrame:
        """The columns, in no order that can be relied on."""
        if self._frame is None:
            self._frame = frame_of(self.record, self._kept or ()).lazy()
        return self._frame

    def in_order(self) -> pl.LazyFrame:
        """The columns, in their order."""
        if not self._order:
            return self.frame
        # Rows mostly come in order, and to see that takes a fraction of what sorting all of them does.
        keys = self.frame.select(self._order).collect()
        is_sorted = keys.equals(keys.sort(self._order, maintain_order=True))
        return self.frame if is_sorted else self.frame.sort(self._order, maintain_order=True)

    @cached_property
    def _length(self) -> int:
        return len(self._kept) if self._kept is not None else int(self.frame.select(pl.len()).collect().item())

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[R]:
        if (kept := self._records()) is not None:
            return iter(kept)
        return chain.from_iterable(records_in(self.record, lot) for lot in self._lots())

    def _records(self) -> tuple[R, ...] | None:
        """All of them, where they are few."""
        if self._kept is None and len(self) <= LOT * HELD:
            frame = self.frame.sort(self._order, maintain_order=True) if self._order else self.frame
            self._kept = tuple(records_in(self.record, frame.collect()))
        return self._kept

    def _lots(self) -> Iterator[pl.DataFrame]:
        """In order, about `LOT` rows each: sorted by the first column's ranges, so that never all of them are held."""
        if not self._order:
            yield from self.frame.collect_batches(chunk_size=LOT)
            return
        first = pl.col(self._order[0])
        edges = _edges(self.frame.filter(first.is_not_null()), self._order[0])
        for condition in [first.is_null(), *_ranges(first, edges)]:
            yield self.frame.filter(condition).sort(self._order, maintain_order=True).collect()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.record is other.record and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # compared by what is in it

    def where(self, *conditions: pl.Expr) -> "Rows[R]":
        """Those for which all conditions hold."""
        return Rows(self.record, self.frame.filter(*conditions), self._order)

    def sorted(self, *columns: str) -> "Rows[R]":
        """In the order of these columns; ties as they are."""
        return Rows(self.record, self.frame, columns)

    def between(self, column: str, start: float, end: float) -> "Rows[R]":
        """Of rows in the order of `column` those in which it is in `[start, end)`."""
        kept = self._records()
        if kept is None:
            return self.where(pl.col(column) >= start, pl.col(column) < end)
        value = attrgetter(column)
        return Rows.of(self.record, kept[bisect_left(kept, start, key=value) : bisect_left(kept, end, key=value)])

    def by(self, column: str) -> "Groups[R]":
        """The rows that share a value of a text column."""
        return Groups(self, column)

    def split(self, column: str) -> dict[str, "Rows[R]"]:
        """By each value of a text column that has few of them, sorted."""
        values = self.frame.select(pl.col(column).unique().sort()).collect().to_series().to_list()
        return {value: self.where(pl.col(column) == value) for value in values}


class Groups(Mapping[str, tuple[R, ...]], Generic[R]):
    """Rows by the value of one column, each group in the order of the rows.

    A group is found among a lot of its neighbours, and the lots that were asked for last are kept: who goes through
    the keys roughly in their order makes each record once.
    """

    def __init__(self, rows: Rows[R], column: str) -> None:
        self._rows = rows
        self._column = column
        self._lots: OrderedDict[int, dict[str, tuple[R, ...]]] = OrderedDict()

    @cached_property
    def _first_keys(self) -> list[str]:
        """Of each lot the least key; a lot holds all rows of its keys."""
        return sorted({"", *_edges(self._rows.frame, self._column)}) if len(self._rows) > LOT else [""]

    def _lot_of(self, key: str) -> dict[str, tuple[R, ...]]:
        return self._lot(bisect_right(self._first_keys, key) - 1)

    def _lot(self, number: int) -> dict[str, tuple[R, ...]]:
        if number in self._lots:
            self._lots.move_to_end(number)
            return self._lots[number]
        rows = self._rows
        condition = list(_ranges(pl.col(self._column), self._first_keys))[number]
        frame = rows.frame.filter(condition).sort(self._column, *rows._order, maintain_order=True).collect()
        records = records_in(rows.record, frame)
        lot = {key: tuple(group) for key, group in groupby(records, attrgetter(self._column))}
        self._lots[number] = lot
        if len(self._lots) > HELD:
            self._lots.popitem(last=False)
        return lot

    def __getitem__(self, key: str) -> tuple[R, ...]:
        return self._lot_of(key)[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self._lot_of(key).get(key, default)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self._lot_of(key)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._lot(number) for number in range(len(self._first_keys)))

    @cached_property
    def _count(self) -> int:
        return int(self._rows.frame.select(pl.col(self._column).n_unique()).collect().item())

    def __len__(self) -> int:
        return self._count


def _edges(frame: pl.LazyFrame, column: str) -> list[Any]:
    """The least value of each lot, if the rows were in the order of that column."""
    values = frame.select(pl.col(column).sort()).collect().to_series()
    return list(dict.fromkeys(values.gather_every(LOT).to_list()))


def _ranges(column: pl.Expr, edges: list[Any]) -> Iterator[pl.Expr]:
    """Conditions that part the rows from the first edge on: from each edge to the next, and from the last on."""
    for low, high in pairwise(edges):
        yield (column >= low) & (column < high)
    if edges:
        yield column >= edges[-1]


class Tables:
    """Everything that a run leaves, by the records' types. Immutable."""

    def __init__(self, *tables: Rows[Any]) -> None:
        self._tables = {rows.record: rows for rows in tables}

    def of(self, record: type[R]) -> Rows[R]:
        """The rows of that kind; none where a run left none."""
        return self._tables[record] if record in self._tables else Rows.of(record)

    def frames(self) -> dict[str, pl.LazyFrame]:
        """By the name of their table, the columns of each, sorted as the table says."""
        return {name: self.of(table.record).sorted(*table.order).in_order() for name, table in TABLES.items()}
