"""Who sends, and when its turn comes: a service picks one of its numbers, and each sender sends at its own rate.

A sender's queue is one instant: when all that waits in it will have gone out. So a message knows its turn when it
comes, at the cost of a look-up. One that is cancelled leaves its gap, and one that would wait too long takes no place.
"""

from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.vendors.twilio.countries import country_of
from brownout_simulators.vendors.twilio.owned import MessagingService, OwnedNumber
from brownout_simulators.vendors.twilio.resources import Message, segments
from brownout_simulators.vendors.twilio.settings import Settings
from brownout_simulators.vendors.twilio.state import State

QUEUED_FOR_S: Final = 0.2
"""In the queue of a sender with nothing else to do; a test should not have to wait as long as for a carrier."""
QUEUE_OVERFLOW: Final = 30001
VALIDITY_EXPIRED: Final = 30036
_AS_IT_IS: Final = Settings()


class Turn(NamedTuple):
    """What a message meets in its sender's queue."""

    wait_s: float
    error_code: int | None = None
    """It fails then; None: it is sent then."""


def is_full(account: Account[State], sender: str) -> bool:
    """Whether no more than what waits there already fits into the sender's queue."""
    backlog_s = _backlog_s(account, sender)
    return backlog_s > 0 and backlog_s >= _settings(account).queue_s


def take_turn(account: Account[State], message: Message) -> Turn:
    """Put a message at the end of its sender's queue, if it fits."""
    sender = message.sender or ""
    rate = _settings(account).rate_of(sender)
    if rate is None:
        return Turn(QUEUED_FOR_S)
    if is_full(account, sender):
        return Turn(QUEUED_FOR_S, QUEUE_OVERFLOW)
    wait_s = max(QUEUED_FOR_S, _backlog_s(account, sender))
    if wait_s > message.validity_s:
        return Turn(message.validity_s, VALIDITY_EXPIRED)
    account.state.free_at_s.put(sender, account.wall_s() + wait_s + segments(message.body) / rate)
    return Turn(wait_s)


def pick(account: Account[State], service: MessagingService, to: str) -> str | None:
    """The number of the pool that writes to a recipient; None where the pool is empty.

    The one that did before, if the service sticks to it; else one of the recipient's country, of its area code if the
    service matches that; of those the one with the shortest queue, in turn where several are alike (Twilio docs,
    "Messaging Services": sticky sender, country code geomatch, area code geomatch, scaler).
    """
    owned = account.state.owned
    key = f"{service.sid} {to}"
    earlier = owned.by_number.get(owned.sticky.get(key) or "") if service.settings["sticky_sender"] else None
    if earlier is not None and earlier.service_sid == service.sid:
        earlier.picked += 1
        return earlier.number
    if not service.pool:
        return None
    country = country_of(to)
    near = [number for number in service.pool.values() if country_of(number.number) == country]
    if service.settings["area_code_geomatch"] and to.startswith("+1"):
        near = [number for number in near if number.number[:5] == to[:5]] or near

    def load(number: OwnedNumber) -> tuple[float, int]:
        return _backlog_s(account, number.number), number.picked

    chosen = min(near or service.pool.values(), key=load)
    chosen.picked += 1
    owned.sticky.put(key, chosen.number)
    return chosen.number


def _backlog_s(account: Account[State], sender: str) -> float:
    free_at_s = account.state.free_at_s.get(sender)
    return 0.0 if free_at_s is None else max(0.0, free_at_s - account.wall_s())


def _settings(account: Account[Any]) -> Settings:
    settings = account.setup
    return settings if isinstance(settings, Settings) else _AS_IT_IS
