"""Whatever a client sends, cuts, and does not wait for: an answer, a refusal or a close, and nothing left behind."""

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.hosts.http1.patience import Patience
from tests.simulators.board import BOARD
from tests.simulators.hosts.http1.line import Line, statuses, till_service
from tests.simulators.toy import TILL
from tests.support.aio import virtually
from tests.support.examples import examples

PATIENCE = Patience(head_s=30.0, body_s=30.0, idle_s=3600.0, unread_s=60.0, linger_s=5.0, look_s=5.0)
LATENCY = {"latency": {"uniform": {"low_s": 0.0, "high_s": 0.4}}, "share": 0.3}

_methods = st.sampled_from(
    ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "LIST", "get", "X" * 40, "²", ""]
)
_targets = st.sampled_from(
    [
        "/v1/charges", "/v1/charges/%2F", "/health", "/v1/stream", "/notes", "/notes/export", "/live", "/", "*",
        "http://127.0.0.1/health", "http://[", "//", "/%", "/%ff%00", "host:443", "/_brownout/status", "/_brownout/²",
        "/_brownout/ledger?after=x", "/_brownout/faults/a", "/health?" + "a" * 3000,
    ]
)  # fmt: skip
_texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
_headers = st.lists(
    st.one_of(
        st.tuples(st.just("Authorization"), st.sampled_from(["Bearer till_test_a", "Bearer", "Basic ²", "Basic eA=="])),
        st.tuples(st.just("X-Board-Key"), st.sampled_from(["board_test_a", "²"])),
        st.tuples(st.just("Content-Length"), st.sampled_from(["0", "5", "-1", "²", "5, 5", "9" * 30, "4194305", ""])),
        st.tuples(st.just("Transfer-Encoding"), st.sampled_from(["chunked", "gzip, chunked", "identity", "²"])),
        st.tuples(st.just("Content-Encoding"), st.sampled_from(["gzip", "deflate", "br", "²", ""])),
        st.tuples(st.just("Expect"), st.sampled_from(["100-continue", "100-c\xff", "²"])),
        st.tuples(st.just("Connection"), st.sampled_from(["close", "keep-alive", "Upgrade", "Upgrade, close", "²"])),
        st.tuples(st.just("Upgrade"), st.sampled_from(["websocket", "h2c", "WebSocket, h2c", "²"])),
        st.tuples(st.just("Sec-WebSocket-Key"), st.sampled_from(["dGhlIHNhbXBsZSBub25jZQ==", "²"])),
        st.tuples(st.just("Sec-WebSocket-Version"), st.sampled_from(["13", "8"])),
        st.tuples(st.just("Origin"), st.sampled_from(["http://[", "null", "http://localhost"])),
        st.tuples(_texts, _texts),
    ),
    max_size=4,
)
_bodies = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"", b"{}", b'{"amount": 5}', b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"\x81\x80\0\0\0\0"]),
)
_versions = st.sampled_from(["HTTP/1.0", "HTTP/2.0", "HTTP/9", ""])
_hosts = st.sampled_from(["127.0.0.1", "localhost:80", "127.0.0.²", "[::1]", "evil.example", ""])


_routes = st.sampled_from(["POST /v1/charges", "GET /health", "GET /v1/stream", "POST /notes", "GET /notes/export"])
_FRAMINGS = ["length", "length", "length", "chunks", "none", "wrong"]
_KNOWN = ["Authorization: Bearer till_test_a", "X-Board-Key: board_test_a"]
_HANDSHAKE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
_HANDSHAKE += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]


def mostly(usual: str, unusual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What a client that means it sends, nine times in ten."""
    return st.integers(0, 9).flatmap(lambda one: st.just(usual) if one else unusual)


@st.composite
def requests(draw: Any) -> bytes:
    """Something like a request: mostly right, with something wrong in it."""
    body: bytes = draw(_bodies)
    asked = draw(st.one_of(_routes, _routes, st.tuples(_methods, _targets).map(" ".join)))
    lines = [f"{asked} {draw(mostly('HTTP/1.1', _versions))}"]
    lines.append(f"Host: {draw(mostly('127.0.0.1', _hosts))}")
    lines += _KNOWN
    if draw(st.integers(0, 5)) == 0:
        lines[0] = "GET /live HTTP/1.1"
        lines += _HANDSHAKE
    if draw(st.booleans()):
        lines += [f"{name}: {value}" for name, value in draw(_headers)]
    framing = draw(st.sampled_from(_FRAMINGS))
    if framing == "length":
        lines.append(f"Content-Length: {len(body)}")
    elif framing == "wrong":
        lines.append(f"Content-Length: {len(body) + draw(st.integers(-2, 2))}")
    elif framing == "chunks":
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    head: bytes = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")
    return head + body


_doings = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.one_of(requests(), st.binary(max_size=60))),
        st.tuples(st.just("send"), requests()),
        st.tuples(st.just("wait"), st.sampled_from([0.0, 0.1, 1.0, 40.0])),
        st.tuples(st.just("take"), st.sampled_from([1, 100, 100_000])),
        st.tuples(st.just("leave"), st.just(0)),
    ),
    max_size=6,
)


@examples(200)
@given(
    doings=_doings,
    vendor=st.sampled_from([TILL, BOARD]),
    piece=st.sampled_from([None, 1, 7, 100]),
    room=st.sampled_from([None, None, 50]),
    others=st.integers(0, 1),
)
def test_nothing_a_client_does_is_a_500_of_ours_a_hang_or_a_leak(
    doings: list[tuple[str, Any]], vendor: Any, piece: int | None, room: int | None, others: int
) -> None:
    async def main() -> None:
        service = till_service(LATENCY, vendor=vendor, patience=PATIENCE)
        service.simulator.schedule(
            [standing.rule for standing in service.simulator.plan.standing.values()],
            limits={"at-once": {"concurrency": 2}},
        )
        line, *more = [Line(service, room=room if not place else None) for place in range(1 + others)]
        for what, how in doings:
            if what == "send":
                line.send(how, piece=piece)
            elif what == "take":
                line.take(how)
            elif what == "leave":
                line.leave()
            await asyncio.sleep(how if what == "wait" else 0)
        line.take(1_000_000)
        await asyncio.sleep(10.0)
        assert 500 not in statuses(line.got)
        assert not [status for status in statuses(line.got) if not 100 <= status < 600]
        # Either all is answered, or it is the client's turn and its time runs out: nobody waits for ever.
        await asyncio.sleep(100.0)
        for other in more:
            other.leave()
        line.leave()
        await asyncio.sleep(1.0)
        assert not service.connections
        assert service.simulator.in_flight == 0
        assert list(service.simulator.problems) == []
        json.dumps(list(service.simulator.ledger.rows()))
        free = Line(service)
        free.send(b"GET /_brownout/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert statuses(await free.turn()) == [200]

    virtually(main())
