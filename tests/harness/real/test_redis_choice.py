"""A Redis that the user names: here, empty, and left empty."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from fakeredis import TcpFakeServer

from brownout_harness.problems import BadInput
from brownout_harness.real.redis_choice import FAKE, Redis, check_redis_url, choose, emptied


@pytest.fixture
def url() -> Iterator[str]:
    server = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    server.shutdown()
    server.server_close()
    thread.join()


def found(folder: Path, program: str) -> str:
    """A folder with a `redis-server` that does what `program` says."""
    binary = folder / "redis-server"
    binary.write_text(f"#!/bin/sh\n{program}\n")
    binary.chmod(0o755)
    return str(folder)


def test_a_server_on_the_path_is_used_and_said_with_its_version(tmp_path: Path) -> None:
    path = found(tmp_path, "echo 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc bits=64'")
    assert choose(path=path) == Redis(words="redis-server 7.0.15", binary=str(tmp_path / "redis-server"))


def test_without_a_server_the_embedded_one_is_used_and_why(tmp_path: Path) -> None:
    assert choose(path=str(tmp_path)) == Redis(words="embedded fakeredis (no redis-server on PATH)")
    broken = choose(path=found(tmp_path, "exit 1"))
    assert broken == Redis(words=f"embedded fakeredis ({tmp_path / 'redis-server'} cannot be run)")


def test_the_embedded_one_may_be_asked_for() -> None:
    assert choose(FAKE) == Redis(words="embedded fakeredis")


def test_one_that_is_named_is_said_without_its_password() -> None:
    url = "redis://:secret@127.0.0.1:6380/3"
    assert choose(url) == Redis(words="the Redis at 127.0.0.1:6380", url=url)


def test_one_that_is_started_needs_no_emptying() -> None:
    with emptied(choose(FAKE)):
        pass


def test_what_a_run_leaves_in_an_empty_database_is_removed(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        with emptied(choose(url)):
            client.set("claim", "1")
        assert client.dbsize() == 0


def test_a_database_that_holds_something_is_refused_and_left_alone(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.set("precious", "1")
        with pytest.raises(BadInput, match="holds 1 keys: name an empty one"), emptied(choose(url)):
            pass
        assert client.get("precious") == b"1"


def test_no_redis_there_is_one_line_that_says_what_to_do() -> None:
    with (
        pytest.raises(BadInput, match=r"no Redis answers at 127.0.0.1:1: start one"),
        emptied(choose("redis://:pw@127.0.0.1:1/0")),
    ):
        pass


def test_a_word_that_is_no_choice_is_refused() -> None:
    with pytest.raises(BadInput, match="--redis real: write auto, fake or redis://"):
        choose("real")


@pytest.mark.parametrize("url", ["redis://192.0.2.7:6379/0", "http://127.0.0.1:6379", "rediss://127.0.0.1"])
def test_another_machine_or_another_protocol_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        check_redis_url(url)
