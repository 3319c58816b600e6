"""Realtime's refusals of a handshake by name, for faults that ask for one."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.supabase.realtime.errors import refused

_TOLD: Final[Mapping[str, tuple[int, str]]] = {
    "realtime_disabled": (403, "Realtime was disabled for this tenant"),
    "realtime_error": (500, "Error connecting to Realtime"),
    "realtime_no_tenant": (404, "Tenant not found"),
    "realtime_too_many_joins": (429, "Too many joins per second"),
    "realtime_too_many_users": (429, "Too many connected users"),
}


def _reply(status: int, words: str) -> Callable[[Call], Reply]:
    return lambda _call: refused(status, words)


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    name: NamedError(status, words, _reply(status, words)) for name, (status, words) in _TOLD.items()
}
