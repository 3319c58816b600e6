"""A shop whose vendor's address is built in: nothing of its environment says where Stripe is.

It takes the money once. Each order has one idempotency key, whatever becomes of the connection, so a second try is
no second charge. `KEY_PER_TRY=1` makes it wrong: each try has a key of its own.
"""

import json
import os
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

TRIES = 4
KEY_PER_TRY = bool(os.environ.get("KEY_PER_TRY"))
CLIENT = stripe.StripeClient(os.environ["STRIPE_API_KEY"], max_network_retries=0)


def charge(order: str, amount: int) -> str:
    """Take the money; the payment's id. Raises `stripe.StripeError`."""
    for left in reversed(range(TRIES)):
        key = str(uuid.uuid4()) if KEY_PER_TRY else order
        try:
            intent = CLIENT.v1.payment_intents.create(
                {
                    "amount": amount,
                    "currency": "usd",
                    "payment_method": "pm_card_visa",
                    "confirm": True,
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                    "metadata": {"order_id": order},
                },
                {"idempotency_key": key},
            )
        except (stripe.APIConnectionError, stripe.APIError):
            if not left:
                raise
        else:
            return str(intent.id)
    raise AssertionError


class Shop(BaseHTTPRequestHandler):
    """`POST /checkout {"order_id", "amount"}`: 200 paid, 402 declined, 502 Stripe could not be reached."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, {"status": "up"})

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self._answer(200, {"paid": charge(order["order_id"], order["amount"])})
        except stripe.CardError as declined:
            self._answer(402, {"error": declined.code})
        except stripe.StripeError:
            self._answer(502, {"error": "stripe_unavailable"})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
