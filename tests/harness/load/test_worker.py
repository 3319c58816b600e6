"""A worker by itself: what it refuses, and how."""

import subprocess
import sys

import pytest

from brownout_harness.load import keys

pytestmark = pytest.mark.real


def test_an_address_that_is_none_is_one_line() -> None:
    command = [sys.executable, "-m", "brownout_harness.load.worker", "--join", "127.0.0.1"]
    token = {keys.VARIABLE: keys.new_keys()[1]}
    done = subprocess.run(command, env=token, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (2, "load: --join 127.0.0.1 is no address: write HOST:PORT\n")
