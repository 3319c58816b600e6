"""The console's HTTP: the page and its modules, JSON answers, the stream of what is new. On loopback, a thread for each
connection: there is a person at the other end, not a load."""

import json
import secrets
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from brownout_harness.real.console.answers import Desk, answer, find
from brownout_harness.real.console.asking import Unanswered
from brownout_harness.real.console.guard import refusal, refusal_to_change
from brownout_harness.real.console.stream import stream

STREAMS_AT_ONCE: Final = 8
BODY_BYTES: Final = 64 * 1024
PATIENCE_S: Final = 30.0
"""Of a page that does not read, or says no more."""

_PAGE: Final = "page.html.template"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'"
_OWN: Final = (
    f"{_NOTHING}; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "frame-ancestors 'none'"
)
_FOREIGN: Final = f"{_NOTHING}; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
"""For a mail's HTML: it has an origin of its own, runs nothing and fetches nothing. A document of its own, for one
within the page (`srcdoc`) would have the page's rules besides, and lose the styles that it brings."""
_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Server(ThreadingHTTPServer):
    """Bound when it is made; serves until it is shut down."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, desk: Desk, port: int) -> None:
        """Port 0: any that is free. Raises `OSError` where it is taken."""
        self.desk = desk
        self.token = secrets.token_urlsafe(24)
        """What only a page of this very server knows."""
        self.start = secrets.token_hex(4)
        """Names this start: a page that was here before another one has to begin anew."""
        self.streams = BoundedSemaphore(STREAMS_AT_ONCE)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: who left in the middle of an answer has no use for the rest."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "Brownout"
    sys_version = ""
    timeout = PATIENCE_S

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if why := refusal(self.headers, is_page=path == "/"):
            self._error(403, why)
        elif path == "/":
            page = _static(_PAGE).decode()
            self._send(200, Template(page).substitute(token=self.server.token).encode(), "text/html; charset=utf-8")
        elif path.startswith("/static/"):
            self._asset(path.removeprefix("/static/"))
        elif path == "/events":
            self._stream()
        elif path.startswith("/mail/"):
            self._mail(_parts(path, "/mail/"))
        else:
            self._answer(path, {})

    def do_POST(self) -> None:
        self._change()

    do_PUT = do_DELETE = do_POST  # noqa: N815  the names are the base class's

    def _change(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_BYTES:
            self.close_connection = True
            self._error(413, f"a body of at most {BODY_BYTES} bytes, with its length")
            return
        given = self.rfile.read(length)
        if why := refusal_to_change(self.headers, self.server.token):
            self._error(403, why)
            return
        try:
            body = json.loads(given) if given else {}
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict):
            self._answer(urlsplit(self.path).path, body)
        else:
            self._error(400, "the body must be a JSON object")

    def _answer(self, path: str, body: Mapping[str, Any]) -> None:
        if not path.startswith("/api/"):
            self._error(404, "there is nothing here: the console is at /")
            return
        try:
            said = answer(self.server.desk, self.command, _parts(path, "/api/"), body)
        except Unanswered as error:
            self._error(error.status, str(error))
        else:
            self._json(200, said)

    def _mail(self, parts: list[str]) -> None:
        try:
            vendor, message_id = parts
            html = find(self.server.desk, vendor).ask("GET", "messages", message_id)["html"]
        except (ValueError, Unanswered) as error:
            self._error(404, str(error) if isinstance(error, Unanswered) else "no such mail")
        else:
            self._send(200, html.encode("utf-8", "replace"), "text/html; charset=utf-8", policy=_FOREIGN)

    def _asset(self, name: str) -> None:
        kind = _TYPES.get(name[name.rfind(".") :])
        if kind is None or name not in _ASSETS:
            self._error(404, "no such file")
        else:
            self._send(200, _static(name), kind)

    def _stream(self) -> None:
        if not self.server.streams.acquire(blocking=False):
            self._error(503, f"{STREAMS_AT_ONCE} pages are open already: close one")
            return
        try:
            self.close_connection = True
            self.send_response(200)
            self._put_headers("text/event-stream; charset=utf-8", _OWN)
            self.end_headers()
            for event in stream(self.server.desk, self.server.start, self.headers.get("Last-Event-ID") or ""):
                self.wfile.write(event)
        except OSError:
            pass  # the page was closed, or does not read
        finally:
            self.server.streams.release()

    def _json(self, status: int, said: Any) -> None:
        self._send(status, json.dumps(said).encode(), "application/json")

    def _error(self, status: int, why: str) -> None:
        self._json(status, {"error": why})

    def _send(self, status: int, body: bytes, kind: str, policy: str = _OWN) -> None:
        self.send_response(status)
        self._put_headers(kind, policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _put_headers(self, kind: str, policy: str) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", policy)
        for name, value in _HEADERS.items():
            self.send_header(name, value)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Nothing: the terminal is for what the simulators say."""


def _parts(path: str, root: str) -> list[str]:
    return [unquote(part) for part in path.removeprefix(root).split("/")]


def _static(name: str) -> bytes:
    return files("brownout_harness.real.console").joinpath("static", name).read_bytes()


_ASSETS: Final = frozenset(
    entry.name for entry in files("brownout_harness.real.console").joinpath("static").iterdir() if entry.name != _PAGE
)
