"""Open sessions as hosts speak them, and what is published to them.

A host that is handed a sending with a session makes the handshake, calls `begin`, passes on what its client says with
`hear`, and ends it with `Simulator.sent`, like every sending. All that a vendor says goes through one place,
`OpenSession._say`: where faults lose it, or end the session.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.acting import Acting
from brownout_simulators.agenda import Cause
from brownout_simulators.call import Ending
from brownout_simulators.problems import Problems
from brownout_simulators.session import Close, Message, Said, Session, Wound

OPEN_LIMIT: Final = 10_000
BROKEN: Final = Close(1011, "the simulator has a defect")
RESTART: Final = Close(1012, "service restart")


class OpenSession:
    """One session, from its handshake on. Not safe for use from several threads."""

    def __init__(
        self,
        every: "OpenSessions",
        session: Session,
        account: Account[Any],
        cause: Cause,
        *,
        cut: Callable[[], None] | None = None,
    ) -> None:
        """`cut` closes the connection at once."""
        self.session = session
        self.account = account
        self.heard = 0
        """Messages that the client sent."""
        self.broken: Ending | None = None
        """How a fault has ended it, where that is no closing frame."""
        self.changes: list[str] = []
        """What faults made of what the vendor said."""
        self._every = every
        self._cut = cut
        self._said = 0
        self._wounds: list[tuple[Wound, Callable[[], None]]] = []
        self._cause = cause
        self._to_client: Callable[[Said], None] | None = None
        self._begun = False

    def cause(self) -> Cause:
        """What a session does goes back to the call that opened it."""
        return self._cause

    def suffer(self, wound: Wound, struck: Callable[[], None]) -> None:
        """Before its beginning: what a fault will make of it. `struck` is called when it does, once."""
        self._wounds.append((wound, _once(struck)))

    def begin(self, say: Callable[[Said], None]) -> None:
        """The handshake is done. `say` is called with all that the vendor says from now on, at once and in order; a
        `Close` is the last of it."""
        self._to_client = say
        self._begun = True
        self._every.enter(self)
        for wound, struck in self._wounds:
            if wound.ends_after_s is not None:
                self._every.acting.later(self.account, wound.ends_after_s, partial(self._break, wound, struck))
        self._bleed()
        self._follow(lambda: self.session.opened(self.account))

    def hear(self, message: Message) -> None:
        """The client said something."""
        if self._to_client is not None and not self._is_lost(heard=True):
            self.heard += 1
            self._follow(lambda: self.session.received(message, self.account))

    def tell(self, topic: str, message: Any) -> None:
        """Something was published."""
        if self._to_client is not None and topic in self.session.topics:
            self._every.reached += 1
            self._follow(lambda: self.session.published(topic, message, self.account))

    def close(self) -> None:
        """As a service closes its sessions that is started anew."""
        self._say(RESTART)

    def end(self, *, forgotten: bool) -> None:
        """Nothing more is said or heard. By the engine, where the call that opened it is over; the session learns of
        it unless its account was `forgotten`."""
        self._to_client = None
        self._every.leave(self)
        if self._begun and not forgotten:
            self._follow(self._closed)

    def _closed(self) -> Iterable[Said]:
        self.session.closed(self.account)
        return ()

    def _follow(self, doing: Callable[[], Iterable[Said]]) -> None:
        """Let the vendor's session do something, and say what it says; then what was published meanwhile."""
        acting = self._every.acting
        before, acting.by = acting.by, self
        try:
            for said in doing():
                self._say(said)
        except Exception as error:  # noqa: BLE001  a defect of the simulator, not of its caller
            self._every.problems.tell(f"a session of {self._cause.route}", error)
            self._say(BROKEN)
        finally:
            acting.by = before
        self._every.publish()

    def _say(self, said: Said) -> None:
        say = self._to_client
        if say is None:
            return
        if isinstance(said, Close):
            self._to_client = None
            say(said)
        elif not self._is_lost(heard=False):
            self._said += 1
            say(self._altered(said))
            self._bleed()

    # -- what faults do ---------------------------------------------------------------------------------------------

    def _bleed(self) -> None:
        """End where a fault says that this was the last message."""
        for wound, struck in self._wounds:
            if wound.ends_after == self._said:
                self._break(wound, struck)

    def _is_lost(self, *, heard: bool) -> bool:
        """Whether a message goes nowhere. Each fault is asked, so that none shifts another's draws."""
        lost = [
            struck
            for wound, struck in self._wounds
            if wound.loses is not None and wound.loses_heard is heard and wound.loses()
        ]
        for struck in lost:
            struck()
        return bool(lost)

    def _altered(self, said: Message) -> Message:
        """As faults let it arrive."""
        for wound, struck in self._wounds:
            altered = None if wound.alters is None else wound.alters(said)
            if altered is not None:
                struck()
                said = altered[0]
                self.changes.append(f"message {self._said}: {altered[1]}")
        return said

    def _break(self, wound: Wound, struck: Callable[[], None]) -> None:
        if self._to_client is None:
            return
        struck()
        if wound.close is not None:
            self._say(wound.close)
            return
        self._to_client = None
        self.broken = Ending.RESET if wound.resets else Ending.HANG
        if wound.resets and self._cut is not None:
            self._cut()


def _once(done: Callable[[], None]) -> Callable[[], None]:
    """A function that does it the first time."""
    still = [done]
    return lambda: still.pop()() if still else None


class OpenSessions:
    """Those that are open, in the order of their handshakes."""

    def __init__(self, acting: Acting, problems: Problems) -> None:
        self.acting = acting
        self.problems = problems
        self.opened = self.published = self.reached = 0
        self._open: dict[OpenSession, None] = {}
        self._publishing = False
        self._until_start_s: Callable[[], float] = lambda: 0.0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another one."""
        return len(self._open) >= OPEN_LIMIT

    def enter(self, session: OpenSession) -> None:
        """From now on it is told what is published."""
        self.opened += 1
        self._open[session] = None
        self._close_at_start(session)

    def leave(self, session: OpenSession) -> None:
        """It is over, or never began."""
        self._open.pop(session, None)

    def publish(self) -> None:
        """Tell what was published: to every open session of the account that listens, in the order of their
        handshakes; what one of them publishes in turn comes after."""
        if self._publishing:
            return
        self._publishing = True
        published = self.acting.published
        try:
            while published:
                account, topic, message = published.popleft()
                self.published += 1
                for session in list(self._open):
                    if session.account is account:
                        session.tell(topic, message)
        finally:
            self._publishing = False

    def close_at_start(self, until_start_s: Callable[[], float]) -> None:
        """Close at the start of a schedule all that were opened before it. `until_start_s()` is negative afterwards."""
        self._until_start_s = until_start_s
        for session in self._open:
            self._close_at_start(session)

    def _close_at_start(self, session: OpenSession) -> None:
        if (left_s := self._until_start_s()) > 0:
            self.acting.later(session.account, left_s, session.close)

    def counts(self) -> dict[str, int]:
        """Sessions open now and opened ever; what was published, and how often that reached somebody."""
        return {"open": len(self._open), "opened": self.opened, "published": self.published, "reached": self.reached}
