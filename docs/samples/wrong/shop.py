"""What all shops of this folder are made of, so that each file shows one mistake and little else.

A shop takes money at Stripe, texts its customers through Twilio and hands orders to a sales system. It knows nothing of
Brownout: addresses, keys and its own port come from the environment.
"""

import asyncio
import hmac
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests
import stripe
from aiohttp import web

TIMEOUT_S = 4.0
PATIENCE = 12
"""Whoever repeats a call that may be repeated does so this often, one after the other."""


@dataclass(frozen=True)
class Call:
    """One request that somebody sent to the shop."""

    json: dict[str, Any]
    raw: bytes
    headers: Mapping[str, str]


Answer = tuple[int, dict[str, Any]]
Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Order:
    """What a customer asks for."""

    id: str
    amount: int
    """In cents."""
    phone: str = "+12025550123"


def order_of(call: Call) -> Order:
    """From the request's JSON."""
    return Order(str(call.json["order_id"]), int(call.json["amount"]))


def bank() -> stripe.StripeClient:
    """The official client, told to repeat nothing by itself."""
    return stripe.StripeClient(
        os.environ["STRIPE_API_KEY"],
        base_addresses={"api": os.environ["STRIPE_API_BASE"].rstrip("/")},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )


def charge(client: stripe.StripeClient, order: Order, key: str) -> str:
    """Take the money; the payment's id."""
    payment = client.v1.payment_intents.create(
        {
            "amount": order.amount,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {"order_id": order.id},
        },
        {"idempotency_key": key},
    )
    return payment.id


def give_back(client: stripe.StripeClient, order: Order, payment: str, amount: int, key: str) -> None:
    """Give back a part of the money, or all of it."""
    client.v1.refunds.create(
        {"payment_intent": payment, "amount": amount, "metadata": {"order_id": order.id}}, {"idempotency_key": key}
    )


def text(order: Order, words: str, headers: Mapping[str, str] | None = None) -> None:
    """One text message. Twilio has no idempotency keys: twice is two messages. Raises `requests.RequestException`.

    `headers` in place of the one that holds the order's id.
    """
    account = os.environ["TWILIO_ACCOUNT_SID"]
    answer = requests.post(
        f"{os.environ['TWILIO_API_BASE']}/2010-04-01/Accounts/{account}/Messages.json",
        data={"To": order.phone, "From": os.environ["TWILIO_FROM"], "Body": words},
        headers={"X-Correlation-ID": order.id} if headers is None else headers,
        auth=(account, os.environ["TWILIO_AUTH_TOKEN"]),
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()


def texts_saying(words: str) -> int:
    """How many messages Twilio's list shows with these words. Raises `requests.RequestException`."""
    account = os.environ["TWILIO_ACCOUNT_SID"]
    answer = requests.get(
        f"{os.environ['TWILIO_API_BASE']}/2010-04-01/Accounts/{account}/Messages.json?PageSize=1000",
        auth=(account, os.environ["TWILIO_AUTH_TOKEN"]),
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()
    return sum(message["body"] == words for message in answer.json()["messages"])


def bearer() -> str:
    """Leave to use the sales system."""
    answer = requests.post(
        f"{os.environ['SALES_API_BASE']}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "orders.write orders.read webhooks.manage"},
        auth=(os.environ["SALES_CLIENT_ID"], os.environ["SALES_CLIENT_SECRET"]),
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def intake(order: Order, token: str) -> requests.Response:
    """Hand the order over; the same order again is the same order. Raises `requests.RequestException`."""
    price = {"amount": f"{order.amount / 100:.2f}", "currency": "USD"}
    return requests.post(
        f"{os.environ['SALES_API_BASE']}/api/v2/orders/intake",
        json={
            "orderId": order.id,
            "customer": {"name": "Ada Lovelace", "phone": order.phone},
            "site": {"line1": "1 Main St", "city": "Springfield", "postalCode": "12345", "country": "US"},
            "lines": [{"lineNo": 1, "sku": "CHAIR", "quantity": "1", "unitPrice": price}],
            "total": price,
        },
        headers={
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": f"intake-{order.id}",
            "X-Correlation-ID": order.id,
        },
        timeout=TIMEOUT_S,
    )


def hear_stripe(client: stripe.StripeClient, event: str) -> str:
    """Have Stripe tell of these events at `/hooks`; the secret that it signs with."""
    endpoint = client.v1.webhook_endpoints.create(
        {"url": f"http://127.0.0.1:{os.environ['PORT']}/hooks", "enabled_events": [event]}  # type: ignore[list-item]
    )
    return str(endpoint.secret)


def hear_sales(token: str) -> str:
    """Have the sales system tell of every step of an order at `/hooks`; the secret that it signs with."""
    answer = requests.post(
        f"{os.environ['SALES_API_BASE']}/api/v2/webhook-endpoints",
        json={"url": f"http://127.0.0.1:{os.environ['PORT']}/hooks", "events": ["*"]},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"endpoint-{os.environ['PORT']}-0000"},
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()
    return str(answer.json()["secret"])


def is_from_sales(call: Call, secret: str) -> bool:
    """Whether the sales system signed this notice."""
    signed = hmac.digest(secret.encode(), call.raw, "sha256").hex()
    return hmac.compare_digest(signed, call.headers.get("X-Signature", ""))


def serve(
    handlers: Mapping[str, Handler],
    *,
    at_start: Callable[[], None] | None = None,
    at_stop: Callable[[], None] | None = None,
    states: Mapping[str, str] | None = None,
) -> None:
    """Serve each handler as `POST /its-name`, in threads; `at_stop` runs when SIGTERM has come and nobody is served.
    `GET /orders/ID` shows the state of an order that is in `states`."""
    app = web.Application()
    threads = ThreadPoolExecutor(64)

    def route(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def respond(request: web.Request) -> web.Response:
            call = Call(await request.json(), await request.read(), request.headers)
            status, answer = await asyncio.get_running_loop().run_in_executor(threads, handler, call)
            return web.json_response(answer, status=status)

        return respond

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "up"})

    async def show(request: web.Request) -> web.Response:
        state = (states or {}).get(request.match_info["id"])
        return web.json_response({"state": state}, status=200 if state else 404)

    async def started(_app: web.Application) -> None:
        if at_start is not None:
            await asyncio.to_thread(at_start)

    async def stopped(_app: web.Application) -> None:
        if at_stop is not None:
            await asyncio.to_thread(at_stop)

    app.add_routes(
        [
            web.get("/health", health),
            web.get("/orders/{id}", show),
            *(web.post(f"/{name}", route(each)) for name, each in handlers.items()),
        ]
    )
    app.on_startup.append(started)
    app.on_cleanup.append(stopped)
    web.run_app(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8080")), print=None)
