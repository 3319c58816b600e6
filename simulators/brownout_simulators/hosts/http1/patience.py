"""How long a client may take; who takes longer is closed. One that waits for its answer takes no time at all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. Connections are looked through every `look_s`, so a client may get that much more."""

    head_s: float = 30.0
    """From the connection, or the first byte of a request, to the end of its head. Bytes do not prolong it."""
    body_s: float = 30.0
    """Between two pieces of a body."""
    idle_s: float = 3600.0
    """Between two requests. Long: a connection that goes while its owner writes on it would look like a fault."""
    unread_s: float = 60.0
    """Without reading anything of an answer that waits to be read."""
    linger_s: float = 5.0
    """After a refusal that ends the connection, for the client to read it."""
    look_s: float = 5.0
