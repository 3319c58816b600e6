"""Every scenario of the library that can be run for real, on the healthy core: each passes."""

from pathlib import Path

import pytest

from brownout_harness.running.execute import execute
from brownout_harness.running.orders import prepare, runnable
from brownout_reports.run_folder import Status
from brownout_scenarios import library

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.mark.parametrize("name", library.names())
def test_the_healthy_core_passes_for_real(name: str, tmp_path: Path) -> None:
    if "real" not in runnable(name)[1]:  # asked here: to read the whole library is half of collecting the tests
        pytest.skip("it runs in virtual time alone")
    (order,) = prepare([name], mode="real", time="T", out=tmp_path / name)
    verdict = execute(order).verdict
    observed = [f"{result.title}: {result.observed}" for result in verdict.expectations if result.status != "passed"]
    assert verdict.verdict is Status.PASSED, [*verdict.reasons, *observed]
