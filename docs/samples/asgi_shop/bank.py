"""Taking money at Stripe, for each of the shops here: the official SDK, asynchronous."""

import os

import stripe


def open_bank() -> stripe.StripeClient:
    """A client of the Stripe that the environment names. It tries again by itself."""
    return stripe.StripeClient(
        os.environ["STRIPE_API_KEY"],
        base_addresses={"api": os.environ["STRIPE_API_BASE"].rstrip("/")},
        http_client=stripe.HTTPXClient(timeout=4.0),
        max_network_retries=3,
    )


async def pay(bank: stripe.StripeClient, order_id: str, amount: int) -> tuple[int, dict[str, str | None]]:
    """200 paid, 402 declined, 502 Stripe could not be reached. The amount is in cents; the order's id is the key."""
    try:
        payment = await bank.v1.payment_intents.create_async(
            {
                "amount": amount,
                "currency": "usd",
                "payment_method": "pm_card_visa",
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {"order_id": order_id},
            },
            {"idempotency_key": order_id},
        )
    except stripe.CardError as declined:
        return 402, {"error": declined.code}
    except stripe.StripeError:
        return 502, {"error": "stripe_unavailable"}
    return 200, {"paid": payment.id}
