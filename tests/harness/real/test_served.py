"""Simulators that serve, and the wait for them."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from brownout_harness.problems import BadInput
from brownout_harness.real import served, up
from brownout_harness.real.served import Served


def test_they_are_ready_when_all_of_them_have_said_so(tmp_path: Path) -> None:
    class Child:
        output = tmp_path / "out"

    lines = '{"vendor": "stripe", "url": "http://127.0.0.1:1/", "env": {"K": "v"}}\n'
    Child.output.write_text(lines)
    assert served.ready(Child(), ["stripe", "twilio"]) == ()  # type: ignore[arg-type]
    assert served.ready(Child(), ["stripe"]) == (  # type: ignore[arg-type]
        Served("stripe", "http://127.0.0.1:1", {"K": "v"}),
    )


def test_a_vendor_is_loaded_by_its_own_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "load_vendor", lambda name: pytest.fail(f"{name} was loaded"))
    with pytest.raises(BadInput, match="--port-base 65535"):
        up.serve(Console(), [], port_base=65_535, seed=0)


@pytest.mark.real
def test_nothing_that_judges_a_run_is_loaded_for_simulators_alone() -> None:
    """A table library, the services and the scenarios take longer to load than the simulators do to start."""
    heavy = {"polars", "yaml", "brownout_core", "brownout_scenarios.schema", "brownout_simulators.vendors.stripe"}
    program = "import sys, brownout_harness.real.up; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "brownout_harness.real.served" in loaded
    assert not heavy & set(loaded)
