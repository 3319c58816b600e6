"""A shop with a breaker of its own, on the standard library: it tells of it in its metrics, and nowhere else.

`python breaker_shop.py --port N`: `POST /buy` charges the Stripe simulator. After four failures in a row the breaker is
open for two seconds, and who asks gets 503; then one may try. `GET /metrics` holds the state as a number.
"""

import argparse
import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAILURES = 4
OPEN_S = 2.0
TIMEOUT_S = 2.0
NUMBERS = {"closed": 0, "half_open": 1, "open": 2}


class Breaker:
    """Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until_s = 0.0
        self.state = "closed"

    def permits(self) -> bool:
        """Whether a call may be made now."""
        with self._lock:
            if self.state == "open" and time.monotonic() >= self._open_until_s:
                self.state = "half_open"
                return True
            return self.state == "closed"

    def ended(self, *, well: bool) -> None:
        """A call that was permitted."""
        with self._lock:
            self._failures = 0 if well else self._failures + 1
            if well:
                self.state = "closed"
            elif self.state == "half_open" or self._failures >= FAILURES:
                self.state, self._open_until_s = "open", time.monotonic() + OPEN_S


class Shop(BaseHTTPRequestHandler):
    """One customer's request at a time, each in a thread."""

    protocol_version = "HTTP/1.1"
    breaker = Breaker()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def do_GET(self) -> None:
        state = self.breaker.state
        lines = [f'breaker_state{{vendor="stripe"}} {NUMBERS[state]}', 'breaker_state{vendor="twilio"} 0']
        self._answer(200, "".join(f"{line}\n" for line in lines).encode())

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.breaker.permits():
            self._answer(503, b"later")
            return
        charged = self._charged(order)
        self.breaker.ended(well=charged)
        self._answer(200 if charged else 502, b"")

    def _charged(self, order: dict[str, Any]) -> bool:
        form = {
            "amount": order["amount"],
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "payment_method_types[]": "card",
            "metadata[order]": order["order"],
        }
        request = urllib.request.Request(  # noqa: S310 - the address is the simulator's
            f"{os.environ['STRIPE_API_BASE']}/v1/payment_intents",
            data=urllib.parse.urlencode(form).encode(),
            headers={"Authorization": f"Bearer {os.environ['STRIPE_API_KEY']}", "Idempotency-Key": order["order"]},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
                return True
        except (urllib.error.HTTPError, OSError):
            return False

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    ThreadingHTTPServer(("127.0.0.1", options.port), Shop).serve_forever()


if __name__ == "__main__":
    main()
