"""What is settled before a simulator sees a request: whom the host answers, what it says itself, what it decodes."""

import zlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from brownout_simulators.call import Call
from brownout_simulators.hosts.control import PREFIX, control
from brownout_simulators.hosts.http1.handshake import check_handshake
from brownout_simulators.hosts.http1.head import DEFECT, JSON, message
from brownout_simulators.hosts.http1.reading import Request, RequestRefused, check_length
from brownout_simulators.hosts.pages import shown
from brownout_simulators.safety import is_loopback_host, is_of_a_foreign_page
from brownout_simulators.simulator import Simulator

_KNOWN_HOSTS_LIMIT: Final = 64
_WINDOW_BITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class OwnAnswer(NamedTuple):
    """What the host answers itself: in JSON, unless its headers say otherwise."""

    status: int
    body: bytes
    headers: Mapping[str, str] = JSON


class Reception:
    """One per simulator."""

    def __init__(self, simulator: Simulator[Any]) -> None:
        self._simulator = simulator
        self._body_limit = simulator.vendor.body_limit
        self._known_hosts: set[str] = set()

    def receive(self, request: Request) -> Call | OwnAnswer:
        """The call that a request is for the simulator, or the control API's answer: status and JSON.

        Raises `RequestRefused`; the connection may go on.
        """
        headers = request.headers
        host = headers.get("host", "")
        if host not in self._known_hosts and not self._admit(host):
            raise RequestRefused(403, "this simulator answers to loopback names only")
        if "upgrade" in headers and "websocket" in headers["upgrade"].lower():
            check_handshake(request)
        body, target = request.body, request.target
        if "content-encoding" in headers:
            body = decoded(body, headers["content-encoding"], self._body_limit)
        path, _, query = (target if target.startswith("/") else _origin_form(target)).partition("?")
        if path.startswith(PREFIX):
            return self._control(request, path, query, body)
        if "%" in path:
            path = unquote(path)
        return Call(request.method, path, query, headers, body, self._simulator.clock())

    def _admit(self, host: str) -> bool:
        if not is_loopback_host(host):
            return False
        if len(self._known_hosts) < _KNOWN_HOSTS_LIMIT:
            self._known_hosts.add(host)
        return True

    def _control(self, request: Request, path: str, query: str, body: bytes) -> OwnAnswer:
        try:
            page = shown(self._simulator, request.method, path, query)
            if page is not None:
                return OwnAnswer(*page)
            if not is_of_a_foreign_page(request.headers):
                return OwnAnswer(*control(self._simulator, request.method, path, query, body))
        except Exception as error:  # noqa: BLE001  a defect of ours: to be counted, and the connection goes on
            self._simulator.problem(f"{request.method} {path[:120]}", error)
            return OwnAnswer(500, message(DEFECT))
        raise RequestRefused(403, "the control API takes no orders from a page of another site or port")


def _origin_form(target: str) -> str:
    """Path and query of a target that is a whole URL, as a client sends it to a proxy."""
    try:
        parts = urlsplit(target)
    except ValueError:
        raise RequestRefused(400, "the request's target is no URL") from None
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its content coding. Raises `RequestRefused` for one that is not what it says, or too large."""
    coding = encoding.strip().lower()
    if coding in {"identity", ""} or not body:
        return body
    bits = _WINDOW_BITS.get(coding)
    if bits is None:
        raise RequestRefused(415, f"a body may come as gzip or deflate, not as {coding[:40]}")
    if coding == "deflate" and body[0] & 0x0F != zlib.DEFLATED:
        bits = -15  # without zlib's own head, as some clients understand the word
    plain = b""
    while body:  # gzip may come in several members
        unpacker = zlib.decompressobj(bits)
        try:
            plain += unpacker.decompress(body, limit + 1)
        except zlib.error:
            raise RequestRefused(400, f"the body is not {coding}, as its header says") from None
        check_length(len(plain), limit)
        if not unpacker.eof:
            raise RequestRefused(400, f"the body is not all of what its header says: {coding}")
        body = unpacker.unused_data
    return plain
