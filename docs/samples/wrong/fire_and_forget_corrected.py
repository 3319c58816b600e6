"""The customer is thanked when the money is there."""

import stripe
from shop import Answer, Call, bank, charge, order_of, serve

BANK = bank()


def checkout(call: Call) -> Answer:
    """200 paid, 503 Stripe did nothing."""
    order = order_of(call)
    try:
        charge(BANK, order, key=f"order-{order.id}")
    except stripe.StripeError:
        return 503, {"error": "stripe_unavailable"}
    return 200, {"thanks": order.id}


if __name__ == "__main__":
    serve({"checkout": checkout})
