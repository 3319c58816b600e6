"""The target's receiver, registered by the harness: what a vendor tells it, and what it answers."""

from pathlib import Path

import pytest

from brownout_harness.judging.expectations.notices_taken import NoticesTaken
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import evidence_of
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import DeliveryRow, OperationRow
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.tables import Rows
from brownout_scenarios.load import load
from tests.support.shop_scenario import write_shop

pytestmark = pytest.mark.real

HEARS = "notices: {stripe: {to: /hooks, time_scale: 0.1%}}\nexpect:"


def ran(folder: Path, options: str = "") -> tuple[Rows[DeliveryRow], Rows[OperationRow], ExpectationResult, object]:
    path = write_shop(folder, options=options)
    path.write_text(path.read_text().replace("expect:", HEARS))
    scenario = load(path, vocabulary())
    inputs = run_real(scenario, work=folder / "work")
    evidence = evidence_of(scenario, inputs, {})
    return (
        inputs.tables.of(DeliveryRow),
        inputs.tables.of(OperationRow),
        NoticesTaken().judge(evidence),
        inputs.still_open,
    )


def test_every_delivery_and_its_answer_is_in_the_run_and_signed_by_the_secret_that_the_target_has(
    tmp_path: Path,
) -> None:
    deliveries, operations, result, still_open = ran(tmp_path)
    assert {row.status for row in deliveries} == {200}
    paid = [row.operation_id for row in deliveries if row.type == "charge.succeeded"]
    assert sorted(paid) == sorted(row.operation_id for row in operations)
    assert all(0.0 < row.at_s <= row.finished_s for row in deliveries)
    assert (result.status, still_open) == (Status.PASSED, {})


def test_what_the_target_fails_at_is_tried_on_the_squeezed_schedule_and_told_as_that(tmp_path: Path) -> None:
    deliveries, _, result, still_open = ran(tmp_path, "--hooks 500")
    assert {row.status for row in deliveries} == {500}
    assert {row.attempt for row in deliveries} == {1, 2, 3, 4}
    assert result.status is Status.FAILED
    assert result.observed.endswith("never taken; answered 500 to every attempt")
    assert still_open == {}


def test_what_the_target_refuses_for_good_is_settled(tmp_path: Path) -> None:
    """410, which Stripe does not take for an answer: it goes on, and nobody waits for that."""
    path = write_shop(tmp_path, options="--hooks 410")
    path.write_text(path.read_text().replace("expect:", HEARS.replace("0.1%", "100%")))
    inputs = run_real(load(path, vocabulary()), work=tmp_path / "work")
    assert inputs.still_open == {}
    assert [gap for gap in inputs.gaps if gap.kind == "drain_not_finished"] == []
    assert {row.is_last for row in inputs.tables.of(DeliveryRow)} == {False}
