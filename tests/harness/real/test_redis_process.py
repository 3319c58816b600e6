"""The Redis of a run: started, empty, and the run's own."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis as Client

from brownout_harness.problems import NotJudged
from brownout_harness.real import redis_process
from brownout_harness.real.ports import free_port
from brownout_harness.real.processes import Processes
from brownout_harness.real.redis_choice import AUTO, FAKE, Redis, choose
from brownout_harness.real.redis_process import RedisProcess
from tests.support.absent import absent
from tests.support.processes import is_running

pytestmark = pytest.mark.real


def started(redis: Redis, processes: Processes, folder: Path) -> RedisProcess:
    return RedisProcess(redis, processes, scratch=folder, environment=os.environ)


@pytest.fixture
def server() -> Redis:
    chosen = choose()
    if not chosen.binary:
        absent("no redis-server on this machine: apt-get install redis-server")
    return chosen


@pytest.mark.parametrize("option", [AUTO, FAKE])
def test_it_is_empty_on_loopback_leaves_nothing_on_disk_and_ends_with_the_run(tmp_path: Path, option: str) -> None:
    scratch, logs = tmp_path / "scratch", tmp_path / "logs"
    scratch.mkdir()
    logs.mkdir()
    with Processes(logs) as processes:
        url = started(choose(option), processes, scratch).wait()
        child = processes.get("redis")
        assert child is not None
        with Client.from_url(url) as client:
            assert client.dbsize() == 0
            client.set("claim", "1")
        assert "127.0.0.1" in url
    assert not is_running(child.pid)
    assert list(scratch.iterdir()) == []


def taking_turns(*given: int) -> Callable[[], int]:
    left = list(given)
    return lambda: left.pop(0)


def test_a_port_that_is_somebody_elses_by_now_is_left_for_another(
    tmp_path: Path, server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = free_port()
    with socket.create_server(("127.0.0.1", 0)) as taken, Processes(tmp_path) as processes:
        monkeypatch.setattr(redis_process, "free_port", taking_turns(taken.getsockname()[1], free))
        assert started(server, processes, tmp_path).wait() == f"redis://127.0.0.1:{free}/0"
        assert processes.died_unasked() == []


def test_another_redis_that_answers_there_is_not_taken_for_it(
    tmp_path: Path, server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, logs = tmp_path / "other", tmp_path / "logs"
    other.mkdir()
    logs.mkdir()
    with Processes(other) as others, Processes(logs) as processes:
        port = int(started(server, others, other).wait().rpartition(":")[2].partition("/")[0])
        monkeypatch.setattr(redis_process, "free_port", lambda: port)
        with pytest.raises(NotJudged, match="Redis ended with exit code 1 before it was ready"):
            started(server, processes, tmp_path).wait()


def test_one_that_the_user_runs_is_left_alone(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        redis = Redis(words="mine", url="redis://127.0.0.1:6379/5")
        assert started(redis, processes, tmp_path).wait() == redis.url
        assert processes.get("redis") is None
