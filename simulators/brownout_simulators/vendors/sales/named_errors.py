"""The sales system's errors by name, for faults that ask for one: the codes of its problems. Nothing is done.

Those that tell of an order that is there are left out: they are true of that order only.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.sales.access import IDEMPOTENCY, scope_of
from brownout_simulators.vendors.sales.errors import PROBLEMS, SalesErrors, invalid, problem

_ERRORS: Final = SalesErrors()
_OF_AN_ORDER: Final = frozenset({"duplicate-order", "order-not-cancellable", "version-mismatch"})

_MORE_THAN_A_PROBLEM: Final[Mapping[str, Callable[[Call], Reply]]] = {
    "token-expired": _ERRORS.token_expired,
    "token-invalid": _ERRORS.unauthenticated,
    "scope-insufficient": lambda call: problem(
        call, "scope-insufficient", f"needs {scope_of(call)}", requiredScope=scope_of(call)
    ),
    "idempotency-in-progress": IDEMPOTENCY.in_progress,
    "validation-failed": lambda call: (
        invalid(call, [{"pointer": "/orderId", "code": "required", "detail": "is required"}]).reply
    ),
    "quota-exceeded": lambda call: _ERRORS.throttled(call, None, "burst"),
    "temporary-reduced-capacity": lambda call: _ERRORS.server_error(call, 503),
    "maintenance": lambda call: problem(call, "maintenance", headers={"retry-after": "1"}),
}


def _reply(code: str) -> Callable[[Call], Reply]:
    return _MORE_THAN_A_PROBLEM.get(code) or (lambda call: problem(call, code))


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    code: NamedError(status, title, _reply(code))
    for code, (status, title, _) in PROBLEMS.items()
    if code not in _OF_AN_ORDER
}
