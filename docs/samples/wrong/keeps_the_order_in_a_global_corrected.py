"""Each request has the order that it works on to itself."""

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
    text(order, f"Your order {order.id} is paid", headers={})
    return 200, {"payment": payment}


if __name__ == "__main__":
    serve({"checkout": checkout})
