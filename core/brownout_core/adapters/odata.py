"""OData v4 as ERPs speak it: query options, what an error means in each of several systems' words, a batch's answers.

A status alone lies: one system answers a conflict with 400, another every refusal with 200. So the body is read first.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from brownout_core.adapters.base import Said, error_object, text_of
from brownout_core.errors import VendorContended
from brownout_core.transport import Response

# Somebody else has the record, or was first: nothing was done.
CONTENDED: Final = frozenset(
    {
        "Request_EntityChanged", "Application_LockTimeout", "Internal_Deadlock",
        "RCRD_HAS_BEEN_CHANGED", "RCRD_LOCKED_BY_WF",
        "psycopg2.errors.SerializationFailure", "psycopg2.errors.DeadlockDetected", "psycopg2.errors.LockNotAvailable",
        "TimestampMismatchError", "QueryDeadlockError", "QueryTimeoutError",
    }
)  # fmt: skip
STATUS_OF: Final[Mapping[str, int]] = {
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.MissingError": 404,
    "psycopg2.errors.SerializationFailure": 409,
    "psycopg2.errors.DeadlockDetected": 409,
    "psycopg2.errors.LockNotAvailable": 409,
    "psycopg2.errors.UniqueViolation": 409,
}
"""What an error that came with 200 would have been; 422 where it is not listed."""


class Inner(NamedTuple):
    """One answer within a batch's."""

    id: str
    status: int
    headers: Mapping[str, str]
    body: Any


def text(value: str) -> str:
    """A text within a filter."""
    return "'" + value.replace("'", "''") + "'"


def options(given: Mapping[str, str]) -> str:
    """A query: `{"$filter": "number eq 'a b'"}`."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items())


def is_error(data: Mapping[str, Any]) -> bool:
    """Whether a body with a good status says that it is none."""
    return isinstance(data.get("error"), dict)


def true_status(data: Mapping[str, Any]) -> int:
    """The status that an error in a good answer should have had."""
    return STATUS_OF.get(said(data).code or "", 422)


def said_by(response: Response) -> Said:
    """What an error answer says."""
    return said(error_object(response))


def said(data: Mapping[str, Any]) -> Said:
    """What an error body says: Business Central's and Odoo's `error`, NetSuite's `o:errorDetails`, Frappe's."""
    code, message = _of_error(data) or _of_details(data) or _of_frappe(data)
    return Said(message or "", code, means=VendorContended if code in CONTENDED else None)


def _of_error(data: Mapping[str, Any]) -> tuple[str | None, str | None] | None:
    error = data.get("error")
    if not isinstance(error, dict):
        return None
    more = error.get("data")
    if isinstance(more, dict):
        return text_of(more.get("name")), text_of(more.get("message"))
    return text_of(error.get("code")), text_of(error.get("message"))


def _of_details(data: Mapping[str, Any]) -> tuple[str | None, str | None] | None:
    details = data.get("o:errorDetails")
    first = details[0] if isinstance(details, list) and details else None
    if not isinstance(first, dict):
        return None
    return text_of(first.get("o:errorCode")), text_of(first.get("detail"))


def _of_frappe(data: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return text_of(data.get("exc_type")), text_of(data.get("exception"))
