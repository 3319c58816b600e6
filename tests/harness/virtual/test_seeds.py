"""On the core as it ships nothing may go red, however often it runs: fifty seeds of every scenario."""

import pytest

from brownout_harness.running.execute import judged_virtually
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names

pytestmark = pytest.mark.slow

SEEDS = range(1, 51)


@pytest.mark.parametrize("name", names())
def test_fifty_seeds_pass(name: str) -> None:
    judged = {seed: judged_virtually(name, seed=seed) for seed in SEEDS}
    wrong = {
        seed: [*judgement.reasons, *(each.observed for each in judgement.results if each.status is not Status.PASSED)]
        for seed, judgement in judged.items()
        if judgement.status is not Status.PASSED
    }
    assert not wrong
