"""Paths of this service that are open without a key."""

from brownout_simulators.call import Call


def keyless(call: Call) -> str | None:
    """The project that the call names by other means than a key; None where the path asks for one."""
    del call
    return None
