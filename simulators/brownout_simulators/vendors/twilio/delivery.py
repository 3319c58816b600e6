"""What becomes of a message: accepted, queued, sent, received or not."""

from functools import partial
from typing import Final

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
from brownout_simulators.vendors.twilio.state import Next, State
from brownout_simulators.vendors.twilio.webhooks import message_notices

# Seconds from one status to the next; a carrier takes its time, but a test should not have to.
ACCEPTED_FOR_S: Final = 0.1
SENDING_FOR_S: Final = 0.2
RECEIPT_AFTER_S: Final = 0.5
NO_SENDER: Final = 21703
_STOPS: Final = {STAYS_QUEUED: "queued", STAYS_SENT: "sent"}
_ALONE: Final = frozenset({"queued", "sending", "sent"})
"""From here on a message goes its way by itself: no service picks for it, and without a callback nobody hears of it.
Of all such steps of an account the earliest alone is on the agenda."""
_NOW: Final = float("-inf")
_INSTANT_S: Final = 1e-9
"""What a difference of two instants may be off by."""


def plan(account: Account[State], message: Message, extra_s: float = 0.0) -> None:
    """Arrange the message's next step."""
    following = _next(account, message)
    if following is None:
        return
    delay_s = extra_s + following.delay_s
    if message.callback or message.status not in _ALONE:
        account.later(delay_s, partial(_step, account, message, following))
    else:
        state, due_s = account.state, account.clock() + delay_s
        state.steps.add(due_s, (message, following))
        if state.steps_due_s is None or due_s < state.steps_due_s:
            _wait(account)


def _wait(account: Account[State]) -> None:
    """Have the earliest of the steps that concern nobody else taken when it is due."""
    state = account.state
    due_s = state.steps.next_due_s
    if due_s is not None and (state.steps_due_s is None or due_s < state.steps_due_s):
        state.steps_due_s = due_s
        account.later(due_s - account.clock(), partial(_take, account, due_s))


def _take(account: Account[State], due_s: float) -> None:
    """Take those that are due."""
    state = account.state
    if state.steps_due_s != due_s:
        return  # something earlier was waited for since, and with it this one
    state.steps_due_s = _NOW
    until_s = account.clock() + _INSTANT_S
    try:
        while (step := state.steps.pop_due(until_s)) is not None:
            _step(account, *step)
    finally:
        state.steps_due_s = None
        _wait(account)


def _step(account: Account[State], message: Message, following: Next) -> Aftermath | None:
    status, _, code = following
    if status == "queued" and not _has_sender(account, message):
        status, code = "failed", NO_SENDER
    if not message.move(status, account.wall_s()):
        return None
    if code is not None:
        message.error_code = code
        message.error_message = QUEUE_ERRORS.get(code) or DELIVERY_ERRORS.get(code)
    plan(account, message)
    notices = message_notices(message) if message.callback else ()
    return Aftermath(notices=notices) if notices else None


def _next(account: Account[State], message: Message) -> Next | None:
    """What follows; None where nothing more happens."""
    status, suffix = message.status, suffix_of(message.to)
    if suffix and _STOPS.get(suffix) == status:
        return None
    if status == "queued":
        wait_s, overdue = take_turn(account, message)
        return Next("sending" if overdue is None else "failed", wait_s, overdue)
    code = delivery_error_of(message.to) if suffix else None
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
