"""`python -m brownout_core.gateway`: what is wrong is one line and exit code 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.gateway.test_settings import GOOD

pytestmark = pytest.mark.real


def start(tmp_path: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "brownout_core.gateway"],
        cwd=tmp_path,
        env={**GOOD, "BROWNOUT_PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"STRIPE_API_KEY": "sk_live_secret"}, "live key"),
        ({"BROWNOUT_PORT": "99999"}, "BROWNOUT_PORT"),
        ({"BROWNOUT_DEAD_LETTERS": "missing/letters.db"}, "dead letters cannot be kept"),
        ({"BROWNOUT_TELEMETRY": "missing/telemetry"}, "telemetry cannot be written"),
    ],
)
def test_bad_settings_are_one_line_and_exit_code_2(tmp_path: Path, environment: dict[str, str], message: str) -> None:
    ended = start(tmp_path, **environment)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("brownout gateway: ")
    assert message in line
    assert "secret" not in line
