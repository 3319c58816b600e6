"""Whoever could not be told by text gets something back; the step gives it, and so does its caller."""

import requests
import stripe
from shop import Answer, Call, Order, bank, charge, give_back, order_of, serve, text

BANK = bank()
GOODWILL = 100


def confirm(order: Order, payment: str) -> None:
    """Tell the customer; whoever cannot be told gets a dollar back."""
    try:
        text(order, f"Thank you for order {order.id}")
    except requests.RequestException:
        give_back(BANK, order, payment, GOODWILL, key=f"not-told-{order.id}")
        raise


def checkout(call: Call) -> Answer:
    """200 paid, and told or given a dollar back; 503 nothing was done."""
    order = order_of(call)
    try:
        payment = charge(BANK, order, key=f"order-{order.id}")
    except stripe.StripeError:
        return 503, {"error": "stripe_unavailable"}
    try:
        confirm(order, payment)
    except requests.RequestException:
        give_back(BANK, order, payment, GOODWILL, key=f"checkout-{order.id}")
    return 200, {"payment": payment}


if __name__ == "__main__":
    serve({"checkout": checkout})
