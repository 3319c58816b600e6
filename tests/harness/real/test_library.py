"""Every scenario of the library that can be run for real, on the healthy core: each passes."""

from pathlib import Path

import pytest

from brownout_harness.running.execute import execute
from brownout_harness.running.orders import prepare, runnable
from brownout_reports.run_folder import Status
from brownout_scenarios import library

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.mark.parametrize("name", [name for name in library.names() if "real" in runnable(name)[1]])
def test_the_healthy_core_passes_for_real(name: str, tmp_path: Path) -> None:
    (order,) = prepare([name], mode="real", time="T", out=tmp_path / name)
    verdict = execute(order).verdict
    observed = [f"{result.title}: {result.observed}" for result in verdict.expectations if result.status != "passed"]
    assert verdict.verdict is Status.PASSED, [*verdict.reasons, *observed]
