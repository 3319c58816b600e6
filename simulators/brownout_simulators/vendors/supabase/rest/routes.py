"""PostgREST's routes."""

from typing import Any, Final

from brownout_simulators.call import Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.supabase.replies import answer
from brownout_simulators.vendors.supabase.rest.asking import Asking, asking
from brownout_simulators.vendors.supabase.rest.calls import call_function
from brownout_simulators.vendors.supabase.rest.mutations import delete, insert, put, update
from brownout_simulators.vendors.supabase.rest.reads import read_rows

_TABLE: Final = "/rest/v1/{table}"
_FUNCTION: Final = "/rest/v1/rpc/{function}"


def _describe(it: Asking) -> Reply:
    """GET /rest/v1/: which tables and functions there are, in the outline of an OpenAPI description."""
    paths: dict[str, Any] = {"/": {"get": {"tags": ["Introspection"]}}}
    paths |= {f"/{name}": {"get": {}, "post": {}, "patch": {}, "delete": {}} for name in it.schema.tables}
    paths |= {f"/rpc/{name}": {"post": {}} for name in it.schema.functions}
    definitions = {
        table.name: {
            "type": "object",
            "required": [column.name for column in table.columns.values() if not column.nullable],
            "properties": {column.name: {"format": column.type.name} for column in table.columns.values()},
        }
        for table in it.schema.tables.values()
    }
    info = {"title": "standard public schema", "version": "14.1"}
    body = {"swagger": "2.0", "info": info, "basePath": "/", "paths": paths, "definitions": definitions}
    return answer(200, body, {"content-type": "application/openapi+json; charset=utf-8"})


def _options(it: Asking) -> Reply:
    """OPTIONS of a table."""
    it.table(it.call.params["table"])
    return Reply(200, b"", {"Allow": "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE", "Access-Control-Allow-Origin": "*"})


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route("GET", "/rest/v1/", asking(_describe)),
    Route("GET", _TABLE, asking(read_rows)),
    Route("HEAD", _TABLE, asking(read_rows)),
    Route("POST", _TABLE, asking(insert)),
    Route("PATCH", _TABLE, asking(update)),
    Route("PUT", _TABLE, asking(put)),
    Route("DELETE", _TABLE, asking(delete)),
    Route("OPTIONS", _TABLE, asking(_options)),
    Route("GET", _FUNCTION, asking(call_function)),
    Route("HEAD", _FUNCTION, asking(call_function)),
    Route("POST", _FUNCTION, asking(call_function)),
)
