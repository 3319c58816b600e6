"""The sans-I/O vocabulary: a call comes in, a reply goes out, and nobody here knows what a socket is.

    host ──Call──▶ engine ──Call──▶ vendor's action ──Reply──▶ engine ──Sending──▶ host ──what went out──▶ engine

An action turns a call and an account into a reply. The engine turns that reply, and the faults that strike the
call, into a sending: what the host is to put on the wire, when, and how the connection ends. The host then tells what
really went out, and only now is the call over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brownout_simulators.session import Conversation, Session


class LimitState(NamedTuple):
    """How far a limit is used: enough for any vendor's rate-limit headers."""

    limit: float
    """The burst of a bucket, or the calls allowed in flight."""
    remaining: float
    reset_s: float
    """Seconds until the bucket is full again; 0 for a limit on calls in flight."""


@dataclass(slots=True)
class Call:
    """One request as it arrived. Header names are in lower case; `path` is percent-decoded."""

    method: str
    path: str
    query: str
    """The raw query string, without the question mark."""
    headers: Mapping[str, str]
    body: bytes
    at_s: float
    """When it arrived, on the simulator's clock."""

    # Filled in by the engine before an action sees the call.
    request_id: str = ""
    wall_s: float = 0.0
    """When it arrived, in seconds since 1970 on the vendor's clock."""
    route: str = ""
    """The template that matched: `POST /v1/payment_intents/{id}/confirm`."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The path's parameters by name."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Body (or query, where there is no body) parsed by the vendor's dialect, nested."""
    idempotency_key: str | None = None
    limit: LimitState | None = None
    """How far the limit was used that refused it; None where none did."""
    took_s: float = 0.0
    """From its arrival until its answer began to go out, on the machine's clock; for headers that tell it."""

    connection: int = 0
    """Set by a host: the port that it came from, the same for all calls of one connection. 0: it came over none."""
    cut: Callable[[], None] | None = None
    """Set by a host where it waits, sends for long, or speaks a session: closes the connection at once. Called where
    the call ends with its epoch (a reset); the host still owes `sent`, or throws the generator away."""
    wake: Callable[[], None] | None = None
    """Set by a host where it waits: goes on with the handling soon, before its wait is over, and not within this call.
    Called where what a call waits for has come: its turn in a queue. A wait of `UNTIL_WOKEN` ends by this alone."""


UNTIL_WOKEN: Final = float("inf")
"""A wait that has no end of its own."""


class Deferred(Mapping[str, Any]):
    """What is worked out when somebody looks at it, and mostly nobody does: an effect's fields, where that takes time.

    Out of what cannot change any more, so that it does not matter when.
    """

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make
        self._made: Mapping[str, Any] | None = None

    def _found(self) -> Mapping[str, Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, name: str) -> Any:
        return self._found()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())


class Effect(NamedTuple):
    """Something the vendor did that matters outside: a charge, a message sent, an order taken."""

    kind: str
    """`vendor.noun`: `stripe.charge`, `stripe.refund`, `twilio.message`, `sales.order`."""
    id: str
    """The vendor's id of the thing."""
    amount: int = 0
    """In the currency's minor unit, where money moved."""
    currency: str = ""
    references: Mapping[str, str] = MappingProxyType({})
    """The caller's own ids that the vendor stores with it, by dotted name: `metadata.operation_id`."""
    fields: Mapping[str, Any] = MappingProxyType({})
    """What the vendor holds of it, plain JSON; only what it declares for the kind is ever looked at."""


class Notice(NamedTuple):
    """Something a vendor tells its customer by webhook. The engine finds endpoints, signs, delivers, retries."""

    type: str
    payload: Mapping[str, Any]
    """The event's body as the vendor sends it, before serialising."""
    url: str | None = None
    """Where it goes when the call itself named the receiver (Twilio's StatusCallback); else to every endpoint
    of the account that listens for `type`."""


@dataclass(slots=True)
class Reply:
    """What the vendor answers when nothing goes wrong on the way."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    effects: Sequence[Effect] = ()
    notices: Sequence[Notice] = ()
    executed: bool = True
    """False where the vendor refused before its endpoint began to work (a validation error): such a reply is not
    remembered under an idempotency key by vendors that say so."""
    body_is_trimmed: bool = False
    """The body takes no more memory than it needs: see `trimmed`."""
    stream: Sequence[tuple[float, bytes]] | None = None
    """A streaming body: (seconds after the previous chunk, chunk). Replaces `body`."""
    begins_in_s: float = 0.0
    """So long after its commit the answer begins to go out: what the vendor's work on it takes, where it is known only
    when it is done (a text that is generated)."""
    unread: "Callable[[int], Sequence[Effect]] | None" = None
    """Asked where the answer is over, and not all of it has gone out: (its chunks that have) to what the books are to
    say of that. A generation that was paid for and given up."""
    session: Session | None = None
    """A websocket is opened, with status 101; there is no body."""


class Ending(StrEnum):
    """How the connection fares once the sending has put out what it puts out."""

    COMPLETE = "complete"
    CLOSE = "close"  # FIN, before the promised body is whole (or before anything)
    RESET = "reset"  # RST
    HANG = "hang"  # nothing more, until the client gives up
    LEFT = "left"  # only in the books, and never asked for: the client had gone before its end


@dataclass(slots=True)
class Sending:
    """What the host is to put on the wire. It tells `Simulator.sent` exactly once how far that went."""

    status: int
    """0: not even a status line goes out."""
    headers: Mapping[str, str]
    body: bytes = b""
    stream: Sequence[tuple[float, bytes]] | None = None
    session: Conversation | None = None
    """A websocket: the host makes the handshake (the status is 101) and speaks it until one of both sides closes it."""
    ending: Ending = Ending.COMPLETE
    content_length: int | None = None
    """Announced length where it differs from the body's (a truncated answer), or where a stream has one; else the
    true length, and a stream goes out in chunks of unknown number."""
    words: Callable[[str, Sequence[bytes]], Sequence[bytes]] | None = field(default=None, repr=False)
    """(name of one of the vendor's errors, what of the stream goes out) to how the vendor says it there; None where it
    says none. For faults; none of a host's business."""
    bad_chunk: bool = False
    """After the body come bytes that are no chunk: the framing is broken, then the connection closes."""
    changes: list[str] = field(default_factory=list, repr=False)
    """What faults made of what it says, for the books; none of a host's business."""
    record: object = field(default=None, repr=False)
    """What the engine knows of the call; none of a host's business. None once `sent` was told."""


def trimmed(data: bytes) -> bytes:
    """The same bytes in no more memory than they need, for those that are kept.

    What a serialiser hands out may sit in the whole buffer that it wrote into: orjson's 1.5 kB in 16.
    """
    return bytes(memoryview(data))
