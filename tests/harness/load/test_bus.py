"""Nobody joins, or lets join, without a token."""

import subprocess
import sys

import pytest

from brownout_harness.load import keys

pytestmark = pytest.mark.real  # whatever imports Locust is a process of its own


def test_a_token_that_is_none_is_one_line() -> None:
    command = [sys.executable, "-m", "brownout_harness.load.worker", "--join", "127.0.0.1:9"]
    done = subprocess.run(
        command, env={keys.VARIABLE: "secret"}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "load: BROWNOUT_LOAD_TOKEN holds no token: it has 64 hexadecimal digits, and the master prints it\n"
    )
