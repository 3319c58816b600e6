"""What a scenario says of the gateway besides its policies: each setting changes what becomes of a run."""

from pathlib import Path

import pytest

from brownout_harness.running.execute import judged_virtually
from brownout_reports.run_folder import Status

LOST_MESSAGE = """
workload: {{arrivals: {{rate: 5/s}}, operations: [{{name: notify}}]}}
phases:
  - {{name: lossy, for: 2s, faults: [{{vendor: twilio, match: POST *, drop_before_effect: {{}}}}]}}
  - {{name: later, for: 50s, rate: 0/s, actions: [{{at: 40s, redrive: {{}}}}]}}
policies: {policies}
expect: [{{dead_letters: {{at_least: 5, drained: true, operation: notify}}}}]
"""

SLOWLY_REDRIVEN = """
workload: {{arrivals: {{rate: 5/s}}, operations: [{{name: place_order}}]}}
phases:
  - name: down
    for: 14s
    faults: [{{vendor: sales, respond: {{status: 503}}}}]
  - {{name: later, for: 30s, rate: 0/s, actions: [{{at: 25s, redrive: {{}}}}]}}
policies: {policies}
expect: [{{dead_letters: {{at_least: 5, drained: true, operation: place_order}}}}]
"""

CROWDED = """
workload: {{arrivals: {{rate: 10/s}}, operations: [{{name: pay}}]}}
phases:
  - {{name: slow, for: 10s, faults: [{{vendor: stripe, match: POST *, latency: {{fixed: 500ms}}}}]}}
policies: {policies}
expect: [{{latency: {{operation: pay, p99_below: 800ms}}}}]
"""

KILLED = """
workload:
  arrivals: {{rate: 5/s}}
  operations: [{{name: pay}}]
  ask_again: {{after: 2s, times: 20}}
  answer_within: 3s
phases:
  - name: crashing
    for: 4s
    faults: [{{vendor: stripe, match: POST *, latency: {{fixed: 1s, at: after}}}}]
    actions: [{{at: 2s, kill: gateway}}, {{at: 2.5s, start: gateway}}]
  - {{name: later, for: 50s, rate: 0/s}}
policies: {policies}
drain: 2s
expect: [{{success_rate: {{operation: pay, at_least: 99%}}}}]
"""


def judged(text: str, policies: str, folder: Path) -> str:
    file = folder / "settings.yaml"
    file.write_text("name: settings\nabout: One setting makes the difference." + text.format(policies=policies))
    result = judged_virtually(str(file)).results[0]
    return f"{result.status}: {result.observed}"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        pytest.param(LOST_MESSAGE, "{settle: 1s}", "{settle: 2m}", id="settle"),
        pytest.param(
            SLOWLY_REDRIVEN,
            "{sales: {breaker: {minimum_calls: 1000}, timeout: {attempt: 1s, deadline: 3s}}}",
            "{dead_letters: {rate: 1/s}, sales: {breaker: {minimum_calls: 1000},"
            " timeout: {attempt: 1s, deadline: 3s}}}",
            id="dead_letters",
        ),
        pytest.param(
            CROWDED, "{stripe: {client: {connections: 50}}}", "{stripe: {client: {connections: 4}}}", id="client"
        ),
        pytest.param(KILLED, "{idempotency: {lease: 21s}}", "{idempotency: {lease: 5m}}", id="idempotency"),
    ],
)
def test_a_setting_makes_the_difference(text: str, good: str, bad: str, tmp_path: Path) -> None:
    assert judged(text, good, tmp_path).startswith(Status.PASSED)
    assert not judged(text, bad, tmp_path).startswith(Status.PASSED)
