"""The benchmark of large runs, on a small one."""

import pytest

from brownout_reports.run_folder import Status
from tests.bench.million import run, told


@pytest.mark.slow
def test_it_runs_the_command_and_says_what_it_took_and_came_to() -> None:
    ran = run(2_000)
    assert ran.verdict.verdict is Status.PASSED
    assert ran.rows["LedgerRow"] == 2 * ran.rows["OperationRow"]
    assert ran.peak_mb > 50
    assert "passed" in told(ran, 2_000)
