"""The vendor's own books: one row per request, one per effect, in the order in which they were written down.

A request's row is written when its last byte is out or its client has gone, an effect's row when it is committed, so a
reader that pages through the rows never has to come back to one. The oldest rows are dropped, a block at a time, once
there are more than the limit; `dropped` counts them, and whoever judges by this ledger must look at it.

Rows are kept in blocks. A full block is packed, into a fifth of the memory, and handed to whatever keeps the blocks: it
is in memory by default, and a host may hand in a place on disk.
"""

import json
import marshal
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol

BLOCK: Final = 256
"""Rows of a packed block."""


class Entry(NamedTuple):
    """What is written down: a row, but for its number and its vendor. All instants are on the clock that was handed to
    the simulator, never shifted; spans are seconds.

    Who writes two for each call writes plain tuples in this order: one that is made by names takes ten times as long.
    """

    entry: Literal["request", "effect"]
    account: str
    """Empty where the request belongs to none."""
    operation_id: str
    """The caller's, as far as it named one."""
    at_s: float
    """A request's arrival, an effect's commit."""
    finished_s: float
    """A request's last byte, or its client's going; of an effect the same as `at_s`."""
    route: str
    """`POST /v1/payment_intents`; an effect's kind: `stripe.charge`."""
    id: str
    """The vendor's: of the request, or of the thing."""
    request_id: str
    """Of the request itself, or of the one that an effect goes back to."""
    idempotency_key: str
    replayed: bool = False
    """The answer was remembered under the key."""
    status: int = 0
    """0: nothing went out."""
    ending: str = ""
    """A request's: complete, close, reset, hang, left."""
    chunks: int = 0
    """Of a stream, or messages of a session, that went out; of a plain body 1, or 0."""
    received: int = 0
    """Messages that a session's client sent."""
    faults: Sequence[str] = ()
    """Ids of the rules that struck the request."""
    amount: int = 0
    """In the currency's minor unit, where an effect moved money."""
    asked_delay_s: float = 0.0
    """Injected latency, as drawn."""
    given_delay_s: float = 0.0
    """And as it really was."""
    retry_after_s: float | None = None
    """The wait that the answer asked for."""
    references: Mapping[str, str] | None = None
    """The caller's ids that the vendor stored with an effect, by dotted name."""
    fields: Mapping[str, Any] | None = None
    """Of an effect, what the ledger was told to keep; of a request, `changes`: what faults made of what its answer
    says. None: nothing."""
    queued_s: float = 0.0
    """How long a request waited for its turn, where the vendor works on so many at a time."""
    asked_work_s: float = 0.0
    """How long the vendor was to work on it then: as drawn, or until it would give the call up."""
    given_work_s: float = 0.0
    """And how long it really did."""
    connection: int = 0
    """Of a request: the port that it came from, by which those of one connection are known. 0: it came over none."""


Written = Entry | tuple[Any, ...]

COLUMNS: Final = ("entry", "seq", "vendor", *Entry._fields[1:])
"""Of a row as it is read: `seq` is its place among all that were ever written, from 0."""

_WRITTEN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "faults": list,
    "references": lambda references: json.dumps(references, sort_keys=True) if references else "",
    "fields": lambda fields: json.dumps(fields, sort_keys=True) if fields else "",
}
"""How JSON and tables carry what is neither text nor number."""


class Blocks(Protocol):
    """Keeps packed blocks, numbered from 0 as they come. For one ledger and one thread."""

    rows_limit: int
    """How many rows a ledger should keep in it, unless it is told otherwise."""

    def append(self, block: bytes) -> None: ...
    def read(self, number: int) -> bytes: ...
    def forget(self, upto: int) -> None:
        """Blocks with lower numbers are not asked for any more."""
        ...

    def clear(self) -> None:
        """Begin anew, with number 0."""
        ...


class MemoryBlocks:
    """In memory."""

    rows_limit = 1_000_000

    def __init__(self) -> None:
        self._first = 0
        self._blocks: deque[bytes] = deque()

    def append(self, block: bytes) -> None:
        self._blocks.append(block)

    def read(self, number: int) -> bytes:
        return self._blocks[number - self._first]

    def forget(self, upto: int) -> None:
        while self._first < upto:
            self._blocks.popleft()
            self._first += 1

    def clear(self) -> None:
        self._blocks.clear()
        self._first = 0


class Ledger:
    """Append-only and bounded. For one thread."""

    def __init__(self, vendor: str, limit: int | None = None, blocks: Blocks | None = None) -> None:
        self._blocks: Blocks = MemoryBlocks() if blocks is None else blocks
        self.limit = self._blocks.rows_limit if limit is None else limit
        """Rows that are kept, at most."""
        if self.limit < BLOCK:
            raise ValueError(f"a ledger's limit must be at least {BLOCK}, got {self.limit}")
        self.vendor = vendor
        self._begin()

    def _begin(self) -> None:
        self._blocks.clear()
        self._packed = self._forgotten = 0
        self._open: list[Written] = []
        """The newest rows, which are not packed yet."""

    def begin_anew(self) -> None:
        """Forget every row, and count from 0 again."""
        self._begin()

    @property
    def next_seq(self) -> int:
        """How many rows were ever written: the next one's number."""
        return self._packed * BLOCK + len(self._open)

    @property
    def dropped(self) -> int:
        """How many of them are gone: the number of the oldest that is left."""
        return self._forgotten * BLOCK

    def write(self, entry: Written) -> None:
        """Write down what is over, or committed."""
        if len(self._open) == BLOCK:
            self._pack()
        self._open.append(entry)

    def _pack(self) -> None:
        self._blocks.append(marshal.dumps([tuple(entry) for entry in self._open]))
        self._packed += 1
        self._open = []
        if (self._packed - self._forgotten + 1) * BLOCK > self.limit:
            self._forgotten += 1
            self._blocks.forget(self._forgotten)

    def __len__(self) -> int:
        return self.next_seq - self.dropped

    def rows(self, after: int = -1, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The rows with `seq` greater than `after`, oldest first, each a dict of `COLUMNS`."""
        seq = max(after + 1, self.dropped)
        end = self.next_seq if limit is None else min(self.next_seq, seq + limit)
        while seq < end:
            number, place = divmod(seq, BLOCK)
            for entry in self._block(number)[place : place + end - seq]:
                yield self._row(seq, entry)
                seq += 1

    def _block(self, number: int) -> Sequence[Sequence[Any]]:
        if number == self._packed:
            return self._open
        block: list[tuple[Any, ...]] = marshal.loads(self._blocks.read(number))  # noqa: S302  packed by this ledger
        return block

    def _row(self, seq: int, entry: Sequence[Any]) -> dict[str, Any]:
        """An entry with its number, as JSON can carry it: `references` and `fields` become texts, `faults` a list."""
        row = dict(zip(COLUMNS, (entry[0], seq, self.vendor, *entry[1:]), strict=True))
        for name, written in _WRITTEN.items():
            row[name] = written(row[name])
        return row
