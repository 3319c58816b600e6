"""The columns: how it is seen that a policy had its part in what befell an operation."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_harness.audit.coverage.seen import Seen, Struck, is_for_a_token

SOON_S: Final = 5.0
"""Within this a token that was refused is asked for anew."""

Touched = Callable[[Seen, Struck], bool]


def _told(kind: str, *outcomes: str) -> Touched:
    """That it was told of the operation, from then on."""

    def touched(seen: Seen, struck: Struck) -> bool:
        return any(not outcomes or event.outcome in outcomes for event in seen.told_of(struck, kind))

    return touched


def _opened(seen: Seen, struck: Struck) -> bool:
    """That the breaker opened while what was struck was in its sampling window."""
    settings = seen.policies.get(struck.vendor)
    window_s = settings.breaker.sampling_window_s if settings else SOON_S
    return seen.opened_within(struck.vendor, struck.at_s, struck.until_s + window_s)


def _stood(state: str) -> Touched:
    def touched(seen: Seen, struck: Struck) -> bool:
        return bool(struck.vendor) and seen.breaker_at(struck.vendor, struck.at_s) == state

    return touched


def _deadline(seen: Seen, struck: Struck) -> bool:
    """That no other attempt was begun, or that one was cut short, for the deadline's sake."""
    if any(event.outcome == "deadline" for event in seen.told_of(struck, "call_rejected")):
        return True
    return any(
        event.outcome == "attempt_timeout" and event.duration_s < 0.98 * seen.policies[event.vendor].timeout.attempt_s
        for event in seen.told_of(struck, "attempt_finished")
    )


def _known_again(seen: Seen, struck: Struck) -> bool:
    """That the vendor knew it again by its idempotency key."""
    return (struck.vendor, struck.operation_id) in seen.replayed


def _renewed(seen: Seen, struck: Struck) -> bool:
    """That a token was what was asked for, or was asked for because of it."""
    if not struck.vendor:
        return _told("call_rejected", "renewal")(seen, struck)
    if is_for_a_token(struck.route):
        return True
    return struck.status in {401, 403} and seen.asked_for_a_token_within(
        struck.vendor, struck.until_s, struck.until_s + SOON_S
    )


COLUMNS: Final[Mapping[str, tuple[str, Touched]]] = {
    "retry": ("tried again", _told("retry_scheduled")),
    "budget": ("no budget left for it", _told("retry_suppressed")),
    "closed": ("breaker closed", _stood("closed")),
    "opens": ("breaker opens for it", _opened),
    "open": ("turned away by the open breaker", _told("call_rejected", "breaker")),
    "half_open": ("breaker half-open: a probe", _stood("half_open")),
    "limiter": ("turned away by the limiter", _told("call_rejected", "limiter")),
    "bulkhead": ("turned away by the bulkhead", _told("call_rejected", "bulkhead")),
    "attempt_timeout": ("attempt given up", _told("attempt_finished", "attempt_timeout")),
    "deadline": ("deadline over", _deadline),
    "claim": (
        "somebody holds the claim, or has left it",
        _told("idempotency", "replayed", "waited", "taken_over", "conflict"),
    ),
    "vendor_key": ("the vendor knows it again", _known_again),
    "dead_letter": ("set aside", _told("dead_lettered")),
    "redrive": ("sent again", _told("redriven")),
    "fallback": ("another answers", _told("fallback_served")),
    "renewal": ("a token is renewed", _renewed),
}
"""By key: in words, and whether the policy had a part in what befell an operation."""
