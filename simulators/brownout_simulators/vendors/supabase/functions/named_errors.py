"""The platform's refusals by name, for faults that ask for one; no function runs."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.supabase.functions.errors import told

_TOLD: Final[Mapping[str, tuple[int, str, str]]] = {
    "function_boot_error": (503, "BOOT_ERROR", "Function failed to start (please check logs)"),
    "function_not_found": (404, "NOT_FOUND", "Requested function was not found"),
    "function_relay_error": (502, "RELAY_ERROR", "Relay error invoking the function"),
    "function_resource_limit": (
        546,
        "WORKER_LIMIT",
        "Function failed due to not having enough compute resources (please check logs)",
    ),
    "function_timeout": (504, "IDLE_TIMEOUT", "The request has timed out"),
}


def _reply(name: str) -> Callable[[Call], Reply]:
    def reply(_call: Call) -> Reply:
        said = told(*_TOLD[name])
        if name == "function_relay_error":
            said.headers["x-relay-error"] = "true"
        return said

    return reply


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    name: NamedError(status, words, _reply(name)) for name, (status, _, words) in _TOLD.items()
}
