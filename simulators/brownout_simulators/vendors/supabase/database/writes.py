"""Insert, upsert, update, delete: row by row, under policies and constraints, in one transaction.

SQLite keeps the rows and finds duplicates; what PostgreSQL would say, and in which order it would look, is here:
policies, not null, checks, unique, and foreign keys when the statement ends.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, Self

from brownout_simulators.account import Account
from brownout_simulators.vendors.supabase.database.conditions import Part, quoted
from brownout_simulators.vendors.supabase.database.constraints import (
    Row,
    check_row,
    duplicate,
    no_parent,
    still_referenced,
)
from brownout_simulators.vendors.supabase.database.engine import Engine
from brownout_simulators.vendors.supabase.database.policies import Who, admits, denied, is_secured, violated
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.schema import Column, ForeignKey, Schema, Table, Unique
from brownout_simulators.vendors.supabase.database.state import DatabaseState, Written
from brownout_simulators.vendors.supabase.database.times import timestamp_text

Resolution = Literal["", "merge", "ignore"]


class Writer:
    """One request's writes. `with` it: all that is done meanwhile stays, or nothing."""

    def __init__(self, account: Account[Any], state: DatabaseState, engine: Engine, schema: Schema, who: Who) -> None:
        self._account = account
        self._state = state
        self._engine = engine
        self._schema = schema
        self._who = who
        self.written: list[Written] = []
        """What was done, in its order, rows that went or changed by a foreign key among them."""

    def __enter__(self) -> Self:
        self._engine.execute("BEGIN")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._engine.roll_back()
            return
        self._engine.execute("COMMIT")
        now_s = self._account.clock()
        for each in self.written:
            self._state.note(each, now_s)

    # -- insert ------------------------------------------------------------------------------------------------------

    def into(self, table: Table) -> "Writer":
        """To be said before the transaction begins in which rows are put into that table."""
        self._engine.make(table)
        return self

    def insert(
        self,
        table: Table,
        rows: Sequence[Mapping[str, Any]],
        columns: Sequence[str],
        *,
        fills_missing: bool = False,
        on_conflict: Sequence[str] = (),
        resolution: Resolution = "",
        is_returned: bool = False,
    ) -> list[Written]:
        """Rows as they are stored; a column that is not among `columns` has its default, one that a row lacks is null
        unless `fills_missing`. Returns those of the table itself. Raises `DbError`."""
        given, secured = frozenset(columns), is_secured(table, self._who)
        arbiter = self.arbiter(table, on_conflict) if resolution else None
        touched: set[int] = set()
        done: list[Written] = []
        for each in rows:
            row = self._completed(table, each, given, fills_missing=fills_missing)
            if secured and not admits(table, self._who, "insert", row):
                raise violated(table)
            check_row(table, row, is_secured=secured)
            found = self._conflicting(table, arbiter, row, resolution)
            if found is None:
                written = self._insert_row(table, row)
            elif resolution == "ignore":
                continue
            else:
                written = self._merge(table, found, row, given, touched)
            touched.add(written.rowid)
            done.append(written)
        self._finish(done)
        if is_returned or resolution == "merge":
            self._check_visible(table, done)
        return done

    def put_in(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows of a declaration, which are looked at no more."""
        for each in rows:
            row = self._completed(table, each, frozenset(), fills_missing=True, overrides=True)
            check_row(table, row, is_secured=False)
            self.written.append(self._insert_row(table, row))

    def check_keys(self) -> None:
        """The foreign keys of all that was put in. Raises 23503."""
        for each in self.written:
            for key in each.table.foreign_keys:
                self._check_parent(each, key)

    def _completed(
        self,
        table: Table,
        given: Mapping[str, Any],
        columns: frozenset[str],
        *,
        fills_missing: bool,
        overrides: bool = False,
    ) -> Row:
        """A whole row; `overrides`: also of columns that are generated always."""
        row: Row = {}
        for name, column in table.columns.items():
            if name in given:
                row[name] = given[name]
                if column.always and not overrides:
                    raise DbError(
                        "428C9",
                        f'cannot insert a non-DEFAULT value into column "{name}"',
                        f'Column "{name}" is an identity column defined as GENERATED ALWAYS.',
                        "Use OVERRIDING SYSTEM VALUE to override.",
                    )
            else:
                row[name] = None if name in columns and not fills_missing else self._default(table, column)
        return row

    def _default(self, table: Table, column: Column) -> Any:
        if column.fill is None:
            return column.default
        if column.fill == "serial":
            return self._state.next_of(table, column)
        if column.fill == "user":
            return column.type.read(self._who.user) if self._who.user else None
        if column.fill == "uuid":
            digits = self._account.ids.hexadecimal(32)
            made = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
            return made if column.type.family == "uuid" else column.type.read(made)
        moment = int(self._account.wall_s() * 1_000_000)
        return moment if column.type.affinity == "INT" else column.type.read(timestamp_text(moment))

    @staticmethod
    def arbiter(table: Table, on_conflict: Sequence[str]) -> Unique | None:
        """The constraint that decides whether a row is there already: by default the primary key. Raises 42P10."""
        wanted = set(on_conflict or table.primary_key)
        if not wanted:
            return None
        for name in wanted:
            if name not in table.columns:
                raise DbError("42703", f'column "{name}" does not exist')
        for unique in table.uniques:
            if set(unique.columns) == wanted:
                return unique
        raise DbError("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification")

    def _conflicting(
        self, table: Table, arbiter: Unique | None, row: Row, resolution: Resolution
    ) -> tuple[int, Row] | None:
        """The row that is there already."""
        if not resolution or arbiter is None:
            return None
        return self._by_columns(table, arbiter.columns, [row[name] for name in arbiter.columns])

    def _by_columns(self, table: Table, columns: Sequence[str], values: Sequence[Any]) -> tuple[int, Row] | None:
        if any(value is None for value in values):
            return None
        where = " AND ".join(f"{quoted(name)} = ?" for name in columns)
        found = self.matching(table, Part(where, tuple(values)))
        return found[0] if found else None

    def matching(self, table: Table, where: Part, alias: str = "") -> list[tuple[int, Row]]:
        """Rows with their places, in the order in which they came to be."""
        if not self._engine.has(table.name):
            return []
        names = list(table.columns)
        place = f"{alias}." if alias else ""
        picked = ", ".join(f"{place}{quoted(name)}" for name in names)
        source = f"{quoted(table.name)} AS {alias}" if alias else quoted(table.name)
        sql = f"SELECT {place}_rowid_, {picked} FROM {source} WHERE {where.sql} ORDER BY {place}_rowid_"
        return [(row[0], dict(zip(names, row[1:], strict=True))) for row in self._engine.rows(Part(sql, where.params))]

    def _insert_row(self, table: Table, row: Row) -> Written:
        sql = _insertion(table.name, tuple(row))
        cursor = self._guarded(table, row, None, lambda: self._engine.run(sql, tuple(row.values())))
        return Written("INSERT", table, cursor.lastrowid or 0, None, row)

    def _merge(
        self, table: Table, found: tuple[int, Row], row: Row, given: frozenset[str], touched: set[int]
    ) -> Written:
        rowid, old = found
        if rowid in touched:
            raise DbError(
                "21000",
                "ON CONFLICT DO UPDATE command cannot affect row a second time",
                hint="Ensure that no rows proposed for insertion within the same command have duplicate constrained "
                "values.",
            )
        if not (admits(table, self._who, "update", old) and admits(table, self._who, "select", old)):
            raise violated(table, using=True)
        return self._update_row(table, rowid, old, {name: row[name] for name in table.columns if name in given})

    def _guarded(self, table: Table, row: Row, rowid: int | None, run: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        try:
            return run()
        except sqlite3.IntegrityError:
            # Of several that are violated PostgreSQL names the first, SQLite another.
            for unique in table.uniques:
                found = self._by_columns(table, unique.columns, [row[name] for name in unique.columns])
                if found is not None and found[0] != rowid:
                    raise duplicate(table, unique, row, is_secured=is_secured(table, self._who)) from None
            raise

    # -- update and delete -------------------------------------------------------------------------------------------

    def update(self, table: Table, rows: Sequence[tuple[int, Row]], changes: Row) -> list[Written]:
        """Give these columns these values in each of the rows. Raises `DbError`."""
        for name in changes:
            if table.columns[name].always:
                raise DbError("428C9", f'column "{name}" can only be updated to DEFAULT',
                              f'Column "{name}" is an identity column defined as GENERATED ALWAYS.')  # fmt: skip
        done = [self._update_row(table, rowid, old, changes) for rowid, old in rows]
        self._finish(done)
        return done

    def _update_row(self, table: Table, rowid: int, old: Row, changes: Row) -> Written:
        new = {**old, **changes}
        if not admits(table, self._who, "update", new) or not admits(table, self._who, "select", new):
            raise violated(table)
        return self._put(table, rowid, old, new, changes)

    def _put(self, table: Table, rowid: int, old: Row, new: Row, changes: Row) -> Written:
        check_row(table, new, is_secured=is_secured(table, self._who))
        if changes:
            sets = ", ".join(f"{quoted(name)} = ?" for name in changes)
            sql = f"UPDATE {quoted(table.name)} SET {sets} WHERE _rowid_ = ?"
            self._guarded(table, new, rowid, lambda: self._engine.run(sql, (*changes.values(), rowid)))
        return Written("UPDATE", table, rowid, old, new)

    def delete(self, table: Table, rows: Sequence[tuple[int, Row]]) -> list[Written]:
        """Delete these rows, and what goes with them by a foreign key. Raises `DbError`."""
        done = [self._delete_row(table, rowid, old) for rowid, old in rows]
        self._finish(done)
        return done

    def _delete_row(self, table: Table, rowid: int, old: Row) -> Written:
        self._engine.run(f"DELETE FROM {quoted(table.name)} WHERE _rowid_ = ?", (rowid,))
        return Written("DELETE", table, rowid, old, None)

    # -- when the statement ends -------------------------------------------------------------------------------------

    def _finish(self, done: Sequence[Written]) -> None:
        """Foreign keys, of what was written and of what was taken from under others."""
        self.written += done
        for each in done:
            if each.new is not None:
                for key in each.table.foreign_keys:
                    self._check_parent(each, key)
            if each.old is not None:
                for key in self._schema.referrers[each.table.name]:
                    self._release(each, key)

    def _check_parent(self, each: Written, key: ForeignKey) -> None:
        assert each.new is not None  # noqa: S101  (asked before)
        values = [each.new[name] for name in key.columns]
        if each.old is not None and values == [each.old[name] for name in key.columns]:
            return
        if None not in values and self._by_columns(self._schema.tables[key.target], key.target_columns, values) is None:
            raise no_parent(
                each.table, key, each.new, is_secured=is_secured(self._schema.tables[key.target], self._who)
            )

    def _release(self, each: Written, key: ForeignKey) -> None:
        """What points at a row that is gone, or has another key now."""
        assert each.old is not None  # noqa: S101  (asked before)
        values = tuple(each.old[name] for name in key.target_columns)
        is_same = each.new is not None and values == tuple(each.new[name] for name in key.target_columns)
        if is_same or None in values:
            return
        source = self._schema.tables[key.table]
        where = Part(" AND ".join(f"{quoted(name)} = ?" for name in key.columns), values)
        pointing = self.matching(source, where)
        if not pointing:
            return
        if each.new is not None or key.on_delete == "no action":
            secured = is_secured(each.table, self._who)
            raise still_referenced(each.table, key, each.old, is_secured=secured)
        if key.on_delete == "cascade":
            self._finish([self._delete_row(source, rowid, old) for rowid, old in pointing])
            return
        changes: Row = dict.fromkeys(key.columns)
        self._finish([self._put(source, rowid, old, {**old, **changes}, changes) for rowid, old in pointing])

    def _check_visible(self, table: Table, done: Sequence[Written]) -> None:
        """What is returned must be visible to who wrote it."""
        if not is_secured(table, self._who):
            return
        if table.rule(self._who.role, "select") == "no_grant":
            raise denied(table)
        if not all(admits(table, self._who, "select", each.new) for each in done):
            raise violated(table)


@lru_cache(maxsize=1_024)
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    """The statement that puts in one row."""
    names = ", ".join(map(quoted, columns))
    return f"INSERT INTO {quoted(table)} ({names}) VALUES ({', '.join('?' * len(columns))})"
