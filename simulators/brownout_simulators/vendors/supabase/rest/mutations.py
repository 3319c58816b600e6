"""POST, PATCH, PUT and DELETE of a table, what they leave in the books, and whom they tell."""

from collections.abc import Sequence
from typing import Any

import orjson

from brownout_simulators.call import Deferred, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.changes import Change, is_heard, tell
from brownout_simulators.vendors.supabase.database.conditions import Part
from brownout_simulators.vendors.supabase.database.constraints import Row
from brownout_simulators.vendors.supabase.database.policies import visible
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.query import Filter, Query
from brownout_simulators.vendors.supabase.database.schema import PUBLIC, Table
from brownout_simulators.vendors.supabase.database.state import Written
from brownout_simulators.vendors.supabase.database.writes import Resolution, Writer
from brownout_simulators.vendors.supabase.rest.asking import Asking
from brownout_simulators.vendors.supabase.rest.errors import failure
from brownout_simulators.vendors.supabase.rest.payload import parsed, rows_of, stored
from brownout_simulators.vendors.supabase.rest.reads import answered, content_range, not_single
from brownout_simulators.vendors.supabase.rest.request import Asked, picks_all, read, refuse_aggregates

_EFFECTS = {"INSERT": "supabase.row", "UPDATE": "supabase.row_updated", "DELETE": "supabase.row_deleted"}
_OF_AN_OUTBOX = {kind: effect.replace(".row", ".message") for kind, effect in _EFFECTS.items()}
_RESOLUTIONS: dict[str, Resolution] = {"merge-duplicates": "merge", "ignore-duplicates": "ignore"}


def insert(asking: Asking) -> Reply:
    """POST /rest/v1/{table}: insert, or upsert where a resolution is preferred."""
    table, preferences = asking.table(asking.call.params["table"]), asking.preferences
    asked = read(asking.call)
    refuse_aggregates(asked.query)
    rows, columns = rows_of(table, parsed(asking.call), asked.columns)
    resolution = _RESOLUTIONS.get(preferences.given.get("resolution", ""), "")
    if not table.primary_key and not asked.on_conflict:
        resolution = ""
    writer = asking.writer()
    if resolution:
        writer.arbiter(table, asked.on_conflict)
    with writer.into(table):
        done = writer.insert(
            table,
            stored(table, rows, columns),
            columns,
            fills_missing=preferences.given.get("missing") == "default",
            on_conflict=asked.on_conflict,
            resolution=resolution,
            is_returned=_is_returned(asking),
        )
        shown = _shown(asking, table, asked, done)
    is_new = any(each.kind == "INSERT" for each in done)
    status = 200 if resolution == "merge" and not is_new else 201
    headers = {"Content-Range": content_range(1, 0, len(done) if preferences.counts else None)}
    if preferences.given.get("return") == "headers-only" and len(done) == 1 and table.primary_key:
        headers["Location"] = _location(table, done[0])
    names = ["missing", "return", "count", "handling", "timezone"] + (["resolution"] if resolution else [])
    return _answer(asking, writer, status, status, shown, headers, names)


def update(asking: Asking) -> Reply:
    """PATCH /rest/v1/{table}."""
    table = asking.table(asking.call.params["table"])
    asked = read(asking.call)
    refuse_aggregates(asked.query)
    _needs_where(asking, asked, "UPDATE")
    rows, columns = rows_of(table, parsed(asking.call), asked.columns)
    writer = asking.writer()
    with writer:
        found = _matching(asking, writer, table, asked.query, "update")
        changes: Row = dict(stored(table, rows[:1], columns)[0]) if rows else {}
        done = writer.update(table, found, changes) if changes else []
        _check_affected(asking, len(done))
        shown = _shown(asking, table, asked, done)
    total = len(done) if asking.preferences.counts else None
    headers = {"Content-Range": content_range(0, len(done) - 1, total)}
    names = ("missing", "return", "count", "handling", "timezone", "max-affected")
    return _answer(asking, writer, 200, 204, shown, headers, names)


def delete(asking: Asking) -> Reply:
    """DELETE /rest/v1/{table}."""
    table = asking.table(asking.call.params["table"])
    asked = read(asking.call)
    refuse_aggregates(asked.query)
    _needs_where(asking, asked, "DELETE")
    writer = asking.writer()
    with writer:
        found = _matching(asking, writer, table, asked.query, "delete")
        _check_affected(asking, len(found))
        # What is returned is looked up before it is gone, and so are the rows that are related to it.
        shown = _shown(asking, table, asked, [Written("DELETE", table, rowid, old, None) for rowid, old in found])
        writer.delete(table, found)
    headers = {"Content-Range": content_range(1, 0, len(found) if asking.preferences.counts else None)}
    names = ("return", "count", "handling", "timezone", "max-affected")
    return _answer(asking, writer, 200, 204, shown, headers, names)


def put(asking: Asking) -> Reply:
    """PUT /rest/v1/{table}?id=eq.1: one row, there or not."""
    table, preferences = asking.table(asking.call.params["table"]), asking.preferences
    asked = read(asking.call)
    query = asked.query
    if query.limit is not None or query.offset:
        message = "limit/offset querystring parameters are not allowed for PUT"
        raise Refused(failure(400, "PGRST114", message))
    keys = {each.field.name: each for each in query.where if isinstance(each, Filter)}
    is_by_key = len(keys) == len(query.where) == len(table.primary_key) and set(keys) == set(table.primary_key)
    if not is_by_key or any(each.op != "eq" or each.negated or each.quantifier for each in keys.values()):
        message = "Filters must include all and only primary key columns with 'eq' operators"
        raise Refused(failure(405, "PGRST105", message))
    rows, columns = rows_of(table, parsed(asking.call), asked.columns)
    wanted = {name: table.columns[name].type.read(each.value) for name, each in keys.items()}
    held = stored(table, rows, columns)
    if len(held) != 1 or any(held[0].get(name) != value for name, value in wanted.items()):
        message = "Payload values do not match URL in primary key column(s)"
        raise Refused(failure(400, "PGRST115", message))
    writer = asking.writer()
    with writer.into(table):
        done = writer.insert(
            table, held, columns, on_conflict=table.primary_key, resolution="merge", is_returned=_is_returned(asking)
        )
        shown = _shown(asking, table, asked, done)
    status = 201 if done[0].kind == "INSERT" else 200
    del preferences
    return _answer(asking, writer, status, 204, shown, {}, ("return", "count", "handling", "timezone"))


# -- which rows --------------------------------------------------------------------------------------------------------


def _needs_where(asking: Asking, asked: Asked, command: str) -> None:
    """The platform has pg-safeupdate switched on for the API's roles."""
    if not asked.is_filtered and not any(embed.is_inner for embed in asked.query.embeds()):
        del asking
        raise DbError("21000", f"{command} requires a WHERE clause")


def _matching(asking: Asking, writer: Writer, table: Table, query: Query, command: Any) -> list[tuple[int, Row]]:
    """Rows that the filters name and the caller may see and touch."""
    only = visible(table, "t1", asking.who, command, "select")
    where = asking.planner().where(table.name, query, only)
    return writer.matching(table, where, "t1")


def _check_affected(asking: Asking, count: int) -> None:
    most = asking.preferences.max_affected
    if most is not None and count > most:
        message = "Query result exceeds max-affected preference constraint"
        raise Refused(failure(400, "PGRST124", message, f"The query affects {count} rows"))
    _check_single(asking, count)


def _check_single(asking: Asking, count: int) -> None:
    if asking.form.is_single and count != 1:
        raise not_single(count)


# -- what is answered --------------------------------------------------------------------------------------------------


def _is_returned(asking: Asking) -> bool:
    return asking.preferences.given.get("return") == "representation"


def _shown(asking: Asking, table: Table, asked: Asked, done: Sequence[Written]) -> list[Any]:
    """The rows that were written, as the select asks for them; none where nobody wants them."""
    _check_single(asking, len(done))
    if not _is_returned(asking) or not done:
        return []
    query = asked.query
    if picks_all(query) and not query.order and query.limit is None and not query.offset:
        return [_as_shown(table, each.new if each.new is not None else each.old or {}) for each in done]
    places = orjson.dumps([each.rowid for each in done]).decode()
    only = Part("t1._rowid_ IN (SELECT value FROM json_each(?))", (places,))
    whole = Query(query.picks, [], query.order, query.limit, query.offset)
    plan = asking.planner().plan(table.name, whole, only=only, is_capped=False)
    return [plan.row(row) for row in asking.engine.rows(plan.select)]


def _answer(  # noqa: PLR0917 - what an answer consists of
    asking: Asking,
    writer: Writer,
    full: int,
    empty: int,
    shown: list[Any],
    headers: dict[str, str],
    names: Sequence[str],
) -> Reply:
    if applied := asking.preferences.applied(names):
        headers["Preference-Applied"] = applied
    if _is_returned(asking):
        table = asking.schema.tables[asking.call.params["table"]]
        reply = answered(asking, full, shown, headers, list(table.columns))
    else:
        reply = Reply(empty, b"", headers)
    reply.effects, reply.notices = told(asking, writer)
    return reply


def told(asking: Asking, writer: Writer) -> tuple[list[Effect], Any]:
    """What was written, for the books and for whoever listens."""
    account = asking.account
    effects = [_effect(each) for each in writer.written]
    if not is_heard(account):
        return effects, ()
    now_s = account.wall_s()
    changes = [
        Change(each.kind, PUBLIC, each.table.name, _plain(each.table, each.new), _plain(each.table, each.old), now_s)
        for each in writer.written
    ]
    return effects, tell(account, changes)


def _effect(each: Written) -> Effect:
    table = each.table
    row = each.new if each.new is not None else each.old or {}
    key = ",".join(_text(table, name, row) for name in table.primary_key) or str(each.rowid)
    references = {name: _text(table, name, row) for name in table.references if row.get(name) is not None}

    def fields() -> dict[str, Any]:
        return {
            "table": table.name,
            "command": each.kind.lower(),
            "key": key,
            "owner": _text(table, table.owner, row) if table.owner else "",
            "row": _plain(table, row),
        }

    kinds = _OF_AN_OUTBOX if table.is_outbox else _EFFECTS
    return Effect(kinds[each.kind], f"{table.name}/{key}", references=references, fields=Deferred(fields))


def _text(table: Table, name: str, row: Row) -> str:
    value = row.get(name)
    return "" if value is None else table.columns[name].type.text(value)


def _plain(table: Table, row: Row | None) -> dict[str, Any] | None:
    """A row as JSON has it, and nothing that only a serialiser understands."""
    if row is None:
        return None
    found: dict[str, Any] = orjson.loads(orjson.dumps(_as_shown(table, row)))
    return found


def _as_shown(table: Table, row: Row) -> dict[str, Any]:
    return {name: None if row[name] is None else column.type.shown(row[name]) for name, column in table.columns.items()}


def _location(table: Table, done: Written) -> str:
    row = done.new or {}
    return f"/{table.name}?" + "&".join(f"{name}=eq.{_text(table, name, row)}" for name in table.primary_key)
