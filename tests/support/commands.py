"""Runs the command `brownout` as a user does, its output as text: in a process of its own, or in this one."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from brownout_harness.cli import main

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


def brownout_here(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """The same in this process: for what is answered before anything is started."""
    output, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["brownout", *arguments])
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code
    assert isinstance(code, int), code
    return Ended(code, output.getvalue(), errors.getvalue())


def start(*arguments: str, cwd: Path) -> "subprocess.Popen[str]":
    """Start it; its output can be read while it runs."""
    return subprocess.Popen(
        [*BROWNOUT, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
