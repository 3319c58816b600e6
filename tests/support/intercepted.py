"""`brownout intercept` for tests: what it needs and a machine may lack, and programs run behind it."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from brownout_harness.intercept import program
from brownout_harness.problems import BadInput
from tests.layout.sources import ROOT
from tests.support.absent import absent
from tests.support.commands import LIMIT_S, start

PROGRAM_S: Final = 60.0


def require_mitmproxy() -> None:
    """Skip, saying why, where it is not."""
    try:
        program.find()
    except BadInput as missing:
        absent(str(missing))


def sdk_python() -> str:
    """The interpreter that has the official SDKs."""
    python = Path(os.environ.get("BROWNOUT_SDK_PYTHON") or ROOT / ".venv-sdks" / "bin" / "python")
    if not python.is_file():
        absent("no SDKs for Python: `make sdks`")
    return str(python)


def node() -> str:
    """Node, with the official SDKs where it is started."""
    found = shutil.which("node")
    if found is None or not (ROOT / "tests" / "conformance" / "node_modules").is_dir():
        absent("no SDKs for Node: have node and npm on the path, then `make sdks`")
    return found


@dataclass(frozen=True)
class Behind:
    """What is to be in the environment of who is behind the proxy, and the process that serves it."""

    environment: Mapping[str, str]
    process: "subprocess.Popen[str]"

    def run(self, *command: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """A program behind it; where the SDKs for Node are found."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        ended = subprocess.run(
            command,
            env={**kept, **self.environment},
            cwd=ROOT / "tests" / "conformance",
            capture_output=True,
            text=True,
            timeout=PROGRAM_S,
            check=False,
        )
        assert not check or ended.returncode == 0, ended.stderr
        return ended

    def end(self) -> str:
        """Ctrl-C; what it said on standard error."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=LIMIT_S)
        return errors


@contextmanager
def intercepting(*arguments: str, cwd: Path) -> Iterator[Behind]:
    """`brownout intercept`, on a free port."""
    require_mitmproxy()
    process = start("intercept", *arguments, "--port", "0", "--env", "json", cwd=cwd)
    try:
        assert process.stdout is not None
        told = ""
        while not told.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            told += line
        yield Behind(json.loads(told), process)
    finally:
        process.terminate()  # what it made is to go with it
        process.communicate(timeout=LIMIT_S)


def lines_of(ended: "subprocess.CompletedProcess[str]") -> Sequence[str]:
    """What it printed."""
    return ended.stdout.strip().splitlines()
