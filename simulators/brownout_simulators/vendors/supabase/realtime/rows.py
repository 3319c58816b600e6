"""What realtime must know of the database's tables: who may see a row, its key, its columns."""

from collections.abc import Mapping
from typing import Any

from brownout_simulators.vendors.supabase.changes import Change
from brownout_simulators.vendors.supabase.database.policies import admits
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.schema import PUBLIC, Table
from brownout_simulators.vendors.supabase.database.setup import DatabaseSetup
from brownout_simulators.vendors.supabase.identity import Identity
from brownout_simulators.vendors.supabase.realtime.bindings import Binding


def may_see(database: DatabaseSetup, change: Change, who: Identity) -> bool:
    """Whether the policies show the row, as it is now, to somebody."""
    table = _table(database, change.schema, change.table)
    if table is None or change.record is None:
        return False
    try:
        return admits(table, who, "select", dict(change.record))
    except DbError:
        return False  # no grant


def columns_of(database: DatabaseSetup, change: Change) -> list[tuple[str, str]]:
    """Name and type of each column."""
    table = _table(database, change.schema, change.table)
    return [] if table is None else [(name, _kind(column.type.name)) for name, column in table.columns.items()]


def key_of(database: DatabaseSetup, change: Change) -> dict[str, Any]:
    """The primary key of the row as it was: all that is told of it."""
    table = _table(database, change.schema, change.table)
    row: Mapping[str, Any] = change.old_record or {}
    return {} if table is None else {name: row.get(name) for name in table.primary_key}


def knows(database: DatabaseSetup, binding: Binding) -> bool:
    """Whether there is such a table, with the columns that the filters name."""
    table = _table(database, binding.schema, binding.table)
    return table is not None and all(each.column in table.columns for each in binding.filters)


def _table(database: DatabaseSetup, schema: str, name: str) -> Table | None:
    return database.schema.tables.get(name) if schema in (PUBLIC, "*") else None


_SHORT = {
    "integer": "int4",
    "bigint": "int8",
    "smallint": "int2",
    "boolean": "bool",
    "double precision": "float8",
    "real": "float4",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "character varying": "varchar",
}


def _kind(name: str) -> str:
    """A type as the catalogue calls it, which is how clients know it."""
    if name.endswith("[]"):
        return "_" + _kind(name[:-2])
    return _SHORT.get(name.partition("(")[0], name.partition("(")[0])
