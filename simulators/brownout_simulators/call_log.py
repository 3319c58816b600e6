"""The newest calls as they were, request and answer whole: for a person who looks. Off until somebody asks for it.

Each goes by the number of its row in the ledger. What carries a live-looking credential is never kept, and bodies are
kept up to a size: a log that somebody left on takes so much memory and no more.
"""

import base64
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from brownout_simulators.call import Call, Sending
from brownout_simulators.safety import carries_live_credential

KEEP_LIMIT: Final = 2_000
"""Calls that a log may be told to keep."""
BODY_BYTES: Final = 64 * 1024
"""Of one body that are kept."""
ALL_BYTES: Final = 32 * 1024 * 1024
"""Of all bodies that are kept, together; above, the oldest calls go."""


class Logged(NamedTuple):
    """One call."""

    seq: int
    """The number of its row in the ledger."""
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    size: int
    """Bytes of the whole body."""
    status: int
    answer_headers: Mapping[str, str]
    answer_body: bytes
    """What went out of it."""
    answer_size: int

    def as_json(self) -> dict[str, Any]:
        """Bodies that are no text are in base64, under another name."""
        request = {"method": self.method, "path": self.path, "query": self.query, "headers": dict(self.headers)}
        return {
            "seq": self.seq,
            "request": {**request, **_body(self.body, self.size)},
            "answer": {
                "status": self.status,
                "headers": {name: str(value) for name, value in self.answer_headers.items()},
                **_body(self.answer_body, self.answer_size),
            },
        }


class CallLog:
    """One simulator's. For one thread."""

    def __init__(self) -> None:
        self.keep = 0
        """How many; 0: it is off."""
        self.bytes = 0
        """Of the bodies that are kept."""
        self._kept: deque[Logged] = deque()

    def resize(self, keep: int) -> None:
        """Keep the newest `keep` from now on; 0 forgets all and switches it off. Raises `ValueError`."""
        if not 0 <= keep <= KEEP_LIMIT:
            raise ValueError(f"keep: 0 to {KEEP_LIMIT} calls, got {keep}")
        self.keep = keep
        self._make_room()

    def add(self, seq: int, call: Call, sending: Sending, *, chunks: int, is_known: bool) -> None:
        """A call that is over. One that `is_known` has an account, and was looked at when it was let in."""
        if not is_known and carries_live_credential(call.path, call.query, call.headers, call.body):
            return
        answer = _went_out(sending, chunks)
        logged = Logged(
            seq, call.method, call.path, call.query, call.headers, call.body[:BODY_BYTES], len(call.body),
            int(sending.status), sending.headers, answer[:BODY_BYTES], len(answer),
        )  # fmt: skip
        self._kept.append(logged)
        self.bytes += _bytes_of(logged)
        self._make_room()

    def _make_room(self) -> None:
        kept = self._kept
        while kept and (len(kept) > self.keep or self.bytes > ALL_BYTES):
            self.bytes -= _bytes_of(kept.popleft())

    def find(self, seq: int) -> Logged | None:
        """The call of that row; None where it is not kept (any more)."""
        return next((each for each in self._kept if each.seq == seq), None)

    def newest(self, limit: int) -> Iterator[Logged]:
        """The newest first."""
        for _, each in zip(range(limit), reversed(self._kept), strict=False):
            yield each

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Forget all that is kept; what is to be kept stays."""
        self._kept.clear()
        self.bytes = 0


def _went_out(sending: Sending, chunks: int) -> bytes:
    if not sending.status or chunks == 0:
        return b""
    return sending.body if sending.stream is None else b"".join(chunk for _, chunk in sending.stream[:chunks])


def _bytes_of(logged: Logged) -> int:
    return len(logged.body) + len(logged.answer_body)


def _body(kept: bytes, size: int) -> dict[str, Any]:
    try:
        said: dict[str, Any] = {"body": kept.decode()}
    except UnicodeDecodeError as error:
        is_cut_within_a_letter = len(kept) < size and error.start >= len(kept) - 3
        if is_cut_within_a_letter:
            said = {"body": kept[: error.start].decode()}
        else:
            said = {"body_base64": base64.b64encode(kept).decode()}
    return {**said, "size": size, "is_cut": len(kept) < size}
