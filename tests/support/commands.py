"""Runs the command `brownout` as a user does: a process of its own, its output as text."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 120.0
BROWNOUT = [sys.executable, "-c", "from brownout_harness.cli import main; main()"]


@dataclass(frozen=True)
class Ended:
    """What a command said and how it ended."""

    exit_code: int
    output: str
    errors: str

    @property
    def error(self) -> str:
        """The one line on standard error."""
        lines = self.errors.strip().splitlines()
        assert len(lines) == 1, self.errors
        return lines[0]


def brownout(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run it to its end."""
    done = subprocess.run(
        [*BROWNOUT, *arguments],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def start(*arguments: str, cwd: Path) -> "subprocess.Popen[str]":
    """Start it; its output can be read while it runs."""
    return subprocess.Popen(
        [*BROWNOUT, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
