"""Vendors on ports, whose control API reads faults as scenarios are written."""

import json
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real


def ask(place: str, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection(place, timeout=10)
    connection.request(method, path, json.dumps(body))
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def test_a_fault_may_be_written_either_way(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "brownout_harness.testing.serving", "--vendors", "stripe", "--ports", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=tmp_path) as process:
        try:
            assert process.stdout is not None
            place = json.loads(process.stdout.readline())["url"].removeprefix("http://")
            written = {"match": "POST /v1/refunds", "share": "50%", "latency": "2s"}
            status, made = ask(place, "POST", "/_brownout/faults", written)
            assert (status, made["share"], made["latency"]) == (201, 0.5, {"fixed_s": 2.0})
            assert ask(place, "POST", "/_brownout/faults", {"latency": {"fixed_s": 2}})[0] == 201
            assert ask(place, "POST", "/_brownout/faults", {"latency": "2"}) == (
                400,
                {"error": "latency: 2 has no unit: write 2s or 2ms"},
            )
        finally:
            process.terminate()
