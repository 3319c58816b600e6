"""What a Twilio account holds, and how much of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from brownout_simulators.lanes import Lanes
from brownout_simulators.store import Store
from brownout_simulators.vendors.twilio.owned import Owned
from brownout_simulators.vendors.twilio.resources import (
    FINAL_CALL,
    FINAL_MESSAGE,
    Message,
    PhoneCall,
    Verification,
    VerifyService,
)

KEEP_MESSAGES: Final = 100_000
KEEP_CALLS: Final = 100_000
KEEP_SERVICES: Final = 1_000
KEEP_VERIFICATIONS: Final = 100_000
KEEP_SENDERS: Final = 10_000


class Next(NamedTuple):
    """The status that follows, after how many seconds, and with which error."""

    status: str
    delay_s: float
    error_code: int | None = None


@dataclass(slots=True)
class State:
    """One Twilio account."""

    auth_token: str = ""
    """The token that it was first called with; it signs the callbacks."""
    key_secret: str = ""
    """The secret that its API key was first shown with."""
    owned: Owned = field(default_factory=Owned)
    messages: Store[Message] = field(
        default_factory=lambda: Store(KEEP_MESSAGES, is_settled=lambda message: message.status in FINAL_MESSAGE)
    )
    messages_to: dict[str, dict[str, Message]] = field(default_factory=dict)
    """The same, by recipient: whoever looks for a message of unknown fate asks for its recipient's, often."""
    steps: Lanes[tuple[Message, Next]] = field(default_factory=Lanes)
    """What is ahead of messages that nobody is told of."""
    steps_due_s: float | None = None
    """When the agenda comes back for the earliest of them; None: it does not."""
    calls: Store[PhoneCall] = field(
        default_factory=lambda: Store(KEEP_CALLS, is_settled=lambda call: call.status in FINAL_CALL)
    )
    services: Store[VerifyService] = field(default_factory=lambda: Store(KEEP_SERVICES))
    verifications: Store[Verification] = field(default_factory=lambda: Store(KEEP_VERIFICATIONS))
    """Pending ones, by sid; the oldest have expired when there is no room."""
    pending: dict[tuple[str, str], Verification] = field(default_factory=dict)
    """The same, by (service sid, recipient)."""
    sent_at_s: Store[list[float]] = field(default_factory=lambda: Store(KEEP_VERIFICATIONS))
    """When codes were sent, by service sid and recipient: the limit outlives the verification."""
    free_at_s: Store[float] = field(default_factory=lambda: Store(KEEP_SENDERS))
    """By sender, the wall-clock instant at which its queue will be empty."""

    def __post_init__(self) -> None:
        self.messages.on_forgotten = self._forget_recipients
        self.verifications.on_forgotten = lambda _sid, it: self.pending.pop((it.service_sid, it.to), None)

    def add_message(self, message: Message) -> None:
        """Store a new message."""
        self.messages.add(message.sid, message)
        self.messages_to.setdefault(message.to, {})[message.sid] = message

    def remove_message(self, message: Message) -> None:
        """Forget one."""
        self.messages.remove(message.sid)
        self._forget_recipients(message.sid, message)

    def _forget_recipients(self, sid: str, message: Message) -> None:
        of_recipient = self.messages_to.get(message.to, {})
        of_recipient.pop(sid, None)
        if not of_recipient:
            self.messages_to.pop(message.to, None)


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What an account holds, by kind."""
    return {
        "message": state.messages,
        "call": state.calls,
        "verify service": state.services,
        "verification": state.verifications,
        "recipient of codes": state.sent_at_s,
        "phone number": state.owned.numbers,
        "messaging service": state.owned.services,
        "recipient of a service": state.owned.sticky,
        "sender's queue": state.free_at_s,
    }
