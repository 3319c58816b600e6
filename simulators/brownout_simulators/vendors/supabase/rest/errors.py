"""How PostgREST says no: a code, a message, details and a hint, and the code once more in a header.

From PostgREST's `Error.hs`; the statuses of SQLSTATEs are its `mapSQLtoHTTP`.
"""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.replies import GatewayErrors, answer

_OF_CLASS: Final = {
    "08": 503, "09": 500, "0L": 403, "0P": 403, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500, "3B": 500,
    "40": 500, "53": 503, "54": 500, "55": 500, "57": 500, "58": 500, "F0": 500, "HV": 500, "P0": 500, "XX": 500,
}  # fmt: skip
_OF_CODE: Final = {
    "23503": 409, "23505": 409, "25006": 405, "53400": 500, "57P01": 503, "P0001": 400, "42883": 404, "42P01": 404,
    "42P17": 500, "21000": 500,
}  # fmt: skip


def failure(  # noqa: PLR0917 - what an error consists of, in PostgREST's order
    status: int,
    code: str,
    message: str,
    details: Any = None,
    hint: str | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """An error as PostgREST words it."""
    body = {"code": code, "message": message, "details": details, "hint": hint}
    return answer(status, body, {"proxy-status": f"PostgREST; error={code}", **(headers or {})}, executed=False)


def status_of(error: DbError, *, is_authenticated: bool) -> int:
    """The HTTP status of an SQLSTATE."""
    code = error.code
    if code == "42501":
        return 403 if is_authenticated else 401
    if code == "22023" and error.message.startswith("role") and error.message.endswith("does not exist"):
        return 401
    if code == "21000" and error.message.endswith("requires a WHERE clause"):
        return 400  # pg-safeupdate, which the platform has switched on
    if code.startswith("PT") and len(code) == 5:
        return int(code[2:]) if code[2:].isascii() and code[2:].isdigit() and int(code[2:]) >= 200 else 500
    return _OF_CODE.get(code) or _OF_CLASS.get(code[:2]) or 400


def of_database(error: DbError, *, is_authenticated: bool) -> Reply:
    """The database's error, passed on."""
    status = status_of(error, is_authenticated=is_authenticated)
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return failure(status, error.code, error.message, error.details, error.hint, headers)


def bad_token(code: str, message: str) -> Reply:
    """401, for a token: PGRST301 where it cannot be read, PGRST303 where what it claims is not good."""
    told = f'Bearer error="invalid_token", error_description="{message}"'
    return failure(401, code, message, headers={"www-authenticate": told})


def no_connection(code: str) -> Reply:
    """PGRST000 to PGRST003: the database cannot be asked."""
    told = {
        "PGRST000": (
            503,
            "Database connection error. Retrying the connection.",
            'connection to server at "localhost", port 5432 failed: FATAL:  sorry, too many clients already',
        ),
        "PGRST001": (503, "Database client error. Retrying the connection.", None),
        "PGRST002": (503, "Could not query the database for the schema cache. Retrying.", None),
        "PGRST003": (504, "Timed out acquiring connection from connection pool.", None),
    }
    status, message, details = told[code]
    return failure(status, code, message, details)


class RestErrors(GatewayErrors):
    """What the engine says in PostgREST's words."""

    def unknown_route(self, call: Call) -> Reply:
        """405 for a method that a table has not, 404 for a path that cannot be one."""
        if "/" in call.path.removeprefix("/rest/v1/").rstrip("/").removeprefix("rpc/"):
            return failure(404, "PGRST125", "Invalid path specified in request URL")
        if call.path.startswith("/rest/v1/rpc/"):
            return failure(405, "PGRST101", f"Cannot use the {call.method} method on RPC")
        return failure(405, "PGRST117", f"Unsupported HTTP method: {call.method}")

    def malformed(self, call: Call, why: str) -> Reply:
        """400: the body is no JSON."""
        del call, why
        return failure(400, "PGRST102", "Empty or invalid json")

    def token_expired(self, call: Call) -> Reply:
        """401: one refresh cures it."""
        del call
        return bad_token("PGRST303", "JWT expired")

    def server_error(self, call: Call, status: int) -> Reply:
        """500 from the database, 503 and 504 from the pool before it; other statuses are the gateway's."""
        if status == 500:
            return failure(500, "XX000", "internal error")
        if status == 503:
            return no_connection("PGRST000")
        if status == 504:
            return no_connection("PGRST003")
        return super().server_error(call, status)
