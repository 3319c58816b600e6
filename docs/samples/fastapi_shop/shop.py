"""A shop on FastAPI: it takes money (Stripe), writes the order down (Supabase) and answers questions (OpenAI).

It knows nothing of Brownout: where the vendors are and their keys come from the environment.
"""

import asyncio
import os
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import stripe
from fastapi import FastAPI, HTTPException
from openai import APIConnectionError, APIStatusError, AsyncOpenAI
from postgrest.exceptions import APIError
from pydantic import BaseModel
from supabase import AsyncClient, AsyncClientOptions, acreate_client

TRIES = 4
PAUSE_S = 0.3
TIMEOUT_S = 2.0
AGAIN = {0, 408, 409, 425, 429, 500, 502, 503, 504}
"""Statuses after which the same request may be granted; 0: there was no answer."""


class Order(BaseModel):
    order_id: str
    amount: int


class Question(BaseModel):
    order_id: str
    question: str


def status_of(error: Exception) -> int:
    """What the vendor answered."""
    if isinstance(error, stripe.StripeError):
        return error.http_status or 0
    if isinstance(error, APIStatusError):
        return error.status_code
    if isinstance(error, APIError):  # of the database's own codes, the numbers are statuses
        return int(error.code) if str(error.code).isdecimal() and len(str(error.code)) == 3 else 503
    return 0


def pause_s(error: Exception, tried: int) -> float:
    """How long to wait before another try; a vendor that says it in Retry-After is the one to know."""
    headers = getattr(getattr(error, "response", None), "headers", None) or getattr(error, "headers", None) or {}
    said = {str(name).lower(): value for name, value in headers.items()}.get("retry-after", "")
    return float(said) if said.isdecimal() else PAUSE_S * 2**tried * random.uniform(0.5, 1.5)


async def again(call: Callable[[], Awaitable[Any]]) -> Any:
    """The only loop that tries again: every SDK has a timeout, and no retries of its own."""
    for tried in range(TRIES):
        try:
            return await call()
        except (stripe.StripeError, APIStatusError, APIConnectionError, APIError, httpx.HTTPError) as error:
            if tried + 1 == TRIES or status_of(error) not in AGAIN:
                raise
            await asyncio.sleep(pause_s(error, tried))
    raise AssertionError("unreachable")


class Vendors:
    """The three SDKs."""

    def __init__(self, database: AsyncClient) -> None:
        self.database = database
        self.ai = AsyncOpenAI(timeout=TIMEOUT_S, max_retries=0)  # reads OPENAI_BASE_URL and OPENAI_API_KEY
        self.stripe = stripe.StripeClient(
            os.environ["STRIPE_API_KEY"],
            base_addresses={"api": os.environ["STRIPE_API_BASE"].rstrip("/")},
            http_client=stripe.HTTPXClient(timeout=TIMEOUT_S),
            max_network_retries=0,
        )


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the clients."""
    options = AsyncClientOptions(postgrest_client_timeout=TIMEOUT_S)
    key = os.environ["SUPABASE_SERVICE_ROLE_KEY"]
    app.state.vendors = Vendors(await acreate_client(os.environ["SUPABASE_URL"], key, options))
    yield


app = FastAPI(lifespan=lifespan)


async def charge(order: Order) -> stripe.PaymentIntent:
    """Take the money once, however often this is tried, by this process or by the next one: the key is the order's."""
    key = str(uuid.uuid4()) if os.environ.get("KEY_PER_TRY") else order.order_id
    made: stripe.PaymentIntent = await app.state.vendors.stripe.v1.payment_intents.create_async(
        {
            "amount": order.amount,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {"order_id": order.order_id},
        },
        {"idempotency_key": key},
    )
    return made


async def write_down(order: Order, payment: str) -> None:
    """The order's row: written again it is the same row."""
    row = {"order_id": order.order_id, "amount": order.amount, "payment": payment}
    await app.state.vendors.database.table("orders").upsert(row, on_conflict="order_id").execute()


@app.post("/checkout")
async def checkout(order: Order) -> dict[str, str]:
    """200 paid and written down, 402 declined, 502 nobody knows: ask again."""
    try:
        paid = await again(lambda: charge(order))
        await again(lambda: write_down(order, paid.id))
    except stripe.CardError as declined:
        raise HTTPException(402, str(declined.code)) from None
    except (stripe.StripeError, APIError, httpx.HTTPError):
        raise HTTPException(502, "unavailable") from None
    return {"paid": paid.id}


@app.post("/ask")
async def ask(question: Question) -> dict[str, str]:
    """200 answered, 502 not."""

    async def asked() -> Any:
        return await app.state.vendors.ai.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": question.question}],
            metadata={"order_id": question.order_id},
        )

    try:
        answer = await again(asked)
    except (APIStatusError, APIConnectionError):
        raise HTTPException(502, "unavailable") from None
    return {"answer": answer.choices[0].message.content or ""}


@app.get("/health")
async def health() -> dict[str, str]:
    """It serves."""
    return {"status": "up"}
