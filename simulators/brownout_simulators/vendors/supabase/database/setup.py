"""What can be set up of the database: tables, functions, enumerations, the API's own figures.

Read once, into a `Schema`; whatever cannot be is said with its place.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.reading import choice, known, mapping, names, text, whole
from brownout_simulators.vendors.supabase.database.schema import (
    COMMANDS,
    Check,
    Column,
    ForeignKey,
    Function,
    Rule,
    Schema,
    Table,
    Unique,
)
from brownout_simulators.vendors.supabase.database.seeding import check_rows
from brownout_simulators.vendors.supabase.database.types import SERIALS, PgType, type_named
from brownout_simulators.vendors.supabase.database.typical import FUNCTIONS, TABLES

MAX_ROWS: Final = 1_000
"""The hosted default of `db-max-rows`."""
ROLES: Final = ("anon", "authenticated")
_RULES: Final[tuple[Rule, ...]] = ("all", "own", "none", "no_grant")
_FILLS: Final = {"now()": "now", "gen_random_uuid()": "uuid", "auth.uid()": "user"}
_TIMEOUTS_S: Final = {"anon": 3.0, "authenticated": 8.0, "service_role": 60.0}
"""The roles' statement timeouts on the platform (supabase.com/docs/guides/database/postgres/timeouts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSetup:
    """One project's database, as it is declared."""

    schema: Schema
    max_rows: int = MAX_ROWS
    cache_lag_s: float = 0.0
    """So long after a change of the setup the API does not know of it."""
    pool_wait_s: float = 10.0
    """How long a request waits for a connection (PostgREST's `db-pool-acquisition-timeout`)."""
    timeouts_s: Mapping[str, float]
    """By role: how long a statement may take."""


_KEYS: Final = (
    "tables", "functions", "enums", "max_rows", "pool_wait_s", "statement_timeout_s", "schema_cache_lag_s",
)  # fmt: skip


def read(given: Any, place: str) -> DatabaseSetup:
    """JSON to the setup. Without tables there are those of a typical application. Raises `ValueError`."""
    found = known(given, place, _KEYS)
    enums = {
        name: names(labels, f"{place}.enums.{name}")
        for name, labels in mapping(found.get("enums", {}), f"{place}.enums").items()
    }
    declared = mapping(found.get("tables", TABLES), f"{place}.tables")
    tables = {name: _table(name, table, f"{place}.tables.{name}", enums) for name, table in declared.items()}
    _check_foreign_keys(tables, f"{place}.tables")
    check_rows(tables, f"{place}.tables")
    functions = mapping(found.get("functions", {} if "tables" in found else FUNCTIONS), f"{place}.functions")
    timeouts = mapping(found.get("statement_timeout_s", {}), f"{place}.statement_timeout_s")
    for role, seconds in timeouts.items():
        choice(role, f"{place}.statement_timeout_s", tuple(_TIMEOUTS_S))
        _seconds(seconds, f"{place}.statement_timeout_s.{role}")
    return DatabaseSetup(
        schema=Schema(
            tables,
            {
                name: _function(name, each, f"{place}.functions.{name}", tables, enums)
                for name, each in functions.items()
            },
        ),
        max_rows=whole(found.get("max_rows", MAX_ROWS), f"{place}.max_rows", least=1, most=1_000_000),
        cache_lag_s=_seconds(found.get("schema_cache_lag_s", 0), f"{place}.schema_cache_lag_s"),
        pool_wait_s=_seconds(found.get("pool_wait_s", 10), f"{place}.pool_wait_s"),
        timeouts_s={**_TIMEOUTS_S, **timeouts},
    )


def _seconds(given: Any, place: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 86_400:
        raise ValueError(f"{place}: seconds from 0 to 86400 are needed, got {given!r}")
    return float(given)


_OF_A_TABLE: Final = (
    "columns", "primary_key", "unique", "foreign_keys", "owner", "policies", "references", "rows", "outbox",
)  # fmt: skip


def _table(name: str, given: Any, place: str, enums: Mapping[str, Sequence[str]]) -> Table:
    found = known(given, place, _OF_A_TABLE)
    declared = {
        column: {"type": about} if isinstance(about, str) else mapping(about, f"{place}.columns.{column}")
        for column, about in mapping(found.get("columns", {}), f"{place}.columns").items()
    }
    columns = {
        column: _column(name, column, about, f"{place}.columns.{column}", enums) for column, about in declared.items()
    }
    if not columns or len({column.lower() for column in columns}) < len(columns):
        raise ValueError(f"{place}.columns: a table needs columns, and no two names that differ by their case only")
    primary = tuple(column for column, about in declared.items() if about.get("primary_key"))
    primary = tuple(names(found["primary_key"], f"{place}.primary_key")) if "primary_key" in found else primary
    uniques = _uniques(name, declared, found, place, primary)
    keys = _foreign_keys(name, declared, found, place)
    owner = text(found.get("owner", ""), f"{place}.owner")
    references = names(found.get("references", _business_keys(uniques)), f"{place}.references")
    _check_columns(columns, place, [*references, *([owner] if owner else [])], uniques, keys)
    for column in primary:
        columns[column] = replace(columns[column], nullable=False)
    policies = _policies(found.get("policies", {}), f"{place}.policies", has_owner=bool(owner))
    rows = [_row(columns, row, f"{place}.rows[{number}]") for number, row in enumerate(found.get("rows", ()))]
    is_outbox = found.get("outbox", False)
    if is_outbox not in {True, False}:
        raise ValueError(f"{place}.outbox: true or false, got {is_outbox!r}")
    return Table(name, columns, primary, uniques, keys, owner, policies, references, rows, is_outbox)


def _check_columns(
    columns: Mapping[str, Column],
    place: str,
    named: Sequence[str],
    uniques: Sequence[Unique],
    keys: Sequence[ForeignKey],
) -> None:
    of_constraints = [column for unique in uniques for column in unique.columns]
    for column in (*named, *of_constraints, *(column for key in keys for column in key.columns)):
        if column not in columns:
            raise ValueError(f"{place}: there is no column {column!r}")


def _uniques(
    table: str, declared: Mapping[str, Any], found: Mapping[str, Any], place: str, primary: Sequence[str]
) -> list[Unique]:
    uniques = [Unique(f"{table}_pkey", primary)] if primary else []
    uniques += [Unique(f"{table}_{column}_key", (column,)) for column, about in declared.items() if about.get("unique")]
    for number, each in enumerate(found.get("unique", ())):
        group = names(each, f"{place}.unique[{number}]")
        uniques.append(Unique(f"{table}_{'_'.join(group)}_key", group))
    return uniques


def _foreign_keys(table: str, declared: Mapping[str, Any], found: Mapping[str, Any], place: str) -> list[ForeignKey]:
    keys = [
        _reference(table, column, about, f"{place}.columns.{column}")
        for column, about in declared.items()
        if "references" in about
    ]
    further = enumerate(found.get("foreign_keys", ()))
    return keys + [_foreign_key(table, each, f"{place}.foreign_keys[{number}]") for number, each in further]


def _row(columns: Mapping[str, Column], given: Any, place: str) -> Mapping[str, Any]:
    row = known(given, place, tuple(columns))
    return {name: _stored(columns[name].type, value, f"{place}.{name}") for name, value in row.items()}


def _business_keys(uniques: Sequence[Unique]) -> Sequence[str]:
    """What the caller knows a row by: the columns of its unique constraints, the primary key among them."""
    return tuple(dict.fromkeys(column for unique in uniques for column in unique.columns))


def _column(table: str, name: str, given: Any, place: str, enums: Mapping[str, Sequence[str]]) -> Column:
    found = known(
        given,
        place,
        ("type", "not_null", "default", "primary_key", "unique", "references", "on_delete", "identity", "check"),
    )
    if "on_delete" in found and "references" not in found:
        raise ValueError(f"{place}.on_delete: of a column that references another")
    written = text(found.get("type", "text"), f"{place}.type")
    try:
        kind = type_named(written, enums)
    except ValueError as wrong:
        raise ValueError(f"{place}.type: {wrong}") from None
    default = found.get("default")
    identity = choice(found.get("identity", ""), f"{place}.identity", ("", "by default", "always"))
    is_serial = bool(identity) or written.lower() in SERIALS
    fill: Any = "serial" if is_serial else _FILLS.get(default) if isinstance(default, str) else None
    stored = None if fill is not None else _stored(kind, default, f"{place}.default")
    check = _check(f"{table}_{name}_check", kind, found["check"], f"{place}.check") if "check" in found else None
    is_nullable = not (found.get("not_null") or is_serial)
    return Column(name, kind, is_nullable, stored, fill, identity == "always", check)


def _stored(kind: PgType, value: Any, place: str) -> Any:
    try:
        return kind.of_json(value)
    except DbError as wrong:
        raise ValueError(f"{place}: {wrong.message}") from None


def _check(name: str, kind: PgType, given: Any, place: str) -> Check:
    found = known(given, place, ("min", "max", "one_of", "matches"))
    return Check(
        name,
        least=_stored(kind, found.get("min"), f"{place}.min"),
        most=_stored(kind, found.get("max"), f"{place}.max"),
        one_of=tuple(_stored(kind, each, f"{place}.one_of") for each in found.get("one_of", ())),
        matches=_pattern(found.get("matches", ""), f"{place}.matches"),
    )


def _pattern(given: Any, place: str) -> str:
    try:
        re.compile(text(given, place))
    except re.error as wrong:
        raise ValueError(f"{place}: no regular expression: {wrong}") from None
    return str(given)


def _on_delete(given: Any, place: str) -> Any:
    return choice(given, place, ("no action", "cascade", "set null"))


def _reference(table: str, column: str, about: Mapping[str, Any], place: str) -> ForeignKey:
    target, _, of_target = text(about["references"], f"{place}.references").partition(".")
    on_delete = _on_delete(about.get("on_delete", "no action"), f"{place}.on_delete")
    return ForeignKey(f"{table}_{column}_fkey", table, (column,), target, (of_target or "id",), on_delete)


def _foreign_key(table: str, given: Any, place: str) -> ForeignKey:
    found = known(given, place, ("columns", "references", "on_delete", "name"))
    columns = names(found.get("columns"), f"{place}.columns")
    target = known(found.get("references"), f"{place}.references", ("table", "columns"))
    of_target = names(target.get("columns"), f"{place}.references.columns")
    if len(columns) != len(of_target):
        raise ValueError(f"{place}: as many columns on both sides")
    name = text(found.get("name", f"{table}_{'_'.join(columns)}_fkey"), f"{place}.name")
    on_delete = _on_delete(found.get("on_delete", "no action"), f"{place}.on_delete")
    return ForeignKey(
        name, table, columns, text(target.get("table"), f"{place}.references.table"), of_target, on_delete
    )


def _check_foreign_keys(tables: Mapping[str, Table], place: str) -> None:
    for table in tables.values():
        for key in table.foreign_keys:
            target = tables.get(key.target)
            if target is None:
                raise ValueError(f"{place}.{table.name}: {key.name} points at {key.target!r}, which is no table")
            if set(key.target_columns) not in [set(unique.columns) for unique in target.uniques]:
                columns = ", ".join(key.target_columns)
                raise ValueError(
                    f"{place}.{table.name}: {key.name} points at {key.target}({columns}), which is not unique"
                )


def _policies(given: Any, place: str, *, has_owner: bool) -> Mapping[str, Mapping[str, Rule]]:
    found = known(given, place, ROLES)
    policies: dict[str, Mapping[str, Rule]] = {}
    for role, by_command in found.items():
        rules = known(by_command, f"{place}.{role}", COMMANDS)
        for command, rule in rules.items():
            choice(rule, f"{place}.{role}.{command}", _RULES)
            if rule == "own" and not has_owner:
                raise ValueError(f"{place}.{role}.{command}: the table has no owner column")
        policies[role] = rules
    # Row level security is a table's: a role that no policy names sees nothing.
    return {role: policies.get(role, {}) for role in ROLES} if policies else {}


_DOES: Final = ("select", "insert", "value", "raise", "void")


def _function(
    name: str, given: Any, place: str, tables: Mapping[str, Table], enums: Mapping[str, Sequence[str]]
) -> Function:
    found = known(given, place, ("arguments", *_DOES, "where", "values", "also", "single", "optional", "stable"))
    does = [key for key in _DOES if key in found]
    if len(does) != 1:
        raise ValueError(f"{place}: it does exactly one of {', '.join(_DOES)}")
    optional = names(found.get("optional", ()), f"{place}.optional")
    arguments: dict[str, tuple[PgType, bool]] = {}
    for argument, written in mapping(found.get("arguments", {}), f"{place}.arguments").items():
        try:
            arguments[argument] = (
                type_named(text(written, f"{place}.arguments.{argument}"), enums),
                argument in optional,
            )
        except ValueError as wrong:
            raise ValueError(f"{place}.arguments.{argument}: {wrong}") from None
    makers: Mapping[str, Callable[[], Function]] = {
        "select": lambda: _on_table(name, found, place, tables, arguments, "select"),
        "insert": lambda: _on_table(name, found, place, tables, arguments, "insert"),
        "value": lambda: Function(name, arguments, "value", value=found["value"], volatile=not found.get("stable")),
        "void": lambda: Function(name, arguments, "void"),
        "raise": lambda: _raising(name, found["raise"], f"{place}.raise", arguments),
    }
    return makers[does[0]]()


def _on_table(  # noqa: PLR0917 - what a function's declaration consists of
    name: str,
    found: Mapping[str, Any],
    place: str,
    tables: Mapping[str, Table],
    arguments: Mapping[str, tuple[PgType, bool]],
    does: Any,
) -> Function:
    part = "where" if does == "select" else "values"
    table, values = _values(found, place, tables, arguments, does, part)
    is_single = bool(found.get("single"))
    if does == "select":
        is_volatile = not found.get("stable", True)
        return Function(name, arguments, "select", table, where=values, single=is_single, volatile=is_volatile)
    also = [
        _values(known(each, f"{place}.also[{number}]", ("insert", "values")), f"{place}.also[{number}]", tables,
                arguments, "insert", "values")
        for number, each in enumerate(found.get("also", ()))
    ]  # fmt: skip
    return Function(name, arguments, "insert", table, values=values, also=also, single=is_single)


def _values(  # noqa: PLR0917 - what a part of a function's declaration consists of
    found: Mapping[str, Any],
    place: str,
    tables: Mapping[str, Table],
    arguments: Mapping[str, tuple[PgType, bool]],
    does: str,
    part: str,
) -> tuple[str, Mapping[str, Any]]:
    """The table that a function is about, and what it says of its columns."""
    table = text(found.get(does), f"{place}.{does}")
    if table not in tables:
        raise ValueError(f"{place}.{does}: there is no table {table!r}")
    values = mapping(found.get(part, {}), f"{place}.{part}")
    for column, value in values.items():
        if column not in tables[table].columns:
            raise ValueError(f"{place}.{part}.{column}: {table} has no such column")
        if isinstance(value, str) and value.startswith("$") and value[1:] not in arguments:
            raise ValueError(f"{place}.{part}.{column}: there is no argument {value[1:]!r}")
        if does == "select" and not (isinstance(value, str) and value.startswith("$")):
            raise ValueError(f"{place}.where.{column}: an argument, as $name")
    return table, values


def _raising(name: str, given: Any, place: str, arguments: Mapping[str, tuple[PgType, bool]]) -> Function:
    found = known(given, place, ("code", "message", "details", "hint"))
    return Function(
        name,
        arguments,
        "raise",
        code=text(found.get("code", "P0001"), f"{place}.code"),
        message=text(found.get("message", ""), f"{place}.message"),
        details=found.get("details"),
        hint=found.get("hint"),
    )
