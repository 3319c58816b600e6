"""PostgREST's errors by name, for faults that ask for one: what a database or the API before it does when it is unwell.

Those that tell of a row that is there, or of what the caller wrote, are left out: they are true of that only.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.rest.errors import bad_token, failure, no_connection, of_database

_OF_THE_DATABASE: Final[Mapping[str, tuple[int, str, str | None]]] = {
    # By SQLSTATE: status, message, details.
    "57014": (500, "canceling statement due to statement timeout", None),
    "57P01": (503, "terminating connection due to administrator command", None),
    "57P03": (500, "the database system is starting up", None),
    "53300": (503, "remaining connection slots are reserved for roles with the SUPERUSER attribute", None),
    "53100": (503, "could not extend file: No space left on device", None),
    "53200": (503, "out of memory", None),
    "40001": (500, "could not serialize access due to concurrent update", None),
    "40P01": (500, "deadlock detected", "Process 1 waits for ShareLock on transaction 2; blocked by process 2."),
    "55P03": (500, "canceling statement due to lock timeout", None),
    "25006": (405, "cannot execute INSERT in a read-only transaction", None),
    "08006": (503, "server closed the connection unexpectedly", None),
}
_OF_THE_API: Final[Mapping[str, tuple[int, str, Callable[[Call], Reply]]]] = {
    "PGRST000": (503, "the database cannot be connected to", lambda _call: no_connection("PGRST000")),
    "PGRST001": (503, "a connection to the database broke", lambda _call: no_connection("PGRST001")),
    "PGRST002": (503, "the schema cache is not loaded", lambda _call: no_connection("PGRST002")),
    "PGRST003": (504, "no connection of the pool came free in time", lambda _call: no_connection("PGRST003")),
    "PGRST301": (
        401,
        "the token cannot be read",
        lambda _call: bad_token("PGRST301", "No suitable key or wrong key type"),
    ),
    "PGRST303": (401, "the token has expired", lambda _call: bad_token("PGRST303", "JWT expired")),
    "PGRST204": (400, "the schema cache does not know the column", lambda call: _unknown(call, "PGRST204")),
    "PGRST205": (404, "the schema cache does not know the table", lambda call: _unknown(call, "PGRST205")),
}


def _unknown(call: Call, code: str) -> Reply:
    """What is said of a table or column that was made a moment ago."""
    table = call.params.get("table", "")
    if code == "PGRST205":
        return failure(404, code, f"Could not find the table 'public.{table}' in the schema cache")
    column = next((name for name in call.data if isinstance(name, str) and name), "id")
    return failure(400, code, f"Could not find the '{column}' column of '{table}' in the schema cache")


def _said(code: str, message: str, details: str | None) -> Callable[[Call], Reply]:
    return lambda _call: of_database(DbError(code, message, details), is_authenticated=True)


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{code: NamedError(status, about, reply) for code, (status, about, reply) in _OF_THE_API.items()},
    **{
        code: NamedError(status, message, _said(code, message, details))
        for code, (status, message, details) in _OF_THE_DATABASE.items()
    },
}
