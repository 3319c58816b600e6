"""The customer is told "paid" when Stripe has said so, and not before."""

import stripe
from shop import Answer, Call, bank, charge, order_of, serve

BANK = bank()


def checkout(call: Call) -> Answer:
    """200 paid, 500 ask again."""
    order = order_of(call)
    try:
        charge(BANK, order, key=f"order-{order.id}")
    except stripe.StripeError:
        return 500, {"error": "ask_again"}
    return 200, {"paid": True}


if __name__ == "__main__":
    serve({"checkout": checkout})
