"""Serves a vendor as `brownout up` does, and runs a client's program against it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from tests.conformance.suites import HERE, Suite

ROOT: Final = HERE.parents[1]
OLDER: Final = ROOT / ".venv-sdks-older"
PROGRAM_S: Final = 300.0
"""How long a client's program may take, all its checks together."""


class Absent(Exception):
    """A client is not on this machine; the message says how it gets there."""


@dataclass(frozen=True)
class Found:
    """What a check found."""

    number: str
    about: str
    detail: str
    """What went wrong; "" where nothing did."""
    took_s: float


@contextmanager
def served(vendor: str) -> Iterator[dict[str, str]]:
    """The vendor in a process of its own; the environment of its clients."""
    command = [sys.executable, "-m", "brownout_simulators", "--vendors", vendor, "--ports", "0", "--seed", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"{vendor} is not served: see above")
            ready = json.loads(line)
            more = {"NODE_EXTRA_CA_CERTS": ready["ca"], "SSL_CERT_FILE": ready["ca"]} if "ca" in ready else {}
            yield {"BROWNOUT_URL": ready["url"], **ready["env"], **more}
        finally:
            process.terminate()


def run(suite: Suite, numbers: Sequence[str] = ()) -> list[Found]:
    """Every check that its program ran, in order. Raises `Absent`, and `RuntimeError` for a program that did not end as
    it should: a check that did not run is none that passed."""
    asked = numbers or suite.expected if suite.older else numbers
    command = [*_program(suite), suite.vendor, suite.client, *asked]
    with served(suite.vendor) as environment:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**_plain_environment(), **environment, **_over_the_sdks(suite)},
            capture_output=True,
            text=True,
            timeout=PROGRAM_S,
            check=False,
        )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not said or said[-1].get("ran") != len(said) - 1:
        raise RuntimeError(f"{suite.name}: ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    return [Found(**one) for one in said[:-1]]


def run_in_process(path: str) -> list[Found]:
    """Every check that is a test. Raises `RuntimeError` where pytest found none."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "checks.xml"
        files = sorted(str(each) for each in (ROOT / path).glob("test_conformance*.py")) or [path]
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *files]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PROGRAM_S, check=False)
        if not report.is_file():
            raise RuntimeError(f"{path}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314  written by pytest, a moment ago
    found = [
        Found(str(number), case.get("name", ""), "".join(part.get("message", "") for part in case), _took_s(case))
        for number, case in enumerate(cases, 1)
    ]
    if not found:
        raise RuntimeError(f"{path}: no test")
    return found


def _took_s(case: ET.Element) -> float:
    return float(case.get("time", 0.0))


def missing(suite: Suite, found: Sequence[Found]) -> list[str]:
    """What `suites.py` has and the program does not, or the other way round; one line each."""
    ran = [one.number for one in found]
    lines = [f"check {number} did not run" for number in suite.expected if number not in ran]
    lines += [f"check {number} is not in suites.py" for number in dict.fromkeys(ran) if number not in suite.expected]
    return lines + [f"check {number} ran twice" for number in sorted({each for each in ran if ran.count(each) > 1})]


def _program(suite: Suite) -> list[str]:
    if suite.client == "node":
        node = shutil.which("node")
        if node is None or not (HERE / "node_modules").is_dir():
            raise Absent("no SDKs for Node: have node and npm on the path, then `make sdks`")
        return [node, str(HERE / suite.vendor / "checks.mjs")]
    python = Path(os.environ.get("BROWNOUT_SDK_PYTHON") or ROOT / ".venv-sdks" / "bin" / "python")
    if not python.is_file():
        raise Absent("no SDKs for Python: `make sdks`")
    return [str(python), "-m", f"tests.conformance.{suite.vendor}.checks"]


def _over_the_sdks(suite: Suite) -> dict[str, str]:
    """Where an older release lies, which is found before the newer one."""
    if not suite.older:
        return {}
    if not OLDER.is_dir():
        raise Absent("no older SDKs for Python: `make sdks`")
    return {"PYTHONPATH": str(OLDER)}


def _plain_environment() -> dict[str, Any]:
    """Without what would send a client elsewhere."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}
