"""What an account's database holds: rows, the sequences that number them, what changed of late.

The engine is made with the first use. What is set up may change while rows are there: new tables are made, new columns
added; the API learns of it when its schema cache is loaded anew (`reload`), which a fault can put off.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.vendors.supabase.database.conditions import quoted
from brownout_simulators.vendors.supabase.database.constraints import Row
from brownout_simulators.vendors.supabase.database.engine import Engine
from brownout_simulators.vendors.supabase.database.schema import Column, Schema, Table

UNDO_LIMIT: Final = 4_096
"""So many of the last changes can be taken back for a read that lags."""
UNDO_BYTES: Final = 8 * 1024 * 1024
"""What they may weigh together."""


class Done(NamedTuple):
    """A change of one row, as it is taken back."""

    at_s: float
    table: str
    rowid: int
    before: Row | None
    """None: the row is new."""
    weight: int


class Written(NamedTuple):
    """A row that a statement wrote."""

    kind: Literal["INSERT", "UPDATE", "DELETE"]
    table: Table
    rowid: int
    old: Row | None
    new: Row | None


class DatabaseState:
    """One project's. Made empty; the tables come with the first look at them."""

    __slots__ = ("_awaited", "_cached", "_done", "_engine", "_reload_s", "_schema", "_sequences", "_weight")

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._schema: Schema | None = None
        self._cached: Schema | None = None
        self._awaited: Schema | None = None
        self._reload_s = 0.0
        self._sequences: dict[tuple[str, str], int] = {}
        self._done: deque[Done] = deque()
        self._weight = 0

    def engine(self, schema: Schema, seed: Callable[[Engine, Table], None]) -> Engine:
        """The engine, with the tables as they are declared now; `seed` puts in the rows of a new table."""
        if self._engine is not None and schema is self._schema:
            return self._engine
        engine = self._engine = self._engine or Engine()
        before = {} if self._schema is None else self._schema.tables
        self._schema = schema
        engine.declare(schema.tables)
        for table in schema.tables.values():
            if engine.has(table.name):
                _extend(engine, table)
            elif table.rows and table.name not in before:
                engine.make(table)
                seed(engine, table)
        return engine

    def known_to_api(self, schema: Schema, lag_s: float, now_s: float) -> Schema:
        """The schema as it is in the API's cache: what was set up anew is known after a while."""
        if schema is self._cached:
            return schema
        if self._cached is None or not lag_s:
            self._cached = schema
            return schema
        if schema is not self._awaited:
            self._awaited, self._reload_s = schema, now_s + lag_s
        if now_s >= self._reload_s:
            self._cached = schema
        return self._cached

    def next_of(self, table: Table, column: Column) -> int:
        """The next of a sequence. It is not given back where the row comes to nothing, as in PostgreSQL."""
        place = (table.name, column.name)
        number = self._sequences[place] = self._sequences.get(place, 0) + 1
        return number

    # -- what changed of late ------------------------------------------------------------------------------------------

    def note(self, written: Written, at_s: float) -> None:
        """Remember a change that was committed."""
        weight = (
            64
            if written.old is None
            else 64 + sum(len(value) for value in written.old.values() if isinstance(value, str))
        )
        self._done.append(Done(at_s, written.table.name, written.rowid, written.old, weight))
        self._weight += weight
        while len(self._done) > UNDO_LIMIT or self._weight > UNDO_BYTES:
            self._weight -= self._done.popleft().weight

    @contextmanager
    def as_of(self, account: Account[Any]) -> Iterator[bool]:
        """The rows as they were at the account's `as_of_s`, for as long as this lasts; whether anything differs."""
        engine, instant_s = self._engine, account.as_of_s
        later = [done for done in reversed(self._done) if instant_s is not None and done.at_s > instant_s]
        if account.hides_new_only:
            later = [done for done in later if done.before is None]
        if engine is None or not later:
            yield False
            return
        engine.execute("BEGIN")
        try:
            for done in later:
                _take_back(engine, done)
            yield True
        finally:
            engine.roll_back()


def _take_back(engine: Engine, done: Done) -> None:
    engine.execute(f"DELETE FROM {quoted(done.table)} WHERE _rowid_ = ?", (done.rowid,))
    if done.before is not None:
        names = ", ".join(map(quoted, done.before))
        marks = ", ".join("?" * (len(done.before) + 1))
        values = (done.rowid, *done.before.values())
        engine.execute(f"INSERT OR REPLACE INTO {quoted(done.table)} (_rowid_, {names}) VALUES ({marks})", values)


def _extend(engine: Engine, table: Table) -> None:
    there = {row[1] for row in engine.execute(f"PRAGMA table_info({quoted(table.name)})")}
    for column in table.columns.values():
        if column.name not in there:
            engine.add_column(table, column)
