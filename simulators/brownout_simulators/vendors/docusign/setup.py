"""What somebody would set up in DocuSign's admin pages, and how its people behave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.spelling import shown
from brownout_simulators.vendor import Setup

_MOST: Final = 10_000_000.0

_CHOICES: Final = ("retry_after", "transaction_dedupe", "from_date_default", "consent")
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "token_s": (1, 86_400),
    "envelope_quota": (0, 10_000_000),
    "recipient_limit": (1, 1_000),
    "hmac_keys": (0, 5),
}

Span = tuple[float, float]
"""From so many to so many seconds."""


@dataclass(frozen=True, slots=True)
class Site:
    """An account's settings."""

    opens_after_s: Span | None = (2.0, 10.0)
    """How long after it was sent a recipient opens the envelope; None: nobody does by himself."""
    signs_after_s: Span | None = (2.0, 20.0)
    """How long after that he signs."""
    limit_status: int = 429
    retry_after: bool = False
    transaction_dedupe: bool = False
    from_date_default: bool = False
    consent: bool = True
    base_uri: str = ""
    token_s: float = 3_600.0
    envelope_quota: int = 0
    recipient_limit: int = 100
    hmac_keys: int = 1


def _read(given: Mapping[str, Any]) -> Site:
    found: dict[str, Any] = {}
    for name in ("opens_after_s", "signs_after_s"):
        if name in given:
            found[name] = _span(name, given[name])
    for name in _CHOICES:
        if name in given:
            found[name] = _choice(name, given[name])
    for name, (least, most) in _NUMBERS.items():
        value = given.get(name, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{name}: a whole number from {least} to {most}, got {shown(value)}")
        if name in given:
            found[name] = value
    status = given.get("limit_status", 429)
    if isinstance(status, bool) or status not in (400, 429):  # any JSON: a set takes no object
        raise ValueError(f"limit_status: 429 or 400, got {shown(status)}")
    uri = given.get("base_uri", "")
    if not isinstance(uri, str) or (uri and not uri.startswith(("http://127.0.0.1", "http://localhost"))):
        raise ValueError(f"base_uri: an address of this machine, got {shown(uri)}")
    return Site(**found, limit_status=status, base_uri=uri.rstrip("/"))


def _choice(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name}: true or false, got {shown(value)}")  # noqa: TRY004 - what readers of a setup catch
    return value


def _span(name: str, value: Any) -> Span | None:
    if value is None:
        return None
    bounds = value if isinstance(value, list) else [value, value]
    are_numbers = all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds)
    if len(bounds) != 2 or not are_numbers or not 0 <= bounds[0] <= bounds[1] <= _MOST:
        raise ValueError(f"{name}: seconds, two of them as [from, to], or null, got {shown(value)}")
    return float(bounds[0]), float(bounds[1])


SETUP: Final = Setup(
    read=_read,
    about={
        "opens_after_s": "seconds until a recipient opens what he was sent, [from, to]; null: he never does ([2, 10])",
        "signs_after_s": "seconds from there until he signs, [from, to]; null: he never does ([2, 20])",
        "limit_status": "the status of a limit that is exceeded: 429, or 400 as before 2026 (429)",
        "retry_after": "whether 429 and 503 come with Retry-After, which DocuSign does not document (false)",
        "transaction_dedupe": "whether a transactionId that was used makes no second envelope (false)",
        "from_date_default": "whether a list without from_date looks back two years, in place of 400 (false)",
        "consent": "whether the user has agreed to the application; else consent_required (true)",
        "base_uri": "where userinfo sends clients, in place of here: the account has moved",
        "token_s": "seconds that an access token lasts (3600)",
        "envelope_quota": "envelopes in all, then ENVELOPE_SEND_LIMIT_EXCEEDED; 0 for no limit (0)",
        "recipient_limit": "recipients of an envelope (100)",
        "hmac_keys": "how many of the account's keys sign what Connect sends, 0 to 5 (1)",
    },
)
