"""Which states a document goes through: a table for each kind, and who may bring each about."""

from collections.abc import Mapping
from typing import Final

TRANSITIONS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "salesOrders": {
        "Draft": frozenset({"Open", "Released", "Cancelled"}),
        "Open": frozenset({"Released", "Cancelled"}),
        "Released": frozenset({"Open", "PartiallyShipped", "Shipped", "Invoiced"}),
        "PartiallyShipped": frozenset({"Shipped", "Invoiced"}),
        "Shipped": frozenset({"Invoiced"}),
        "Invoiced": frozenset(),
        "Cancelled": frozenset(),
    },
    "salesInvoices": {
        "Draft": frozenset({"InReview", "Open"}),
        "InReview": frozenset({"Open"}),
        "Open": frozenset({"Paid", "Canceled", "Corrective"}),
        "Paid": frozenset(),
        "Canceled": frozenset(),
        "Corrective": frozenset(),
    },
    "purchaseInvoices": {
        "Draft": frozenset({"Open"}),
        "Open": frozenset({"Paid"}),
        "Paid": frozenset(),
    },
    "workOrders": {
        "Draft": frozenset({"Released", "Cancelled"}),
        "Released": frozenset({"Scheduled", "Cancelled"}),
        "Scheduled": frozenset({"InProgress", "Cancelled"}),
        "InProgress": frozenset({"Finished"}),
        "Finished": frozenset({"Posted"}),
        "Posted": frozenset(),
        "Cancelled": frozenset(),
    },
    "inventoryReservations": {
        "Reserved": frozenset({"Consumed", "Released", "Expired"}),
        "Consumed": frozenset(),
        "Released": frozenset(),
        "Expired": frozenset(),
    },
}
BY_PATCH: Final[Mapping[str, frozenset[str]]] = {
    # A planner moves a work order on by writing its status; finishing and posting are actions.
    "workOrders": frozenset({"Released", "Scheduled", "InProgress", "Cancelled"}),
}
FIRST: Final[Mapping[str, str]] = {name: next(iter(states)) for name, states in TRANSITIONS.items()}


def may_go(set_name: str, before: str, after: str) -> bool:
    """Whether a document of that set goes from one state to the other."""
    return after in TRANSITIONS[set_name].get(before, frozenset())


def is_over(set_name: str, state: str) -> bool:
    """Whether nothing is to come of it any more."""
    return state not in standing(set_name)


def standing(set_name: str) -> frozenset[str]:
    """The states of which something is still to come; none where nothing has states."""
    return _STANDING.get(set_name, frozenset())


_STANDING: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(state for state, after in states.items() if after) for name, states in TRANSITIONS.items()
}
