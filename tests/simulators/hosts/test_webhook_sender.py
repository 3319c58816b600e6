"""Webhooks over HTTP."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp import web

from brownout_simulators.vendor import NO_ANSWER, Terms
from tests.simulators.hosts.conftest import Run
from tests.simulators.serving import ask, eventually, request_bytes, serving


@asynccontextmanager
async def receiving(answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A receiver on a free port; its URL."""
    server = await asyncio.get_running_loop().create_server(web.Server(answer, access_log=None), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=b"
    finally:
        server.close()


async def listen(host: Any, url: str) -> None:
    await ask(host, request_bytes("POST", "/v1/endpoints", {"url": url}, Connection="close"))


def test_a_webhook_arrives_as_it_was_signed(run: Run) -> None:
    got: list[tuple[str, Any, str]] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        got.append((request.path_qs, json.loads(await request.read()), request.headers["till-attempt"]))
        return web.Response(status=204)

    async def main() -> None:
        async with receiving(answer) as url, serving() as host:
            await listen(host, f"{url}#rc=2")
            await ask(host, request_bytes(Connection="close"))
            await eventually(lambda: host.simulator.outbox.counts()["delivered"] == 1)
        ((path, body, attempt),) = got
        assert (path, body["type"], attempt) == ("/hook?a=b", "charge.made", "1")

    run(main())


def test_a_slow_receiver_slows_neither_the_call_nor_other_deliveries(run: Run) -> None:
    release = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = json.loads(await request.read())
        if body["amount"] == 1:
            await release.wait()
        return web.Response()

    async def main() -> None:
        async with receiving(answer) as url, serving() as host:
            await listen(host, url)
            for amount in (1, 2):
                got, _ = await ask(host, request_bytes(body={"amount": amount}, Connection="close"))
                assert got.startswith(b"HTTP/1.1 200")
            await eventually(lambda: host.simulator.outbox.counts()["delivered"] == 1)
            assert host.simulator.agenda.open_webhooks == 1
            release.set()
            await eventually(lambda: host.simulator.outbox.counts()["delivered"] == 2)

    run(main())


def test_a_refused_delivery_is_tried_again_and_one_that_leads_elsewhere_is_not_followed(run: Run) -> None:
    statuses = iter([302, 500, 200])

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(status=next(statuses), headers={"Location": "http://127.0.0.1:1/elsewhere"})

    async def main() -> None:
        async with receiving(answer) as url, serving() as host:
            host.simulator.outbox.time_scale = 0.001
            await listen(host, url)
            await ask(host, request_bytes(Connection="close"))
            await eventually(lambda: host.simulator.outbox.counts()["delivered"] == 1)
            assert [one.status for one in host.simulator.outbox.log] == [302, 500, 200]

    run(main())


def test_an_endless_answer_is_not_read_to_its_end(run: Run) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65_536)
        return response

    async def main() -> None:
        async with receiving(answer) as url, serving() as host:
            await listen(host, url)
            await ask(host, request_bytes(Connection="close"))
            await eventually(lambda: host.simulator.outbox.counts()["delivered"] == 1)

    run(main())


def test_nothing_is_sent_beyond_this_machine_and_nothing_fails_where_nobody_listens(run: Run) -> None:
    async def main() -> None:
        async with serving() as host:
            host.simulator.outbox.time_scale = 0.0
            await listen(host, "http://203.0.113.7/hook")
            await listen(host, "http://127.0.0.1:1/hook")
            await listen(host, "no url at all")
            await listen(host, "http://[::1")
            await ask(host, request_bytes(Connection="close"))
            await eventually(lambda: host.simulator.outbox.counts()["given_up"] == 4)
            assert {one.status for one in host.simulator.outbox.log} == {None}

    run(main())


def test_a_receiver_that_says_nothing_in_time_is_no_missing_connection(run: Run) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    async def main() -> None:
        async with receiving(answer) as url, serving() as host:
            rules = host.simulator.outbox.rules
            assert rules is not None
            host.simulator.outbox.rules = replace(rules, terms_of=lambda _url: Terms(timeout_s=0.05))
            await listen(host, url)
            await ask(host, request_bytes(Connection="close"))
            await eventually(lambda: host.simulator.outbox.counts()["given_up"] == 1)
            assert [one.status for one in host.simulator.outbox.log] == [NO_ANSWER]

    run(main())


def test_deferred_steps_run_on_time(run: Run) -> None:
    async def main() -> None:
        async with serving() as host:
            body = {"amount": 1, "settle_after_s": 0.03}
            await ask(host, request_bytes(body=body, Connection="close"))
            await eventually(lambda: host.simulator.accounts["a"].state.settled == 1)
            request = next(row for row in host.simulator.ledger.rows() if row["entry"] == "request")
            settlement = next(row for row in host.simulator.ledger.rows() if row["route"] == "till.settlement")
            # From the arrival: the charge is booked an instant after its step was put off.
            assert settlement["at_s"] - request["at_s"] >= 0.03

    run(main())
