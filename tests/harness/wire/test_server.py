import shlex
import socket
from pathlib import Path

import orjson
import pytest

from brownout_harness.wire.server import PortTaken, Server
from tests.support.aio import really

pytestmark = pytest.mark.real

PAGE = Path(__file__).parents[3] / "docs" / "toxiproxy.md"


def test_a_port_that_is_taken_is_told() -> None:
    async def main(port: int) -> None:
        async with Server(port=port):
            pass

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is in use"):
            really(main(port))


def test_it_listens_on_the_other_loopback_too() -> None:
    async def main() -> str:
        async with Server(host="::1", port=0) as server:
            return server.url

    assert really(main()).startswith("http://[::1]:")


def test_what_the_page_says_to_type_does_what_it_says() -> None:
    typed = [
        shlex.split(line)[1:] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("curl ")
    ]

    async def main() -> None:
        async with Server(port=0) as server:
            statuses = []
            for words in typed:
                body = words[1].replace("26379", "0").encode() if words[0] == "-d" else b""
                path = words[-1].removeprefix("localhost:8474")
                statuses.append(server.api.answer("POST" if body else "GET", path, body).status)
            assert statuses == [201, 200, 200]
            (proxy,) = orjson.loads(server.api.answer("GET", "/proxies", b"").body).values()
            assert [each["toxicity"] for each in proxy["toxics"]] == [0.5]

    really(main())
