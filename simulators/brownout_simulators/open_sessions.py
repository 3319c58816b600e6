"""Open sessions as hosts speak them, and what is published to them.

A host that is handed a sending with a session makes the handshake, calls `begin`, passes on what its client says with
`hear`, and ends it with `Simulator.sent`, like every sending. All that a vendor says goes through one place,
`OpenSession._say`: where faults may one day change it.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.acting import Acting
from brownout_simulators.agenda import Cause
from brownout_simulators.problems import Problems
from brownout_simulators.session import Close, Message, Said, Session

OPEN_LIMIT: Final = 10_000
BROKEN: Final = Close(1011, "the simulator has a defect")


class OpenSession:
    """One session, from its handshake on. Not safe for use from several threads."""

    def __init__(self, every: "OpenSessions", session: Session, account: Account[Any], cause: Cause) -> None:
        self.session = session
        self.account = account
        self.heard = 0
        """Messages that the client sent."""
        self._every = every
        self._cause = cause
        self._to_client: Callable[[Said], None] | None = None
        self._begun = False

    def cause(self) -> Cause:
        """What a session does goes back to the call that opened it."""
        return self._cause

    def begin(self, say: Callable[[Said], None]) -> None:
        """The handshake is done. `say` is called with all that the vendor says from now on, at once and in order; a
        `Close` is the last of it."""
        self._to_client = say
        self._begun = True
        self._every.enter(self)
        self._follow(lambda: self.session.opened(self.account))

    def hear(self, message: Message) -> None:
        """The client said something."""
        if self._to_client is not None:
            self.heard += 1
            self._follow(lambda: self.session.received(message, self.account))

    def tell(self, topic: str, message: Any) -> None:
        """Something was published."""
        if self._to_client is not None and topic in self.session.topics:
            self._every.reached += 1
            self._follow(lambda: self.session.published(topic, message, self.account))

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
        if isinstance(said, Close):
            self._to_client = None
        if say is not None:
            say(said)


class OpenSessions:
    """Those that are open, in the order of their handshakes."""

    def __init__(self, acting: Acting, problems: Problems) -> None:
        self.acting = acting
        self.problems = problems
        self.opened = self.published = self.reached = 0
        self._open: dict[OpenSession, None] = {}
        self._publishing = False

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

    def counts(self) -> dict[str, int]:
        """Sessions open now and opened ever; what was published, and how often that reached somebody."""
        return {"open": len(self._open), "opened": self.opened, "published": self.published, "reached": self.reached}
