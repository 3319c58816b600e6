"""From the command to the first 200, idle memory, and what an account costs: of every vendor there is.

Starts are paired and interleaved: bare aiohttp on uvloop, each vendor alone, and all vendors in one process, in a new
order each round; a figure is the median of the differences to the bare server's start in the same round. The first 200
is the vendor's own: the first of its lists that a test key can read; of the ERP a list after a login. Where none can be
read with no more than that, it is the control API's status.

An idle process is one whose memory has stopped growing. Accounts are opened in a process of their own, each by a call
under a key of its own, where a key is enough for one.
"""

import http.client
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from brownout_simulators.__main__ import _spare_the_collector
from brownout_simulators.call import Call
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.bench.measure import Row, interleaved
from tests.bench.simulators import Server

BARE: Final = "bare"
ALL: Final = ",".join(VENDORS)
STATUS: Final = "/_brownout/status"
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_NEVER: Final = threading.Event()
ACCOUNTS: Final = 1_000
ONE_MS: Final = 100.0
ALL_MS: Final = 250.0
IDLE_MB: Final = 80.0
ACCOUNT_MS: Final = 10.0
ACCOUNTS_MB: Final = 50.0


class Login(NamedTuple):
    """What is posted for a token."""

    path: str
    form: str


class First(NamedTuple):
    """A request that is answered with 200."""

    path: str
    headers: Mapping[str, str]
    opens: bool = False
    """An account, where its key has none yet."""
    login: Login | None = None
    """What has to come before it."""


class Started(NamedTuple):
    """A server that has answered, and what it took."""

    server: Server
    took_s: float
    cpu_s: float


def _of_erp(environment: Mapping[str, str]) -> First:
    """The items that a company has in stock, as whoever the environment is made for would read them."""
    tenant, company = environment["ERP_TENANT"], environment["ERP_COMPANY_ID"]
    form = {
        "grant_type": "client_credentials",
        "client_id": environment["ERP_CLIENT_ID"],
        "client_secret": environment["ERP_CLIENT_SECRET"],
        "scope": "https://api.businesscentral.dynamics.com/.default",
    }
    login = Login(f"/{tenant}/oauth2/v2.0/token", urlencode(form))
    return First(f"/v2.0/{tenant}/sandbox/api/v2.0/companies({company})/items", {}, opens=True, login=login)


AFTER_A_LOGIN: Final[Mapping[str, Callable[[Mapping[str, str]], First]]] = {"erp": _of_erp}
"""Vendors of which nothing can be read without a token, by what is read first, from their environment."""


def run(*, quick: bool = False) -> list[Row]:
    """All of it; `quick` only to see that it runs."""
    return [*_starts(rounds=1 if quick else 15), _idle(), *_accounts(10 if quick else ACCOUNTS)]


# -- starting ---------------------------------------------------------------------------------------------------------


def _starts(*, rounds: int) -> list[Row]:
    names = [BARE, *VENDORS, ALL]
    firsts = {name: _first_of(name.partition(",")[0]) for name in names}
    cpu_s: dict[str, list[float]] = {name: [] for name in names}

    def start(name: str) -> float:
        with _started(name, firsts[name]) as started:
            cpu_s[name].append(started.cpu_s)
            return started.took_s

    for name in names:  # once for nothing: files are read, and compiled
        start(name)
    cpu_s = {name: [] for name in names}
    took_s = interleaved({name: partial(start, name) for name in names}, rounds=rounds)
    bare_s = took_s[BARE]
    return [
        Row(
            bench="start",
            case=f"{'all in one process' if name == ALL else name}: to the first 200, more than bare aiohttp",
            value=median(ours - theirs for ours, theirs in zip(took_s[name], bare_s, strict=True)) * 1e3,
            unit="ms",
            goal=ALL_MS if name == ALL else ONE_MS,
            note=f"{_ms(took_s[name])} ms, bare {_ms(bare_s)}; "
            f"processor time {_ms(cpu_s[name])} and {_ms(cpu_s[BARE])} ms; {firsts[name].path}",
        )
        for name in names
        if name != BARE
    ]


def _ms(values_s: list[float]) -> str:
    return f"{median(values_s) * 1e3:.0f}"


@contextmanager
def _started(name: str, first: First) -> Iterator[Started]:
    """`bare`, or vendors on free ports, from the command to an answer."""
    command = [sys.executable, "-m", "tests.bench.bare_server"]
    if name != BARE:
        command = [sys.executable, "-m", "brownout_simulators", "--vendors", name, "--ports", "0"]
    lines = name.count(",") + 1
    # What is started every day has its bytecode beside it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began_s = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        assert process.stdout is not None
        ready = [json.loads(process.stdout.readline()) for _ in range(lines)]
        _ask(ready[0], first)
        took_s = time.monotonic() - began_s
        server = Server(name, process.pid, urlsplit(ready[0]["url"]).port or 0)
        yield Started(server, took_s, server.cpu_s())
    finally:
        process.terminate()
        process.wait(timeout=60)


def _ask(ready: Mapping[str, Any], first: First) -> None:
    at = urlsplit(ready["url"]).netloc
    connection = http.client.HTTPConnection(at, timeout=10)
    if "ca" in ready:
        connection = http.client.HTTPSConnection(at, timeout=10, context=ssl.create_default_context(cafile=ready["ca"]))
    method, path = ("POST", "/v1/payment_intents") if first.path == BARE else ("GET", first.path)
    headers = dict(first.headers)
    if first.login is not None:
        connection.request("POST", first.login.path, first.login.form, FORM)
        headers |= _with_token(connection.getresponse().read())
    connection.request(method, path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise RuntimeError(f"{path} was answered with {status}")


def _with_token(answer: bytes) -> dict[str, str]:
    return {"authorization": f"Bearer {json.loads(answer)['access_token']}"}


def _first_of(name: str) -> First:
    """What is asked first."""
    if name == BARE:
        return First(BARE, {})
    vendor = load_vendor(name)
    key = vendor.test_key("default")
    if name in AFTER_A_LOGIN:
        return AFTER_A_LOGIN[name](vendor.environment("", key))
    simulator: Simulator[Any] = Simulator(vendor, clock=time.monotonic, epoch_s=1.76e9)
    headers = _headers(vendor, key)
    readable = [route for route in vendor.routes if route.method == "GET" and "{" not in route.path]
    for route in sorted(readable, key=lambda route: route.public):
        if _answer(simulator, "GET", route.path, headers)[0] == 200:
            return First(route.path, headers, opens=not route.public)
    return First(STATUS, {})


def _headers(vendor: Vendor[Any], key: str) -> dict[str, str]:
    """A key wherever one may be looked for."""
    holder = vendor.key_holder(key) if vendor.key_holder is not None else None
    authorization = f"Bearer {key}" if holder is None else holder.authorization
    return {"authorization": authorization, "apikey": key, "x-goog-api-key": key}


def _answer(
    simulator: Simulator[Any], method: str, path: str, headers: Mapping[str, str], body: str = ""
) -> tuple[int, bytes]:
    """Status and body, in-process; 0 where it would have to wait."""
    steps = simulator.handle(Call(method, path, "", headers, body.encode(), time.monotonic()))
    try:
        next(steps)
    except StopIteration as stop:
        simulator.sent(stop.value, chunks=1, left=False)
        return int(stop.value.status), stop.value.body
    steps.close()
    return 0, b""


def _status(simulator: Simulator[Any], first: First) -> int:
    """Of the first request, and what comes before it."""
    headers = dict(first.headers)
    if first.login is not None:
        headers |= _with_token(_answer(simulator, "POST", first.login.path, FORM, first.login.form)[1])
    return _answer(simulator, "GET", first.path, headers)[0]


# -- memory -----------------------------------------------------------------------------------------------------------


def _idle() -> Row:
    with _started(ALL, _first_of(ALL.partition(",")[0])) as started:
        at_first_mb = started.server.rss_mb()
        idle_mb = _settled_mb(started.server)
    note = f"resident, of {len(VENDORS)}: {', '.join(VENDORS)}; at the first answer {at_first_mb:.0f} MB"
    return Row(bench="start", case="all in one process, idle", value=idle_mb, unit="MB", goal=IDLE_MB, note=note)


def _settled_mb(server: Server) -> float:
    """Its memory, once it was the same for a second."""
    seen = [server.rss_mb()]
    while len(seen) < 3 or len({round(each, 1) for each in seen[-3:]}) > 1:
        _NEVER.wait(0.5)
        seen.append(server.rss_mb())
    return seen[-1]


def _accounts(count: int) -> list[Row]:
    rows = []
    for name in VENDORS:
        command = [sys.executable, "-m", "tests.bench.start", name, str(count)]
        took_ms, worst_ms, grown_mb = json.loads(subprocess.check_output(command, text=True))
        note = f"the median; the longest of {count:,} {worst_ms:.1f} ms"
        rows += [
            Row(bench="start", case=f"{name}: a new account", value=took_ms, unit="ms", goal=ACCOUNT_MS, note=note),
            Row(bench="start", case=f"{name}: {count:,} accounts", value=grown_mb, unit="MB", goal=ACCOUNTS_MB),
        ]
    return rows


def _open_accounts(name: str, count: int) -> None:
    """By a call each: milliseconds in the median and at worst, and the megabytes that all of them take."""
    vendor, first = load_vendor(name), _first_of(name)
    simulator: Simulator[Any] = Simulator(vendor, clock=time.monotonic, epoch_s=1.76e9)

    def of(key: str) -> First:
        of_key = AFTER_A_LOGIN.get(name)
        return first._replace(headers=_headers(vendor, key)) if of_key is None else of_key(vendor.environment("", key))

    def open_one(key: str) -> None:
        if not first.opens:
            simulator._shared.worlds.of(key)
        elif _status(simulator, of(key)) != 200:
            raise RuntimeError(f"{first.path} was not answered with 200")

    open_one(vendor.test_key("first"))
    _spare_the_collector()
    keys = [vendor.test_key(f"bench-{number}") for number in range(count)]
    here = Server(name, os.getpid(), 0)
    before_mb, took_ms = here.rss_mb(), []
    for key in keys:
        began_s = time.perf_counter()
        open_one(key)
        took_ms.append((time.perf_counter() - began_s) * 1e3)
    if len(simulator.accounts) != count + 1:
        raise RuntimeError(f"{len(simulator.accounts)} accounts of {name} are open")
    print(json.dumps([median(took_ms), max(took_ms), here.rss_mb() - before_mb]))


if __name__ == "__main__":
    _open_accounts(sys.argv[1], int(sys.argv[2]))
