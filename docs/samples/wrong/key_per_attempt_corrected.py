"""One order, one key: whatever is tried again is the same payment."""

import stripe
from shop import PATIENCE, Answer, Call, bank, charge, order_of, serve

BANK = bank()


def checkout(call: Call) -> Answer:
    """200 paid, 402 declined, 500 Stripe could not be reached."""
    order = order_of(call)
    for _ in range(PATIENCE):
        try:
            payment = charge(BANK, order, key=f"order-{order.id}")
        except stripe.CardError:
            return 402, {"error": "declined"}
        except stripe.StripeError:
            continue
        return 200, {"payment": payment}
    return 500, {"error": "stripe_unavailable"}


if __name__ == "__main__":
    serve({"checkout": checkout})
