"""What a vendor's checks are written with. The SDKs' own Python runs them: nothing but the standard library is here.

    @check(3, "an unknown model is told as such", "python", "python async")
    def unknown_model(at: At) -> None:
        ...

    if __name__ == "__main__":
        main()

Before each check the simulator is reset: no object, no fault and no limit of another check is left. The client finds
the vendor as an application does, by its environment. How each check went is printed, a line of JSON for each.
"""

import asyncio
import http.client
import http.server
import inspect
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PATIENCE_S = 20.0
"""How long something is waited for that must happen."""


class Arrived(NamedTuple):
    """A webhook, as it came."""

    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


@dataclass
class Receiver:
    """Somebody who is told: answers with the next of `statuses`, 200 after those."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    _arrived: list[Arrived] = field(default_factory=list)
    _change: threading.Condition = field(default_factory=threading.Condition)

    def told(self, one: Arrived) -> int:
        """What came, kept; what is answered."""
        with self._change:
            self._arrived.append(one)
            self._change.notify_all()
            return self.statuses.pop(0) if self.statuses else 200

    def wait_for(self, count: int) -> list[Arrived]:
        """Everything that came, as soon as it is so much."""
        with self._change:
            came = self._change.wait_for(lambda: len(self._arrived) >= count, PATIENCE_S)
            assert came, f"{len(self._arrived)} of {count} came"
            return list(self._arrived)


class Control:
    """The simulator's control API."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """`POST`, `clock`, `{"advance_s": 60}`: its answer. Raises `AssertionError` where it refuses."""
        connection = http.client.HTTPConnection(self._at.hostname or "", self._at.port, timeout=PATIENCE_S)
        try:
            connection.request(method, f"/_brownout/{path}", json.dumps({} if body is None else body))
            answer = connection.getresponse()
            said = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path}: {said}"
        return said

    def fault(self, **rule: object) -> None:
        """Another fault, from now on: `match="POST /v1/x", respond={"status": 503}, count=2`."""
        self.ask("POST", "faults", rule)

    def limits(self, **limits: object) -> None:
        """These limits are on, and no others: `requests={"rate_per_s": 1, "burst": 3}`; hyphens as underscores. Faults
        go: say them afterwards."""
        self.ask("POST", "schedule", {"limits": {name.replace("_", "-"): on for name, on in limits.items()}})

    def setup(self, **given: object) -> None:
        """The vendor, set up so."""
        self.ask("PUT", "setup", given)

    def advance(self, seconds: float) -> None:
        """The vendor's clock, ahead."""
        self.ask("POST", "clock", {"advance_s": seconds})

    def rows(self, entry: str) -> list[dict[str, Any]]:
        """The ledger's rows of a kind: `request`, `effect`."""
        rows: list[dict[str, Any]] = self.ask("GET", "ledger?limit=10000")["rows"]
        return [row for row in rows if row["entry"] == entry]

    def requests(self, route: str = "") -> list[dict[str, Any]]:
        """Requests that ended, oldest first; of one route (`POST /v1/x`) or of all. Waits for those in flight."""
        until = time.monotonic() + PATIENCE_S
        while self.ask("GET", "status")["in_flight"] and time.monotonic() < until:
            threading.Event().wait(0.005)
        return [row for row in self.rows("request") if route in ("", row["route"])]

    def effects(self, kind: str = "") -> list[dict[str, Any]]:
        """What the vendor did, oldest first; of one kind (`stripe.charge`) or of all. The ledger keeps of each what
        `{"fields": {kind: [names]}}` of a schedule asked for."""
        return [row for row in self.rows("effect") if kind in ("", row["route"])]


@dataclass(frozen=True)
class At:
    """Where a check finds everything."""

    url: str
    env: dict[str, str]
    """By which an application finds the vendor; in the process's environment too."""
    control: Control
    client: str
    """For whom the check runs: `python`, `python async`."""

    @contextmanager
    def receiver(self, *statuses: int) -> Iterator[Receiver]:
        """Somebody who listens at a URL of their own, and answers with these statuses first."""
        receiver = Receiver(statuses=list(statuses))

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                named = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(receiver.told(Arrived(named, body)))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            server.server_close()
            thread.join(PATIENCE_S)


Body = Callable[[At], Any]


class Check(NamedTuple):
    """One of the vendor's checks."""

    number: int
    about: str
    clients: tuple[str, ...]
    body: Body


CHECKS: list[Check] = []


def check(number: int, about: str, *clients: str) -> Callable[[Body], Body]:
    """Declare a check, for these clients; for `python` where none is said. An `async` one runs in a loop of its own."""

    def keep(body: Body) -> Body:
        CHECKS.append(Check(number, about, clients or ("python",), body))
        return body

    return keep


def main() -> None:
    """`checks.py VENDOR CLIENT [NUMBER …]`: run what is declared for that client."""
    _vendor, client, *numbers = sys.argv[1:]
    url = os.environ["BROWNOUT_URL"]
    at = At(url, dict(os.environ), Control(url), client)
    chosen = [one for one in CHECKS if client in one.clients and (not numbers or str(one.number) in numbers)]
    for one in sorted(chosen, key=lambda one: one.number):
        at.control.ask("POST", "reset")
        began_s, detail = time.monotonic(), ""
        try:
            done = one.body(at)
            if inspect.iscoroutine(done):
                asyncio.run(done)
        except Exception:  # noqa: BLE001  whatever a client does is what is to be told
            detail = traceback.format_exc(limit=-4)
        took_s = round(time.monotonic() - began_s, 3)
        said = {"number": str(one.number), "about": one.about, "detail": detail, "took_s": took_s}
        print(json.dumps(said), flush=True)
    print(json.dumps({"ran": len(chosen)}), flush=True)
