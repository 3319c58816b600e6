"""Real runs of a target that tells of its breaker in its metrics alone."""

from pathlib import Path

import pytest

from brownout_harness.judging.inputs import RunInputs
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import judged
from brownout_harness.running.recorded import Kept, kept
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Status
from brownout_scenarios.load import load

pytestmark = pytest.mark.real

SHOP = Path(__file__).parents[2] / "support" / "breaker_shop.py"
TEXT = """
name: breaker-shop
about: Stripe is down for a while, and a shop's breaker opens.
seed: 3
target:
  command: ["{{{{python}}}}", "{shop}", --port, "{{{{port}}}}"]
  url: http://127.0.0.1:{{{{port}}}}
  observe:
    prometheus:
      every: 100ms
      breakers:
        stripe: {{metric: breaker_state, labels: {{vendor: stripe}}, closed: 0, half_open: 1, open: 2, open_for: 2s}}
workload:
  arrivals: {{rate: 20/s}}
  operations:
    - name: buy
      path: /buy
      body: {{order: "{{{{operation_id}}}}", amount: "{{{{amount}}}}"}}
      done: [200]
      refused: [503]
      leaves: [stripe.charge]
correlate: {{stripe: [body.metadata.order]}}
phases:
  - {{name: steady, for: 1s}}
  - name: down
    for: 2s
    faults: [{{vendor: stripe, respond: {{status: 503}}, expect_struck: 4}}]
  - {{name: recovery, for: 2500ms}}
expect:
  - breaker: {{vendor: stripe, stays_closed: true, of: steady}}
  - breaker: {{vendor: stripe, opens_within: 1500ms, of: down}}
  - breaker: {{vendor: stripe, closes_within: 2s, of: recovery}}
"""


def test_a_breaker_is_judged_by_what_is_seen_of_it(tmp_path: Path) -> None:
    path = tmp_path / "breaker-shop.yaml"
    path.write_text(TEXT.format(shop=SHOP))
    scenario = load(path, vocabulary())
    inputs = run_real(scenario, work=tmp_path / "work")
    judgement = judged(scenario, inputs)
    assert judgement.status is Status.PASSED, judgement
    assert inputs.looks["stripe"].seen > 20
    steps = [event.outcome for event in inputs.tables.of(EventRow) if event.vendor == "stripe"]
    assert (steps[0], steps[-1]) == ("open", "closed")
    assert all("looks" in each.observed for each in judgement.results if each.name == "breaker")
    assert looks_as_kept(inputs) == inputs.looks


def looks_as_kept(inputs: RunInputs) -> object:
    """As they come back from where a run is kept."""
    return Kept.model_validate_json(kept(inputs)).looks
