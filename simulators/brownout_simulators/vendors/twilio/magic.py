"""Inputs with a fixed outcome: Twilio's own magic numbers, and a few that only this simulator knows.

Twilio honours its numbers for test credentials only; here they work for every credential. A credential whose
account SID starts with `AC7e57` is a test credential: only Messages, Calls, IncomingPhoneNumbers and Lookup work with
it, the magic sender is the only one it may use, nothing is stored, and no status callback is sent.
"""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.vendors.twilio.errors import DELIVERY_ERRORS

MAGIC: Final = "+1500555"

SMS_FROM_ERRORS: Final[Mapping[str, int]] = {
    MAGIC + "0001": 21212,  # not a phone number
    MAGIC + "0007": 21606,  # not yours, or not SMS capable
    MAGIC + "0008": 21611,  # its queue is full
}
SMS_TO_ERRORS: Final[Mapping[str, int]] = {
    MAGIC + "0001": 21211,  # not a phone number
    MAGIC + "0002": 21612,  # cannot be routed to
    MAGIC + "0003": 21408,  # no permission for that country
    MAGIC + "0004": 21610,  # opted out
    MAGIC + "0009": 21614,  # not a mobile
}
CALL_FROM_ERRORS: Final[Mapping[str, int]] = {MAGIC + "0001": 21212}
CALL_TO_ERRORS: Final[Mapping[str, int]] = {
    MAGIC + "0001": 21217,
    MAGIC + "0002": 21214,
    MAGIC + "0003": 21215,
    MAGIC + "0004": 21216,
}
NUMBER_ERRORS: Final[Mapping[str, int]] = {
    MAGIC + "0000": 21422,  # not available
    MAGIC + "0001": 21421,  # not a phone number
}
GOOD_FROM: Final = MAGIC + "0006"

TEST_ACCOUNT: Final = "ac7e57"
REFUSED_TOKEN: Final = "0" * 32
"""Wrong for every account, from the first call on."""

# Only this simulator: numbers in +1 500 55x whose last five digits are a delivery error or a SIP answer.
OURS: Final = "+150055"
STAYS_QUEUED: Final = "20000"
STAYS_SENT: Final = "20001"
FAILS_BEFORE_THE_CARRIER: Final = frozenset({30001, 30002, 30034})
CALL_ENDINGS: Final[Mapping[str, str]] = {"20486": "busy", "20480": "no-answer", "20404": "failed"}


def is_test_account(account: str) -> bool:
    """Whether this account SID is one of test credentials."""
    return account[:6].lower() == TEST_ACCOUNT


def suffix_of(number: str) -> str:
    """The five digits that decide the fate of one of this simulator's own numbers; "" for any other number."""
    return number[7:] if number.startswith(OURS) and len(number) == 12 else ""


def delivery_error_of(number: str) -> int | None:
    """The error code with which a message to this number ends; None when it arrives."""
    suffix = suffix_of(number)
    code = int(suffix) if suffix.isdigit() else 0
    return code if code in DELIVERY_ERRORS else None


DOCUMENTED: Final[Mapping[str, str]] = {
    "SMS From +15005550001": "400 21212, invalid sender",
    "SMS From +15005550006": "accepted",
    "SMS From +15005550007": "400 21606, not an SMS-capable number of yours",
    "SMS From +15005550008": "400 21611, the sender's queue is full",
    "SMS To +15005550001": "400 21211, invalid number",
    "SMS To +15005550002": "400 21612, cannot be routed to",
    "SMS To +15005550003": "400 21408, no permission for that country",
    "SMS To +15005550004": "400 21610, opted out",
    "SMS To +15005550009": "400 21614, not a mobile number",
    "Call From +15005550001": "400 21212",
    "Call To +15005550001 ... 0004": "400 21217, 21214, 21215, 21216",
    "Buy +15005550000, 0001, 0006": "400 21422, 400 21421, bought",
    "SMS To +150055NNNNN, NNNNN a delivery error 30001 ... 30008 or 30034 (simulator only)": (
        "failed (30001, 30002, 30034) or undelivered with that error code"
    ),
    "SMS To +15005520000 (simulator only)": "stays queued",
    "SMS To +15005520001 (simulator only)": "stays sent: a carrier without receipts",
    "Call To +15005520486, +15005520480, +15005520404 (simulator only)": "busy, no-answer, failed",
    "Account SID AC7e57... (simulator only)": "test credentials: nothing is stored, no status callbacks",
    "Auth token of 32 zeros (simulator only)": "401 20003",
    "Verify code (simulator only)": "the last digits of the recipient's number; of an e-mail address 1234567890",
}
