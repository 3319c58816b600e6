"""A relay carries bytes both ways and their end, for whom it knows; in a process of its own, as it needs gevent."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.real

TRIED = """
from gevent import monkey; monkey.patch_all()
import socket
from gevent.server import StreamServer
from brownout_harness.load.relay import Relay

def echo(near, _peer):
    while block := near.recv(10):
        near.sendall(block.upper())
    near.sendall(b"!")  # after the other side has said its last

known = {"127.0.0.1"}
server = StreamServer(("127.0.0.1", 0), echo); server.start()
relay = Relay("127.0.0.1", f"http://127.0.0.1:{server.server_port}", known.__contains__)
port = int(relay.url.rpartition(":")[2])

def said(text):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as near:
        near.sendall(text)
        near.shutdown(socket.SHUT_WR)
        found = b""
        while block := near.recv(100):
            found += block
        return found

print(said(b"x" * 100_000) == b"X" * 100_000 + b"!")
known.clear()
try:
    print(said(b"x") == b"")
except ConnectionError:
    print(True)
known.add("127.0.0.1")
server.stop()
try:
    print(said(b"x") == b"")
except ConnectionError:
    print(True)
"""


def test_bytes_are_carried_both_ways_and_a_stranger_is_hung_up_on() -> None:
    done = subprocess.run([sys.executable, "-c", TRIED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.split(), done.stderr) == (["True"] * 3, "")
