"""What an account owns beside its messages: phone numbers, and messaging services that send from a pool of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_simulators.store import Store
from brownout_simulators.vendors.twilio.countries import country_of
from brownout_simulators.vendors.twilio.magic import GOOD_FROM
from brownout_simulators.vendors.twilio.resources import API, formatted, iso8601, rfc2822

KEEP_NUMBERS: Final = 10_000
KEEP_SERVICES: Final = 1_000
KEEP_STICKY: Final = 100_000
MAX_POOL: Final = 400
"""Numbers in one messaging service (Twilio docs, error 21714)."""
LONGEST_VALIDITY_S: Final = 36_000


@dataclass(slots=True)
class OwnedNumber:
    """A phone number of the account. Instants are wall-clock seconds."""

    sid: str
    account_sid: str
    number: str
    name: str
    created_s: float
    updated_s: float
    settings: Mapping[str, str] = field(default_factory=dict)
    service_sid: str | None = None
    """The one messaging service whose pool it is in."""
    picked: int = 0
    """How often that service has picked it."""

    def rendered(self) -> dict[str, Any]:
        """As the 2010 API writes it."""
        given = self.settings.get
        return {
            "account_sid": self.account_sid,
            "address_sid": None,
            "address_requirements": "none",
            "api_version": API,
            "beta": False,
            "capabilities": {"fax": False, "mms": True, "sms": True, "voice": True},
            "date_created": rfc2822(self.created_s),
            "date_updated": rfc2822(self.updated_s),
            "friendly_name": self.name,
            "identity_sid": None,
            "phone_number": self.number,
            "origin": "twilio",
            "sid": self.sid,
            "sms_application_sid": given("SmsApplicationSid") or None,
            "sms_fallback_method": given("SmsFallbackMethod", "POST"),
            "sms_fallback_url": given("SmsFallbackUrl", ""),
            "sms_method": given("SmsMethod", "POST"),
            "sms_url": given("SmsUrl", ""),
            "status_callback": given("StatusCallback", ""),
            "status_callback_method": given("StatusCallbackMethod", "POST"),
            "trunk_sid": None,
            "uri": f"/{API}/Accounts/{self.account_sid}/IncomingPhoneNumbers/{self.sid}.json",
            "voice_receive_mode": "voice",
            "voice_application_sid": given("VoiceApplicationSid") or None,
            "voice_caller_id_lookup": False,
            "voice_fallback_method": given("VoiceFallbackMethod", "POST"),
            "voice_fallback_url": given("VoiceFallbackUrl", ""),
            "voice_method": given("VoiceMethod", "POST"),
            "voice_url": given("VoiceUrl", ""),
            "emergency_status": "Inactive",
            "emergency_address_sid": None,
            "emergency_address_status": "unregistered",
            "bundle_sid": None,
            "status": "in-use",
            "type": "local",
        }

    def in_service(self, base_url: str) -> dict[str, Any]:
        """As a messaging service lists it."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "service_sid": self.service_sid,
            "date_created": iso8601(self.created_s),
            "date_updated": iso8601(self.updated_s),
            "phone_number": self.number,
            "country_code": country_of(self.number),
            "capabilities": ["SMS", "MMS", "Voice"],
            "url": f"{base_url}/v1/Services/{self.service_sid}/PhoneNumbers/{self.sid}",
        }


@dataclass(slots=True)
class MessagingService:
    """A pool of senders, and how one of them is picked."""

    sid: str
    account_sid: str
    created_s: float
    updated_s: float
    settings: dict[str, Any]
    """By the names of the answer."""
    pool: dict[str, OwnedNumber] = field(default_factory=dict)
    """By sid, in the order in which they were added."""

    def rendered(self, base_url: str) -> dict[str, Any]:
        """As Twilio writes it; its links point back here, and SDKs follow them."""
        url = f"{base_url}/v1/Services/{self.sid}"
        links = {
            "phone_numbers": "PhoneNumbers",
            "short_codes": "ShortCodes",
            "alpha_senders": "AlphaSenders",
            "messages": "Messages",
            "us_app_to_person": "Compliance/Usa2p",
            "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
            "channel_senders": "ChannelSenders",
            "destination_alpha_senders": "DestinationAlphaSenders",
        }
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            **self.settings,
            "us_app_to_person_registered": False,
            "date_created": iso8601(self.created_s),
            "date_updated": iso8601(self.updated_s),
            "url": url,
            "links": {name: f"{url}/{page}" for name, page in links.items()},
        }


@dataclass(slots=True)
class Owned:
    """All of it."""

    numbers: Store[OwnedNumber] = field(default_factory=lambda: Store(KEEP_NUMBERS))
    by_number: dict[str, OwnedNumber] = field(default_factory=dict)
    services: Store[MessagingService] = field(default_factory=lambda: Store(KEEP_SERVICES))
    sticky: Store[str] = field(default_factory=lambda: Store(KEEP_STICKY))
    """By service and recipient, the number that wrote to it last."""

    def __post_init__(self) -> None:
        self.numbers.on_forgotten = lambda _sid, number: self._gone(number)
        self.services.on_forgotten = lambda _sid, service: self._dissolved(service)

    def provide(self, account_sid: str, now_s: float, settings: dict[str, Any]) -> None:
        """What every account has from the start: the magic sender, in a service of its own."""
        if self.numbers or self.services:
            return
        service = MessagingService(default_service_sid(account_sid), account_sid, now_s, now_s, settings)
        number = OwnedNumber("PN" + account_sid[2:], account_sid, GOOD_FROM, formatted(GOOD_FROM), now_s, now_s)
        self.add_number(number)
        self.services.add(service.sid, service)
        self.join(service, number)

    def add_number(self, number: OwnedNumber) -> None:
        """One more, of a number that is not there yet."""
        self.by_number[number.number] = number
        self.numbers.add(number.sid, number, number.created_s)

    def remove_number(self, number: OwnedNumber) -> None:
        """The account gives it up."""
        self.numbers.remove(number.sid)
        self._gone(number)

    def join(self, service: MessagingService, number: OwnedNumber) -> None:
        """Put a number that is in no service into the pool of this one."""
        number.service_sid = service.sid
        service.pool[number.sid] = number

    def leave(self, service: MessagingService, number: OwnedNumber) -> None:
        """Take a number out of the service's pool."""
        service.pool.pop(number.sid, None)
        number.service_sid = None

    def remove_service(self, service: MessagingService) -> None:
        """The service goes; its numbers stay the account's."""
        self.services.remove(service.sid)
        self._dissolved(service)

    def _gone(self, number: OwnedNumber) -> None:
        self.by_number.pop(number.number, None)
        service = self.services.get(number.service_sid or "")
        if service is not None:
            self.leave(service, number)

    def _dissolved(self, service: MessagingService) -> None:
        for number in service.pool.values():
            number.service_sid = None


def validity_of(given: str) -> int | None:
    """A validity period: whole seconds up to ten hours; None if it is none."""
    is_whole = given.isascii() and given.isdigit() and len(given) < 7
    return int(given) if is_whole and 1 <= int(given) <= LONGEST_VALIDITY_S else None


def default_service_sid(account_sid: str) -> str:
    """A service that every account has from the start, so that an application can be told its sid beforehand."""
    return "MG" + account_sid[2:]
