"""`/rest/v1/rpc/{function}`: functions as they are declared."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import orjson

from brownout_simulators.call import Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.database.constraints import Row
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.query import Field, Filter
from brownout_simulators.vendors.supabase.database.schema import PUBLIC, Function
from brownout_simulators.vendors.supabase.rest.asking import Asking
from brownout_simulators.vendors.supabase.rest.errors import failure
from brownout_simulators.vendors.supabase.rest.mutations import told
from brownout_simulators.vendors.supabase.rest.payload import parsed
from brownout_simulators.vendors.supabase.rest.reads import page
from brownout_simulators.vendors.supabase.rest.request import Asked, narrow, read, refuse_aggregates


def call_function(asking: Asking) -> Reply:
    """GET, HEAD and POST of a function."""
    call = asking.call
    name = call.params["function"]
    is_read = call.method != "POST"
    function = asking.schema.functions.get(name)
    if is_read:
        asked = read(call, of_function=_names_in(call.query))
        given: Mapping[str, Any] = dict(asked.arguments)
    else:
        asked = read(call, of_function=())
        data = parsed(call) if call.body else {}
        given = data if isinstance(data, Mapping) else {}
    if function is None or not _fits(function, given):
        raise Refused(_no_function(asking, name, given))
    if is_read and function.volatile:
        raise DbError("25006", f"cannot execute {_command(function)} in a read-only transaction")
    refuse_aggregates(asked.query)
    arguments = {
        key: kind.read(given[key]) if is_read else kind.of_json(given[key])
        for key, (kind, _) in function.arguments.items()
        if key in given
    }
    return _DOES[function.does](asking, function, arguments, asked)


def _names_in(query: str) -> list[str]:
    """Parameters whose value has no operator are arguments; which those are, the value tells."""
    from urllib.parse import parse_qsl

    words = ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "is", "isdistinct", "not",
             "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj", "fts", "plfts", "phfts", "wfts")  # fmt: skip
    reserved = {"select", "columns", "on_conflict", "apikey"}
    found = []
    for key, value in parse_qsl(query, keep_blank_values=True):
        is_filter = value.partition(".")[0].partition("(")[0] in words and "." in value
        if (
            not is_filter
            and key not in reserved
            and key.rpartition(".")[2] not in ("order", "limit", "offset", "and", "or")
        ):
            found.append(key)
    return found


def _fits(function: Function, given: Mapping[str, Any]) -> bool:
    needed = {name for name, (_, is_optional) in function.arguments.items() if not is_optional}
    return needed <= given.keys() <= function.arguments.keys()


def _command(function: Function) -> str:
    return "INSERT" if function.does == "insert" else "UPDATE"


def _no_function(asking: Asking, name: str, given: Mapping[str, Any]) -> Reply:
    names = ", ".join(given)
    told = f"({names})" if given else " without parameters"
    with_ = f" with parameter{'s' if len(given) > 1 else ''} {names}" if given else " without parameters"
    if asking.call.method == "POST":
        with_ += " or with a single unnamed json/jsonb parameter"
    near = get_close_matches(name, sorted(asking.schema.functions), 1, 0.5)
    hint = None
    if near:
        arguments = ", ".join(asking.schema.functions[near[0]].arguments)
        hint = f"Perhaps you meant to call the function {PUBLIC}.{near[0]}{f'({arguments})' if arguments else ''}"
    return failure(
        404,
        "PGRST202",
        f"Could not find the function {PUBLIC}.{name}{told} in the schema cache",
        f"Searched for the function {PUBLIC}.{name}{with_}, but no matches were found in the schema cache.",
        hint,
    )


def _select(asking: Asking, function: Function, arguments: Row, asked: Asked) -> Reply:
    table = asking.schema.tables[function.table]
    query = asked.query
    where = [
        Filter(Field(column), "eq", _text_of(function, argument[1:], arguments))
        for column, argument in function.where.items()
        if argument[1:] in arguments
    ]
    query.where = [*where, *query.where]
    narrow(asking.call, query)
    plan = asking.planner().plan(table.name, query)
    rows = [plan.row(each) for each in asking.engine.rows(plan.select)]
    total = asking.engine.rows(plan.total)[0][0] if asking.preferences.counts else None
    if function.single and not asking.form.is_single:
        shown = rows[0] if rows else dict.fromkeys(table.columns)
        return _scalar(asking, shown, {"Content-Range": "0-0/*"})
    return page(asking, rows, total, query.offset, {}, list(table.columns))


def _text_of(function: Function, argument: str, arguments: Row) -> str:
    kind, value = function.arguments[argument][0], arguments[argument]
    if value is None:
        raise DbError("22004", f"argument {argument} may not be null")
    return kind.text(value)


def _insert(asking: Asking, function: Function, arguments: Row, asked: Asked) -> Reply:
    table = asking.schema.tables[function.table]
    further = [(asking.schema.tables[name], _row(asking, function, name, of, arguments)) for name, of in function.also]
    row = _row(asking, function, function.table, function.values, arguments)
    del asked
    writer = asking.writer()
    for each, _ in further:
        writer.into(each)
    with writer.into(table):
        done = writer.insert(table, [row], list(row))
        for each, beside in further:
            writer.insert(each, [beside], list(beside))
    new = done[0].new or {}
    shown = {
        name: None if new[name] is None else column.type.shown(new[name]) for name, column in table.columns.items()
    }
    reply = _scalar(asking, shown if function.single else [shown], {"Content-Range": "0-0/*"})
    reply.effects, reply.notices = told(asking, writer)
    return reply


def _row(asking: Asking, function: Function, name: str, values: Mapping[str, Any], arguments: Row) -> Row:
    table = asking.schema.tables[name]
    row: Row = {}
    for column, value in values.items():
        kind = table.columns[column].type
        if isinstance(value, str) and value.startswith("$"):
            if value[1:] not in arguments:
                continue
            held = arguments[value[1:]]
            row[column] = None if held is None else kind.read(function.arguments[value[1:]][0].text(held))
        else:
            row[column] = kind.of_json(value)
    return row


def _value(asking: Asking, function: Function, arguments: Row, asked: Asked) -> Reply:
    del asked
    value = function.value
    if isinstance(value, str) and value.startswith("$") and value[1:] in function.arguments:
        kind, held = function.arguments[value[1:]][0], arguments.get(value[1:])
        return _scalar(asking, None if held is None else kind.shown(held), {"Content-Range": "0-0/*"})
    return _scalar(asking, value, {"Content-Range": "0-0/*"})


def _raise(asking: Asking, function: Function, arguments: Row, asked: Asked) -> Reply:
    del asking, arguments, asked
    raise DbError(function.code, function.message, function.details, function.hint)


def _void(asking: Asking, function: Function, arguments: Row, asked: Asked) -> Reply:
    del asking, function, arguments, asked
    return Reply(204, b"", {"Content-Range": "0-0/*"})


def _scalar(asking: Asking, value: Any, headers: dict[str, str]) -> Reply:
    headers["Content-Type"] = asking.form.content_type
    body = b"" if asking.call.method == "HEAD" else orjson.dumps(value)
    return Reply(200, body, headers)


_DOES = {"select": _select, "insert": _insert, "value": _value, "raise": _raise, "void": _void}
