"""Rows as they come, in the time of a run: the newest as they are, whole blocks of them in columns, in a file each."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

import polars as pl

from brownout_reports.rows import frame_of, schema_of
from brownout_reports.tables import Rows

R = TypeVar("R", bound=NamedTuple)

BLOCK: Final = 65_536


class Spool(Generic[R]):
    """Takes rows of one kind, and gives them back in the order in which they came. For one thread."""

    def __init__(self, record: type[R], folder: Path | None = None, *, leaves_out: bool = False) -> None:
        """Files go to `folder`; without one the blocks stay in memory, as columns. What somebody else tells may hold
        anything: with `leaves_out`, rows with values of another type than their fields' are left out, and counted."""
        self.record = record
        self.unreadable = 0
        """So many rows were left out, once `rows` has been asked."""
        self._leaves_out = leaves_out
        self._folder = folder
        self._newest: list[R] = []
        self._open: list[pl.DataFrame] = []
        """Columns that do not make a whole block yet."""
        self._blocks: list[pl.LazyFrame] = []

    def add(self, row: R) -> None:
        """One more."""
        self._newest.append(row)
        if len(self._newest) == BLOCK:
            self._put_away()

    def add_block(self, block: pl.DataFrame) -> None:
        """Many more, as columns."""
        self._put_away()
        self._keep(block)

    def add_blocks(self, blocks: Iterable[pl.DataFrame]) -> None:
        """As they come."""
        for block in blocks:
            self.add_block(block)

    def _put_away(self) -> None:
        if self._newest:
            self._keep(self._frame_of(self._newest))
            self._newest.clear()

    def _frame_of(self, rows: list[R]) -> pl.DataFrame:
        try:
            return frame_of(self.record, rows)
        except (TypeError, pl.exceptions.PolarsError):
            if not self._leaves_out:
                raise
        if len(rows) == 1:
            self.unreadable += 1
            return schema_of(self.record).to_frame()
        middle = len(rows) // 2
        return pl.concat([self._frame_of(half) for half in (rows[:middle], rows[middle:])])

    def _keep(self, some: pl.DataFrame) -> None:
        self._open.append(some)
        if self._folder is None or sum(each.height for each in self._open) < BLOCK:
            return
        block = pl.concat(self._open)
        self._open.clear()
        path = self._folder / f"{self.record.__name__}-{len(self._blocks):05d}.parquet"
        block.write_parquet(path)
        self._blocks.append(pl.scan_parquet(path, glob=False))

    def rows(self) -> Rows[R]:
        """All of them until now. They are in the spool's files: those must stay for as long as the rows are read."""
        self._put_away()
        newest = pl.concat([schema_of(self.record).to_frame(), *self._open])
        return Rows(self.record, pl.concat([*self._blocks, newest.lazy()]))
