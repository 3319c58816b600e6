"""One asking of an operation: whose it is, how long it may take, and whether it may have had its effect.

A flow hands its asking to every call that it makes, and the calls write into it what they may have done. What is
known of earlier askings of the same operation stands in it, too: whoever takes over from a process that died is in
doubt until it has looked, or until the vendor has answered for the same key.

    fresh ──a call is answered well──────────────────────────▶ it has its effect
      │ ───an attempt may have reached the vendor────────────▶ it may have its effect
      └────refused, surely not sent, the vendor's own no─────▶ it has none

`refused` may be told to a caller only where there is none.

Whoever reads an answer as it is made is handed its pieces by the asking (`speak`). Once one was given away it cannot be
taken back: nobody else may answer then.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol, Self

from brownout_core.errors import DeadlineExceeded


class Kept(Protocol):
    """What is kept durably of an operation of several steps while it is under way."""

    standing: str
    """What it has left so far, for whoever has to deal with it."""

    @property
    def progress(self) -> bytes:
        """How far it has come, as its steps write it; empty at the beginning."""
        ...

    @property
    def last_attempt_at(self) -> float:
        """When somebody who ended without a word may have been at work last, in wall-clock seconds."""
        ...

    async def note(self, progress: bytes) -> None:
        """Write down how far it has come. Raises where it is somebody else's by now, or cannot be written: then
        nothing more may be done."""
        ...


Say = Callable[[str], Awaitable[None]]
"""Takes a piece of an answer, and returns once there is room for the next one."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of earlier sendings of the same operation."""

    began_ago_s: float
    """The first of them happened at most this long ago, in seconds."""
    sent_ago_s: float
    """The last of them may have happened this long ago."""


class Asking:
    """One asking. Not for two at once; several calls of one flow may share it."""

    __slots__ = (
        "_is_settled", "announce", "answer_is_kept", "attempt_ends_at_s", "earlier", "ends_at_s", "has_spoken",
        "idempotency_key", "kept", "may_have_sent", "one_vendor", "operation_id", "say", "told", "writes",
    )  # fmt: skip

    def __init__(
        self,
        operation_id: str = "",
        idempotency_key: str = "",
        ends_at_s: float = inf,
        *,
        earlier: Earlier | None = None,
        one_vendor: bool = False,
    ) -> None:
        """`ends_at_s` is the caller's deadline in loop time; `one_vendor` says that the vendor's definitive answer to
        the operation's key tells of earlier sendings, too."""
        self.operation_id = operation_id
        self.idempotency_key = idempotency_key
        self.ends_at_s = ends_at_s
        self.earlier = earlier
        """None: nobody has tried before."""
        self.announce: Callable[[], Awaitable[None]] | None = None
        """Awaited before each sending that a vendor cannot tell from its repetition. Raises where it must not be."""
        self.attempt_ends_at_s = ends_at_s
        """When the attempt that began last must end, in loop time, to be passed on to the vendor."""
        self.one_vendor = one_vendor
        self.say: Say | None = None
        """Where the pieces of an answer go as it is made; None: whoever asked waits for the whole."""
        self.has_spoken = False
        """Whether a piece was given away."""
        self.told: BaseException | None = None
        """The rejection that telemetry has heard of already."""
        self.may_have_sent = False
        """Whether this asking itself may have had an effect: a call that is no read was answered well, or may have
        reached the vendor. Written by calls."""
        self.writes = 0
        """How many calls that are no reads were begun. Written by calls."""
        self.kept: Kept | None = None
        """Of an operation of several steps; None: it is not, or nothing of it was begun."""
        self.answer_is_kept = False
        """Whether whoever asks again will get the same answer from the store of claims."""
        self._is_settled = False

    @property
    def may_have_effect(self) -> bool:
        """Whether the operation may have had its effect, by this asking or an earlier one."""
        return self.may_have_sent or (self.earlier is not None and not self._is_settled)

    def share(self, of: int) -> Self:
        """An asking of its own, with one of so many even shares of the time that is left."""
        now_s = asyncio.get_running_loop().time()
        return type(self)(self.operation_id, self.idempotency_key, now_s + (self.ends_at_s - now_s) / of)

    def settled(self) -> None:
        """Somebody has looked: what earlier askings may have sent is not there, and will not come."""
        self._is_settled = True

    async def speak(self, text: str) -> None:
        """Give a piece of the answer away; nothing where nobody reads it as it is made.

        Raises `DeadlineExceeded` where it is not taken by the deadline.
        """
        if self.say is None:
            return
        self.has_spoken = True
        try:
            async with asyncio.timeout_at(self.ends_at_s) as waiting:
                await self.say(text)
        except TimeoutError:
            if not waiting.expired():
                raise
            raise DeadlineExceeded("whoever asked did not take the answer in time") from None

    def answered_no(self) -> None:
        """The vendor refused for good, under the operation's own key: whatever was sent under it had no effect."""
        if self.one_vendor and self.writes == 1:
            self._is_settled = True

    def taken_back(self) -> None:
        """What this asking, or an earlier one, did was undone, and the vendor said so: nothing is left of it."""
        self.may_have_sent = False
        self._is_settled = True

    def took_over(self, began_ago_s: float, sent_ago_s: float) -> None:
        """An earlier owner of the key ended without an answer."""
        if self.earlier is not None:
            began_ago_s = max(began_ago_s, self.earlier.began_ago_s)
            sent_ago_s = min(sent_ago_s, self.earlier.sent_ago_s)
        self.earlier = Earlier(began_ago_s, sent_ago_s)
