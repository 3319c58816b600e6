"""Rows that may be more than memory holds: kept in columns, made into records when they are looked at.

Nothing here depends on where the columns are: in memory, or in the files of a run, of which polars reads what is asked
for. What can be said by columns (how many, which of them) is said by those; records are for the few that are left.
`Rows` are in an order; `Groups` finds those that belong together. Both make records a lot at a time.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from itertools import chain, groupby, pairwise
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

import polars as pl

from brownout_reports.rows import TABLES, frame_of, records_in

R = TypeVar("R", bound=NamedTuple)
Q = TypeVar("Q", bound=NamedTuple)

LOT: Final = 16_384
"""So many records are made at a time."""
HELD: Final = 8
"""So many lots stay, once they are made: all of a small run, a few dozen megabytes of a large one."""


def between(column: str, start: float, end: float) -> pl.Expr:
    """Whether the column is in `[start, end)`."""
    return pl.col(column).is_between(start, end, closed="left")


class Rows(Generic[R]):
    """Records of one kind, in their order. Immutable; few of them are kept once they were read, many are read again."""

    def __init__(self, record: type[R], frame: pl.LazyFrame | pl.DataFrame, order: tuple[str, ...] = ()) -> None:
        """`frame` has the record's columns; `order` are those to sort by, ties as they are."""
        self.record = record
        self.order = order
        self._given = frame
        self._kept: tuple[R, ...] | None = None

    @classmethod
    def of(cls, record: type[R], rows: Iterable[R] = ()) -> Self:
        """Rows that are records already."""
        return cls(record, frame_of(record, rows))

    @staticmethod
    def none(record: type[Q]) -> "Rows[Q]":
        """No rows."""
        return _none_of(record)

    @cached_property
    def _few(self) -> pl.DataFrame | None:
        """All of them, in order, where they are few."""
        some = _collected(self._given.head(LOT * HELD + 1))
        if some.height > LOT * HELD:
            return None
        return some.sort(self.order, maintain_order=True) if self.order else some

    @cached_property
    def _length(self) -> int:
        return int(self.figure(pl.len()))

    def __len__(self) -> int:
        return self._length if self._few is None else self._few.height

    def _part(self, few: pl.DataFrame) -> "Rows[R]":
        """Some of these few, in the order in which they are."""
        part = Rows(self.record, few, self.order)
        part.__dict__["_few"] = few  # to sort them again would be most of the work
        return part

    def _computed(self, *values: pl.Expr, **named: pl.Expr) -> pl.DataFrame:
        if self._few is not None:
            return self._few.select(*values, **named)
        return _collected(self._given.lazy().select(*values, **named))

    @property
    def frame(self) -> pl.LazyFrame:
        """The columns. Where the rows are many, these may be in any order."""
        return self._given.lazy() if self._few is None else self._few.lazy()

    def all_of_them(self) -> pl.DataFrame:
        """The columns, in memory: for those that are few, or parts of many. Of many in any order."""
        return _collected(self._given) if self._few is None else self._few

    def in_order(self) -> pl.LazyFrame:
        """The columns, in the rows' order."""
        if self._few is not None or not self.order:
            return self.frame
        # Rows mostly come in order, and to see that takes a fraction of what sorting all of them does.
        keys = _collected(self.frame.select(self.order))
        is_sorted = keys.equals(keys.sort(self.order, maintain_order=True))
        return self.frame if is_sorted else self.frame.sort(self.order, maintain_order=True)

    def __iter__(self) -> Iterator[R]:
        if self._few is None:
            return chain.from_iterable(records_in(self.record, lot) for lot in self._lots())
        if self._kept is None:
            self._kept = tuple(records_in(self.record, self._few))
        return iter(self._kept)

    def _lots(self) -> Iterator[pl.DataFrame]:
        """In order, about `LOT` rows each: sorted by the first column's ranges, so that never all of them are held."""
        if not self.order:
            yield from self.frame.collect_batches(chunk_size=LOT)
            return
        first = pl.col(self.order[0])
        edges = _edges(self.frame.filter(first.is_not_null()), self.order[0])
        for condition in [first.is_null(), *_ranges(first, edges)]:
            yield _collected(self.frame.filter(condition)).sort(self.order, maintain_order=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.record is other.record and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # compared by what is in it

    def where(self, *conditions: pl.Expr) -> "Rows[R]":
        """Those for which all conditions hold."""
        if self._few is not None:
            return self._part(self._few.filter(*conditions))
        return Rows(self.record, self._given.filter(*conditions), self.order)

    def within(self, start: float, end: float) -> "Rows[R]":
        """Those in `[start, end)` by the first column of their order, in which nothing may be null."""
        if self._few is None:
            return self.where(between(self.order[0], start, end))
        if self._few.is_empty():
            return self
        # They are in order: a dozen looks instead of one at each.
        column = self._few[self.order[0]]
        low, high = bisect_left(column, start), bisect_left(column, end)
        return self._part(self._few.slice(low, max(0, high - low)))

    def among(self, others: pl.LazyFrame, *on: str | pl.Expr) -> "Rows[R]":
        """Those that share these columns' values with one of the others."""
        return Rows(self.record, self.frame.join(others, on=on, how="semi", maintain_order="left"), self.order)

    def not_among(self, others: pl.LazyFrame, *on: str | pl.Expr) -> "Rows[R]":
        """Those that share these columns' values with none of the others."""
        return Rows(self.record, self.frame.join(others, on=on, how="anti", maintain_order="left"), self.order)

    def repeated(self, *columns: str) -> "Rows[R]":
        """Those that share these columns' values with another of them."""
        if self._few is None:
            # To count texts takes ten times the memory that their hashes take. Equal texts have equal hashes, and
            # those few whose hashes are equal are looked at themselves.
            number = pl.struct(columns).hash()
            numbers = self._computed(number).to_series()
            again = numbers.filter(numbers.is_duplicated()).unique()
            return self.where(number.is_in(again.implode()))._repeated(columns)
        return self._repeated(columns)

    def _repeated(self, columns: tuple[str, ...]) -> "Rows[R]":
        return self.among(self.frame.group_by(columns).len().filter(pl.col("len") > 1), *columns)

    def sorted(self, *columns: str) -> "Rows[R]":
        """In the order of these columns; ties as they are."""
        return Rows(self.record, self._given if self._few is None else self._few, columns)

    def count(self, *conditions: pl.Expr) -> int:
        """For how many of them all conditions hold."""
        return len(self.where(*conditions))

    def values(self, value: pl.Expr) -> pl.Series:
        """What is computed from each, ascending."""
        return self._computed(value.sort()).to_series()

    def figure(self, figure: pl.Expr) -> Any:
        """One number, computed from all of them; None where there is none."""
        return self._computed(figure).item()

    def figures(self, **figures: pl.Expr) -> dict[str, Any]:
        """Several at once."""
        return self._computed(**figures).row(0, named=True)

    def by(self, column: str) -> "Groups[R]":
        """The rows that share a value of a text column."""
        return Groups(self, column)

    def split(self, column: str) -> dict[str, "Rows[R]"]:
        """By each value of a text column that has few of them, sorted."""
        return {value: self.where(pl.col(column) == value) for value in self.values(pl.col(column).unique())}


@cache
def _none_of(record: type[Any]) -> Rows[Any]:
    return Rows.of(record)


def _collected(frame: pl.LazyFrame | pl.DataFrame) -> pl.DataFrame:
    return frame if isinstance(frame, pl.DataFrame) else frame.collect(engine="streaming")


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

    @cached_property
    def _conditions(self) -> list[pl.Expr]:
        return list(_ranges(pl.col(self._column), self._first_keys))

    def _lot_of(self, key: str) -> dict[str, tuple[R, ...]]:
        return self._lot(bisect_right(self._first_keys, key) - 1)

    def _lot(self, number: int) -> dict[str, tuple[R, ...]]:
        if number in self._lots:
            self._lots.move_to_end(number)
            return self._lots[number]
        rows = self._rows
        some = rows if len(self._first_keys) == 1 else rows.where(self._conditions[number])
        frame = some.all_of_them().sort(self._column, *rows.order, maintain_order=True)
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
        return int(self._rows.figure(pl.col(self._column).n_unique()))

    def __len__(self) -> int:
        return self._count


def _edges(frame: pl.LazyFrame, column: str) -> list[Any]:
    """The least value of each lot, if the rows were in the order of that column."""
    values = _collected(frame.select(pl.col(column).sort())).to_series()
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

    def but(self, *tables: Rows[Any]) -> "Tables":
        """The same, with these in the place of those of their kinds."""
        return Tables(*{**self._tables, **{rows.record: rows for rows in tables}}.values())

    def of(self, record: type[R]) -> Rows[R]:
        """The rows of that kind; none where a run left none."""
        return self._tables[record] if record in self._tables else Rows.none(record)

    def frames(self) -> dict[str, pl.LazyFrame]:
        """By the name of their table, the columns of each, sorted as the table says."""
        return {name: self.of(table.record).sorted(*table.order).in_order() for name, table in TABLES.items()}
