"""Stripe signs the bytes that it sends: the signature is checked over these, before anybody reads them."""

import os

import stripe
from shop import Answer, Call, bank, charge, order_of, serve

BANK = bank()
STATES: dict[str, str] = {}


def checkout(call: Call) -> Answer:
    """202: the money is on its way; the order is paid when Stripe has told."""
    order = order_of(call)
    STATES[order.id] = "waiting"
    charge(BANK, order, key=f"order-{order.id}")
    return 202, {"taken_on": True}


def hooks(call: Call) -> Answer:
    """What Stripe tells."""
    try:
        event = stripe.Webhook.construct_event(
            call.raw, call.headers["Stripe-Signature"], os.environ["STRIPE_WEBHOOK_SECRET"]
        )
    except stripe.SignatureVerificationError:
        return 400, {"error": "not_from_stripe"}
    if event.type == "payment_intent.succeeded":
        STATES[event.data.object["metadata"]["order_id"]] = "paid"
    return 200, {}


if __name__ == "__main__":
    serve({"checkout": checkout, "hooks": hooks}, states=STATES)
