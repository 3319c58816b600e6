"""What a Redis holds: of every database and of every kind of value, on both servers that a run may start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis as Client

from brownout_harness.real.processes import Processes
from brownout_harness.real.redis_choice import AUTO, FAKE, choose
from brownout_harness.real.redis_memory import Content, NotDone, content, empty, put_back
from brownout_harness.real.redis_process import RedisProcess

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", params=[AUTO, FAKE])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("redis")
    with Processes(folder) as processes:
        yield RedisProcess(choose(request.param), processes, scratch=folder, environment=os.environ).wait()


def test_what_is_put_back_is_what_it_was_and_nothing_else(url: str) -> None:
    empty(url)
    with Client.from_url(url) as client, Client.from_url(url, db=3) as other:
        client.hset("claim", mapping={"state": "in_progress", "result": b"\xff\x00"})
        client.rpush("queue", "a", "b")
        client.zadd("due", {"a": 1.5})
        other.set("elsewhere", "1")
        was = content(url)
        client.hset("claim", "state", "completed")
        client.rpush("queue", "c")
        client.set("new", "1")
        other.delete("elsewhere")
        assert content(url).held != was.held
        put_back(url, was)
        assert content(url).held == was.held
        assert client.hgetall("claim") == {b"state": b"in_progress", b"result": b"\xff\x00"}
        assert client.lrange("queue", 0, -1) == [b"a", b"b"]
        assert client.zscore("due", "a") == 1.5
        assert client.get("new") is None
        assert other.get("elsewhere") == b"1"


def test_a_key_lives_on_for_as_long_as_it_had_less_what_has_passed(url: str) -> None:
    empty(url)
    with Client.from_url(url) as client:
        client.set("short", "1", px=30_000)
        client.set("long", "1", px=90_000)
        client.set("for ever", "1")
        was = content(url, clock=lambda: 100.0)
        put_back(url, was, clock=lambda: 160.0)
        assert client.get("short") is None
        assert 25_000 < client.pttl("long") <= 30_000
        assert client.pttl("for ever") == -1


def test_one_that_is_emptied_holds_nothing_in_any_database(url: str) -> None:
    with Client.from_url(url, db=5) as client:
        client.set("a", "1")
    empty(url)
    assert content(url).held == {}
    put_back(url, Content({}, {}, 0.0))
    assert content(url).held == {}


def test_one_that_is_not_there_has_not_done_it() -> None:
    with pytest.raises(NotDone, match="ConnectionError"):
        content("redis://127.0.0.1:1/0")
