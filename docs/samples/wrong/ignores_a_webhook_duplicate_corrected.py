"""Stripe tells that the money is there, now and then twice, as it says it may; the customer is texted once."""

import threading

import stripe
from shop import Answer, Call, Order, bank, charge, hear_stripe, order_of, serve, text

BANK = bank()
SECRET: list[str] = []
HEARD: set[str] = set()
HEARING = threading.Lock()


def listen() -> None:
    """Have Stripe tell of payments."""
    SECRET.append(hear_stripe(BANK, "payment_intent.succeeded"))


def checkout(call: Call) -> Answer:
    """202: paid; the text follows when Stripe has told."""
    order = order_of(call)
    charge(BANK, order, key=f"order-{order.id}")
    return 202, {"taken_on": True}


def hooks(call: Call) -> Answer:
    """What Stripe tells."""
    try:
        event = stripe.Webhook.construct_event(call.raw, call.headers["Stripe-Signature"], SECRET[0])
    except stripe.SignatureVerificationError:
        return 400, {"error": "not_from_stripe"}
    with HEARING:
        if event.id in HEARD:
            return 200, {}
        HEARD.add(event.id)
    payment = event.data.object
    text(Order(payment["metadata"]["order_id"], payment["amount"]), "Your payment has arrived")
    return 200, {}


if __name__ == "__main__":
    serve({"checkout": checkout, "hooks": hooks}, at_start=listen)
