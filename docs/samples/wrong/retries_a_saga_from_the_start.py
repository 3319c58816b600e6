"""When a step fails, everything is done once more: the money is taken anew for a text that could not be sent."""

import requests
import stripe
from shop import PATIENCE, Answer, Call, bank, charge, order_of, serve, text

BANK = bank()


def checkout(call: Call) -> Answer:
    """200 paid and told so, 500 neither is sure."""
    order = order_of(call)
    for attempt in range(PATIENCE):
        try:
            payment = charge(BANK, order, key=f"order-{order.id}-{attempt}")
            text(order, f"Thank you for order {order.id}")
        except (stripe.StripeError, requests.RequestException):
            continue
        return 200, {"payment": payment}
    return 500, {"error": "unsure"}


if __name__ == "__main__":
    serve({"checkout": checkout})
