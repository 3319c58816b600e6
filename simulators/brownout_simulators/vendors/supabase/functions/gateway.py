"""Functions are open to whoever has a token of the project: the key may be the token itself."""

from brownout_simulators.call import Call
from brownout_simulators.vendors.supabase.keys import project_of, read_key
from brownout_simulators.vendors.supabase.storage.gateway import DEFAULT


def keyless(call: Call) -> str | None:
    """The project that the call names by other means than a key; None where the path asks for one."""
    if not call.path.startswith("/functions/v1/"):
        return None
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    key = read_key(token.strip()) if kind.lower() == "bearer" else None
    return project_of(DEFAULT) if key is None else key.project
