"""Status callbacks: form-encoded, signed with the account's auth token, hardly ever repeated."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.vendor import WebhookRules
from brownout_simulators.vendors.twilio.magic import is_test_account
from brownout_simulators.vendors.twilio.overrides import terms_of
from brownout_simulators.vendors.twilio.resources import FINAL_CALL, Message, PhoneCall, rfc2822

MESSAGE_STATUS: Final = "message.status"
CALL_STATUS: Final = "call.status"

_TOLD: Final = frozenset({"queued", "sent", "failed", "delivered", "undelivered", "canceled", "read"})
"""`queued` is worth a callback where a messaging service had accepted the message before; as a first status it is no
step, and nobody is told."""
_CALL_EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    # call status: (event that a caller subscribes to, CallStatus in the callback)
    "queued": ("initiated", "initiated"),
    "ringing": ("ringing", "ringing"),
    "in-progress": ("answered", "in-progress"),
}


def signature(url: str, fields: Mapping[str, str], token: str) -> str:
    """`X-Twilio-Signature`: HMAC-SHA1 over the URL without its fragment and the fields sorted by name."""
    text = url.partition("#")[0] + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def message_notices(message: Message) -> tuple[Notice, ...]:
    """What Twilio calls back for the step that a message has just taken: nothing for most of them."""
    if not message.callback or message.status not in _TOLD or is_test_account(message.account_sid):
        return ()
    fields = {
        "AccountSid": message.account_sid,
        "ApiVersion": "2010-04-01",
        "From": message.sender or "",
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "To": message.to,
    }
    if message.service_sid is not None:
        fields["MessagingServiceSid"] = message.service_sid
    if message.error_code is not None:
        fields["ErrorCode"] = str(message.error_code)
        fields["ErrorMessage"] = message.error_message or ""
    if message.status in {"delivered", "undelivered"}:
        fields["RawDlrDoneDate"] = _receipt_date(message.updated_s)
    return (Notice(MESSAGE_STATUS, fields, url=message.callback),)


def call_notices(phone_call: PhoneCall) -> tuple[Notice, ...]:
    """What Twilio calls back for the step that a call has just taken, if the caller asked for that event."""
    final = phone_call.status in FINAL_CALL
    event, status = ("completed", phone_call.status) if final else _CALL_EVENTS[phone_call.status]
    if not phone_call.callback or event not in phone_call.events or is_test_account(phone_call.account_sid):
        return ()
    fields = {
        "AccountSid": phone_call.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": phone_call.sid,
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "Called": phone_call.to,
        "Caller": phone_call.sender,
        "Direction": "outbound-api",
        "From": phone_call.sender,
        "SequenceNumber": str(phone_call.sequence),
        "Timestamp": rfc2822(phone_call.updated_s),
        "To": phone_call.to,
    }
    if final:
        seconds = phone_call.duration_s
        fields["CallDuration"] = str(seconds)
        fields["Duration"] = str(-(-seconds // 60))
    phone_call.sequence += 1
    return (Notice(CALL_STATUS, fields, url=phone_call.callback),)


def _receipt_date(at_s: float) -> str:
    """`YYMMDDhhmm`."""
    date = rfc2822(at_s)
    months = "JanFebMarAprMayJunJulAugSepOctNovDec"
    return f"{date[14:16]}{months.index(date[8:11]) // 3 + 1:02d}{date[5:7]}{date[17:19]}{date[20:22]}"


def _serialise(notice: Notice) -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded; charset=UTF-8", urlencode(notice.payload).encode()


def _headers(
    notice: Notice,
    url: str,
    body: bytes,
    secret: str,
    _wall_s: float,
    _attempt: int,
) -> Mapping[str, str]:
    # The token is the same for every attempt of one callback: it is what a receiver drops repetitions by.
    token = hashlib.blake2b(url.encode() + b"\0" + body, digest_size=16).hexdigest()
    return {
        "Accept": "*/*",
        "I-Twilio-Idempotency-Token": f"{token[:8]}-{token[8:12]}-{token[12:16]}-{token[16:20]}-{token[20:]}",
        "User-Agent": "TwilioProxy/1.1",
        "X-Home-Region": "us1",
        "X-Twilio-Signature": signature(url, notice.payload, secret),
    }


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    return () if notice.url is None else ((notice.url, account.state.auth_token),)


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    # Unless its URL says otherwise one retry, and only where no connection came about: an error status of the receiver
    # is final. That is why clients must poll, too.
    terms_of=terms_of,
)
