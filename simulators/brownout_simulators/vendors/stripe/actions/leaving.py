"""What goes when a customer goes."""

from brownout_simulators.vendors.stripe.state import Object
from brownout_simulators.vendors.stripe.work import Work

ENDED = frozenset({"canceled", "incomplete_expired"})


def leave(work: Work, customer: Object) -> None:
    """A deleted customer's subscriptions end, and its payment methods are nobody's."""
    for subscription in list(work.state.of["subscription"].newest_first()):
        if subscription["customer"] == customer["id"] and subscription["status"] not in ENDED:
            work.change(subscription, {"status": "canceled", "canceled_at": work.now, "ended_at": work.now})
            work.emit("customer.subscription.deleted", subscription)
    for method in list(work.state.of["payment_method"].newest_first()):
        if method["customer"] == customer["id"]:
            work.state.spent[method["id"]] = None
            work.change(method, {"customer": None})
