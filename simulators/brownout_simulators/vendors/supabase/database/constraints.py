"""What a row must satisfy: not null, checks, unique, foreign keys; with the words that PostgreSQL has when it does not.

PostgreSQL leaves a row's values out of its details where the caller is under row level security, for they may be
somebody else's (BuildIndexValueDescription and ExecBuildSlotValueDescription in its sources).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from brownout_simulators.vendors.supabase.database import ranges
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.scalars import compare_numeric
from brownout_simulators.vendors.supabase.database.schema import Check, Column, ForeignKey, Table, Unique
from brownout_simulators.vendors.supabase.database.types import NUMERIC, RANGE

Row = dict[str, Any]
"""By column, as it is stored."""


def check_row(table: Table, row: Row, *, is_secured: bool) -> None:
    """Not null first, then the checks by name. Raises 23502 and 23514."""
    for column in table.needed:
        if row[column.name] is None:
            raise DbError(
                "23502",
                f'null value in column "{column.name}" of relation "{table.name}" violates not-null constraint',
                _failing(table, row, is_secured=is_secured),
            )
    for column in table.checked:
        if column.check is not None and not _holds(column, column.check, row[column.name]):
            raise DbError(
                "23514",
                f'new row for relation "{table.name}" violates check constraint "{column.check.name}"',
                _failing(table, row, is_secured=is_secured),
            )


def _holds(column: Column, check: Check, value: Any) -> bool:
    if value is None:
        return True
    if check.least is not None and _order(column, value, check.least) < 0:
        return False
    if check.most is not None and _order(column, value, check.most) > 0:
        return False
    if check.one_of and not any(_order(column, value, each) == 0 for each in check.one_of):
        return False
    return not check.matches or re.search(check.matches, column.type.text(value)) is not None


def _order(column: Column, left: Any, right: Any) -> int:
    if column.type.collation == NUMERIC:
        return compare_numeric(left, right)
    if column.type.collation == RANGE:
        return ranges.order(left, right)
    return 0 if left == right else -1 if left < right else 1


def _failing(table: Table, row: Row, *, is_secured: bool) -> str | None:
    if is_secured:
        return None
    shown = ", ".join(_short(_text(table, name, row[name])) for name in table.columns)
    return f"Failing row contains ({shown})."


def _short(text: str) -> str:
    return text if len(text) <= 64 else f"{text[:64]}..."


def _text(table: Table, column: str, value: Any) -> str:
    return "null" if value is None else table.columns[column].type.text(value)


def _key(table: Table, columns: Sequence[str], values: Mapping[str, Any]) -> str:
    shown = ", ".join(_text(table, name, values[name]) for name in columns)
    return f"Key ({', '.join(columns)})=({shown})"


def duplicate(table: Table, unique: Unique, row: Row, *, is_secured: bool) -> DbError:
    """23505."""
    details = None if is_secured else f"{_key(table, unique.columns, row)} already exists."
    return DbError("23505", f'duplicate key value violates unique constraint "{unique.name}"', details)


def no_parent(table: Table, key: ForeignKey, row: Row, *, is_secured: bool) -> DbError:
    """23503 of a row that points at nothing."""
    shown = "Key" if is_secured else _key(table, key.columns, row)
    return DbError(
        "23503",
        f'insert or update on table "{table.name}" violates foreign key constraint "{key.name}"',
        f'{shown} is not present in table "{key.target}".',
    )


def still_referenced(target: Table, key: ForeignKey, row: Row, *, is_secured: bool) -> DbError:
    """23503 of a row at which others point."""
    shown = "Key" if is_secured else _key(target, key.target_columns, row)
    return DbError(
        "23503",
        f'update or delete on table "{target.name}" violates foreign key constraint "{key.name}" '
        f'on table "{key.table}"',
        f'{shown} is still referenced from table "{key.table}".',
    )
