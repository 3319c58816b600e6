"""The one path of auth that is open without a key: whoever verifies tokens asks for keys, and need not be a client."""

from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendors.supabase.keys import project_of
from brownout_simulators.vendors.supabase.storage.gateway import DEFAULT

KEYS: Final = "/auth/v1/.well-known/jwks.json"


def keyless(call: Call) -> str | None:
    """The project that the call names by other means than a key; None where the path asks for one."""
    return project_of(DEFAULT) if call.path == KEYS else None
