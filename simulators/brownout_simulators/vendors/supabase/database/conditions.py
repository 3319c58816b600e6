"""Filters as SQL. Each value is read by its column's type before SQLite hears of it, and then is a parameter.

Where PostgreSQL has an operator that SQLite lacks, there is a function of ours (`engine.py` registers them).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import orjson

from brownout_simulators.searching import Search
from brownout_simulators.vendors.supabase.database import documents
from brownout_simulators.vendors.supabase.database.problems import DbError, bad_text
from brownout_simulators.vendors.supabase.database.query import Field, Filter, Logic
from brownout_simulators.vendors.supabase.database.scalars import Stored
from brownout_simulators.vendors.supabase.database.schema import Table
from brownout_simulators.vendors.supabase.database.types import DOCUMENT, TEXT, PgType


class Part(NamedTuple):
    """A piece of SQL with its parameters, in their order."""

    sql: str
    params: tuple[Stored | None, ...] = ()


class NotImplementedHere(Exception):
    """PGRST127: what this simulator refuses rather than answer wrongly."""


_COMPARISONS: Final[Mapping[str, str]] = {
    "eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "isdistinct": "IS NOT",
}  # fmt: skip
_SYMBOLS: Final[Mapping[str, str]] = {
    **_COMPARISONS, "like": "~~", "ilike": "~~*", "match": "~", "imatch": "~*", "cs": "@>", "cd": "<@", "ov": "&&",
    "sl": "<<", "sr": ">>", "nxr": "&<", "nxl": "&>", "adj": "-|-",
}  # fmt: skip
_SHIFTED: Final = frozenset({"smallint", "integer", "bigint"})
"""Types on which the operators of ranges shift bits."""
_OF_RANGES: Final = frozenset({"cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"})
_TEXT_SEARCH: Final = frozenset({"fts", "plfts", "phfts", "wfts"})
_MANY: Final = 200
"""More values than this go as one JSON list, where their type lets them: a statement has room for few parameters."""


def quoted(name: str) -> str:
    """An identifier. Only names of the schema come here."""
    return '"' + name.replace('"', '""') + '"'


class Operand(NamedTuple):
    """What a field is in SQL, and of which type."""

    part: Part
    type: PgType


def operand(table: Table, alias: str, field: Field) -> Operand:
    """A field of a table that stands under that alias. Raises 42703 for a column that is not there."""
    column = table.columns.get(field.name)
    if column is None:
        raise DbError("42703", f"column {table.name}.{field.name} does not exist")
    sql = f"{alias}.{quoted(field.name)}"
    if not field.path:
        return Operand(Part(sql), column.type.unlimited or column.type)
    if column.type.family not in ("json", "array"):
        arrow = "->>" if field.as_text and len(field.path) == 1 else "->"
        kind = "integer" if isinstance(field.path[0], int) else "unknown"
        raise DbError("42883", f"operator does not exist: {column.type.name} {arrow} {kind}",
                      hint="No operator matches the given name and argument types. You might need to add explicit "
                           "type casts.")  # fmt: skip
    path = orjson.dumps(field.path).decode()
    return Operand(Part(f"pg_at_path({sql}, ?, {int(field.as_text)})", (path,)), TEXT if field.as_text else DOCUMENT)


def condition(table: Table, alias: str, node: Filter | Logic, embedded: Callable[[Filter], Part | None]) -> Part:
    """A filter or a tree of them. `embedded` knows filters on embeds (`rel=is.null`), which are no columns."""
    if isinstance(node, Logic):
        children = [condition(table, alias, child, embedded) for child in node.children]
        whole = joined(children, " OR " if node.is_or else " AND ")
        return Part(f"NOT ({whole.sql})", whole.params) if node.negated else whole
    part = embedded(node) if node.field.name not in table.columns else None
    if part is None:
        part = _filter(operand(table, alias, node.field), node)
    return Part(f"NOT ({part.sql})", part.params) if node.negated else part


def joined(parts: Sequence[Part], word: str) -> Part:
    """All of them with a word between; balanced, for SQLite bounds how deep an expression is."""
    if not parts:
        return Part("1")
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    left, right = joined(parts[:middle], word), joined(parts[middle:], word)
    return Part(f"({left.sql}{word}{right.sql})", left.params + right.params)


def _filter(of: Operand, node: Filter) -> Part:
    op = node.op
    if op == "is":
        return _is(of, node.value)
    if op == "in":
        return _in(of, node.values)
    if node.quantifier:
        single = [_single(of, op, value) for value in node.values]
        word = " OR " if node.quantifier == "any" else " AND "
        return joined(single, word) if single else Part("0" if node.quantifier == "any" else "1")
    if op in _TEXT_SEARCH:
        return _search(of, node)
    return _single(of, op, node.value)


def _single(of: Operand, op: str, value: str) -> Part:
    if op in _COMPARISONS:
        return _compared(of, _COMPARISONS[op], of.type.read(value))
    if op in ("sl", "sr") and of.type.name in _SHIFTED:
        raise DbError("42804", f"argument of WHERE must be type boolean, not type {of.type.name}")
    if of.type.family == "range" and op in _OF_RANGES:
        return Part(f"pg_range(?, {of.part.sql}, ?)", (op, *of.part.params, of.type.read(value)))
    if op in ("cs", "cd", "ov"):
        return _containment(of, op, value)
    if of.type.family != "text":
        raise no_operator(of.type, op)
    return _pattern(of, op, value)


def _compared(of: Operand, symbol: str, value: Stored) -> Part:
    collation = f" COLLATE {of.type.collation}" if of.type.collation else ""
    return Part(f"{of.part.sql} {symbol} ?{collation}", (*of.part.params, value))


def no_operator(kind: PgType, op: str) -> DbError:
    """42883; of `<@` there are many for any type, so that PostgreSQL cannot choose among them: 42725."""
    of = f"{kind.name} {_SYMBOLS.get(op, op)} unknown"
    if op == "cd":
        hint = "Could not choose a best candidate operator. You might need to add explicit type casts."
        return DbError("42725", f"operator is not unique: {of}", hint=hint)
    hint = "No operator matches the given name and argument types. You might need to add explicit type casts."
    return DbError("42883", f"operator does not exist: {of}", hint=hint)


def _is(of: Operand, word: str) -> Part:
    sql, params = of.part
    if word in ("null", "not_null"):
        return Part(f"{sql} IS {'NOT ' if word == 'not_null' else ''}NULL", params)
    if of.type.family != "boolean":
        raise DbError("42804", f"argument of IS {word.upper()} must be type boolean, not type {of.type.name}")
    return Part(f"{sql} IS {'NULL' if word == 'unknown' else '1' if word == 'true' else '0'}", params)


def _in(of: Operand, values: Sequence[str]) -> Part:
    if of.type.family == "array":
        raise DbError("42704", f"could not find array type for data type {of.type.name}")
    # PostgREST makes `= any('{…}')` of it; an empty pair of brackets is the empty list.
    read = [] if list(values) == [""] else [of.type.read(value) for value in values]
    sql, params = of.part
    if of.type.collation:
        return joined([_compared(of, "=", value) for value in read], " OR ") if read else Part(f"{sql} IN ()", params)
    if len(read) > _MANY and of.type.affinity != "REAL":
        return Part(f"{sql} IN (SELECT value FROM json_each(?))", (*params, orjson.dumps(read).decode()))
    return Part(f"{sql} IN ({', '.join('?' * len(read))})", (*params, *read))


def _containment(of: Operand, op: str, value: str) -> Part:
    family = of.type.family
    if family not in ("json", "array") or (family == "json" and op == "ov"):
        raise no_operator(of.type, op)
    right = of.type.read(value)
    sql, params = of.part
    if family == "json":
        return Part(f"pg_{'contains' if op == 'cs' else 'contained'}({sql}, ?)", (*params, right))
    if op == "cd":
        return Part(f"CASE WHEN {sql} IS NOT NULL THEN pg_array_contains(?, {sql}) END", (*params, right, *params))
    return Part(f"pg_array_{'contains' if op == 'cs' else 'overlaps'}({sql}, ?)", (*params, right))


def _search(of: Operand, node: Filter) -> Part:
    """PostgREST makes `to_tsvector(language, column) @@ to_tsquery(language, value)` of it."""
    # Few applications search, and what searching needs takes milliseconds to import.
    from brownout_simulators.vendors.supabase.database.search.lexemes import CONFIGURATIONS, DEFAULT, OTHERS
    from brownout_simulators.vendors.supabase.database.search.queries import read as read_query

    if of.type.family == "json":
        raise NotImplementedHere("The full text search of documents is not part of this simulator.")
    if of.type.family != "text":
        given = "unknown, " if node.language else ""
        hint = "No function matches the given name and argument types. You might need to add explicit type casts."
        raise DbError("42883", f"function to_tsvector({given}{of.type.name}) does not exist", hint=hint)
    language = node.language.lower().removeprefix("pg_catalog.") if node.language else DEFAULT
    if language in OTHERS:
        raise NotImplementedHere(f"The text search configuration {language!r} is not part of this simulator.")
    if language not in CONFIGURATIONS:
        raise DbError("42704", f'text search configuration "{node.language}" does not exist')
    read_query(node.op, language, node.value)  # what is wrong with it is said, whether or not there is a row
    sql, params = of.part
    return Part(f"pg_searched({sql}, ?, ?, ?)", (*params, node.op, language, node.value))


def _pattern(of: Operand, op: str, value: str) -> Part:
    sql, params = of.part
    if op in ("match", "imatch"):
        try:
            Search(value)
        except ValueError as wrong:
            raise DbError("2201B", f"invalid regular expression: {wrong}") from None
        return Part(f"pg_matches({sql}, ?, {int(op == 'imatch')})", (*params, value))
    pattern = value.replace("*", "%")
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise DbError("22025", "LIKE pattern must not end with escape character")
    if len(pattern) > 10_000:
        raise DbError("54000", "the pattern is too long")
    if op == "like":
        return Part(f"{sql} LIKE ? ESCAPE '\\'", (*params, pattern))
    return Part(f"pg_lower({sql}) LIKE ? ESCAPE '\\'", (*params, pattern.lower()))


def elements(value: str) -> Sequence[str]:
    """The values of a quantified operator, `{a,"b"}`. Raises 22P02."""
    if not value.startswith("{"):
        raise bad_text("text[]", value)
    return [each for each in documents.elements_of(value) if each is not None]
