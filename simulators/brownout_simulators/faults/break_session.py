"""Break session: a websocket ends in the middle, or falls silent."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, require, require_seconds
from brownout_simulators.session import Close, Wound

UNSAYABLE = frozenset({1004, 1005, 1006, 1015})
"""Codes that no closing frame may carry (RFC 6455, 7.4.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakSession(Fault):
    """End an open session after a while, or after so many of the vendor's messages. Its handshake goes well.

    It strikes when it comes to that: a session that is over before was not struck.
    """

    stage: ClassVar[Stage] = Stage.WIRE

    after_s: float | None = None
    """From the handshake on, by the vendor's clock. This, or `after_messages`."""
    after_messages: int | None = None
    """The vendor's; 0: before it says a word."""
    ending: Literal["close", "reset", "hang"] = "close"
    """`close`: with a closing frame. `reset`: without one. `hang`: it stays open, and nothing is said or heard."""
    code: int = 1011
    """Of the closing frame."""
    reason: str = ""

    def __post_init__(self) -> None:
        one_of_both = (self.after_s is None) != (self.after_messages is None)
        require(one_of_both, "break_session: one of after_s and after_messages is needed")
        require_seconds("break_session.after_s", self.after_s)
        count = self.after_messages
        require(count is None or 0 <= count <= 1_000_000, f"break_session.after_messages: 0 to 1000000, got {count}")
        is_sayable = 1_000 <= self.code <= 4_999 and self.code not in UNSAYABLE
        require(is_sayable, f"break_session.code: 1000 to 4999, but for those that are never sent, got {self.code}")
        size = len(self.reason.encode("utf-8", "replace"))
        require(size <= 123, f"break_session.reason: at most 123 bytes, got {size}")
        is_closed = self.ending == "close" or (self.code == 1011 and not self.reason)
        require(is_closed, f"break_session.code: goes with ending close, not with {self.ending}")

    def shape(self, sending: Sending, chance: float) -> bool:
        """No answer but a session's is touched."""
        del sending, chance
        return False

    def wound(self, chance: float) -> Wound | None:
        del chance
        close = Close(self.code, self.reason) if self.ending == "close" else None
        return Wound(
            ends_after_s=self.after_s, ends_after=self.after_messages, close=close, resets=self.ending == "reset"
        )
