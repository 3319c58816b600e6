"""The simulators beside a bare aiohttp + uvloop handler: throughput, the fault layer's cost, injected latency, start.

Servers are processes of their own. Throughput is loaded by `wrk` where it is installed, else by an asyncio client on
uvloop; the servers are loaded in turn, A B C C B A, and figures are medians of the ratios within a round. The whole
path is taken: every request creates a PaymentIntent under an idempotency key of its own, with a correlation id, two
limits on the account in force and ten rules, two of them on the route.

The host alone, with a constant answer behind it, shows how much of a request is HTTP and how much is the vendor: what
a simulator takes more than that is the engine, Stripe's action, and what both keep. Every new payment pushes an old one
out of the stores that has long left the caches.
"""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import uvloop

from brownout_simulators.call import Call
from brownout_simulators.decision import Decision
from brownout_simulators.faults import Match, Rule, rule_to_json
from brownout_simulators.faults.respond import Respond
from brownout_simulators.handling import Handling
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.bench.http_client import Generator, Timing
from tests.bench.measure import Row, interleaved, paired_ratio

FORM = urlencode({"amount": "2000", "currency": "usd", "metadata[operation_id]": "op-1"}).encode()
PATH = "/v1/payment_intents"
ANSWER_BYTES = 1500  # about what the simulator answers


@dataclass(frozen=True, slots=True)
class Server:
    """A server process under load."""

    name: str
    pid: int
    port: int

    def rss_mb(self) -> float:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    def cpu_s(self) -> float:
        """Processor time used so far, in its own code and in the kernel for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(name: str) -> Iterator[Server]:
    """`bare`, `host`, `stream` or a vendor's name, on a free port; stopped at the end."""
    command = [sys.executable, "-m", f"tests.bench.{name}_server"]
    if name not in {"bare", "host", "stream"}:
        command = [sys.executable, "-m", "brownout_simulators", "--vendors", name, "--ports", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Server(name, process.pid, int(ready["url"].rsplit(":", 1)[1]))
    finally:
        process.terminate()
        process.wait(timeout=60)  # to give back what a full one holds takes seconds on a busy machine


def credential() -> str:
    """A test key of the vendor under load."""
    return load_vendor("stripe").test_key("bench")


def headers() -> dict[str, str]:
    """What a caller of the payment API sends, apart from the idempotency key, which is new in every request."""
    return {
        "Authorization": f"Bearer {credential()}",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Correlation-ID": "op-1",
    }


# -- throughput -------------------------------------------------------------------------------------------------------


_WRK = shutil.which("wrk")


def _lasting(seconds: float) -> float:
    """How long a load really lasts: `wrk` knows whole seconds only."""
    return seconds if _WRK is None else float(max(1, round(seconds)))


def requests_per_s(server: Server, connections: int, seconds: float) -> float:
    """A closed loop of `connections` callers."""
    if _WRK is None:
        generator = Generator("127.0.0.1", server.port)
        return uvloop.run(generator.closed(_requests_of_a_run(), connections, seconds))
    head, tail = _request(f"{next(_RUNS)}-$").decode().split("$")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        # Put together by hand: a generator that formats headers would be a part of what is measured.
        script.write(f"local head, tail, n = {_lua(head)}, {_lua(tail)}, 0\n")
        script.write("request = function() n = n + 1; return head .. n .. tail end\n")
        script.flush()
        url = f"http://127.0.0.1:{server.port}{PATH}"
        command = [_WRK, "-t1", f"-c{connections}", f"-d{_lasting(seconds):.0f}s", "-s", script.name, url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"{server.name} answered with errors under load:\n{done.stdout}")
    return float(next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Requests/sec")))


def _lua(text: str) -> str:
    """As a literal of Lua's."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n") + '"'


def full_path(server: Server, rules: Sequence[Rule]) -> None:
    """Put rules in force, and turn the limits on the whole account on, too wide to refuse anybody."""
    limits = {"global-rate": {"rate_per_s": 1e6, "burst": 1e6}, "global-concurrency": {"concurrency": 10_000}}
    _control(server, "POST", "schedule", {"rules": [rule_to_json(rule) for rule in rules], "limits": limits})


GOALS: dict[str, dict[int, float | None]] = {"stripe": {1: 0.85, 32: 0.70}, "host": {1: None, 32: None}}
"""Of the bare handler's requests per second, by connections."""


def throughput(*, pairs: int = 5, seconds: float = 2.0) -> list[Row]:
    """The full path of a create, and the host alone, as shares of the bare handler's requests per second."""
    rows = []
    with serving("bare") as bare, serving("host") as host, serving("stripe") as stripe:
        full_path(stripe, never_striking(10, here=2))
        servers = (bare, host, stripe)
        for server in servers:
            requests_per_s(server, 4, 1.0)
        for connections in (1, 32):
            samples: dict[str, list[float]] = {server.name: [] for server in servers}
            used_us: dict[str, list[float]] = {server.name: [] for server in servers}
            for place in range(pairs):
                for server in servers if place % 2 == 0 else servers[::-1]:
                    before_s = server.cpu_s()
                    per_s = requests_per_s(server, connections, seconds)
                    samples[server.name].append(per_s)
                    used_us[server.name].append((server.cpu_s() - before_s) / (per_s * _lasting(seconds)) * 1e6)
            rows += [_share_of_bare(server.name, connections, samples, used_us) for server in (stripe, host)]
    return rows


def _share_of_bare(
    name: str, connections: int, samples: Mapping[str, Sequence[float]], used_us: Mapping[str, Sequence[float]]
) -> Row:
    ratios = [mine / theirs for mine, theirs in zip(samples[name], samples["bare"], strict=True)]
    note = f"{median(samples[name]):.0f}/s of {median(samples['bare']):.0f}/s"
    note += f"; rounds {min(ratios):.2f} to {max(ratios):.2f}"
    note += f"; processor time a request {median(used_us[name]):.0f} us, bare {median(used_us['bare']):.0f}"
    what = f"POST {PATH}" if name == "stripe" else "the host alone"
    return Row(
        bench="simulators",
        case=f"{what}, {connections} connection{'s' if connections > 1 else ''}, against bare aiohttp",
        value=median(ratios),
        unit="x",
        goal=GOALS[name][connections],
        better="higher",
        note=note,
    )


# -- the fault layer --------------------------------------------------------------------------------------------------


class _WithoutFaults(Decision[object]):
    """The same path with the fault layer taken out: what its mere presence costs is measured against this."""

    def decide(self, one: Handling[object]) -> None:
        rules = self._vendor.idempotency
        if one.world is None or one.reply is not None or rules is None:
            return
        one.call.idempotency_key = rules.key_of(one.call)
        if one.call.idempotency_key is not None:
            self._look_up(one, one.world, rules, self._clock.vendor_s())


def never_striking(rules: int, *, here: int) -> list[Rule]:
    """Rules whose share is too small to strike anybody; `here` of them match the route under load, the others none."""
    loaded = Match(method="POST", path=PATH)
    elsewhere = Match(method="POST", path="/v1/refunds")
    never = Respond(status=503)
    return [
        Rule(id=f"r{place}", vendor="stripe", fault=never, match=loaded if place < here else elsewhere, share=1e-9)
        for place in range(rules)
    ]


def fault_layer(*, pairs: int = 6, seconds: float = 2.0, rounds: int = 30, calls: int = 500) -> list[Row]:
    """What the fault layer adds to the whole path over HTTP, in processor time of the server per request.

    Processor time and not requests per second, because a few hundredths would drown in the neighbours' noise. What
    the layer costs without a rule is too little even for that: it is taken from the engine alone.
    """
    used: dict[int, list[float]] = {0: [], 50: []}
    with serving("stripe") as server:
        requests_per_s(server, 32, 1.0)
        for place in range(pairs):
            for rules in (0, 50) if place % 2 == 0 else (50, 0):
                full_path(server, never_striking(rules, here=5))
                before_s, before = server.cpu_s(), _requests(server)
                requests_per_s(server, 32, seconds)
                used[rules].append((server.cpu_s() - before_s) / (_requests(server) - before) * 1e6)
    whole_us, fifty = median(used[0]), paired_ratio(used[50], used[0]) - 1
    presence_us = _presence_us(rounds=rounds, calls=calls)
    return [
        Row(
            bench="simulators",
            case="fault layer, no rule",
            value=presence_us / whole_us * 100,
            unit="%",
            goal=3.0,
            note=f"{presence_us:.2f} us of {whole_us:.0f} us processor time a request",
        ),
        Row(
            bench="simulators",
            case="fault layer, 50 rules, 5 of them on the route",
            value=fifty * 100,
            unit="%",
            goal=10.0,
            note=f"{median(used[50]):.0f} us against {whole_us:.0f} us processor time a request",
        ),
    ]


def _requests(server: Server) -> int:
    """Requests in the ledger: a create without a confirmation has no effect, so every row is one."""
    status = asyncio.run(Generator("127.0.0.1", server.port).fetch(_control_request("GET", "status")))
    return int(json.loads(status)["ledger"]["next_seq"])


def _presence_us(*, rounds: int, calls: int) -> float:
    """What the mere presence of the layer costs a call, with no rule in it."""
    vendor = load_vendor("stripe")

    def case(kind: type[Decision[object]]) -> "_Loop":
        simulator = Simulator(vendor, clock=time.monotonic, epoch_s=1.76e9)
        shared, engine = simulator._shared, simulator._engine
        engine.decision = kind(shared.vendor, shared.clock, shared.plan, shared.limiter)
        return _Loop(simulator, calls)

    samples = interleaved({"without": case(_WithoutFaults), "with": case(Decision)}, rounds=rounds)
    return median(ours - theirs for ours, theirs in zip(samples["with"], samples["without"], strict=True)) / calls * 1e6


class _Loop:
    """Handles a number of creates; returns the processor time that it took, in seconds."""

    def __init__(self, simulator: Simulator[object], calls: int) -> None:
        self._simulator = simulator
        self._calls = calls
        self._number = 0
        self._headers = {name.lower(): value for name, value in headers().items()}

    def __call__(self) -> float:
        calls = []
        for _ in range(self._calls):
            self._number += 1
            given = {**self._headers, "idempotency-key": f"key-{self._number}"}
            calls.append(Call("POST", PATH, "", given, FORM, time.monotonic()))
        started_s = time.process_time()
        for call in calls:
            try:
                next(self._simulator.handle(call))
            except StopIteration as stop:
                self._simulator.sent(stop.value, chunks=1, left=False)
        return time.process_time() - started_s


# -- injected latency -------------------------------------------------------------------------------------------------


_RUNS = count()


def _request(key: str) -> bytes:
    lines = [f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(FORM)}", f"Idempotency-Key: {key}"]
    lines += [f"{name}: {value}" for name, value in headers().items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + FORM


def _requests_of_a_run() -> Iterator[bytes]:
    """Without end, each with a key of its own: else all but the first would be replays."""
    head, tail = _request(f"{next(_RUNS)}-$").split(b"$")
    return (b"%b%d%b" % (head, number, tail) for number in count())


def _control_request(method: str, path: str, body: object = None) -> bytes:
    raw = json.dumps(body).encode() if body is not None else b""
    head = f"{method} /_brownout/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(raw)}\r\n\r\n"
    return head.encode() + raw


def _control(server: Server, method: str, path: str, body: object = None) -> None:
    asyncio.run(Generator("127.0.0.1", server.port).fetch(_control_request(method, path, body)))


def _open_loop(server: Server, rate_per_s: float, seconds: float) -> Timing:
    return asyncio.run(Generator("127.0.0.1", server.port).open(_requests_of_a_run(), rate_per_s, seconds))


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def slow_vendor(*, seconds: float = 6.0) -> list[Row]:
    """Two seconds of latency at 500 requests per second: a thousand in flight, none of which may suffer."""
    with serving("stripe") as server:
        _open_loop(server, 500, 1.0)
        before_mb = server.rss_mb()
        _control(server, "POST", "faults", {"latency": {"fixed_s": 2.0}})
        timing = _open_loop(server, 500, seconds)
        grown_mb = server.rss_mb() - before_mb
    answered = len(timing.took_s)
    early = sum(1 for took_s in timing.took_s if took_s < 2.0)
    sent = f"{_percentile(timing.took_s, 99):.4f} s from the sending, the least {min(timing.took_s):.4f} s"
    rows = [
        ("failures", float(timing.failed), "", 0.0, f"of {answered + timing.failed} requests"),
        ("p99", _percentile(timing.since_due_s, 99), "s", 2.02, f"from the intended instant; {sent}"),
        ("memory", grown_mb, "MB", 60.0, f"resident, from {before_mb:.0f} MB; {answered} stored payments included"),
        ("early answers", float(early), "", 0.0, "sooner than asked"),
    ]
    return [
        Row(bench="simulators", case=f"2 s latency at 500/s: {case}", value=value, unit=unit, goal=goal, note=note)
        for case, value, unit, goal, note in rows
    ]


def accuracy(*, blocks: int = 5, seconds: float = 3.0) -> list[Row]:
    """50 ms at 200 requests per second, against the same path without it, in turns."""
    plain: list[float] = []
    delayed: list[float] = []
    with serving("stripe") as server:
        _open_loop(server, 200, 1.0)
        for place in range(2 * blocks):
            with_fault = place % 4 in (1, 2)
            if with_fault:
                _control(server, "POST", "faults", {"id": "fifty", "latency": {"fixed_s": 0.05}})
            else:
                _control(server, "DELETE", "faults")
            (delayed if with_fault else plain).extend(_open_loop(server, 200, seconds).took_s)
    early = sum(1 for took_s in delayed if took_s < 0.05)
    rows = [
        (f"p{percent}", (_percentile(delayed, percent) - 0.05 - _percentile(plain, percent)) * 1e3, "ms", goal)
        for percent, goal in ((50, 0.5), (99, 3.0))
    ]
    note = f"path alone {_percentile(plain, 50) * 1e3:.2f} ms at p50, {_percentile(plain, 99) * 1e3:.2f} at p99"
    return [
        *(
            Row(
                bench="simulators",
                case=f"50 ms at 200/s: error at {name}",
                value=value,
                unit=unit,
                goal=goal,
                note=note,
            )
            for name, value, unit, goal in rows
        ),
        Row(bench="simulators", case="50 ms at 200/s: early answers", value=float(early), unit="", goal=0.0),
    ]


# -- starting ---------------------------------------------------------------------------------------------------------

_BARE_START = """
import asyncio, uvloop
async def main():
    print("ready", flush=True)
    await asyncio.Event().wait()
uvloop.run(main())
"""


def starting(*, pairs: int = 9) -> list[Row]:
    """From the command to the ready line of one vendor, beside an interpreter with asyncio and uvloop."""
    ours = [sys.executable, "-m", "brownout_simulators", "--vendors", "stripe", "--ports", "0"]
    commands = {"bare": [sys.executable, "-c", _BARE_START], "stripe": ours}
    samples: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(pairs):
        for name, command in commands.items():
            started_s = time.monotonic()
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            assert process.stdout is not None
            process.stdout.readline()
            samples[name].append(time.monotonic() - started_s)
            process.terminate()
            process.wait(timeout=10)
    bare_ms, ours_ms = (median(samples[name]) * 1e3 for name in ("bare", "stripe"))
    note = f"python, asyncio and uvloop alone {bare_ms:.0f} ms"
    return [Row(bench="simulators", case="one vendor, from command to ready", value=ours_ms, unit="ms", note=note)]


def run(*, quick: bool = False) -> list[Row]:
    """All of it; `quick` only to see that it runs."""
    if quick:
        return [
            *throughput(pairs=1, seconds=0.5),
            *fault_layer(pairs=2, seconds=1.0, rounds=4, calls=100),
            *slow_vendor(seconds=1.0),
            *accuracy(blocks=1, seconds=0.5),
            *starting(pairs=1),
        ]
    os.environ.setdefault("PYTHONHASHSEED", "0")
    return [*throughput(), *fault_layer(), *slow_vendor(), *accuracy(), *starting()]
