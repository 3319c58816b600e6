"""A person at the vendor's dashboard beside the users, in both modes."""

from pathlib import Path

import pytest

from brownout_harness.judging.judge import Judgement
from brownout_harness.running.execute import execute, judged_virtually
from brownout_harness.running.orders import prepare
from brownout_reports.rows import LedgerRow, OperationRow
from brownout_reports.run_folder import Status
from brownout_reports.run_folder import read as read_run
from tests.support.commands import brownout_here

OFFICE = """
name: office-hours
about: Somebody refunds by hand, and texts by hand, while the vendors fail for the application.
workload:
  - {name: shoppers, arrivals: {rate: 20/s}, operations: [{name: pay}, {name: notify}]}
  - name: office
    asks: stripe
    arrivals: {rate: 2/s}
    rates: {before: 0/s}
    operations:
      - name: refund
        find: {get: "/v1/charges?limit=1", at: body.data.0.id}
        path: /v1/refunds
        form: {charge: "{{found}}", amount: "50"}
  - name: desk
    asks: twilio
    users: 2
    think: 1s
    operations:
      - name: text_by_hand
        path: /2010-04-01/Accounts/{{account}}/Messages.json
        form: {To: "{{phone}}", From: "+15005550006", Body: "{{text}}"}
phases:
  - {name: before, for: 2s}
  - name: trouble
    for: 4s
    faults:
      - {vendor: stripe, match: POST *, share: 30%, respond: {status: 503}}
expect:
  - exactly_once: {effect: stripe.charge}
  - exactly_once: {effect: twilio.message}
  - nothing_lost: {}
  - requests: {vendor: stripe, match: POST /v1/refunds, count: {at_most: 0}}
"""


def judged(text: str, folder: Path) -> Judgement:
    file = folder / "office.yaml"
    file.write_text(text)
    return judged_virtually(str(file))


@pytest.mark.thorough
def test_what_is_done_by_hand_is_no_doing_of_the_targets(tmp_path: Path) -> None:
    judgement = judged(OFFICE, tmp_path)
    assert (judgement.status, judgement.reasons) == (Status.PASSED, ())


def test_where_nothing_is_found_the_experiment_was_another_one(tmp_path: Path) -> None:
    judgement = judged(OFFICE.replace("body.data.0.id", "body.data.0.di"), tmp_path)
    assert judgement.status is Status.INCONCLUSIVE
    assert "that office asked stripe for were not done" in judgement.reasons[0]


def test_a_fault_that_only_an_outsider_met_has_struck_nothing(tmp_path: Path) -> None:
    """The application asks for no refund: what the person asks for must not pass for it."""
    aimed = OFFICE.replace("match: POST *", "match: POST /v1/refunds")
    judgement = judged(aimed, tmp_path)
    assert judgement.status is Status.INCONCLUSIVE
    assert "struck 0 requests of 0 that it matched" in judgement.reasons[0]


@pytest.mark.real
@pytest.mark.slow
def test_in_real_mode_the_same_person_does_the_same(tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    file.write_text(OFFICE)
    (order,) = prepare([str(file)], mode="real", time="t", out=tmp_path / "out", redis="fake")
    finished = execute(order)
    assert finished.verdict.verdict is Status.PASSED, finished.verdict
    tables = read_run(finished.folder).tables
    by_hand = [each for each in tables.of(OperationRow) if each.asked_of]
    assert {(each.group, each.asked_of, each.outcome) for each in by_hand} == {
        ("office", "stripe", "done"),
        ("desk", "twilio", "done"),
    }
    ids = {each.operation_id for each in by_hand}
    kinds = {each.kind for each in tables.of(LedgerRow) if each.entry == "effect" and each.operation_id in ids}
    assert kinds == {"stripe.refund", "twilio.message"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("asks: stripe", "asks: strpe", "workload[1].asks: no vendor named 'strpe' (did you mean stripe?)"),
        (
            "asks: stripe",
            "asks: sales",
            "workload[1].asks: sales cannot be asked with a key alone; known: target, stripe, twilio",
        ),
        (
            'amount: "50"}',
            'amount: "50"}\n        leaves: [stripe.refund]',
            "workload[1].operations[0].leaves: holds of what the target is asked for: nothing that others do is judged",
        ),
        (
            'amount: "50"',
            'amount: "{{operation_id}}"',
            "workload[1].operations[0]: no value for {{operation_id}} (",
        ),
        ("name: refund", "name: pay", "workload[1].operations[0].name: 'pay' is asked of somebody else, too"),
        ("path: /v1/refunds", "path: v1/refunds", "workload[1].operations[0].path: must say where"),
        ("get: \"/v1", "get: \"v1", "workload[1].operations[0].find.get: must be a path at stripe"),
        ("{name: pay}", "{name: pay, find: {get: /x, at: body}}", "workload[0].operations[0].find: is for groups"),
        (
            "exactly_once: {effect: twilio.message}",
            "success_rate: {operation: refund, at_least: 1%}",
            "expect[1].success_rate.operation: no operation named 'refund' in the workload",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_outsider_is_told_at_its_place(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in OFFICE
    (tmp_path / "office.yaml").write_text(OFFICE.replace(old, new))
    told = brownout_here("check", "office.yaml", cwd=tmp_path)
    assert told.exit_code == 2
    assert said in told.errors
