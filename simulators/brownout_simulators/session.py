"""Sessions (websockets) as a vendor sees them: messages in, messages out, and nothing of the protocol.

    def watch(call: Call, account: Account[State]) -> Reply:
        return Reply(101, session=Watching())

The account that a session's methods are handed is the one of the call that opened it. What a session does later (a
heartbeat, a slow answer) goes through `account.later`, whose step publishes to a topic that the session listens to.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

Message = str | bytes
"""What travels: a text or a binary message."""


class Close(NamedTuple):
    """Said by a vendor: the session ends, with a code and a reason of RFC 6455."""

    code: int = 1000
    reason: str = ""


Said = str | bytes | Close
"""What a vendor may say; after a `Close` nothing more goes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wound:
    """What a fault makes of a session, while it lasts."""

    ends_after_s: float | None = None
    """From its beginning on, by the vendor's clock."""
    ends_after: int | None = None
    """So many of the vendor's messages."""
    close: Close | None = None
    """How it ends; None: it falls silent."""
    resets: bool = False
    """It ends without a closing frame."""
    loses: Callable[[], bool] | None = None
    """Asked of each message: whether that one is lost."""
    alters: Callable[[Message], tuple[Message, str] | None] | None = None
    """Asked of each message of the vendor's: what it becomes, and how that is said in the books; None: it stays."""
    loses_heard: bool = False
    """Messages of the client are asked about, not those of the vendor."""


class Session:
    """One open session; subclassed by a vendor, one object per session."""

    topics: Collection[str] = ()
    """What it listens to, of all that is published in its account. May change from message to message."""

    def opened(self, account: Any) -> Iterable[Said]:
        """The handshake is done: what the vendor says first."""
        del account
        return ()

    def received(self, message: Message, account: Any) -> Iterable[Said]:
        """The client said something: what the vendor says to it."""
        raise NotImplementedError

    def published(self, topic: str, message: Any, account: Any) -> Iterable[Said]:
        """Something was published to a topic that it listens to: as it says it on, the message itself by default."""
        del topic, account
        return (message,)

    def closed(self, account: Any) -> None:
        """It is over, whoever ended it. Told once where it was opened, and not where its account was forgotten."""


class Conversation(Protocol):
    """An open session as a host speaks it. The host ends it with `Simulator.sent`, as it does every sending."""

    def begin(self, say: Callable[[Said], None]) -> None:
        """The handshake is done. `say` is called with all that the vendor says from now on, at once and in order;
        after a `Close` it is called no more, and the host closes the connection."""
        ...

    def hear(self, message: Message) -> None:
        """The client said something. Ignored once the session has ended."""
        ...
