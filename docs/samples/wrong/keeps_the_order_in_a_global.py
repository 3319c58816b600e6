"""The order at hand is kept where all requests see it: while one waits for Stripe, the next one takes its place."""

import stripe
from shop import Answer, Call, Order, bank, charge, order_of, serve, text

BANK = bank()
DESK: dict[str, Order] = {}


def checkout(call: Call) -> Answer:
    """200 paid and told so, 503 nothing was done."""
    DESK["order"] = order_of(call)
    try:
        payment = charge(BANK, DESK["order"], key=f"order-{DESK['order'].id}")
    except stripe.StripeError:
        return 503, {"error": "stripe_unavailable"}
    text(DESK["order"], f"Your order {DESK['order'].id} is paid", headers={})
    return 200, {"payment": payment}


if __name__ == "__main__":
    serve({"checkout": checkout})
