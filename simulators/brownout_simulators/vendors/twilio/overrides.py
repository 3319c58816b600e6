"""What a callback URL's fragment asks of its delivery: `#rc=2&rp=5xx,rt&ct=2000` (Twilio docs, "Webhook connection
overrides"). A value that cannot be is as good as none: Twilio notes it for its debugger and goes by the default.
"""

from functools import lru_cache
from typing import Final

from brownout_simulators.vendor import NO_ANSWER, Terms

RETRY_AFTER_S: Final = 1.0
"""From one attempt to the next; Twilio does not say."""
_POLICIES: Final = frozenset({"4xx", "5xx", "ct", "rt", "all"})
_RANGES: Final = {
    # name: (least, most, default); all but the count in milliseconds
    "ct": (100, 10_000, 5_000),
    "rt": (100, 15_000, 15_000),
    "tt": (100, 15_000, 15_000),
    "rc": (0, 5, 1),
}


@lru_cache(maxsize=1024)
def terms_of(url: str) -> Terms:
    """The terms of a callback URL, as Twilio reads them off it."""
    asked = dict(pair.partition("=")[::2] for pair in url.partition("#")[2].split("&"))
    numbers = {name: _within(asked.get(name, ""), *bounds) for name, bounds in _RANGES.items()}
    policies = frozenset(asked.get("rp", "ct").lower().split(","))
    if not policies <= _POLICIES:
        policies = frozenset({"ct"})
    connect_s, total_s = numbers["ct"] / 1e3, numbers["tt"] / 1e3

    def retry_on(status: int | None) -> bool:
        return bool(policies & _failures(status))

    return Terms(
        schedule_s=[RETRY_AFTER_S * number for number in range(numbers["rc"] + 1)],
        retry_on=retry_on,
        timeout_s=min(connect_s + numbers["rt"] / 1e3, total_s),
        connect_timeout_s=min(connect_s, total_s),
        total_s=total_s,
    )


def _failures(status: int | None) -> frozenset[str]:
    """The policies that an answer, or its absence, falls under."""
    if status is None:
        return frozenset({"ct", "all"})
    if status == NO_ANSWER:
        return frozenset({"rt", "all"})
    return frozenset({f"{status // 100}xx", "all"}) if status >= 400 else frozenset()


def _within(text: str, least: int, most: int, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 and least <= int(text) <= most else default
