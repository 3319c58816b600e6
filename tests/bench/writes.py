"""The main write of each vendor over HTTP, against a bare aiohttp + uvloop handler.

Each server is a process of its own, loaded by `wrk` over 32 connections, a vendor and the bare one in turn, A B B A; a
figure is the median of the ratios within a round. Every request writes something new (a payment, an order, a row), with
a correlation id of its own; no rule and no limit is in force. Where the machine has other work, the processor times say
more than the ratio.
"""

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from brownout_simulators.vendors import load_vendor
from tests.bench.measure import Row, paired_ratio
from tests.bench.simulators import Server, serving

MARK = "$"
"""In a body or a header: the number of the request."""
CONNECTIONS = 32
GOAL = 0.55
GOALS = {"supabase": 0.35, "stripe": 0.70}
Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Write:
    """A vendor's main write."""

    path: str
    body: str
    content_type: str = "application/json"
    authorized: Callable[[str, Server], Headers] = lambda key, _server: {"Authorization": f"Bearer {key}"}
    """(test key, where) to the headers that say who calls."""
    more: Mapping[str, str] | None = None

    def request(self, key: str, server: Server) -> str:
        """The whole request, with the mark where its number goes, as long as any number that there will be."""
        headers = {
            "Host": f"127.0.0.1:{server.port}",
            "Content-Type": self.content_type,
            "X-Correlation-ID": f"op-{MARK}",
        }
        headers |= self.authorized(key, server) | dict(self.more or {})
        headers["Content-Length"] = str(len(self.body.replace(MARK, DIGITS)))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {self.path} HTTP/1.1\r\n{lines}\r\n{self.body}"


DIGITS = "0" * 9


def _basic(key: str, _server: Server) -> Headers:
    return {"Authorization": "Basic " + base64.b64encode(key.encode()).decode()}


def _token(key: str, server: Server) -> Headers:
    asked = Request(
        f"http://127.0.0.1:{server.port}/oauth2/token", b"grant_type=client_credentials", _basic(key, server)
    )
    with urlopen(asked, timeout=10) as answer:  # noqa: S310  the simulator
        return {"Authorization": f"Bearer {json.load(answer)['access_token']}"}


def _order() -> str:
    amount = {"amount": "10.50", "currency": "USD"}
    return json.dumps(
        {
            "orderId": f"A-{MARK}",
            "customer": {"name": "Ada Example", "phone": "+12025550123"},
            "site": {"line1": "1 Main St", "city": "Springfield", "postalCode": "12345", "country": "US"},
            "lines": [{"lineNo": 1, "sku": "PUMP", "quantity": "2", "unitPrice": amount}],
            "total": {"amount": "21.00", "currency": "USD"},
        }
    )


FORM = "application/x-www-form-urlencoded"
WRITES: Mapping[str, Callable[[str], Write]] = {
    "stripe": lambda _key: Write(
        "/v1/payment_intents",
        "amount=2000&currency=usd&metadata[operation_id]=op-" + MARK,
        FORM,
        more={"Idempotency-Key": f"key-{MARK}"},
    ),
    "twilio": lambda key: Write(
        f"/2010-04-01/Accounts/{key.partition(':')[0]}/Messages.json",
        urlencode({"To": "+12025550123", "From": "+15005550006"}) + f"&Body=Order+{MARK}",
        FORM,
        _basic,
    ),
    "sales": lambda _key: Write(
        "/api/v2/orders/intake", _order(), authorized=_token, more={"Idempotency-Key": f"key-{MARK}-000000"}
    ),
    "openai": lambda _key: Write(
        "/v1/chat/completions",
        json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": f"Is order {MARK} ready?"}]}),
    ),
    "gemini": lambda _key: Write(
        "/v1/models/gemini-2.5-flash:generateContent",
        json.dumps({"contents": [{"role": "user", "parts": [{"text": f"Is order {MARK} ready?"}]}]}),
        authorized=lambda key, _server: {"x-goog-api-key": key},
    ),
    "clerk": lambda _key: Write("/v1/users", json.dumps({"external_id": f"user-{MARK}", "username": f"user-{MARK}"})),
    "supabase": lambda _key: Write(
        "/rest/v1/jobs",
        json.dumps({"business_key": f"job-{MARK}"}),
        authorized=lambda key, _server: {"Authorization": f"Bearer {key}", "apikey": key},
    ),
}
_BARE = Write("/v1/payment_intents", "amount=2000&currency=usd&metadata[operation_id]=op-" + MARK, FORM)


def _lua(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n") + '"'


def per_s(server: Server, request: str, *, first: int, seconds: int) -> float:
    """Requests a second, numbered from `first` on. Raises `RuntimeError` where one was refused: nothing was written."""
    parts = ", ".join(_lua(part) for part in request.split(MARK))
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(f"local parts, n = {{{parts}}}, {first}\n")
        script.write('request = function() n = n + 1; return table.concat(parts, string.format("%09d", n)) end\n')
        script.flush()
        url = f"http://127.0.0.1:{server.port}/"
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script.name, url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"{server.name} answered with errors under load:\n{done.stdout}")
    return float(next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Requests/sec")))


def run(*, quick: bool = False) -> list[Row]:
    """A row for each vendor whose main write is known here."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: on Debian, apt-get install wrk")
    pairs, seconds = (1, 1) if quick else (5, 2)
    rows = []
    for name, write in WRITES.items():
        with ExitStack() as stack:
            bare, mine = (stack.enter_context(serving(each)) for each in ("bare", name))
            key = load_vendor(name).test_key("bench")
            requests = {bare: _BARE.request("", bare), mine: write(key).request(key, mine)}
            samples: dict[Server, list[float]] = {bare: [], mine: []}
            used_us: dict[Server, list[float]] = {bare: [], mine: []}
            for each, request in requests.items():
                per_s(each, request, first=0, seconds=1)
            for place in range(pairs):
                for each in (bare, mine) if place % 2 == 0 else (mine, bare):
                    before_s = each.cpu_s()
                    found = per_s(each, requests[each], first=(place + 1) * 10_000_000, seconds=seconds)
                    samples[each].append(found)
                    used_us[each].append((each.cpu_s() - before_s) / (found * seconds) * 1e6)
            rows.append(_row(name, samples[mine], samples[bare], (median(used_us[mine]), median(used_us[bare]))))
    return rows


def _row(name: str, mine: list[float], bare: list[float], used_us: tuple[float, float]) -> Row:
    ratios = sorted(ours / theirs for ours, theirs in zip(mine, bare, strict=True))
    note = f"{median(mine):.0f}/s of {median(bare):.0f}/s; rounds {ratios[0]:.2f} to {ratios[-1]:.2f}"
    note += f"; processor time a request {used_us[0]:.0f} us, bare {used_us[1]:.0f}"
    return Row(
        bench="writes",
        case=f"{name}: the main write, {CONNECTIONS} connections, against bare aiohttp",
        value=paired_ratio(mine, bare),
        unit="x",
        goal=GOALS.get(name, GOAL),
        better="higher",
        note=note,
    )
