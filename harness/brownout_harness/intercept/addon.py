"""What mitmproxy loads: its events, and what we do at each.

A request that is for a vendor's host goes to the simulator that stands in for it, with path, headers and body as they
are; the real host is never dialled. Bodies stream through both ways, and nothing of them is kept. Each line on standard
output is JSON: `{"serves": {…}}` once, `{"said": "…"}` for people, `{"stall": {…}}` where it stood still, at the end
`{"counts": {…}}`.
"""

import asyncio
import importlib.util
import json
import os
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

OURS: Final = ("brownout_simulators", "brownout_scenarios", "brownout_harness")


def _know_ours() -> None:
    """Make our packages known, and nothing else that is installed beside them: this is not their environment."""
    for name in OURS:
        place = os.environ.get(f"{name.upper()}_AT")
        if name in sys.modules or not place:
            continue
        spec = importlib.util.spec_from_file_location(
            name, str(Path(place) / "__init__.py"), submodule_search_locations=[place]
        )
        if spec is not None and spec.loader is not None:
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])


_know_ours()

from brownout_harness.intercept.destinations import Destinations, Passed, Refused, ToVendor  # noqa: E402
from brownout_harness.intercept.passing import Blow, PassedFaults  # noqa: E402
from brownout_harness.intercept.plan import VARIABLE, Plan, read  # noqa: E402
from brownout_harness.intercept.recording import Recorder  # noqa: E402
from brownout_simulators.call import Ending  # noqa: E402
from brownout_simulators.heartbeat import EVERY_S, Heartbeat  # noqa: E402
from brownout_simulators.safety import carries_live_credential  # noqa: E402

LIVE: Final = "a live key is refused: Brownout works with test keys only"
OURS_KEY: Final = "brownout"
"""In a flow's metadata: what is known of it."""
LOOK_EVERY_S: Final = 0.1
SAID: Final = 1_000
"""So many different refusals are said: whoever makes up names fills no memory."""
SWITCHING: Final = 101
TLS_PORT: Final = 443
NO_LINGER: Final = struct.pack("ii", 1, 0)
"""A socket that is closed so says RST."""


def say(**told: Any) -> None:
    """One whole line."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class _Known:
    """Of one request, until it is over."""

    __slots__ = ("answer_bytes", "asked_at_s", "blow", "host", "latency_s", "path", "request_bytes", "vendor")

    def __init__(self, host: str, vendor: str, path: str, now_s: float) -> None:
        self.host = host
        self.vendor = vendor
        self.path = path
        self.asked_at_s = now_s
        """When all of it had been sent, or its head where that is not over yet."""
        self.latency_s: float | None = None
        self.request_bytes = self.answer_bytes = 0
        self.blow: Blow | None = None


class Intercept:
    """The addon. All its hooks run on mitmproxy's one loop."""

    def __init__(self, plan: Plan, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began_s = clock()
        self._destinations = Destinations(plan.stood, plan.passed)
        self._faults = PassedFaults(plan.rules, seed=plan.seed, now_s=self._began_s)
        self._record = Path(plan.record) if plan.record else None
        self._recorder = Recorder(plan.stood)
        self._counts: Counter[str] = Counter()
        self._told: set[str] = set()
        """What was refused, and said once."""

    def running(self) -> None:
        """Told when mitmproxy serves."""
        from mitmproxy import ctx

        self._beat(Heartbeat(self._clock, lambda stall: say(stall=stall._asdict())))
        servers = ctx.master.addons.get("proxyserver").servers
        ports = {server.mode.type_name: server.listen_addrs[0][1] for server in servers if server.listen_addrs}
        say(serves={"port": ports["regular"], "door": ports["reverse"]})

    def _beat(self, heart: Heartbeat) -> None:
        """A proxy that stands still makes whoever waits for it slow: a run is told."""
        heart.beat()
        asyncio.get_running_loop().call_later(EVERY_S, self._beat, heart)

    def server_connect(self, data: Any) -> None:
        """Before anybody is dialled, for whatever reason: the last lock on the door."""
        host, port = data.server.address[:2]
        if not self._destinations.may_dial(host, port):
            data.server.error = f"{host} is refused"

    async def requestheaders(self, flow: Any) -> None:
        """Before anything of a request is passed on."""
        request = flow.request
        # Who came in by the door took it for the vendor's: whom it was meant for, TLS has said.
        is_door = flow.client_conn.proxy_mode.type_name == "reverse"
        host, port = (flow.client_conn.sni or "", TLS_PORT) if is_door else (request.host, request.port)
        to = self._destinations.of(host, port)
        path, _, query = request.path.partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        if isinstance(to, Refused):
            self._refuse(flow, 502, to.why)
            return
        if carries_live_credential(path, query, headers, b""):
            self._refuse(flow, 401, f"{LIVE} (to {host})")
            return
        vendor = to.stood.vendor if isinstance(to, ToVendor) else ""
        known = flow.metadata[OURS_KEY] = _Known(to.address.text, vendor, path, self._clock())
        self._counts[vendor or known.host] += 1
        if isinstance(to, ToVendor):
            request.scheme, request.host, request.port = "http", to.address.host, to.address.port
        elif is_door:
            self._refuse(flow, 502, f"{host} is refused: only the vendors' hosts are answered here")
            return
        elif not await self._may_go_on(flow, known, to, headers):
            return
        request.stream = self._counting(known, "request_bytes")

    async def _may_go_on(self, flow: Any, known: _Known, to: Passed, headers: Mapping[str, str]) -> bool:
        """What the faults do to it before it is passed on."""
        known.blow = blow = self._faults.strike(to.address, flow.request.method, known.path, headers, self._clock())
        if blow is None:
            return True
        at = f"{known.asked_at_s - self._began_s:.1f} s"
        say(said=f"{', '.join(blow.rules)} struck {flow.request.method} {known.host}{known.path} at {at}")
        self._counts["struck"] += 1
        await asyncio.sleep(blow.delay_s)
        if blow.answer is not None:
            self._answer(flow, blow.answer.status, blow.answer.body, blow.answer.headers)
        elif blow.ending is not None:
            await self._end(flow, blow.ending)
        return blow.answer is None and blow.ending is None

    def request(self, flow: Any) -> None:
        """All of it has come in."""
        if (known := flow.metadata.get(OURS_KEY)) is not None and known.latency_s is None:
            known.asked_at_s = self._clock()

    async def responseheaders(self, flow: Any) -> None:
        """Before anything of an answer is passed on."""
        known = flow.metadata.get(OURS_KEY)
        if known is None:
            return
        known.latency_s = max(0.0, self._clock() - known.asked_at_s)
        if (blow := known.blow) is not None:
            await asyncio.sleep(blow.delay_after_s)
            if blow.ending_after is not None:
                await self._end(flow, blow.ending_after)
                return
        if flow.response.status_code != SWITCHING:  # what is streamed is not upgraded to a websocket
            flow.response.stream = self._counting(known, "answer_bytes")

    def response(self, flow: Any) -> None:
        """The answer is over."""
        self._over(flow, flow.response.status_code)

    def error(self, flow: Any) -> None:
        """There is none, or not all of it. The client is told by its connection, as it would be without a proxy: an
        answer of mitmproxy's own (502) would be one that nobody gave."""
        is_ours = OURS_KEY in flow.metadata
        self._over(flow, None if flow.response is None else flow.response.status_code)
        if is_ours and flow.killable:
            _linger_no_more(flow)
            flow.kill()

    def _over(self, flow: Any, status: int | None) -> None:
        known = flow.metadata.pop(OURS_KEY, None)
        # What a fault struck here is nobody's own doing: it would be taken for measured.
        if known is not None and known.blow is None and self._record is not None:
            self._recorder.add(
                host=known.host,
                vendor=known.vendor,
                method=flow.request.method,
                path=known.path,
                status=status,
                latency_s=known.latency_s,
                request_bytes=known.request_bytes,
                answer_bytes=known.answer_bytes,
            )

    def done(self) -> None:
        """At the end."""
        if self._record is not None:
            self._recorder.write(self._record)
        say(counts=dict(sorted(self._counts.items())))

    def _refuse(self, flow: Any, status: int, why: str) -> None:
        self._counts["refused"] += 1
        if why not in self._told and len(self._told) < SAID:
            self._told.add(why)
            say(said=why)
        self._answer(flow, status, f"brownout: {why}\n".encode(), {"content-type": "text/plain"})

    def _answer(self, flow: Any, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        from mitmproxy.http import Response

        flow.response = Response.make(status, body, dict(headers))

    async def _end(self, flow: Any, ending: Ending) -> None:
        if ending is Ending.HANG:
            while flow.client_conn.timestamp_end is None:  # noqa: ASYNC110 - mitmproxy has no event for it
                await asyncio.sleep(LOOK_EVERY_S)
        elif ending is Ending.RESET:
            _linger_no_more(flow)
        flow.kill()

    def _counting(self, known: _Known, what: str) -> Callable[[bytes], bytes]:
        """Passes every piece on at once."""

        def piece(data: bytes) -> bytes:
            setattr(known, what, getattr(known, what) + len(data))
            return data

        return piece


def _linger_no_more(flow: Any) -> None:
    """Have the client's connection end with RST when it is closed."""
    from mitmproxy import ctx

    for handler in ctx.master.addons.get("proxyserver").connections.values():
        if handler.client.id == flow.client_conn.id and (io := handler.transports.get(handler.client)) is not None:
            io.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)


if VARIABLE in os.environ and "mitmproxy" in sys.modules:
    addons = [Intercept(read(Path(os.environ[VARIABLE])))]
