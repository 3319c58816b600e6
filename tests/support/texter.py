"""A shop that sends one message per order, as Twilio's own guides have it: no header of ours, the order's id in the
query of the status callback and in the text. `python texter.py --port N`."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Texter(BaseHTTPRequestHandler):
    """One customer's request at a time, each in a thread."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(200, {})

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["order"]
        account, token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
        form = {
            "To": "+15558675310",
            "From": "+15017122661",
            "Body": f"Order {order} is on its way",
            "StatusCallback": f"http://127.0.0.1:{sys.argv[2]}/status?kind=sms&order={order}",
        }
        request = urllib.request.Request(  # noqa: S310 - the address is the simulator's
            f"{os.environ['TWILIO_API_BASE']}/2010-04-01/Accounts/{account}/Messages.json",
            data=urllib.parse.urlencode(form).encode(),
            headers={"Authorization": "Basic " + b64encode(f"{account}:{token}".encode()).decode()},
        )
        try:
            with urllib.request.urlopen(request, timeout=10.0) as response:  # noqa: S310
                self._answer(200, {"sid": json.load(response)["sid"]})
        except urllib.error.HTTPError as error:
            self._answer(502, {"error": f"twilio said {error.code}: {error.read().decode()}"})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Texter).serve_forever()
