"""What a Twilio account holds, how it is written, and which way a message or a call may move."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from brownout_simulators.account import Account

API: Final = "2010-04-01"
FINAL_MESSAGE: Final = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})
FINAL_CALL: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

MESSAGE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "scheduled": frozenset({"accepted", "canceled"}),
    "accepted": frozenset({"queued", "failed", "canceled"}),
    "queued": frozenset({"sending", "failed", "canceled"}),
    "sending": frozenset({"sent", "failed"}),
    "sent": frozenset({"delivered", "undelivered"}),
}
CALL_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "queued": frozenset({"ringing", "failed", "canceled", "completed"}),
    "ringing": frozenset({"in-progress", "busy", "no-answer", "failed", "canceled", "completed"}),
    "in-progress": frozenset({"completed", "failed"}),
}

_GSM7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
_GSM7_ALL: Final = _GSM7 | _GSM7_EXTENDED


@dataclass(slots=True)
class Message:
    """One SMS or MMS. Instants are wall-clock seconds."""

    sid: str
    account_sid: str
    to: str
    sender: str | None
    body: str
    status: str
    created_s: float
    updated_s: float
    service_sid: str | None = None
    media: int = 0
    callback: str = ""
    sent_s: float | None = None
    price: str | None = None
    error_code: int | None = None
    error_message: str | None = None
    validity_s: float = 36_000.0
    """How long it may wait in a queue."""
    references: Mapping[str, str] = field(default_factory=dict)

    def move(self, status: str, now_s: float) -> bool:
        """Take one step if the table allows it; a cancelled message ignores what was planned for it."""
        if status not in MESSAGE_TRANSITIONS.get(self.status, frozenset()):
            return False
        self.status = status
        self.updated_s = now_s
        if status == "sent":
            self.sent_s = now_s
            self.price = f"{-0.0075 * segments(self.body):.5f}"
        return True

    def rendered(self) -> dict[str, Any]:
        """As Twilio writes it."""
        uri = f"/{API}/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": API,
            "body": self.body,
            "date_created": rfc2822(self.created_s),
            "date_sent": None if self.sent_s is None else rfc2822(self.sent_s),
            "date_updated": rfc2822(self.updated_s),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": self.error_message,
            "from": self.sender,
            "messaging_service_sid": self.service_sid,
            "num_media": str(self.media),
            "num_segments": "0" if self.status in {"accepted", "scheduled"} else str(segments(self.body)),
            "price": self.price,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass(slots=True)
class PhoneCall:
    """One outgoing call. Instants are wall-clock seconds."""

    sid: str
    account_sid: str
    to: str
    sender: str
    created_s: float
    updated_s: float
    status: str = "queued"
    callback: str = ""
    events: frozenset[str] = frozenset({"completed"})
    sequence: int = 0
    """How many callbacks have been sent."""
    started_s: float | None = None
    ended_s: float | None = None

    def move(self, status: str, now_s: float) -> bool:
        """Take one step if the table allows it."""
        if status not in CALL_TRANSITIONS.get(self.status, frozenset()):
            return False
        self.status = status
        self.updated_s = now_s
        if status == "in-progress":
            self.started_s = now_s
        if status in FINAL_CALL:
            self.ended_s = now_s
        return True

    @property
    def duration_s(self) -> int:
        """Whole seconds of talk, as billed: 0 for a call that nobody took."""
        if self.started_s is None or self.ended_s is None:
            return 0
        return max(1, round(self.ended_s - self.started_s))

    def rendered(self) -> dict[str, Any]:
        """As Twilio writes it."""
        uri = f"/{API}/Accounts/{self.account_sid}/Calls/{self.sid}"
        parts = ("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions")
        names = {"user_defined_messages": "UserDefinedMessages"} | {part: part.capitalize() for part in parts}
        ended = self.ended_s is not None
        return {
            "account_sid": self.account_sid,
            "answered_by": None,
            "api_version": API,
            "caller_name": None,
            "date_created": rfc2822(self.created_s),
            "date_updated": rfc2822(self.updated_s),
            "direction": "outbound-api",
            "duration": str(self.duration_s) if ended else None,
            "end_time": rfc2822(self.ended_s) if self.ended_s is not None else None,
            "forwarded_from": None,
            "from": self.sender,
            "from_formatted": formatted(self.sender),
            "group_sid": None,
            "parent_call_sid": None,
            "phone_number_sid": None,
            "price": "-0.01400" if self.status == "completed" and self.started_s is not None else None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": self.sid,
            "start_time": rfc2822(self.started_s) if self.started_s is not None else None,
            "status": self.status,
            "subresource_uris": {name: f"{uri}/{page}.json" for name, page in names.items()},
            "to": self.to,
            "to_formatted": formatted(self.to),
            "trunk_sid": None,
            "uri": f"{uri}.json",
        }


@dataclass(slots=True)
class VerifyService:
    """A Verify service: the settings under which codes are sent."""

    sid: str
    account_sid: str
    name: str
    created_s: float
    updated_s: float
    code_length: int = 6
    custom_codes: bool = False

    def rendered(self, base_url: str) -> dict[str, Any]:
        """As Twilio writes it; its links point back here, and SDKs follow them."""
        url = f"{base_url}/v2/Services/{self.sid}"
        links = {
            "verification_checks": "VerificationCheck",
            "verifications": "Verifications",
            "rate_limits": "RateLimits",
            "messaging_configurations": "MessagingConfigurations",
            "entities": "Entities",
            "webhooks": "Webhooks",
            "access_tokens": "AccessTokens",
        }
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "friendly_name": self.name,
            "code_length": self.code_length,
            "lookup_enabled": False,
            "psd2_enabled": False,
            "skip_sms_to_landlines": False,
            "dtmf_input_required": True,
            "tts_name": None,
            "do_not_share_warning_enabled": False,
            "custom_code_enabled": self.custom_codes,
            "push": {"include_date": False, "apn_credential_sid": None, "fcm_credential_sid": None},
            "totp": {"issuer": self.name, "time_step": 30, "code_length": 6, "skew": 1},
            "default_template_sid": None,
            "whatsapp": {"msg_service_sid": None, "from": None},
            "passkeys": None,
            "verify_event_subscription_enabled": False,
            "date_created": iso8601(self.created_s),
            "date_updated": iso8601(self.updated_s),
            "url": url,
            "links": {name: f"{url}/{page}" for name, page in links.items()},
        }


@dataclass(slots=True)
class Verification:
    """One code on its way to one recipient, for ten minutes or five tries."""

    sid: str
    service_sid: str
    account_sid: str
    to: str
    channel: str
    code: str
    created_s: float
    updated_s: float
    status: str = "pending"
    sends: list[dict[str, Any]] = field(default_factory=list)
    checks: int = 0

    def rendered(self, base_url: str) -> dict[str, Any]:
        """As Twilio writes it."""
        return {
            **self.checked(),
            "lookup": {},
            "send_code_attempts": list(self.sends),
            "sna": None,
            "url": f"{base_url}/v2/Services/{self.service_sid}/Verifications/{self.sid}",
        }

    def checked(self) -> dict[str, Any]:
        """The answer to a check."""
        return {
            "sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "channel": self.channel,
            "status": self.status,
            "valid": self.status == "approved",
            "amount": None,
            "payee": None,
            "date_created": iso8601(self.created_s),
            "date_updated": iso8601(self.updated_s),
        }


def new_sid(account: Account[Any], prefix: str) -> str:
    """Two letters and 32 lower-case hexadecimal digits."""
    return prefix + account.ids.hexadecimal(32)


def request_sid(request_id: str) -> str:
    """`Twilio-Request-Id` for a request that created nothing: unique as the request's id is."""
    return "RQ" + hashlib.blake2b(request_id.encode(), digest_size=16).hexdigest()


def segments(body: str) -> int:
    """How many SMS a body takes: 160/153 septets in GSM-7, else 70/67 UTF-16 units."""
    if not body:
        return 1
    if _GSM7_ALL.issuperset(body):
        size = len(body)
        if not _GSM7.issuperset(body):
            size += sum([body.count(letter) for letter in _GSM7_EXTENDED])
        return 1 if size <= 160 else -(-size // 153)
    size = len(body.encode("utf-16-le")) // 2
    return 1 if size <= 70 else -(-size // 67)


def formatted(number: str) -> str:
    """National form of a North American number; anything else as it is."""
    if number.startswith("+1") and len(number) == 12:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


@lru_cache(maxsize=1024)
def _rfc2822(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


def rfc2822(at_s: float) -> str:
    """The 2010 API's dates."""
    return _rfc2822(int(at_s))


def iso8601(at_s: float) -> str:
    """The newer APIs' dates: without a fraction, or Python's SDK hands back the text unparsed."""
    return datetime.fromtimestamp(int(at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
