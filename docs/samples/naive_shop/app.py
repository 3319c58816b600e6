"""A shop that takes money twice: somebody else's application, for Brownout to judge.

It looks harmless. It uses the official SDK, it catches errors, it tries again. Two things are wrong with it:

- Each try is a new call of the SDK, so each has a new idempotency key. When only the answer to the first try was
  lost, the second one charges the card again.
- It sets no timeout, so a slow Stripe holds its threads for as long as the SDK's own default (80 s).

It knows nothing of Brownout: the address of Stripe, the key and its own port come from the environment.
"""

import asyncio
import os

import stripe
from aiohttp import web

TRIES = 3

CLIENT = web.AppKey("CLIENT", stripe.StripeClient)


def charge(client: stripe.StripeClient, order_id: str, amount: int) -> stripe.PaymentIntent:
    """Take the money."""
    return client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {"order_id": order_id},
        }
    )


async def checkout(request: web.Request) -> web.Response:
    """`POST /checkout {"order_id", "amount"}`: 200 paid, 402 declined, 502 Stripe could not be reached."""
    order = await request.json()
    for _ in range(TRIES):
        try:
            # The mistake: what is tried again is the whole call, and not the request with its key.
            intent = await asyncio.to_thread(charge, request.app[CLIENT], order["order_id"], order["amount"])
        except stripe.CardError as declined:
            return web.json_response({"error": declined.code}, status=402)
        except stripe.StripeError:
            continue
        return web.json_response({"paid": intent.id})
    return web.json_response({"error": "stripe_unavailable"}, status=502)


async def health(_request: web.Request) -> web.Response:
    """`GET /health`."""
    return web.json_response({"status": "up"})


def make_app(api_base: str, api_key: str) -> web.Application:
    """The shop, paying at `api_base`."""
    app = web.Application()
    app[CLIENT] = stripe.StripeClient(api_key, base_addresses={"api": api_base}, max_network_retries=0)
    app.add_routes([web.post("/checkout", checkout), web.get("/health", health)])
    return app


def main() -> None:
    """Serve on the loopback address."""
    app = make_app(os.environ["STRIPE_API_BASE"].rstrip("/"), os.environ["STRIPE_API_KEY"])
    web.run_app(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8080")), print=None)


if __name__ == "__main__":
    main()
