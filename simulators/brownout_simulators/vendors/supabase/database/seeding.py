"""The rows that a table has from the beginning: looked at when they are declared, put in with the first use."""

from collections.abc import Mapping
from typing import Any

from brownout_simulators.account import Account, Ids, LazyStream
from brownout_simulators.vendors.supabase.database.engine import Engine
from brownout_simulators.vendors.supabase.database.policies import BYPASSES
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.schema import Schema, Table
from brownout_simulators.vendors.supabase.database.state import DatabaseState
from brownout_simulators.vendors.supabase.database.writes import Writer


class _Nobody:
    role = BYPASSES
    user = ""


def seed(account: Account[Any], state: DatabaseState, engine: Engine, table: Table) -> None:
    """Put them in. Foreign keys were looked at when the declaration was read, with all tables at hand."""
    if table.rows:
        Writer(account, state, engine, Schema({table.name: table}), _Nobody()).put_in(table, table.rows)


def check_rows(tables: Mapping[str, Table], place: str) -> None:
    """Put them in a database that is thrown away. Raises `ValueError` with the place of a row that cannot be."""
    if not any(table.rows for table in tables.values()):
        return
    engine, account, state, schema = Engine(), _trial(), DatabaseState(), Schema(tables)
    writer = Writer(account, state, engine, schema, _Nobody())
    for table in tables.values():
        engine.make(table)
    for table in tables.values():
        for number, row in enumerate(table.rows):
            try:
                writer.put_in(table, [row])
            except DbError as wrong:
                raise ValueError(f"{place}.{table.name}.rows[{number}]: {wrong.message}") from None
    try:
        writer.check_keys()
    except DbError as wrong:
        raise ValueError(f"{place}: {wrong.message}: {wrong.details}") from None
    engine.close()


def _trial() -> Account[Any]:
    def nothing(*_: Any) -> Any:
        return {}

    stream = LazyStream(0)
    return Account(
        "", None, clock=lambda: 0.0, epoch_s=0.0, ids=Ids(stream), stream=stream, later=nothing, publish=nothing,
        limits=nothing, base_url="",
    )  # fmt: skip
