"""One webhook on its way: what is asked for, and what counts as an answer."""

import asyncio

import pytest
from aiohttp import web

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.hosts.webhook_sender import WebhookSender
from brownout_simulators.vendor import NO_ANSWER
from tests.simulators.hosts.conftest import Run
from tests.simulators.hosts.test_webhook_sender import receiving


def posted(url: str, **headers: str) -> OutgoingWebhook:
    return OutgoingWebhook(id=1, url=url, headers=headers, body=b"{}", timeout_s=5.0, connect_timeout_s=5.0)


async def sent(webhook: OutgoingWebhook) -> int | None:
    return await WebhookSender().send(webhook)


def test_what_the_receivers_url_says_is_asked_for_and_no_more(run: Run) -> None:
    got: list[tuple[str, str, str]] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        got.append((request.raw_path, request.headers["Host"], request.headers.get("Authorization", "")))
        return web.Response()

    async def main() -> None:
        async with receiving(answer) as url:
            place = url.removeprefix("http://").partition("/")[0]
            for written in (f"http://{place}", f"http://shop:s%40t@{place}/h%C3%A4 k?b=1%202#part"):
                assert await sent(posted(written)) == 200
        assert got == [("/", place, ""), ("/h%C3%A4%20k?b=1%202", place, "Basic c2hvcDpzQHQ=")]

    run(main())


@pytest.mark.parametrize("said", [b"", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"])
def test_a_receiver_that_breaks_off_gave_no_answer(run: Run, said: bytes) -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(said)
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(break_off, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            assert await sent(posted(url)) == NO_ANSWER

    run(main())


@pytest.mark.parametrize(
    ("url", "headers"),
    [("ftp://127.0.0.1/x", {}), ("http://127.0.0.1:99999/", {}), ("http://127.0.0.1:1/", {"a\n": "b"})],
)
def test_what_http_cannot_say_is_not_sent(run: Run, url: str, headers: dict[str, str]) -> None:
    async def main() -> None:
        assert await sent(posted(url, **headers)) is None

    run(main())
