"""Operations told apart without a change to the target: from a callback's query, a text, a field; in both modes."""

from pathlib import Path

import pytest

from brownout_harness.judging.judge import Judgement
from brownout_harness.running.execute import execute, judged_virtually
from brownout_harness.running.orders import prepare
from brownout_reports.run_folder import Status
from brownout_reports.run_folder import read as read_run

TEXTER = Path(__file__).parents[2] / "support" / "texter.py"
FOREIGN = """
name: texter
about: A shop that sends a message per order, with the order's id where Twilio's guides have it.
target:
  command: "{{{{python}}}} {texter} --port {{{{port}}}}"
  url: http://127.0.0.1:{{{{port}}}}
  ready: /
workload:
  arrivals: {{rate: 20/s}}
  operations: [{{name: order, path: /order, body: {{order: "{{{{operation_id}}}}"}}, leaves: [twilio.message]}}]
phases: [{{name: steady, for: 3s}}]
{correlate}
expect:
  - exactly_once: {{effect: twilio.message}}
"""
GATEWAY = """
name: placed
about: The reference application, its operations told apart by another place than usual.
workload: {{arrivals: {{rate: 20/s}}, operations: [{{name: pay}}]}}
phases: [{{name: steady, for: 5s}}]
correlate: {{stripe: [{place}]}}
expect:
  - exactly_once: {{effect: stripe.charge}}
"""


def judged(place: str, folder: Path) -> Judgement:
    file = folder / "placed.yaml"
    file.write_text(GATEWAY.format(place=place))
    return judged_virtually(str(file))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "place", ["body.metadata.operation_id", 'body.metadata.operation_id: "^(\\\\S+)$"', "header.x-correlation-id"]
)
def test_an_id_is_found_at_the_place_that_the_scenario_names(place: str, tmp_path: Path) -> None:
    assert judged(place, tmp_path).status is Status.PASSED


def test_without_an_id_the_run_says_where_one_is(tmp_path: Path) -> None:
    verdict = judged("body.metadata.order", tmp_path)
    assert verdict.status is Status.INCONCLUSIVE
    assert "hold an operation's id at body.metadata.operation_id: write correlate: {stripe: [body.metadata." in str(
        verdict.reasons
    )


@pytest.mark.real
@pytest.mark.parametrize(
    ("correlate", "expected"),
    [
        ("correlate: {twilio: [callback.order]}", Status.PASSED),
        ('correlate: {twilio: [body.Body: "Order (\\\\S+)"]}', Status.PASSED),
        ("", Status.INCONCLUSIVE),
    ],
)
def test_a_shop_as_twilios_guides_have_it_is_judged_as_it_is(correlate: str, expected: Status, tmp_path: Path) -> None:
    file = tmp_path / "texter.yaml"
    file.write_text(FOREIGN.format(texter=TEXTER, correlate=correlate))
    (order,) = prepare([str(file)], mode="real", time="T", out=tmp_path / "run", environment={})
    verdict = read_run(execute(order).folder).verdict
    # The expectation's own result: a busy machine may keep the load from its pace, which is no matter here.
    assert verdict.expectations[0].status is expected, verdict.reasons
    if not correlate:
        assert "write correlate: {twilio: [callback.order]}" in str(verdict.reasons)
