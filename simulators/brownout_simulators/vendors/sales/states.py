"""The sales system's state machines, as tables: what is not in them cannot happen. And the events that tell of them."""

from collections.abc import Mapping
from typing import Final

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "received": frozenset({"validated", "rejected", "cancel_requested"}),
    "validated": frozenset({"accepted", "rejected", "cancel_requested"}),
    "accepted": frozenset({"scheduled", "cancel_requested"}),
    "scheduled": frozenset({"in_progress", "cancel_requested"}),
    "in_progress": frozenset({"completed"}),
    "cancel_requested": frozenset({"cancelled"}),
    "completed": frozenset(),
    "rejected": frozenset(),
    "cancelled": frozenset(),
}
STEPS: Final[Mapping[str, tuple[str, float]]] = {
    # state: (the state that follows by itself, after how many seconds)
    "received": ("validated", 0.05),
    "validated": ("accepted", 0.05),
    "accepted": ("scheduled", 0.1),
    "scheduled": ("in_progress", 0.2),
    "in_progress": ("completed", 0.4),
    "cancel_requested": ("cancelled", 0.05),
}
QUOTE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"sent"}),
    "sent": frozenset({"accepted", "declined", "expired"}),
    "accepted": frozenset({"ordered"}),
    "ordered": frozenset(),
    "declined": frozenset(),
    "expired": frozenset(),
}
RESERVATION_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "held": frozenset({"committed", "released", "expired"}),
    "committed": frozenset({"released", "consumed"}),
    "consumed": frozenset(),
    "released": frozenset(),
    "expired": frozenset(),
}
CUSTOMER_EVENTS: Final = ("customer.created", "customer.updated")

EVENTS: Final = (
    *(f"order.{status}" for status in TRANSITIONS),
    *(f"quote.{status}" for status in QUOTE_TRANSITIONS),
    *(f"reservation.{status}" for status in RESERVATION_TRANSITIONS),
    *CUSTOMER_EVENTS,
)
