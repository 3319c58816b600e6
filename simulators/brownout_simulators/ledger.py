"""The vendor's own books: one row per request, one per effect, in the order in which they were written down.

A request's row is written when its last byte is out or its client has gone, an effect's row when it is committed, so a
reader that pages through the rows never has to come back to one. The oldest rows are dropped, a block at a time, once
there are more than `limit`; `dropped` counts them, and whoever judges by this ledger must look at it.

Rows are kept in blocks, and a full block is packed: a fifth of the memory, and one object where there were thousands.
"""

import json
import marshal
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

COLUMNS: Final = (
    "entry",
    "seq",
    "vendor",
    "account",
    "operation_id",
    "at_s",
    "finished_s",
    "route",
    "id",
    "request_id",
    "idempotency_key",
    "replayed",
    "status",
    "ending",
    "chunks",
    "received",
    "faults",
    "amount",
    "asked_delay_s",
    "given_delay_s",
    "retry_after_s",
    "references",
)
"""The row's columns; all instants are on the clock that was handed to the simulator, never shifted."""

BLOCK: Final = 1024
_REFERENCES: Final = COLUMNS.index("references")
_FAULTS: Final = COLUMNS.index("faults")

Row = tuple[Any, ...]


class Ledger:
    """Append-only and bounded. For one thread."""

    def __init__(self, vendor: str, limit: int = 1_000_000) -> None:
        if limit < BLOCK:
            raise ValueError(f"a ledger's limit must be at least {BLOCK}, got {limit}")
        self.vendor = vendor
        self.limit = limit
        self.next_seq = 0
        self.dropped = 0
        self._packed: deque[bytes] = deque()
        self._open: list[Row] = []
        """The newest rows, which are not packed yet."""

    def request(
        self,
        *,
        account: str,
        operation_id: str,
        at_s: float,
        finished_s: float,
        route: str,
        request_id: str,
        idempotency_key: str,
        replayed: bool,
        status: int,
        ending: str,
        chunks: int,
        received: int,
        faults: tuple[str, ...],
        asked_delay_s: float,
        given_delay_s: float,
        retry_after_s: float | None = None,
    ) -> None:
        """Write down a request that is over."""
        self._append(
            (
                "request",
                self.next_seq,
                self.vendor,
                account,
                operation_id,
                at_s,
                finished_s,
                route,
                request_id,
                request_id,
                idempotency_key,
                replayed,
                int(status),  # plain values only: an enumeration's member cannot be packed
                ending,
                chunks,
                received,
                faults,
                0,
                asked_delay_s,
                given_delay_s,
                retry_after_s,
                None,
            )
        )

    def effect(
        self,
        *,
        account: str,
        operation_id: str,
        at_s: float,
        kind: str,
        effect_id: str,
        request_id: str,
        idempotency_key: str,
        amount: int,
        references: Mapping[str, str],
    ) -> None:
        """Write down an effect at the moment of its commit."""
        self._append(
            (
                "effect",
                self.next_seq,
                self.vendor,
                account,
                operation_id,
                at_s,
                at_s,
                str(kind),
                str(effect_id),
                request_id,
                idempotency_key,
                False,
                0,
                "",
                0,
                0,
                (),
                int(amount),
                0.0,
                0.0,
                None,
                {str(name): str(value) for name, value in references.items()} if references else None,
            )
        )

    def _append(self, row: Row) -> None:
        self.next_seq += 1
        if len(self._open) == BLOCK:
            self._packed.append(marshal.dumps(self._open))
            self._open = []
            if (len(self._packed) + 1) * BLOCK > self.limit:
                self._packed.popleft()
                self.dropped += BLOCK
        self._open.append(row)

    def __len__(self) -> int:
        return self.next_seq - self.dropped

    def rows(self, after: int = -1, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The rows with `seq` greater than `after`, oldest first, each a dict of `COLUMNS`."""
        start = max(after + 1, self.dropped)
        end = self.next_seq if limit is None else min(self.next_seq, start + limit)
        while start < end:
            block, place = self._block_of(start)
            for row in block[place : place + end - start]:
                yield export(row)
            start += len(block) - place

    def _block_of(self, seq: int) -> tuple[list[Row], int]:
        """The rows of the block that this row is in, and its place among them."""
        number, place = divmod(seq - self.dropped, BLOCK)
        if number == len(self._packed):
            return self._open, place
        block: list[Row] = marshal.loads(self._packed[number])  # noqa: S302  packed by this very ledger
        return block, place


def export(row: Row) -> dict[str, Any]:
    """A row as JSON can carry it: `references` becomes JSON text, `faults` a list."""
    columns = dict(zip(COLUMNS, row, strict=True))
    references = row[_REFERENCES]
    columns["references"] = json.dumps(dict(references), sort_keys=True) if references else ""
    columns["faults"] = list(row[_FAULTS])
    return columns
