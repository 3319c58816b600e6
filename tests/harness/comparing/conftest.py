"""A shop's runs to compare, each made once."""

from pathlib import Path

import pytest

from brownout_harness.running.execute import _judged_run, _run
from brownout_harness.running.orders import prepare
from brownout_harness.running.recorded import KEPT_FILE, kept, recorded
from brownout_reports.run_folder import RunFolder, write

SHOP = """\
name: shop
about: Payments, half of which are turned away for a while.
seed: 3
workload:
  arrivals: {rate: 20/s}
  operations: [{name: pay}]
phases:
  - {name: steady, for: 10s}
  - name: outage
    for: 10s
    faults: [{vendor: stripe, share: SHARE, respond: {status: 503}}]
policies: {stripe: {breaker: {failure_ratio: 1.0}, retry: {max_retries: RETRIES}}}
expect:
  - exactly_once: {effect: stripe.charge}
"""


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunFolder]:
    """The same one twice, on another seed, and one that never tries again."""
    folder = tmp_path_factory.mktemp("shops")
    return {
        name: made(folder / name, SHOP.replace("SHARE", "50%").replace("RETRIES", str(retries)), seed)
        for name, seed, retries in (("usual", 3, 2), ("again", 3, 2), ("other-seed", 4, 2), ("no-retries", 3, 0))
    }


def made(folder: Path, scenario: str, seed: int) -> RunFolder:
    """A finished run of it, without a report: drawing takes longer than the run."""
    file = folder.with_suffix(".yaml")
    file.write_text(scenario)
    (order,) = prepare([str(file)], mode="virtual", time="T", seed=seed, out=folder, environment={})
    (work := folder.with_suffix(".work")).mkdir()
    inputs = _run(order, work, None)
    run = _judged_run(order, folder, inputs, None)
    return recorded(write(run, files={KEPT_FILE: kept(inputs)}))
