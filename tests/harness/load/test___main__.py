"""The load process by itself: what it refuses, and how."""

import time
from pathlib import Path

import pytest
from tests.harness.load.loads import arrivals, load

from brownout_harness.load.plan import Asking

pytestmark = pytest.mark.real


def test_load_is_not_aimed_at_another_machine(tmp_path: Path) -> None:
    loaded = load(tmp_path, Asking(url="http://192.0.2.1:80"), arrivals("/pay", [0.0]))
    assert loaded.exit_code == 2
    assert loaded.errors.startswith("load: the target's url aims at 192.0.2.1, which is not this machine")
    assert "Traceback" not in loaded.errors
    assert loaded.operations == []


def test_a_start_instant_that_has_passed_is_refused(tmp_path: Path) -> None:
    loaded = load(tmp_path, Asking(url="http://127.0.0.1:9"), arrivals("/pay", [0.0]), start_at_s=time.monotonic() - 1)
    assert loaded.exit_code == 3
    assert "the start instant had passed" in loaded.errors
    assert loaded.operations == []
