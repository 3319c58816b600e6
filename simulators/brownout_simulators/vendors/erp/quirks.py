"""The same refusals as other systems have them, where a setup asks for that: the status alone lies.

    netsuite  a conflict is 400, told from other mistakes by its title and its code; too many at once is 429
    odoo      whatever the application refuses is 200, with an `error` in the body
    frappe    what is not valid is 417

Forms: Oracle's help, "Error Handling in REST Web Services"; Odoo's `http.py` (JSON-RPC); frappe's `exceptions.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Reply

_APPLICATION: Final = frozenset({400, 403, 404, 405, 409, 412, 424, 428})
"""What the application itself refuses; the rest is said before it is asked."""
_CONFLICTS: Final = frozenset({"Request_EntityChanged", "Application_LockTimeout", "Internal_Deadlock"})
_NETSUITE: Final[Mapping[str, str]] = {
    "Internal_EntityWithSameKeyExists": "IDEMPOTENCY_ERROR",
    "Request_EntityChanged": "RCRD_HAS_BEEN_CHANGED",
    "Application_LockTimeout": "RCRD_LOCKED_BY_WF",
    "Internal_Deadlock": "RCRD_HAS_BEEN_CHANGED",
    "Internal_RecordNotFound": "NONEXISTENT_ID",
    "BadRequest_NotFound": "NONEXISTENT_ID",
    # From integrators' texts, on none of Oracle's pages.
    "Application_TooManyRequests": "CONCURRENCY_LIMIT_EXCEEDED",
}
_ODOO: Final[Mapping[int, str]] = {
    403: "odoo.exceptions.AccessError",
    404: "odoo.exceptions.MissingError",
    409: "psycopg2.errors.SerializationFailure",
    412: "psycopg2.errors.SerializationFailure",
}
_FRAPPE: Final[Mapping[int, str]] = {
    403: "PermissionError",
    404: "DoesNotExistError",
    409: "QueryDeadlockError",
    412: "TimestampMismatchError",
}


def restate(quirk: str, reply: Reply) -> None:
    """Say a refusal in the other system's way; what is none stays as it is."""
    render = _RENDERERS.get(quirk)
    if render is None or reply.status < 400 or not reply.headers.get("content-type", "").startswith("application/json"):
        return
    try:
        error = orjson.loads(reply.body).get("error")
    except (orjson.JSONDecodeError, AttributeError):
        return
    if isinstance(error, dict):
        render(reply, str(error.get("code", "")), str(error.get("message", "")))


def _netsuite(reply: Reply, code: str, message: str) -> None:
    is_conflict = code in _CONFLICTS or code == "Internal_EntityWithSameKeyExists"
    status = 400 if is_conflict or reply.status in {412, 424, 428} else reply.status
    title = "Conflict" if is_conflict else "Too Many Requests" if status == 429 else "Invalid Request"
    details = [{"detail": message, "o:errorCode": _NETSUITE.get(code, "USER_ERROR")}]
    _write(
        reply,
        status,
        {
            "type": f"https://www.rfc-editor.org/rfc/rfc9110#status.{status}",
            "title": title,
            "status": status,
            "o:errorDetails": details,
        },
    )


def _odoo(reply: Reply, code: str, message: str) -> None:
    if reply.status not in _APPLICATION:
        return
    name = _ODOO.get(reply.status, "odoo.exceptions.ValidationError")
    if code == "Internal_EntityWithSameKeyExists":
        name = "psycopg2.errors.UniqueViolation"
    data = {"name": name, "message": message, "arguments": [message], "context": {}, "debug": ""}
    error = {"code": 200, "message": "Odoo Server Error", "data": data}
    _write(reply, 200, {"jsonrpc": "2.0", "id": None, "error": error})


def _frappe(reply: Reply, code: str, message: str) -> None:
    if reply.status not in _APPLICATION:
        return
    kind = _FRAPPE.get(reply.status, "ValidationError")
    status = {403: 403, 404: 404}.get(reply.status, 417)
    if code == "Internal_EntityWithSameKeyExists":
        kind, status = "DuplicateEntryError", 409
    texts = orjson.dumps([orjson.dumps({"message": message}).decode()]).decode()
    _write(reply, status, {"exc_type": kind, "exception": f"frappe.exceptions.{kind}", "_server_messages": texts})


def _write(reply: Reply, status: int, body: Mapping[str, Any]) -> None:
    reply.status, reply.body = status, orjson.dumps(body)
    reply.headers.pop("etag", None)


_RENDERERS: Final[Mapping[str, Callable[[Reply, str, str], None]]] = {
    "netsuite": _netsuite,
    "odoo": _odoo,
    "frappe": _frappe,
}
