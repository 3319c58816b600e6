"""The embedded Redis as a process."""

import os
import socket
import sys
import time
from pathlib import Path

import pytest
import redis

from brownout_harness.problems import NotJudged
from brownout_harness.real.processes import Processes, json_lines, wait_until
from tests.support.processes import DEADLINE_S

pytestmark = pytest.mark.real

SERVER = [sys.executable, "-m", "brownout_harness.real.redis_server"]


def test_it_says_where_it_serves_keeps_what_it_is_given_and_runs_lua(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("redis", SERVER, os.environ)
        said = wait_until(lambda: json_lines(child.output)[0], child, time.monotonic() + DEADLINE_S, "redis")
        for _ in range(2):  # what one client leaves, the next one finds
            with redis.Redis.from_url(said[0]["redis"]) as client:
                assert client.eval("return redis.call('INCR', KEYS[1])", 1, "visits")
        with redis.Redis.from_url(said[0]["redis"]) as client:
            assert client.get("visits") == b"2"
        processes.stop("redis")
        assert child.exit_code == 0


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, Processes(tmp_path) as processes:
        port = str(taken.getsockname()[1])
        child = processes.start("redis", [*SERVER, "--port", port], os.environ)
        with pytest.raises(NotJudged, match=f"redis: port {port} cannot be used: Address already in use"):
            wait_until(lambda: json_lines(child.output)[0], child, time.monotonic() + DEADLINE_S, "Redis")
