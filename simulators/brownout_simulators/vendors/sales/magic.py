"""Inputs with a fixed outcome: SKUs that steer an order, and options in the client id that set up an account.

Options follow the client's name, each after a dot: `shop.expires-3.guard-off`. They are part of the credential, so
that one simulator serves accounts with different set-ups, and no test needs to configure anything beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

RATE_LIMIT_MODES: Final = ("draft10", "draft06", "legacy", "none", "malformed", "lying")

PAGE_MODES: Final = ("repeat", "end")
PREFIX: Final = "PYX-"
REJECT: Final = "PYX-REJECT"
STUCK: Final = "PYX-STUCK"
SLOW: Final = "PYX-SLOW-"
CANCEL_RACE: Final = "PYX-CANCELRACE"


@dataclass(frozen=True, slots=True)
class Options:
    """What an account's client id asks for."""

    expires_in_s: float = 900.0
    """Lifetime of an access token."""
    keys_kept_s: float = 86_400.0
    """How long an idempotency key is remembered."""
    skew_s: float = 0.0
    """How far the server's clock is ahead of the simulator's, for tokens and the Date header."""
    guard: bool = True
    """Whether an orderId can be used once only."""
    rate_limit: str = "draft10"
    pages: str = ""
    """How its lists misbehave: `repeat`, `end`."""
    slow: float = 1.0
    """Factor on the delays between an order's states."""
    suspended: bool = False
    read_only: bool = False


_SECONDS: Final[Mapping[str, str]] = {"expires": "expires_in_s", "keys": "keys_kept_s"}
_WORDS: Final[Mapping[str, tuple[str, Any]]] = {
    "guard-off": ("guard", False),
    "slow": ("slow", 100.0),
    "suspended": ("suspended", True),
    "readonly": ("read_only", True),
    **{f"ratelimit-{mode}": ("rate_limit", mode) for mode in RATE_LIMIT_MODES},
    **{f"pages-{mode}": ("pages", mode) for mode in PAGE_MODES},
}


def options_of(client_id: str) -> Options:
    """The options in a client id; a part that is none is part of the name."""
    found: dict[str, Any] = {}
    for part in client_id.split(".")[1:]:
        name, _, value = part.partition("-")
        if part in _WORDS:
            member, means = _WORDS[part]
            found[member] = means
        elif name in _SECONDS and value.isdecimal():
            found[_SECONDS[name]] = float(value)
        elif name == "skew" and value.removeprefix("-").isdecimal():
            found["skew_s"] = float(value)
    return Options(**found)


@dataclass(frozen=True, slots=True)
class Fate:
    """What an order's SKUs make of it."""

    rejected: bool = False
    stuck: bool = False
    cancel_race: bool = False
    step_s: float | None = None
    """Seconds between all states, where given."""


_ORDINARY: Final = Fate()


def fate_of(skus: list[str]) -> Fate:
    """The fate in an order's SKUs; several add up."""
    if not any(sku.startswith(PREFIX) for sku in skus):
        return _ORDINARY
    slow = [sku.removeprefix(SLOW) for sku in skus if sku.startswith(SLOW)]
    step_ms = max((int(value) for value in slow if value.isdecimal() and len(value) <= 9), default=None)
    return Fate(
        rejected=REJECT in skus,
        stuck=STUCK in skus,
        cancel_race=CANCEL_RACE in skus,
        step_s=None if step_ms is None else step_ms / 1000,
    )


DOCUMENTED: Final[Mapping[str, str]] = {
    "sku PYX-REJECT": "the order is rejected",
    "sku PYX-STUCK": "the order stays validated",
    "sku PYX-SLOW-<ms>": "each step of the order takes that long",
    "sku PYX-CANCELRACE": "the order waits when scheduled, and starts exactly when a cancel arrives: 409",
    "client id <name>.expires-<s>": "access tokens live that many seconds instead of 900",
    "client id <name>.keys-<s>": "idempotency keys are kept that many seconds instead of a day",
    "client id <name>.skew-<s>": "the server's clock is ahead (skew--5: behind) by that many seconds",
    "client id <name>.guard-off": "one orderId can be taken in more than once: makes a bad client's duplicates visible",
    "client id <name>.ratelimit-<mode>": "rate-limit headers as draft10, draft06, legacy, none, malformed or lying",
    "client id <name>.pages-repeat": "each page of a list comes twice",
    "client id <name>.pages-end": "a list has no nextCursor, though hasMore says that there is more",
    "client id <name>.slow": "orders move a hundred times slower",
    "client id <name>.suspended": "403 tenant-suspended",
    "client id <name>.readonly": "tokens carry the scope orders.read only",
}
