"""Actions on moments in virtual time: at the very instant, and a run that says so where the moment never came."""

from collections.abc import Sequence

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.judge import Judgement, judge
from brownout_harness.running.execute import evidence_of
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import EFFECT, REQUEST, EventRow, LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Scenario

TEXT = """\
name: on-a-moment
about: The gateway is killed on a moment.
seed: 7
workload:
  arrivals: {{rate: 5/s}}
  operations: [{{name: pay}}, {{name: notify}}]
  answer_within: 5s
  ask_again: {{after: 1s, times: 20}}
phases:
  - {{name: steady, for: 4s}}
  - name: struck
    for: 4s
    actions: [{actions}]
  - {{name: recovery, for: 20s}}
policies:
  twilio: {{timeout: {{deadline: 4s}}}}
expect: [nothing_lost, exactly_once: {{effect: stripe.charge}}, exactly_once: {{effect: twilio.message}}]
"""


def scenario(*actions: str) -> Scenario:
    return load_text(TEXT.format(actions=", ".join(actions)), vocabulary())


def judged(given: Scenario) -> Judgement:
    return judge(evidence_of(given, run_virtual(given), {}), [each.check for each in given.expect])


def killed_on(moment: str) -> RunInputs:
    return run_virtual(scenario(f"{{kill: gateway, for: 1s, on: {{{moment}}}}}"))


def starts(inputs: RunInputs) -> Sequence[float]:
    return [event.at_s for event in inputs.tables.of(EventRow) if event.kind == "started"]


def at_stripe(inputs: RunInputs, entry: str) -> list[LedgerRow]:
    rows = inputs.tables.of(LedgerRow)
    return sorted((each for each in rows if (each.vendor, each.entry) == ("stripe", entry)), key=lambda row: row.at_s)


def test_killed_between_commit_and_answer_the_effect_is_there_and_nobody_heard_the_answer() -> None:
    inputs = killed_on("vendor: stripe, match: POST *, moment: committed, nth: 2")
    assert inputs.gaps == ()
    charge = [each for each in at_stripe(inputs, EFFECT) if each.at_s >= 4.0][1]
    request = next(each for each in at_stripe(inputs, REQUEST) if each.id == charge.request_id)
    assert (request.ending, request.chunks) == ("left", 0)
    assert list(starts(inputs)) == [0.0, pytest.approx(charge.at_s + 1.0)]
    (operation,) = [each for each in inputs.tables.of(OperationRow) if each.operation_id == charge.operation_id]
    assert (operation.asks > 1, operation.outcome) == (True, Outcome.DONE)


def test_killed_when_a_request_is_received_the_vendor_does_it_all_the_same() -> None:
    inputs = killed_on("vendor: stripe, match: POST *, moment: received")
    request = next(each for each in at_stripe(inputs, REQUEST) if each.at_s >= 4.0)
    assert starts(inputs)[1] == pytest.approx(request.at_s + 1.0)
    assert request.ending == "left"
    assert [each.operation_id for each in at_stripe(inputs, EFFECT)].count(request.operation_id) == 1


def test_killed_when_the_answer_is_out_the_books_call_it_complete() -> None:
    inputs = killed_on("vendor: stripe, match: POST *, moment: answered")
    request = next(each for each in at_stripe(inputs, REQUEST) if each.at_s >= 4.0)
    assert starts(inputs)[1] == pytest.approx(request.finished_s + 1.0)
    assert request.ending == "complete"


@pytest.mark.parametrize(
    "nth", [4, *(pytest.param(each, marks=pytest.mark.thorough) for each in (1, 2, 3, 5, 6, 7, 8))]
)
def test_the_gateway_survives_a_kill_between_any_two_writes_of_its_stores(nth: int) -> None:
    inputs = killed_on(f"moment: store.write, nth: {nth}")
    assert len(starts(inputs)) == 2
    assert 4.0 <= starts(inputs)[1] - 1.0 < 8.0
    path = scenario(f"{{kill: gateway, for: 1s, on: {{moment: store.write, nth: {nth}}}}}")
    judgement = judged(path)
    assert judgement.status is Status.PASSED, judgement


@pytest.mark.thorough
def test_every_write_is_another_instant_of_the_application() -> None:
    """Else the test above would kill eight times at the same place."""
    heard = set()
    for nth in range(1, 6):
        inputs = killed_on(f"moment: store.write, nth: {nth}")
        heard.add((starts(inputs)[1], sum(each.at_s < starts(inputs)[1] for each in inputs.tables.of(LedgerRow))))
    assert len(heard) >= 4


@pytest.mark.thorough
def test_a_moment_that_never_came_leaves_the_run_inconclusive_and_says_which() -> None:
    action = "{kill: gateway, for: 1s, on: {vendor: stripe, match: POST *, moment: committed, nth: 1000}}"
    judgement = judged(scenario(action))
    assert judgement.status is Status.INCONCLUSIVE
    (reason,) = judgement.reasons
    assert "an action was not taken as asked: kill gateway on POST * committed at stripe, number 1000" in reason
    assert "never came, there were" in reason


def test_a_kill_of_what_is_not_running_leaves_the_run_inconclusive() -> None:
    on = "{kill: gateway, for: 2s, on: {vendor: stripe, match: POST *, moment: committed}}"
    inputs = run_virtual(scenario(on, "{at: 1500ms, kill: gateway, for: 100ms}"))
    (gap,) = inputs.gaps
    assert (gap.kind, gap.at_s) == (GapKind.NOT_STAGED, 5.5)
    assert gap.detail == "kill gateway was due, and gateway is not running"
    assert len(starts(inputs)) == 2  # what was not killed then is not started for it either


PAUSE = "{pause: gateway, for: 9s, on: {vendor: stripe, match: POST *, moment: committed, nth: 2}}"


def test_a_gateway_that_is_paused_asks_nobody_and_finds_its_callers_when_it_goes_on() -> None:
    inputs = run_virtual(scenario(PAUSE))
    assert inputs.gaps == ()
    began_s = [each for each in at_stripe(inputs, EFFECT) if each.at_s >= 4.0][1].at_s
    arrived = [each.at_s for each in inputs.tables.of(LedgerRow) if each.entry == REQUEST]
    # A millisecond is what is on the wire already.
    assert not [at_s for at_s in arrived if began_s + 0.001 < at_s < began_s + 9.0]
    assert sum(began_s + 9.0 <= at_s < began_s + 9.5 for at_s in arrived) > 30
    said = [event.at_s for event in inputs.tables.of(EventRow)]
    assert not [at_s for at_s in said if began_s < at_s < began_s + 9.0]
    assert list(starts(inputs)) == [0.0]


def test_a_request_that_was_answered_meanwhile_is_complete_in_the_books() -> None:
    inputs = run_virtual(scenario(PAUSE))
    charge = [each for each in at_stripe(inputs, EFFECT) if each.at_s >= 4.0][1]
    request = next(each for each in at_stripe(inputs, REQUEST) if each.id == charge.request_id)
    assert (request.ending, request.finished_s) == ("complete", charge.at_s)


@pytest.mark.thorough
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_the_gateway_survives_a_pause_behind_any_write_of_its_stores(nth: int) -> None:
    """Longer than its claims hold, which is twelve seconds."""
    judgement = judged(scenario(f"{{pause: gateway, for: 14s, on: {{moment: store.write, nth: {nth}}}}}"))
    assert judgement.status is Status.PASSED, judgement


def test_what_is_paused_cannot_be_killed_and_the_run_says_so() -> None:
    inputs = run_virtual(scenario(PAUSE, "{at: 3900ms, kill: gateway, for: 1s}"))
    assert any(gap.detail == "kill gateway was due, and gateway is paused" for gap in inputs.gaps)
