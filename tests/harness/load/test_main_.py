"""The load process by itself: what it refuses, and how."""

import subprocess
import time
from pathlib import Path

import pytest

from brownout_harness.load.plan import Asking, write_plan
from tests.harness.load.loads import LIMIT_S, Loaded, arrivals, collect, command

pytestmark = pytest.mark.real


def start_at(folder: Path, url: str, start_at_s: float) -> Loaded:
    write_plan(folder / "plan.ndjson", Asking(urls={"target": url}), arrivals("/pay", [0.0]))
    done = subprocess.run(
        command(folder, "--start-at", str(start_at_s)), capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    return collect(folder, done.returncode, done.stdout, done.stderr)


def test_load_is_not_aimed_at_another_machine(tmp_path: Path) -> None:
    loaded = start_at(tmp_path, "http://192.0.2.1:80", time.monotonic() + 60)
    assert loaded.exit_code == 2
    assert loaded.errors.startswith("load: the target's url aims at 192.0.2.1, which is not this machine")
    assert "Traceback" not in loaded.errors
    assert loaded.operations == []


def test_a_start_instant_that_has_passed_is_refused(tmp_path: Path) -> None:
    loaded = start_at(tmp_path, "http://127.0.0.1:9", time.monotonic() - 1)
    assert loaded.exit_code == 3
    assert "the start instant had passed" in loaded.errors
    assert loaded.operations == []
