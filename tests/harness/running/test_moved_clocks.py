"""A vendor's clock moved ahead: what it remembers for a day is forgotten, in both modes."""

from pathlib import Path

import pytest

from brownout_harness.running.execute import execute
from brownout_harness.running.orders import Mode, prepare
from brownout_reports.run_folder import Status
from brownout_reports.run_folder import read as read_run

SCENARIO = """
name: a-day-later
about: Every answer is lost after the charge, and what was set aside is sent again when Stripe has forgotten its keys.
workload: {{arrivals: {{rate: 5/s}}, operations: [{{name: pay}}]}}
phases:
  - name: lossy
    for: 6s
    faults: [{{vendor: stripe, match: POST *, drop_after_effect: {{}}}}]
  - name: later
    for: 8s
    rate: 0/s
    actions:
      - {{at: 1s, clock: stripe, ahead: {ahead}}}
      - {{at: 6s, redrive: {{}}}}
policies:
  stripe: {{timeout: {{attempt: 1s, deadline: 3s}}, breaker: {{open_for: 1s, minimum_calls: 1000}}}}
expect:
  - exactly_once: {{effect: stripe.charge}}
"""


def ran(ahead: str, mode: Mode, folder: Path) -> tuple[Status, str]:
    file = folder / "later.yaml"
    file.write_text(SCENARIO.format(ahead=ahead))
    (order,) = prepare([str(file)], mode=mode, time="T", out=folder / "run", environment={})
    verdict = read_run(execute(order).folder).verdict
    # The expectation's own result: a busy machine may keep the load from its pace, which is no matter here.
    return verdict.expectations[0].status, str((verdict.reasons, verdict.expectations))


@pytest.mark.parametrize("mode", ["virtual", pytest.param("real", marks=pytest.mark.real)])
def test_a_key_is_forgotten_when_the_vendors_clock_has_moved_far_enough(mode: Mode, tmp_path: Path) -> None:
    """Stripe keeps a key for a day: sent again after that, the same key takes the money twice."""
    for name in ("soon", "late"):
        (tmp_path / name).mkdir()
    status, said = ran("1h", mode, tmp_path / "soon")
    assert status is Status.PASSED, said
    status, said = ran("25h", mode, tmp_path / "late")
    assert status is Status.FAILED, said
    assert "2 stripe.charge" in said
