"""What a message must be before Twilio takes it, in the order in which Twilio complains."""

import re
from typing import Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendors.twilio.access import (
    callback_url,
    instant_s,
    is_recipient,
    is_sender,
    is_url,
    many,
    text,
)
from brownout_simulators.vendors.twilio.errors import refuse
from brownout_simulators.vendors.twilio.magic import GOOD_FROM, SMS_FROM_ERRORS, SMS_TO_ERRORS, is_test_account
from brownout_simulators.vendors.twilio.owned import LONGEST_VALIDITY_S, MessagingService, validity_of
from brownout_simulators.vendors.twilio.senders import is_full
from brownout_simulators.vendors.twilio.services import service_of
from brownout_simulators.vendors.twilio.state import State

MAX_BODY: Final = 1600
MAX_MEDIA: Final = 10
SOONEST_S: Final = 900.0
LATEST_S: Final = 35 * 86_400.0
_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")


class Outgoing(NamedTuple):
    """A message that Twilio takes."""

    to: str
    sender: str
    """Empty where a service is to pick one."""
    service: MessagingService | None
    body: str
    media: int
    send_at_s: float | None
    callback: str
    own_callback: str
    """The callback that the message itself names; else it is its service's."""
    validity_s: float


def read(call: Call, account: Account[State]) -> Outgoing:
    """The message that a call asks for. Raises `Refused`."""
    to, sender = text(call, "To"), text(call, "From")
    named = text(call, "MessagingServiceSid")
    _check_parties(account, to, sender, named)
    service = _service(account, named, sender) if named else None
    # Most messages have none of what has a function of its own here.
    said = call.data
    body, media = text(call, "Body"), _media(call) if "MediaUrl" in said else 0
    if not body and not media and not text(call, "ContentSid"):
        raise refuse(21602)
    if len(body) > MAX_BODY:
        raise refuse(21617)
    send_at_s = _send_at_s(call, account, service) if "SendAt" in said or "ScheduleType" in said else None
    validity_s = _validity_s(call, service)
    callback = callback_url(call) if "StatusCallback" in said else ""
    # With a service the message is taken all the same, and fails later (Twilio docs, errors 21611 and 30001).
    if service is None and is_full(account, sender):
        raise refuse(21611, sender)
    from_service = service.settings["status_callback"] if service is not None else None
    return Outgoing(to, sender, service, body, media, send_at_s, callback or from_service or "", callback, validity_s)


def _check_parties(account: Account[State], to: str, sender: str, service: str) -> None:
    """Who may write to whom."""
    if not to:
        raise refuse(21604)
    if not sender and not service:
        raise refuse(21603)
    if sender:
        code = SMS_FROM_ERRORS.get(sender)
        if code is None and not is_sender(sender):
            code = 21212
        if code is None and is_test_account(account.name) and sender != GOOD_FROM:
            code = 21606
        if code is not None:
            raise refuse(code, sender)
    code = SMS_TO_ERRORS.get(to)
    if code is None and not is_recipient(to):
        code = 21211
    if code is None and sender:
        code = _wrong_pair(to, sender)
    if code is not None:
        raise refuse(code, to)


def _wrong_pair(to: str, sender: str) -> int | None:
    """Both are of one channel (a number without a prefix is of SMS), and nobody writes to itself."""
    channel = to.partition(":")[0] if ":" in to else ""
    if channel != (sender.partition(":")[0] if ":" in sender else ""):
        return 21910
    if to == sender:
        return 63031 if channel else 21266
    return None


def _service(account: Account[State], sid: str, sender: str) -> MessagingService:
    if not _SERVICE.fullmatch(sid):
        raise refuse(21705)
    service = service_of(account, sid)
    if service is None:
        raise refuse(21701)
    if not service.pool:
        raise refuse(21704)
    if sender and not any(number.number == sender for number in service.pool.values()):
        raise refuse(21711)
    return service


def _media(call: Call) -> int:
    """How many files it has; Twilio fetches them later, so that only an address that cannot be is refused."""
    urls = many(call, "MediaUrl")
    if len(urls) > MAX_MEDIA:
        raise refuse(21623)
    for url in urls:
        if not is_url(url):
            raise refuse(21620, url)
    return len(urls)


def _send_at_s(call: Call, account: Account[State], service: MessagingService | None) -> float | None:
    """Wall-clock instant of a scheduled message, which needs a messaging service."""
    given, kind = text(call, "SendAt"), text(call, "ScheduleType")
    if not given:
        if kind:
            raise refuse(35111)
        return None
    if service is None:
        raise refuse(35118)
    if kind != "fixed":
        raise refuse(20001, "SendAt needs ScheduleType=fixed")
    send_at_s = instant_s(given)
    if send_at_s is None or not SOONEST_S <= send_at_s - account.wall_s() <= LATEST_S:
        raise refuse(35114)
    return send_at_s


def _validity_s(call: Call, service: MessagingService | None) -> float:
    given = text(call, "ValidityPeriod")
    if not given:
        return float(LONGEST_VALIDITY_S if service is None else service.settings["validity_period"])
    seconds = validity_of(given)
    if seconds is None:
        raise refuse(21624)
    return float(seconds)
