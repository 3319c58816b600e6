"""What becomes of a message: accepted, queued, sent, received or not."""

from typing import Final, NamedTuple

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.vendors.twilio.errors import DELIVERY_ERRORS, QUEUE_ERRORS
from brownout_simulators.vendors.twilio.magic import (
    FAILS_BEFORE_THE_CARRIER,
    STAYS_QUEUED,
    STAYS_SENT,
    delivery_error_of,
    suffix_of,
)
from brownout_simulators.vendors.twilio.resources import Message
from brownout_simulators.vendors.twilio.senders import pick, take_turn
from brownout_simulators.vendors.twilio.state import State
from brownout_simulators.vendors.twilio.webhooks import message_notices

# Seconds from one status to the next; a carrier takes its time, but a test should not have to.
ACCEPTED_FOR_S: Final = 0.1
SENDING_FOR_S: Final = 0.2
RECEIPT_AFTER_S: Final = 0.5
NO_SENDER: Final = 21703
_STOPS: Final = {STAYS_QUEUED: "queued", STAYS_SENT: "sent"}


class Next(NamedTuple):
    """The status that follows, after how many seconds, and with which error."""

    status: str
    delay_s: float
    error_code: int | None = None


def plan(account: Account[State], message: Message, extra_s: float = 0.0) -> None:
    """Arrange the message's next step."""
    following = _next(account, message)
    if following is None:
        return

    def step() -> Aftermath | None:
        status, _, code = following
        if status == "queued" and not _has_sender(account, message):
            status, code = "failed", NO_SENDER
        if not message.move(status, account.wall_s()):
            return None
        if code is not None:
            message.error_code = code
            message.error_message = QUEUE_ERRORS.get(code) or DELIVERY_ERRORS.get(code)
        plan(account, message)
        notices = message_notices(message)
        return Aftermath(notices=notices) if notices else None

    account.later(extra_s + following.delay_s, step)


def _next(account: Account[State], message: Message) -> Next | None:
    """What follows; None where nothing more happens."""
    if _STOPS.get(suffix_of(message.to)) == message.status:
        return None
    status = message.status
    if status == "queued":
        wait_s, overdue = take_turn(account, message)
        return Next("sending" if overdue is None else "failed", wait_s, overdue)
    code = delivery_error_of(message.to)
    if status == "sending":
        fails = code in FAILS_BEFORE_THE_CARRIER
        return Next("failed", SENDING_FOR_S, code) if fails else Next("sent", SENDING_FOR_S)
    if status == "sent":
        return Next("delivered" if code is None else "undelivered", RECEIPT_AFTER_S, code)
    if status == "accepted":
        return Next("queued", ACCEPTED_FOR_S)
    return Next("accepted", 0.0) if status == "scheduled" else None


def _has_sender(account: Account[State], message: Message) -> bool:
    """Whether a message that leaves its service has one; the service picks it now."""
    if message.sender is None:
        service = account.state.owned.services.get(message.service_sid or "")
        message.sender = None if service is None else pick(account, service, message.to)
    return message.sender is not None
