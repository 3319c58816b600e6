"""What was done stays done: only the step that failed is tried again."""

import requests
import stripe
from shop import PATIENCE, Answer, Call, bank, charge, order_of, serve, text

BANK = bank()


def checkout(call: Call) -> Answer:
    """200 paid and told so, 500 the text is not sure."""
    order = order_of(call)
    payment = ""
    for _ in range(PATIENCE):
        try:
            payment = payment or charge(BANK, order, key=f"order-{order.id}")
            text(order, f"Thank you for order {order.id}")
        except (stripe.StripeError, requests.RequestException):
            continue
        return 200, {"payment": payment}
    return 500, {"error": "unsure"}


if __name__ == "__main__":
    serve({"checkout": checkout})
