"""The ERP's errors by name, for faults that ask for one: its codes. Nothing is done.

That a key is taken, or that a record is not there, is true of that record only: those two are left out.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.erp.errors import CODES, ERRORS, locked, problem

_OF_A_RECORD: Final = frozenset({"Internal_EntityWithSameKeyExists", "Internal_RecordNotFound", "BadRequest_NotFound"})

_MORE_THAN_A_PROBLEM: Final[Mapping[str, Callable[[Call], Reply]]] = {
    "Authentication_InvalidCredentials": ERRORS.unauthenticated,
    "Application_LockTimeout": lambda call: locked(call, call.route.rpartition("/")[2], "job 77", 2),
    "Application_TooManyRequests": lambda call: ERRORS.throttled(call, 3.0, "concurrency"),
    "Internal_TenantUnavailable": lambda call: ERRORS.server_error(call, 503),
    "Internal_Deadlock": lambda call: problem(call, "Internal_Deadlock", headers={"retry-after": "1"}),
}


def _reply(code: str) -> Callable[[Call], Reply]:
    return _MORE_THAN_A_PROBLEM.get(code) or (lambda call: problem(call, code))


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{
        code: NamedError(status, words, _reply(code))
        for code, (status, words) in CODES.items()
        if code not in _OF_A_RECORD
    },
    # The window between validation and write, which real systems have: the change is judged too late for a 412.
    "Request_EntityChanged_at_write": NamedError(
        409,
        "Record was changed between its validation and its write.",
        lambda call: problem(call, "Request_EntityChanged", status=409),
    ),
}
