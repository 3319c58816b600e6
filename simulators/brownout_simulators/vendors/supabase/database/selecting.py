"""A query as one statement: columns, related rows within each row, filters, order, a page.

Related rows come as a correlated subselect that builds JSON of *stored* values, which the registry then shows, at every
depth, as it shows a column's: SQLite's own JSON knows neither `numeric` nor `timestamptz`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from brownout_simulators.vendors.supabase.database.casts import caster
from brownout_simulators.vendors.supabase.database.conditions import Part, condition, joined, operand, quoted
from brownout_simulators.vendors.supabase.database.policies import Who, visible
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.query import Embed, Field, Filter, Order, Pick, Query
from brownout_simulators.vendors.supabase.database.relationships import Relationship, find
from brownout_simulators.vendors.supabase.database.schema import Schema, Table

Fill = Callable[[Any, dict[str, Any]], None]
"""Puts what a column holds into a row."""
DEPTH: Final = 20
"""Embeds within embeds; SQLite bounds how deep a statement is."""


class BadEmbed(Exception):
    """What is asked of an embed cannot be: PostgREST's code, message and details."""

    def __init__(self, code: str, message: str, details: str) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details


class Plan(NamedTuple):
    """A statement, and what its rows are."""

    select: Part
    total: Part
    row: Callable[[Sequence[Any]], dict[str, Any]]


@dataclass(slots=True)
class _Level:
    """What is taken of one table."""

    columns: list[Part] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Of the keys that the fills put into a row."""

    def add(self, part: Part, fill: Fill, *names: str) -> None:
        self.columns.append(part)
        self.fills.append(fill)
        self.names += names


class Planner:
    """Plans one request's statements."""

    def __init__(self, schema: Schema, who: Who, max_rows: int) -> None:
        self._schema = schema
        self._who = who
        self._max_rows = max_rows
        self._aliases = 0

    def plan(self, name: str, query: Query, *, only: Part | None = None, is_capped: bool = True) -> Plan:
        """The statement of a query of a table; `only` narrows it (its alias is `t1`)."""
        table, alias = self._schema.tables[name], self._alias()
        # As PostgreSQL looks at a statement: what is joined and picked first, then the condition, then the order.
        is_count = _is_count(table, query)
        level = _Level() if is_count else self._level(table, alias, query, is_nested=False)
        where = self._where(table, alias, query, visible(table, alias, self._who, "select") if only is None else only)
        source = f"FROM {quoted(name)} AS {alias} WHERE {where.sql}"
        count = Part(f"SELECT count(*) {source}", where.params)
        if is_count:
            return Plan(count, Part("SELECT 1"), lambda row: {query.picks[0].alias or "count": row[0]})
        columns = joined_columns(level.columns) if level.columns else Part("1")
        order = self._order(table, alias, query)
        limit = self._limit(query.limit) if is_capped else query.limit
        select = Part(
            f"SELECT {columns.sql} {source} {order.sql} LIMIT ? OFFSET ?",
            (*columns.params, *where.params, *order.params, -1 if limit is None else limit, query.offset),
        )
        return Plan(select, count, _row_of(level.fills))

    def where(self, name: str, query: Query, only: Part) -> Part:
        """The condition of a query's own rows, under the alias `t1`, for those who write them."""
        return self._where(self._schema.tables[name], self._alias(), query, only)

    def _limit(self, asked: int | None) -> int:
        return self._max_rows if asked is None else min(asked, self._max_rows)

    def _alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    # -- columns ------------------------------------------------------------------------------------------------------

    def _level(self, table: Table, alias: str, query: Query, *, is_nested: bool) -> _Level:
        level = _Level()
        for pick in query.picks:
            if isinstance(pick, Embed):
                self._embed(level, table, alias, pick, is_nested=is_nested)
            elif pick.field.name == "*" and not pick.field.path:
                for name in table.columns:
                    _column(level, table, alias, Pick(Field(name)), is_nested=is_nested)
            else:
                _column(level, table, alias, pick, is_nested=is_nested)
        return level

    def _embed(self, level: _Level, table: Table, alias: str, embed: Embed, *, is_nested: bool) -> None:
        relation = find(self._schema, table.name, embed.name, embed.hint)
        if not embed.query.picks:
            return  # `rel()` is there for its filters only
        if self._aliases > DEPTH * 4:
            raise DbError("54001", "stack depth limit exceeded")
        target, inner = self._schema.tables[relation.target], self._alias()
        part, show = self._related(target, inner, alias, embed, relation)
        wrapped = Part(f"json({part.sql})", part.params) if is_nested else part
        decode: Callable[[Any], Any] = (lambda value: value) if is_nested else _loaded
        if not embed.is_spread:
            empty: list[Any] | None = None if relation.is_to_one else []
            level.add(wrapped, _filling(embed.shown, decode, show, empty), embed.shown)
            return
        names = self._level(target, inner, embed.query, is_nested=True).names
        level.add(wrapped, _spreading(names, decode, show, to_one=relation.is_to_one), *names)

    def _related(
        self, target: Table, inner: str, outer: str, embed: Embed, relation: Relationship
    ) -> tuple[Part, Callable[[Any], Any]]:
        """The subselect of an embed, and how its rows are shown."""
        query = embed.query
        source, where = self._joined(target, inner, outer, query, relation)
        if _is_count(target, query):
            pick = query.picks[0]
            key = (pick.alias if isinstance(pick, Pick) else "") or "count"
            counted = Part(f"(SELECT json_array(count(*)) {source} WHERE {where.sql})", where.params)
            return counted, lambda row: {key: row[0]} if relation.is_to_one else [{key: row[0]}]
        level = self._level(target, inner, query, is_nested=True)
        row = _row_of(level.fills)
        columns = joined_columns(level.columns) if level.columns else Part("1")
        if relation.is_to_one:
            params = (*columns.params, *where.params)
            return Part(f"(SELECT json_array({columns.sql}) {source} WHERE {where.sql} LIMIT 1)", params), row
        order = self._order(target, inner, query)
        rows = Part(
            f"SELECT json_array({columns.sql}) AS r {source} WHERE {where.sql} {order.sql} LIMIT ? OFFSET ?",
            (*columns.params, *where.params, *order.params, self._limit(query.limit), query.offset),
        )
        return Part(f"(SELECT json_group_array(json(r)) FROM ({rows.sql}))", rows.params), lambda found: [
            row(each) for each in found
        ]

    def _joined(self, target: Table, inner: str, outer: str, query: Query, relation: Relationship) -> tuple[str, Part]:
        """FROM, and the whole WHERE, of related rows."""
        own = self._where(target, inner, query, visible(target, inner, self._who, "select"))
        source = f"FROM {quoted(target.name)} AS {inner}"
        if relation.kind != "many-to-many":
            links = [Part(f"{inner}.{quoted(far)} = {outer}.{quoted(near)}") for near, far in relation.pairs]
            return source, joined([*links, own], " AND ")
        between = self._alias()
        seen = visible(self._schema.tables[relation.name], between, self._who, "select")
        links = [Part(f"{between}.{quoted(mid)} = {outer}.{quoted(near)}") for near, mid in relation.pairs]
        links += [Part(f"{between}.{quoted(mid)} = {inner}.{quoted(far)}") for far, mid in relation.far_pairs]
        return f"{source}, {quoted(relation.name)} AS {between}", joined([*links, seen, own], " AND ")

    # -- which rows, and in which order -------------------------------------------------------------------------------

    def _where(self, table: Table, alias: str, query: Query, seen: Part) -> Part:
        embeds = {embed.shown: embed for embed in query.embeds()}

        def embedded(node: Filter) -> Part | None:
            embed = embeds.get(node.field.name)
            if embed is None:
                return None
            if node.op != "is" or node.value not in ("null", "not_null"):
                raise BadEmbed(
                    "PGRST120",
                    f"Bad operator on the '{node.field.name}' embedded resource",
                    "Only is null or not is null filters are allowed on embedded resources",
                )
            exists = self._exists(table, alias, embed)
            return exists if node.value == "not_null" else Part(f"NOT {exists.sql}", exists.params)

        parts = [condition(table, alias, node, embedded) for node in query.where]
        parts += [self._exists(table, alias, embed) for embed in query.embeds() if embed.is_inner]
        return joined([*([seen] if seen.sql != "1" else []), *parts], " AND ")

    def _exists(self, table: Table, alias: str, embed: Embed) -> Part:
        relation = find(self._schema, table.name, embed.name, embed.hint)
        target, inner = self._schema.tables[relation.target], self._alias()
        source, where = self._joined(target, inner, alias, embed.query, relation)
        return Part(f"EXISTS (SELECT 1 {source} WHERE {where.sql})", where.params)

    def _order(self, table: Table, alias: str, query: Query) -> Part:
        terms = [self._term(table, alias, query, term) for term in query.order]
        sql = "".join(f"{term.sql}, " for term in terms)
        return Part(f"ORDER BY {sql}{alias}._rowid_", tuple(param for term in terms for param in term.params))

    def _term(self, table: Table, alias: str, query: Query, term: Order) -> Part:
        if term.relation:
            part, collation = self._related_term(table, alias, query, term)
        else:
            of = operand(table, alias, term.field)
            part, collation = of.part, of.type.collation
        is_first = term.descending if term.nulls_first is None else term.nulls_first
        by = f" COLLATE {collation}" if collation else ""
        way = f"{'DESC' if term.descending else 'ASC'} NULLS {'FIRST' if is_first else 'LAST'}"
        return Part(f"{part.sql}{by} {way}", part.params)

    def _related_term(self, table: Table, alias: str, query: Query, term: Order) -> tuple[Part, str]:
        embed = next((embed for embed in query.embeds() if embed.shown == term.relation), None)
        if embed is None:
            raise BadEmbed("PGRST108", f"'{term.relation}' is not an embedded resource in this request", "")
        relation = find(self._schema, table.name, embed.name, embed.hint)
        if not relation.is_to_one:
            raise BadEmbed(
                "PGRST118",
                f"A related order on '{term.relation}' is not possible",
                f"'{table.name}' and '{term.relation}' do not form a many-to-one or one-to-one relationship",
            )
        target, inner = self._schema.tables[relation.target], self._alias()
        source, where = self._joined(target, inner, alias, embed.query, relation)
        of = operand(target, inner, term.field)
        params = (*of.part.params, *where.params)
        return Part(f"(SELECT {of.part.sql} {source} WHERE {where.sql} LIMIT 1)", params), of.type.collation


def joined_columns(columns: Sequence[Part]) -> Part:
    """Columns, with commas between."""
    return Part(", ".join(part.sql for part in columns), tuple(param for part in columns for param in part.params))


def _is_count(table: Table, query: Query) -> bool:
    """`rel(count)`: PostgreSQL reads `rel.count` as `count(rel)` where no column is called so."""
    pick = query.picks[0] if len(query.picks) == 1 else None
    return isinstance(pick, Pick) and pick.field == Field("count") and "count" not in table.columns


def _column(level: _Level, table: Table, alias: str, pick: Pick, *, is_nested: bool) -> None:
    of = operand(table, alias, pick.field)
    key = pick.alias or _key_of(pick.field)
    part = of.part
    if is_nested and of.type.affinity == "REAL":
        # SQLite's JSON has fifteen digits of a float; seventeen are needed for all of it.
        part = Part(f"CASE WHEN {part.sql} IS NOT NULL THEN printf('%!.17g', {part.sql}) END", part.params * 2)
    show = of.type.shown
    if pick.cast:
        target, cast = caster(of.type, pick.cast)
        level.add(part, _filling(key, lambda value: value, lambda value: target.shown(cast(value)), None), key)
        return
    level.add(part, _filling(key, None, show, None), key)


def _key_of(named: Field) -> str:
    keys = [step for step in named.path if isinstance(step, str)]
    return keys[-1] if keys else named.name


def _loaded(value: Any) -> Any:
    return orjson.loads(value)


def _filling(key: str, decode: Callable[[Any], Any] | None, show: Callable[[Any], Any], empty: Any) -> Fill:
    def fill(value: Any, row: dict[str, Any]) -> None:
        if value is None:
            row[key] = empty
        else:
            row[key] = show(value if decode is None else decode(value))

    return fill


def _spreading(names: Sequence[str], decode: Callable[[Any], Any], show: Callable[[Any], Any], *, to_one: bool) -> Fill:
    def fill(value: Any, row: dict[str, Any]) -> None:
        if to_one:
            row.update(dict.fromkeys(names) if value is None else show(decode(value)))
            return
        rows = [] if value is None else show(decode(value))
        row.update({name: [each[name] for each in rows] for name in names})

    return fill


def _row_of(fills: Sequence[Fill]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    def row(values: Sequence[Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for fill, value in zip(fills, values, strict=False):
            fill(value, made)
        return made

    return row
