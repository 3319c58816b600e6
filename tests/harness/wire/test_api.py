"""The API without HTTP, whatever is sent to it. What it answers to whom is the contract's (`contract/`)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.wire.api import ROUTES, Answer
from brownout_harness.wire.server import Server
from tests.support.aio import really
from tests.support.examples import examples

pytestmark = pytest.mark.real

Asking = Callable[[str, str, bytes], Answer]


def asked(main: Callable[[Server, Asking], Awaitable[None]]) -> None:
    """In a server of its own."""

    async def run() -> None:
        async with Server(port=0) as server:
            await main(server, server.api.answer)

    really(run())


NUMBERS = st.one_of(st.integers(-5, 5), st.integers(), st.floats(), st.sampled_from([2**31, 2**62, -1, 1e300]))
NAMES = st.sampled_from(["a", "b", "latency_downstream", "t", ""])
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)
ADDRESSES = st.sampled_from(
    ["127.0.0.1:0", "localhost:0", "127.0.0.1:9", "[::1]:9", "0.0.0.0:0", ":", "127.0.0.1:70000"]
)
TYPES = ["latency", "bandwidth", "slow_close", "timeout", "reset_peer", "slicer", "limit_data", "noop"]
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["latency", "jitter", "rate", "delay", "timeout", "average_size", "size_variation", "bytes", "x"]),
    st.one_of(NUMBERS, ANYTHING),
    max_size=3,
)
TOXICS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(NAMES, ANYTHING),
        "type": st.one_of(st.sampled_from(TYPES), ANYTHING),
        "stream": st.one_of(st.sampled_from(["upstream", "Downstream"]), ANYTHING),
        "toxicity": st.one_of(st.floats(0, 1), ANYTHING),
        "attributes": st.one_of(ATTRIBUTES, ANYTHING),
    },
)
PROXIES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(NAMES, ANYTHING),
        "listen": st.one_of(ADDRESSES, ANYTHING),
        "upstream": st.one_of(ADDRESSES, ANYTHING),
        "enabled": st.one_of(st.booleans(), ANYTHING),
        "toxics": st.one_of(st.lists(TOXICS, max_size=2), ANYTHING),
    },
)
JSON = st.one_of(TOXICS, PROXIES, st.lists(PROXIES, max_size=3), ANYTHING)
BODIES = st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=40))
SEGMENTS = st.one_of(st.sampled_from(["a", "b", "t", "latency_downstream", "toxics", "proxies"]), st.text(max_size=4))


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, bytes]:
    method, route = draw(st.sampled_from(sorted(ROUTES)))
    path = "/" + "/".join(draw(SEGMENTS) if part == "*" else part for part in route)
    return method, path, draw(BODIES)


def whatever_is_sent(several: list[tuple[str, str, bytes]]) -> None:
    async def main(server: Server, ask: Asking) -> None:
        ask("POST", "/proxies", b'{"name": "a", "upstream": "127.0.0.1:9", "toxics": [{"type": "latency"}]}')
        for method, path, body in several:
            answer = ask(method, path, body)
            assert answer.status in {200, 201, 204, 400, 404, 405, 409, 500}, (method, path, body)
            if answer.status == 500:
                assert b"bind: address already in use" in answer.body or b"bind: permission denied" in answer.body
            if answer.content_type.startswith("application/json") and answer.body:
                json.loads(answer.body)
        assert ask("GET", "/proxies", b"").status == 200

    asked(main)


@given(st.lists(requests(), min_size=10, max_size=10))
@examples(20)
def test_no_body_ends_the_server(several: list[tuple[str, str, bytes]]) -> None:
    whatever_is_sent(several)


@pytest.mark.slow
@given(st.lists(requests(), min_size=20, max_size=20))
@examples(500)
def test_nor_do_ten_thousand(several: list[tuple[str, str, bytes]]) -> None:
    whatever_is_sent(several)


def test_a_connections_strikes_are_told() -> None:
    async def main(server: Server, ask: Asking) -> None:
        is_over = asyncio.Event()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.read(100))
            await reader.read()
            writer.close()
            await writer.wait_closed()
            is_over.set()

        behind = await asyncio.start_server(answer, "127.0.0.1", 0)
        upstream = f"127.0.0.1:{behind.sockets[0].getsockname()[1]}"
        slow = {"type": "latency", "attributes": {"latency": 5}}
        made = json.loads(ask("POST", "/proxies", _json(name="a", upstream=upstream, toxics=[slow])).body)
        host, _, port = made["listen"].partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"ping")
        assert await reader.read(100) == b"ping"
        told = json.loads(ask("GET", "/_brownout/connections", b"").body)
        (connection,) = told["connections"]
        (strike,) = connection["strikes"]
        seen = {name: strike[name] for name in ("stream", "toxic", "type", "chunks", "bytes")}
        wanted = {"stream": "downstream", "toxic": "latency_downstream", "type": "latency", "chunks": 1, "bytes": 4}
        assert (connection["proxy"], connection["connection"], seen) == ("a", 1, wanted)
        assert connection["opened_s"] <= strike["first_s"] <= told["now_s"]
        writer.close()
        await writer.wait_closed()
        await is_over.wait()
        behind.close()

    asked(main)


def _json(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_metrics_are_there_where_they_were_asked_for() -> None:
    async def main(_server: Server, ask: Asking) -> None:
        assert ask("GET", "/metrics", b"").status == 404

    asked(main)
