"""Locust's page shows and changes nothing, to loopback alone; in a process of its own, as Locust patches it."""

import json
import subprocess
import sys

import pytest

from brownout_harness.real.ports import free_port

pytestmark = pytest.mark.real

TRIED = """
import sys
import locust
import http.client, json
from brownout_harness.load.caller import environment_for
from brownout_harness.load.generator import user_for
from brownout_harness.load.web import look_on

port, master = map(int, sys.argv[1:])
environment = environment_for(user_for(lambda user: None), "http://127.0.0.1:1")
environment.create_master_runner("127.0.0.1", master)
look_on(environment, port)
own = f"127.0.0.1:{port}"

def status(method, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, headers=headers)
    return connection.getresponse().status

print(json.dumps({
    "page": status("GET", "/"),
    "figures": status("GET", "/stats/requests", Origin=f"http://{own}"),
    "stop": status("POST", "/stop"),
    "swarm": status("POST", "/swarm"),
    "reset": status("POST", "/stats/reset"),
    "another host": status("GET", "/", Host="evil.example"),
    "another page": status("GET", "/stats/requests", Origin="http://evil.example"),
}))
"""


def test_it_is_looked_at_from_this_machine_and_stops_nothing() -> None:
    ports = [str(free_port()), str(free_port())]
    done = subprocess.run(
        [sys.executable, "-c", TRIED, *ports], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "page": 200,
        "figures": 200,
        "stop": 403,
        "swarm": 403,
        "reset": 403,
        "another host": 403,
        "another page": 403,
    }
