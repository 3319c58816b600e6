"""A shop of two processes, on the standard library: one takes orders on, the other one takes the money.

`python queue_shop.py web --port N` answers `POST /orders` with 202 and keeps the order as a file in the folder `SPOOL`;
`GET /orders/ID` says `open` or `done`. `python queue_shop.py worker [--mute] [--forgets] [--dies]` charges what lies
there: it does not say that it is ready; it keeps what it has taken up in its memory alone; it ends at once.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TIMEOUT_S = 2.0
LOOK_EVERY_S = 0.02


class Web(BaseHTTPRequestHandler):
    """What users ask."""

    protocol_version = "HTTP/1.1"
    spool = Path()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def do_GET(self) -> None:
        is_done = (self.spool / f"{self.path.rpartition('/')[2]}.done").exists()
        self._answer(200, {"state": "done" if is_done else "open"})

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wanted = self.spool / f"{order['order']}.order"
        if not wanted.with_suffix(".done").exists():
            wanted.with_suffix(".new").write_text(json.dumps(order))
            wanted.with_suffix(".new").rename(wanted)
        self._answer(202, {"order": order["order"]})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def charged(order: dict[str, Any]) -> bool:
    """Whether the money was surely taken."""
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


def work(spool: Path, *, forgets: bool) -> None:
    """Charge what lies there, one after the other, for good."""
    held: dict[Path, dict[str, Any]] = {}
    while True:
        for path in sorted(spool.glob("*.order")):
            held[path] = json.loads(path.read_text())
            if forgets:
                path.unlink()
        for path, order in list(held.items()):
            if charged(order):
                path.with_suffix(".done").touch()
                path.unlink(missing_ok=True)
                del held[path]
        time.sleep(LOOK_EVERY_S)  # noqa: TID251 - a process of its own


def main() -> None:
    """Serve, or work, until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["web", "worker"])
    parser.add_argument("--port", type=int)
    for option in ("--mute", "--forgets", "--dies"):
        parser.add_argument(option, action="store_true")
    options = parser.parse_args()
    spool = Path(os.environ["SPOOL"])
    spool.mkdir(exist_ok=True)
    if options.part == "web":
        Web.spool = spool
        ThreadingHTTPServer(("127.0.0.1", options.port), Web).serve_forever()
        return
    if options.dies:
        sys.exit("no queue is configured")
    if not options.mute:
        sys.stderr.write("worker is ready\n")
        sys.stderr.flush()
    work(spool, forgets=options.forgets)


if __name__ == "__main__":
    main()
