"""The SQL engine: SQLite in memory, with the functions and collations that PostgreSQL has and SQLite lacks.

One connection for each database, made on first use, and so is each of its tables: a thousand projects that nobody
asks cost nothing, and one that uses a single table pays for no other. Statements are texts with parameters; the only
names in them are those of the schema.
"""

import re
import sqlite3
import weakref
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

from brownout_simulators.searching import Budget, Search, TooLong
from brownout_simulators.vendors.supabase.database import documents, ranges
from brownout_simulators.vendors.supabase.database.conditions import Part, quoted
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.scalars import compare_numeric
from brownout_simulators.vendors.supabase.database.schema import Column, Table
from brownout_simulators.vendors.supabase.database.types import ARRAY, JSONB, NUMERIC, RANGE

PAGE: Final = 1_024
"""Bytes. Every table and every index has one at least, and a project has many that are empty."""
PAGES_LIMIT: Final = 131_072
"""128 MiB for a project's rows. Beyond, the disk is full, as on the platform: rows are never forgotten."""
STEP: Final = 1_000_000
STEPS_LIMIT: Final = 500
"""A statement ends after so many steps of so many instructions each: it would hold up everybody else."""


class Engine:
    """One database's connection."""

    def __init__(self) -> None:
        self._steps = _Steps()
        self._connection = connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.close = weakref.finalize(self, connection.close)
        """Give the memory back. A project goes by being forgotten, its connection after it: not by `__del__`, for the
        collector may come upon the connection first, and Python 3.13 complains of one that is unclosed."""
        # By script: a statement that is run once is not to be kept for the next time.
        connection.executescript(
            f"PRAGMA page_size = {PAGE}; PRAGMA max_page_count = {PAGES_LIMIT}; PRAGMA case_sensitive_like = ON"
        )
        for name, arguments, function in _FUNCTIONS:
            connection.create_function(name, arguments, function, deterministic=True)
        connection.create_function("pg_matches", 3, partial(_matches, self._steps), deterministic=True)
        connection.create_collation(NUMERIC, compare_numeric)
        connection.create_collation(JSONB, documents.compare)
        connection.create_collation(ARRAY, documents.compare_arrays)
        connection.create_collation(RANGE, ranges.order)
        connection.set_progress_handler(self._steps.one_more, STEP)
        self._declared: dict[str, Table] = {}
        self._made: set[str] = set()
        self.execute = connection.execute
        """The bare one, for statements of ours that cannot fail."""

    def rows(self, part: Part) -> list[tuple[Any, ...]]:
        """All rows of a select. Raises `DbError`."""
        while True:
            self._steps.begin()
            try:
                return self.execute(part.sql, part.params).fetchall()
            except sqlite3.Error as error:
                if self._steps.gave_up:
                    raise _timed_out() from None
                if not self._makes_up_for(error):
                    raise translated(error) from None

    def run(self, sql: str, params: Sequence[Any] = ()) -> sqlite3.Cursor:
        """A statement that writes. Raises `DbError`, and `sqlite3.IntegrityError` as it is."""
        self._steps.begin()
        try:
            return self.execute(sql, params)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            if self._steps.gave_up:
                raise _timed_out() from None
            raise translated(error) from None

    def roll_back(self) -> None:
        """Undo the transaction; SQLite itself has undone one in which its memory was full."""
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    # -- the tables ----------------------------------------------------------------------------------------------------

    def declare(self, tables: Mapping[str, Table]) -> None:
        """These are there from now on; what was declared before stays. Each is made when it is first used."""
        self._declared.update(tables)

    def has(self, name: str) -> bool:
        """Whether the table is made. One that is not was never written to."""
        return name in self._made

    def make(self, table: Table) -> None:
        """Make a table that is about to be written to, unless it is there. Not within a transaction."""
        if table.name not in self._made:
            self._connection.executescript(";".join(_creation(table)))
            self._made.add(table.name)

    def _makes_up_for(self, error: sqlite3.Error) -> bool:
        """Whether a statement failed because a table that is declared was not made yet; now it is."""
        missing = _MISSING.fullmatch(str(error))
        table = None if missing is None else self._declared.get(missing[1])
        if table is None:
            return False
        if self._connection.in_transaction:
            # It may go again with the transaction: it is made, and not known to be.
            for sql in _creation(table):
                self.execute(sql)
        else:
            self.make(table)
        return True

    def add_column(self, table: Table, column: Column) -> None:
        """`alter table … add column`; those that are there have its default."""
        self.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {_declared(column)}")
        if column.default is not None:
            self.execute(f"UPDATE {quoted(table.name)} SET {quoted(column.name)} = ?", (column.default,))


class _Steps:
    """How far a statement has come. Apart from the engine, which nothing of its connection may hold on to."""

    __slots__ = ("gave_up", "of_searches", "taken")

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new statement."""
        self.taken = 0
        self.of_searches = Budget()
        self.gave_up = False
        """Whether an expression would have taken too long: SQLite says only that a function failed."""

    def one_more(self) -> int:
        """Not 0: it has come too far."""
        self.taken += 1
        return int(self.taken > STEPS_LIMIT)


_MISSING: Final = re.compile(r"no such table: (.*)", re.DOTALL)


def _creation(table: Table) -> list[str]:
    """A table, with an index for each constraint, foreign key and owner: what is looked up is not scanned.

    There is room for it whatever the rows of others take: in PostgreSQL it was there before them.
    """
    columns = ", ".join(_declared(column) for column in table.columns.values())
    made = [
        f"PRAGMA max_page_count = {PAGES_LIMIT + 1_024}",
        f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({columns})",
    ]
    made += [_index(table, f"unique {at}", unique.columns, "UNIQUE ") for at, unique in enumerate(table.uniques)]
    keys = {tuple(unique.columns) for unique in table.uniques}
    for number, key in enumerate(table.foreign_keys):
        if tuple(key.columns) not in keys:
            keys.add(tuple(key.columns))
            made.append(_index(table, f"key {number}", key.columns))
    if table.owner and (table.owner,) not in keys:
        made.append(_index(table, "owner", (table.owner,)))
    return [*made, f"PRAGMA max_page_count = {PAGES_LIMIT}"]


def _index(table: Table, name: str, columns: Sequence[str], kind: str = "") -> str:
    names = ", ".join(map(quoted, columns))
    return f"CREATE {kind}INDEX IF NOT EXISTS {quoted(f'{table.name} {name}')} ON {quoted(table.name)} ({names})"


def _declared(column: Column) -> str:
    collation = f" COLLATE {column.type.collation}" if column.type.collation else ""
    return f"{quoted(column.name)} {column.type.affinity}{collation}"


def _timed_out() -> DbError:
    return DbError("57014", "canceling statement due to statement timeout")


def translated(error: sqlite3.Error) -> DbError:
    """SQLite's words in PostgreSQL's. Whatever is not known here is a defect, and stays one."""
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_INTERRUPT":
        return _timed_out()
    if name == "SQLITE_FULL":
        return DbError("53100", "could not extend file: No space left on device", hint="Check free disk space.")
    if "too large (maximum depth" in str(error) or "too many" in str(error):
        return DbError("54001", "stack depth limit exceeded")
    if name == "SQLITE_TOOBIG" or "too big" in str(error):
        return DbError("54000", "out of memory", "The value or the statement is too large.")
    raise error


@lru_cache(maxsize=256)
def _pattern(text: str, ignores_case: int) -> Search:
    return Search(text, re.IGNORECASE if ignores_case else 0)


def _matches(steps: _Steps, value: str | None, pattern: str, ignores_case: int) -> int | None:
    if value is None:
        return None
    try:
        return int(_pattern(pattern, ignores_case).finds(value, steps.of_searches))
    except TooLong:
        steps.gave_up = True
        raise


def _lower(value: str | None) -> str | None:
    return None if value is None else value.lower()


def _searched(text: str | None, word: str, configuration: str, query: str) -> int | None:
    from brownout_simulators.vendors.supabase.database.search.matching import searched

    return searched(text, word, configuration, query)


_FUNCTIONS: Final[Sequence[tuple[str, int, Any]]] = (
    ("pg_at_path", 3, documents.at_path),
    ("pg_contains", 2, documents.contains),
    ("pg_contained", 2, documents.contained),
    ("pg_array_contains", 2, documents.array_contains),
    ("pg_array_overlaps", 2, documents.array_overlaps),
    ("pg_lower", 1, _lower),
    ("pg_range", 3, ranges.related),
    ("pg_searched", 4, _searched),
)
