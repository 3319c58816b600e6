"""One isolated world inside a simulator, chosen by API key: objects, ids, time and randomness of its own."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from brownout_simulators.call import Call, Effect, LimitState, Notice

S = TypeVar("S")

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
HEX = "0123456789abcdef"
DEAL = 2_048
"""Characters of ids that are drawn at once."""
_TO_BASE62 = bytes(ord(BASE62[byte % 62]) for byte in range(256))


class LazyStream:
    """A seeded random source that is made when it is first drawn from: it takes three kilobytes, and most accounts
    never draw from most of theirs."""

    __slots__ = ("_names", "_random")

    def __init__(self, seed: int, *names: str) -> None:
        self._names = (str(seed), *names)
        self._random: random.Random | None = None

    @property
    def random(self) -> random.Random:
        """The source itself: of its own for each name, the same under any PYTHONHASHSEED."""
        found = self._random
        if found is None:
            found = self._random = random.Random(":".join(self._names))
        return found


class Ids:
    """Draws ids from a seeded stream: the same seed and the same order of calls give the same ids.

    Characters are drawn by the thousand and dealt out, which costs a tenth of drawing each id by itself.
    """

    __slots__ = ("_base62", "_digits", "_next_base62", "_next_digit", "_stream")

    def __init__(self, stream: "LazyStream") -> None:
        self._stream = stream
        self._base62 = self._digits = ""
        self._next_base62 = self._next_digit = 0

    def base62(self, length: int = 24) -> str:
        """`length` characters of base62, as in Stripe's ids after the prefix."""
        start = self._next_base62
        end = self._next_base62 = start + length
        if end > len(self._base62):
            # A byte has four and an eighth of the alphabet in it: not quite even, which no id minds.
            self._base62 = self._stream.random.randbytes(max(DEAL, length)).translate(_TO_BASE62).decode()
            start, end = 0, length
            self._next_base62 = end
        return self._base62[start:end]

    def hexadecimal(self, length: int = 32) -> str:
        """`length` lower-case hexadecimal digits, as in Twilio's SIDs after the prefix."""
        start = self._next_digit
        end = self._next_digit = start + length
        if end > len(self._digits):
            self._digits = self._stream.random.randbytes(max(DEAL, length)).hex()
            start, end = 0, length
            self._next_digit = end
        return self._digits[start:end]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a deferred step did: effects for the ledger and notices for the outbox."""

    effects: Sequence[Effect] = ()
    notices: Sequence[Notice] = ()


class Account(Generic[S]):
    """What a vendor's action may see and change. Engine-owned; a vendor adds only `state`."""

    __slots__ = (
        "_stream",
        "as_of_s",
        "base_url",
        "clock",
        "epoch_s",
        "hides_new_only",
        "ids",
        "in_flight",
        "later",
        "limits",
        "name",
        "publish",
        "setup",
        "state",
        "was_stale",
    )

    def __init__(
        self,
        name: str,
        state: S,
        *,
        clock: Callable[[], float],
        epoch_s: float,
        ids: Ids,
        stream: LazyStream,
        later: Callable[[float, Callable[[], Aftermath | None]], None],
        publish: Callable[[str, Any], None],
        limits: Callable[[Call], Mapping[str, LimitState]],
        base_url: str,
        setup: Any = None,
    ) -> None:
        self.name = name
        """A label that is not a secret."""
        self.state = state
        self.clock = clock
        """Seconds on the simulator's clock (monotonic)."""
        self.epoch_s = epoch_s
        """Add it to `clock()` for seconds since 1970: what the vendor prints as a date."""
        self.ids = ids
        self._stream = stream
        self.later = later
        """`later(delay_s, step)`: run `step` after `delay_s` on the simulator's clock."""
        self.publish = publish
        """`publish(topic, message)`: to every open session of the account that listens to the topic, as soon as what
        happens now is committed."""
        self.limits = limits
        """`limits(call)`: how far each limit that is on, and is for this call, is used now, by the limit's name: for
        headers that tell it."""
        self.base_url = base_url
        """Where this simulator is reached, without a trailing slash: for links that SDKs follow."""
        self.setup = setup
        """The vendor as it is set up now, as the vendor's own `Setup.read` made it. May change from call to call."""
        self.in_flight = 0
        """Calls of this account that are being handled right now, this one included: for headers that tell it."""
        self.as_of_s: float | None = None
        """Set while a read is struck by a lag: what was written after this instant (of `clock`) must not be seen. A
        store that hides something, or hands out an older version, sets `was_stale`: only then has the fault struck."""
        self.hides_new_only = False
        """The lag hides objects that are new, but shows older ones as they are now."""
        self.was_stale = False

    @property
    def random(self) -> random.Random:
        """For whatever is drawn that is no id."""
        return self._stream.random

    def wall_s(self) -> float:
        """Seconds since 1970-01-01 UTC on the simulator's clock."""
        return self.epoch_s + self.clock()
