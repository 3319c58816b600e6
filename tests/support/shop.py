"""A shop in one file, on the standard library: the target of somebody else's, for tests of real runs.

`POST /buy` charges the Stripe simulator once and answers 200, 402 or 502. `python shop.py --port N [--never-ready]
[--dies-at M] [--deaf] [--overcharges] [--mixes-up] [--hoards KB] [--leaks N] [--hooks STATUS]`: the M-th customer's
request kills it; it does not hear SIGTERM; it takes a unit more; it tells each customer of the payment before theirs;
it keeps so many kilobytes of each customer; it leaves so many files open at each; what Stripe tells at `/hooks` is
answered with STATUS, or 400 where Stripe did not sign it.
"""

import argparse
import hmac
import itertools
import json
import os
import signal
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TIMEOUT_S = 10.0


class Shop(BaseHTTPRequestHandler):
    """One customer's request at a time, each in a thread."""

    protocol_version = "HTTP/1.1"
    ready = True
    dies_at = 0
    hooks = 200
    surcharge = 0
    mixes_up = False
    newest = ""
    hoards = 0
    hoard: list[bytes] = []
    leaks = 0
    leaked: list[int] = []
    customers = itertools.count(1)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(200 if self.ready else 503, {"ready": self.ready})

    def do_POST(self) -> None:
        if self.path == "/hooks":
            self._hear(self.rfile.read(int(self.headers["Content-Length"])))
            return
        if next(self.customers) == self.dies_at:
            sys.stderr.write("dying\n")
            sys.stderr.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        self.hoard.append(os.urandom(1000 * self.hoards))
        self.leaked.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(self.leaks))
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        form = {
            "amount": order["amount"] + self.surcharge,
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "payment_method_types[]": "card",
            "metadata[order]": order["order"],
        }
        request = urllib.request.Request(  # noqa: S310 - the address is the simulator's
            f"{os.environ['STRIPE_API_BASE']}/v1/payment_intents",
            data=urllib.parse.urlencode(form).encode(),
            headers={
                "Authorization": f"Bearer {os.environ['STRIPE_API_KEY']}",
                "Idempotency-Key": order["order"],
                "X-Correlation-ID": order["order"],
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
                made = json.load(response)["id"]
                told, Shop.newest = self.newest if self.mixes_up else made, made
                self._answer(200, {"charge": told})
        except urllib.error.HTTPError as error:
            self._answer(402 if error.code == 402 else 502, {"error": f"stripe said {error.code}"})
        except OSError:
            self._answer(502, {"error": "stripe did not answer"})

    def _hear(self, body: bytes) -> None:
        signed = dict(part.split("=", 1) for part in self.headers["Stripe-Signature"].split(","))
        text = signed["t"].encode() + b"." + body
        own = hmac.digest(os.environ["STRIPE_WEBHOOK_SECRET"].encode(), text, "sha256").hex()
        self._answer(self.hooks if own == signed["v1"] else 400, {})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--never-ready", action="store_true")
    parser.add_argument("--dies-at", type=int, default=0)
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--overcharges", action="store_true")
    parser.add_argument("--mixes-up", action="store_true")
    parser.add_argument("--hoards", type=int, default=0)
    parser.add_argument("--leaks", type=int, default=0)
    parser.add_argument("--hooks", type=int, default=200)
    options = parser.parse_args()
    Shop.surcharge, Shop.mixes_up = int(options.overcharges), options.mixes_up
    Shop.hooks, Shop.hoards = options.hooks, options.hoards
    Shop.leaks = options.leaks
    Shop.ready, Shop.dies_at = not options.never_ready, options.dies_at
    if options.deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ThreadingHTTPServer(("127.0.0.1", options.port), Shop).serve_forever()


if __name__ == "__main__":
    main()
