"""A phase has limits of its own: at their instants, in both modes, and the run's are back afterwards."""

from pathlib import Path

import pytest

from brownout_harness.running.execute import execute
from brownout_harness.running.orders import Mode, prepare
from brownout_reports.rows import REQUEST, LedgerRow
from brownout_reports.run_folder import read as read_run

SCENARIO = """
name: lower-for-a-while
about: Stripe lowers its quota for two seconds in the middle of a day.
workload: {arrivals: {rate: 10/s, process: constant}, operations: [{name: pay}]}
limits: {stripe: {global-rate: {rate: 100/s, burst: 100}}}
phases:
  - {name: before, for: 2s}
  - {name: sale, for: 2s, limits: {stripe: {global-rate: {rate: 1/m, burst: 1}}}}
  - {name: after, for: 2s}
policies: {stripe: {retry: {max_retries: 0}, limiter: null, breaker: {minimum_calls: 1000}}}
expect:
  - requests: {vendor: stripe, status: 429, during: before, count: {at_most: 0}}
  - requests: {vendor: stripe, status: 429, during: sale, count: {at_least: 10}}
  - requests: {vendor: stripe, status: 429, during: after, count: {at_most: 0}}
"""


@pytest.mark.thorough
@pytest.mark.parametrize("mode", ["virtual", pytest.param("real", marks=pytest.mark.real)])
def test_a_vendor_lowers_its_quota_while_a_phase_lasts(mode: Mode, tmp_path: Path) -> None:
    file = tmp_path / "sale.yaml"
    file.write_text(SCENARIO)
    (order,) = prepare([str(file)], mode=mode, time="T", out=tmp_path / "run", environment={})
    run = read_run(execute(order).folder)
    # The expectations' own results: a busy machine may keep the load from its pace, which is no matter here.
    assert {each.status.value for each in run.verdict.expectations} == {"passed"}, run.verdict.expectations
    requests = [row for row in run.tables.of(LedgerRow) if row.vendor == "stripe" and row.entry == REQUEST]
    throttled = [row.at_s for row in requests if row.status == 429]
    assert min(throttled) >= 2.0
    assert max(throttled) < 4.0
    assert len([row for row in requests if 2.0 <= row.at_s < 4.0 and row.status < 300]) == 1, (
        "all that the bucket holds"
    )
    told = {(mark.at_s, mark.text) for mark in run.verdict.marks}
    assert (2.0, "stripe limits: global-rate rate 1/m, burst 1") in told
    assert (4.0, "stripe limits as before") in told
