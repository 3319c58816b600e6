"""The benchmarks run: what they say is another matter, and depends on the machine."""

import subprocess
import sys

import pytest

from tests.bench.__main__ import BENCHES


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHES)
def test_a_quick_run_fills_its_table_and_keeps_no_figures(name: str) -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith(f"| {name} |")]
    assert len(rows) >= 2
    assert "<class" not in done.stdout
    assert "nan" not in done.stdout
