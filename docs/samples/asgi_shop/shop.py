"""A shop on FastAPI and the official asynchronous `stripe` SDK, which knows nothing of Brownout.

The order's id is the idempotency key, so that a payment whose answer was lost is not made again.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import stripe
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Order(BaseModel):
    """What a customer asks for; the amount is in cents."""

    order_id: str
    amount: int


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all requests: Stripe is where the environment says."""
    app.state.bank = stripe.StripeClient(
        os.environ["STRIPE_API_KEY"],
        base_addresses={"api": os.environ["STRIPE_API_BASE"].rstrip("/")},
        http_client=stripe.HTTPXClient(timeout=4.0),
        max_network_retries=3,
    )
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether it serves."""
    return {"status": "up"}


@app.post("/checkout")
async def checkout(order: Order) -> JSONResponse:
    """200 paid, 402 declined, 502 Stripe could not be reached."""
    try:
        payment = await app.state.bank.v1.payment_intents.create_async(
            {
                "amount": order.amount,
                "currency": "usd",
                "payment_method": "pm_card_visa",
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {"order_id": order.order_id},
            },
            {"idempotency_key": order.order_id},
        )
    except stripe.CardError as declined:
        return JSONResponse({"error": declined.code}, 402)
    except stripe.StripeError:
        return JSONResponse({"error": "stripe_unavailable"}, 502)
    return JSONResponse({"paid": payment.id})
