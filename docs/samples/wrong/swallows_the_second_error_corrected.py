"""Where the text cannot be sent the order is not done: the money goes back, and the customer is told."""

import requests
import stripe
from shop import Answer, Call, bank, charge, give_back, order_of, serve, text

BANK = bank()


def checkout(call: Call) -> Answer:
    """200 paid and told so, 409 the money was given back, 503 nothing was done."""
    order = order_of(call)
    try:
        payment = charge(BANK, order, key=f"order-{order.id}")
    except stripe.StripeError:
        return 503, {"error": "stripe_unavailable"}
    try:
        text(order, f"Thank you for order {order.id}")
    except requests.RequestException:
        give_back(BANK, order, payment, order.amount, key=f"back-{order.id}")
        return 409, {"error": "given_back"}
    return 200, {"payment": payment}


if __name__ == "__main__":
    serve({"checkout": checkout})
