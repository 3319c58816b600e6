"""redis-py's asynchronous client, unmodified, against the Redis in memory: it keeps, expires, blocks and tells."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest
from fakeredis import FakeServer
from redis.asyncio import Redis

from brownout_harness.virtual.closed import closed_world
from brownout_harness.virtual.foreign.loop import NetworkLoop, network_loop
from brownout_harness.virtual.foreign.redis import NAME, PORT, URL, RedisConnection
from brownout_harness.virtual.loop import run_virtually


def with_redis(do: Callable[[Any], Coroutine[Any, Any, Any]], protocol: int = 3) -> Any:
    async def main() -> Any:
        network_loop().network.listen(NAME, PORT, partial(RedisConnection, FakeServer()))
        async with Redis.from_url(URL, decode_responses=True, protocol=protocol, socket_timeout=None) as client:
            return await do(client)

    with closed_world(epoch_s=1_767_225_600.0, seed=7):
        return run_virtually(main(), NetworkLoop)


@pytest.mark.parametrize("protocol", [2, 3])
def test_it_keeps_what_it_is_told(protocol: int) -> None:
    async def do(client: Any) -> Any:
        await client.set("a", "1")
        await client.hset("h", mapping={"x": "y"})
        async with client.pipeline(transaction=True) as several:
            several.incr("a").get("a")
            said = await several.execute()
        return said, await client.hgetall("h"), await client.set("a", "2", nx=True)

    assert with_redis(do, protocol) == ([2, "2"], {"x": "y"}, None)


def test_keys_expire_by_the_runs_clock() -> None:
    async def do(client: Any) -> Any:
        await client.set("lease", "mine", ex=60)
        await asyncio.sleep(59)
        held = await client.get("lease")
        await asyncio.sleep(2)
        return held, await client.get("lease")

    assert with_redis(do) == ("mine", None)


def test_who_waits_for_a_list_is_woken_and_else_given_up_in_virtual_time() -> None:
    async def do(client: Any) -> Any:
        async def later() -> None:
            await asyncio.sleep(30)
            await client.rpush("jobs", "one")

        pushing = asyncio.get_running_loop().create_task(later())
        got = await client.blpop("jobs", timeout=120)
        at_s = asyncio.get_running_loop().time()
        nothing = await client.blpop("jobs", timeout=10)
        await pushing
        return got, round(at_s), nothing, round(asyncio.get_running_loop().time() - at_s)

    got, at_s, nothing, waited_s = with_redis(do)
    assert (list(got), at_s, nothing, waited_s) == (["jobs", "one"], 30, None, 10)


def test_who_subscribes_is_told() -> None:
    async def do(client: Any) -> Any:
        async with client.pubsub() as ear:
            await ear.subscribe("news")
            await ear.get_message(timeout=1)
            await client.publish("news", "it is out")
            return (await ear.get_message(timeout=5))["data"]

    assert with_redis(do) == "it is out"


def test_a_script_is_run() -> None:
    async def do(client: Any) -> Any:
        return await client.eval("return redis.call('incrby', KEYS[1], ARGV[1])", 1, "n", "5")

    assert with_redis(do) == 5


def test_what_is_not_its_protocol_is_answered_with_an_error_and_the_end() -> None:
    async def main() -> bytes:
        network_loop().network.listen(NAME, PORT, partial(RedisConnection, FakeServer()))
        reader, writer = await asyncio.open_connection(NAME, PORT)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        said = await reader.read()
        writer.close()
        return said

    assert run_virtually(main(), NetworkLoop).startswith(b"-ERR unknown command")
