"""A token for all calls: fetched once, carried by each, had anew where it was refused."""

import asyncio

from brownout_core.adapters.token_client import TokenClient
from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from tests.core.fakes import reply, wire
from tests.support.aio import virtually


class Client(TokenClient):
    """Whose tokens are numbered."""

    vendor = "acme"
    fetched = 0

    async def _fetch_token(self, operation_id: str) -> str:
        assert operation_id
        await asyncio.sleep(0.1)
        self.fetched += 1
        self._tokens.store(f"t{self.fetched}", 100.0, asyncio.get_running_loop().time())
        return f"t{self.fetched}"

    async def ask(self) -> int:
        return (await self._authorised("ask", "op-1", "GET", "/x", headers={"A": "b"})).status


def client(good: set[str], seen: list[str]) -> Client:
    async def handle(request: Request) -> Response:
        assert request.headers["A"] == "b"
        seen.append(request.headers["Authorization"].removeprefix("Bearer "))
        return reply(200 if seen[-1] in good else 401, {})

    return Client("http://acme.test", wire(MemoryTransport(handle)))


def test_many_at_once_fetch_one_token() -> None:
    async def main() -> None:
        seen: list[str] = []
        acme = client({"t1"}, seen)
        assert await asyncio.gather(*(acme.ask() for _ in range(20))) == [200] * 20
        assert (acme.fetched, set(seen)) == (1, {"t1"})

    virtually(main())


def test_a_401_earns_one_new_token_and_no_second_one() -> None:
    async def main() -> None:
        seen: list[str] = []
        assert await client({"t2"}, seen).ask() == 200
        assert seen == ["t1", "t2"]
        seen.clear()
        assert await client(set(), seen).ask() == 401
        assert seen == ["t1", "t2"]

    virtually(main())
