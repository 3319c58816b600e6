"""Idempotency claims in Redis: the shared contract on the embedded fake and on the machine's own server."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from brownout_core.errors import ConfigError
from brownout_core.records import Claimed, StoreUnavailable
from brownout_core.stores.redis import RedisClaimStore
from tests.core.stores.claim_contract import Backend, ClaimStoreContract, opened
from tests.support.aio import really
from tests.support.redis_server import fake_redis, free_port, real_redis

BRIEF_S = 0.1


def backend(url: str, test: str) -> AbstractAsyncContextManager[Backend]:
    store = RedisClaimStore.from_url(url, prefix=f"{test}:")  # a namespace per test on one server

    async def let_leases_end() -> None:
        await asyncio.sleep(BRIEF_S + 0.01)  # the server's own clock decides, and it cannot be moved

    return opened(store, BRIEF_S, let_leases_end)


@pytest.fixture(scope="module")
def fake_url() -> Iterator[str]:
    with fake_redis() as url:
        yield url


@pytest.fixture(scope="module")
def real_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with real_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


class TestOnFakeRedis(ClaimStoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, fake_url: str, request: pytest.FixtureRequest) -> None:
        self.url, self.test = fake_url, request.node.name

    def open(self) -> AbstractAsyncContextManager[Backend]:
        return backend(self.url, self.test)


@pytest.mark.real
class TestOnRealRedis(ClaimStoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, real_url: str, request: pytest.FixtureRequest) -> None:
        self.url, self.test = real_url, request.node.name

    def open(self) -> AbstractAsyncContextManager[Backend]:
        return backend(self.url, self.test)


def test_a_server_that_is_gone_is_a_store_that_is_unavailable() -> None:
    async def main() -> None:
        store = RedisClaimStore.from_url(f"redis://:hunter2@127.0.0.1:{free_port()}/0")
        with pytest.raises(StoreUnavailable) as caught:
            await store.begin("k", "f", "a", 1)
        assert "hunter2" not in str(caught.value)
        with pytest.raises(StoreUnavailable):
            await store.check()
        await store.close()

    really(main())


@pytest.mark.real
def test_more_askers_than_connections_wait_their_turn(real_url: str) -> None:
    async def main() -> None:
        store = RedisClaimStore.from_url(real_url, prefix="crowd:", connections=4, timeout_s=5.0)
        begun = await asyncio.gather(*(store.begin(f"k{n}", "f", "a", 60) for n in range(300)))
        assert begun == [Claimed(1)] * 300
        await store.close()

    really(main())


def test_a_server_that_hangs_is_given_up_on() -> None:
    async def main() -> None:
        async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(hangs, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        store = RedisClaimStore.from_url(f"redis://127.0.0.1:{port}/0", timeout_s=0.1)
        with pytest.raises(StoreUnavailable):
            await store.begin("k", "f", "a", 60)
        await store.close()
        server.close()
        await server.wait_closed()

    really(main())


def test_an_impossible_keeping_time_is_a_config_error() -> None:
    async def main() -> None:
        with pytest.raises(ConfigError, match="keep_s"):
            RedisClaimStore.from_url("redis://127.0.0.1:1/0", keep_s=0)

    really(main())
