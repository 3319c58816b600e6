"""What is waited for comes, or its absence is said; in a process of its own, as Locust patches whatever imports it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

TRIED = """
import gevent, sys
from pathlib import Path
from brownout_harness.load import outside
from brownout_harness.problems import NotJudged
start = Path(sys.argv[1])
gevent.spawn_later(0.05, start.write_text, "12345.678901234567")
assert outside.start_in(start) == 12345.678901234567
try:
    outside.until(lambda: False, 0.02, lambda: "it never came")
except NotJudged as problem:
    outside.say({"said": str(problem)})
"""


def test_a_file_that_appears_is_read_and_what_does_not_come_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TRIED, str(tmp_path / "start")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, '{"said": "it never came"}\n'), done.stderr
