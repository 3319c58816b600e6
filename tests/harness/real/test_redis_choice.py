"""A Redis that the user names: here, empty, and left empty."""

import threading
from collections.abc import Iterator

import pytest
import redis
from fakeredis import TcpFakeServer

from brownout_harness.problems import BadInput
from brownout_harness.real.redis_choice import check_redis_url, chosen


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


def test_without_a_url_there_is_none() -> None:
    with chosen(None) as url:
        assert url is None


def test_what_a_run_leaves_in_an_empty_database_is_removed(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        with chosen(url) as given:
            assert given == url
            client.set("claim", "1")
        assert client.dbsize() == 0


def test_a_database_that_holds_something_is_refused_and_left_alone(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.set("precious", "1")
        with pytest.raises(BadInput, match="holds 1 keys: name an empty one"), chosen(url):
            pass
        assert client.get("precious") == b"1"


def test_no_redis_there_is_one_line_that_says_what_to_do() -> None:
    with (
        pytest.raises(BadInput, match=r"no Redis answers at 127.0.0.1:1: start one"),
        chosen("redis://:pw@127.0.0.1:1/0"),
    ):
        pass


@pytest.mark.parametrize("url", ["redis://192.0.2.7:6379/0", "http://127.0.0.1:6379", "rediss://127.0.0.1"])
def test_another_machine_or_another_protocol_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        check_redis_url(url)
