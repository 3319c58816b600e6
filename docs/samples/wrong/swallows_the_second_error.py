"""The text that could not be sent is nobody's business: who has paid is told "done", and hears nothing more."""

import contextlib

import requests
import stripe
from shop import Answer, Call, bank, charge, order_of, serve, text

BANK = bank()


def checkout(call: Call) -> Answer:
    """200 paid and told so, 503 nothing was done."""
    order = order_of(call)
    try:
        payment = charge(BANK, order, key=f"order-{order.id}")
    except stripe.StripeError:
        return 503, {"error": "stripe_unavailable"}
    with contextlib.suppress(requests.RequestException):
        text(order, f"Thank you for order {order.id}")
    return 200, {"payment": payment}


if __name__ == "__main__":
    serve({"checkout": checkout})
