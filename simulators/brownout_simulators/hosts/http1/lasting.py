"""Answers that take their time: what their connection needs of them, and they of it."""

from typing import Protocol

from brownout_simulators.call import Ending, Sending


class Owner(Protocol):
    """The connection that the answer goes out on."""

    def answer_may_go_on(self) -> None:
        """Its next instant has come: calls `Lasting.go_on`."""
        ...

    def answer_is_out(self, ending: Ending, *, stays: bool) -> None:
        """All of it is out, and the simulator knows: end the connection so, unless it stays."""
        ...

    def session_is_over(self) -> None:
        """It was closed, and the simulator knows: end the connection."""
        ...


class Lasting(Protocol):
    """An answer in pieces, or a session."""

    sending: Sending
    is_paused: bool
    """Not all that was written is handed over. Whoever sets it back calls `go_on`."""

    def begin(self) -> None:
        """Put out the head, and what is due."""
        ...

    def go_on(self) -> None:
        """Put out what is due and can go out."""
        ...

    def received(self, data: bytes) -> bool:
        """The client has sent something; False: it is none of this answer's business."""
        ...

    def lost(self) -> None:
        """The client has left, or was sent away: tell the simulator."""
        ...
