"""Two processes of the gateway in one virtual world: on the same stores, and each with a life of its own."""

import asyncio
from dataclasses import replace
from functools import cache

import pytest

from brownout_harness.audit.matrix import GOOD
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.expectations.telemetry_true import TelemetryTrue
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.judge import Judgement, judge
from brownout_harness.running.execute import evidence_of
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.replicas import Replicas
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import EFFECT, EventRow, LedgerRow, LetterRow, OperationRow
from brownout_reports.run_folder import Status
from brownout_scenarios.load import load_text
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from tests.support.aio import virtually

TEXT = """\
name: two-of-them
about: Two processes, and what is done to one of them.
seed: 7
replicas: 2
workload:
  arrivals: {{rate: 5/s}}
  operations: [{{name: pay}}, {{name: notify}}]
  answer_within: 3s
  ask_again: {{after: 1s, times: 20}}
phases:
  - {{name: steady, for: 6s}}
  - name: struck
    for: 8s
    faults: [{faults}]
    actions: [{actions}]
  - name: recovery
    for: 20s
    actions: [{later}]
expect: [nothing_lost, exactly_once: {{effect: stripe.charge}}, exactly_once: {{effect: twilio.message}}]
"""
SLOW = ", ".join(
    f"{{vendor: {vendor}, match: POST *, latency: {{fixed: 600ms, at: after}}}}" for vendor in ("stripe", "twilio")
)


def scenario(*actions: str, faults: str = "", later: str = "") -> Scenario:
    return load_text(TEXT.format(actions=", ".join(actions), faults=faults, later=later), vocabulary())


def judged(given: Scenario) -> Judgement:
    return judge(evidence_of(given, run_virtual(given), {}), [each.check for each in given.expect])


def events(inputs: RunInputs, kind: str) -> list[EventRow]:
    return [each for each in inputs.tables.of(EventRow) if each.kind == kind]


@cache
def one_killed() -> RunInputs:
    return run_virtual(scenario("{at: 2s, kill: gateway.1, for: 3s}", faults=SLOW))


def test_each_says_what_it_does_and_each_is_asked_in_turn() -> None:
    inputs = one_killed()
    assert {each.process for each in inputs.tables.of(EventRow)} == {"gateway.0", "gateway.1"}
    rows = sorted(inputs.tables.of(OperationRow), key=lambda row: row.intended_s)
    assert [row.replicas[0] for row in rows[:4]] == ["gateway.0", "gateway.1", "gateway.0", "gateway.1"]
    assert all(len(row.replicas) == row.asks for row in rows)
    answered_by = {(row.operation_id, row.replicas[-1]) for row in rows if row.status}
    told = {(each.operation_id, each.process) for each in events(inputs, "operation_finished")}
    assert answered_by <= told


def test_what_is_done_to_one_is_told_by_its_name_and_the_other_goes_on() -> None:
    inputs = one_killed()
    assert [(deed.at_s, deed.text) for deed in inputs.deeds] == [(8.0, "kill gateway.1"), (11.0, "start gateway.1")]
    assert [(each.process, each.at_s) for each in events(inputs, "started")] == [
        ("gateway.0", 0.0),
        ("gateway.1", 0.0),
        ("gateway.1", 11.0),
    ]
    said = [each.process for each in inputs.tables.of(EventRow) if 8.0 < each.at_s < 11.0]
    assert set(said) == {"gateway.0"}


@pytest.mark.thorough
def test_whoever_asked_the_one_that_is_down_is_served_by_the_other_and_nothing_is_done_twice() -> None:
    rows = [row for row in one_killed().tables.of(OperationRow) if "gateway.1" in row.replicas and row.asks > 1]
    assert rows
    assert all(row.replicas[:2] == ("gateway.1", "gateway.0") for row in rows if row.replicas[0] == "gateway.1")
    judgement = judged(scenario("{at: 2s, kill: gateway.1, for: 3s}", faults=SLOW))
    assert judgement.status is Status.PASSED, judgement.results


@pytest.mark.thorough
def test_both_may_be_paused_at_a_time_and_each_goes_on_by_itself() -> None:
    paused = scenario("{at: 1s, pause: gateway.0, for: 6s}", "{at: 2s, pause: gateway.1, for: 2s}", faults=SLOW)
    inputs = run_virtual(paused)
    silent = {"gateway.0": (7.0, 13.0), "gateway.1": (8.0, 10.0)}
    for process, (start_s, end_s) in silent.items():
        said = [each.at_s for each in inputs.tables.of(EventRow) if each.process == process]
        assert not [at_s for at_s in said if start_s < at_s < end_s]
        assert [at_s for at_s in said if at_s >= end_s]
    judgement = judged(paused)
    assert judgement.status is Status.PASSED, judgement.results


def test_what_one_has_set_aside_another_sends_again_while_the_first_is_down() -> None:
    down = "{vendor: stripe, respond: {status: 503}}"
    later = "{at: 6s, kill: gateway.0, for: 8s}, {at: 7s, redrive: {}}"
    inputs = run_virtual(scenario(faults=down, later=later))
    assert {each.process for each in events(inputs, "dead_lettered")} == {"gateway.0", "gateway.1"}
    redriven = events(inputs, "redriven")
    assert {each.process for each in redriven} == {"gateway.1"}
    assert redriven[0].at_s < 28.0
    letters = list(inputs.tables.of(LetterRow))
    assert letters
    assert {each.state for each in letters} == {"redriven"}


@pytest.mark.thorough
def test_a_write_counts_for_the_process_that_the_action_is_about() -> None:
    """The third write of the second one is not the third that there is."""
    of_one, of_any = (
        run_virtual(scenario(f"{{kill: {process}, for: 2s, on: {{moment: store.write, nth: 3}}}}"))
        for process in ("gateway.1", "gateway")
    )
    assert of_one.deeds[0].text == "kill gateway.1"
    claimed = [each for each in events(of_one, "idempotency") if each.outcome == "claimed" and each.at_s >= 6.0]
    assert [each.process for each in claimed][:2] == ["gateway.0", "gateway.1"]
    second = next(each.at_s for each in claimed if each.process == "gateway.1")
    assert of_any.deeds[0].at_s <= second < of_one.deeds[0].at_s
    assert not of_one.gaps


@pytest.mark.thorough
def test_all_of_them_are_killed_by_the_name_of_all_and_only_then_is_nobody_served() -> None:
    given = scenario("{at: 2s, kill: gateway, for: 2s}", faults=SLOW)
    inputs = run_virtual(given)
    assert [each.process for each in events(inputs, "started")] == ["gateway.0", "gateway.1"] * 2
    requests = [each.at_s for each in inputs.tables.of(LedgerRow) if each.entry != EFFECT]
    assert not [at_s for at_s in requests if 8.1 < at_s < 10.0]
    assert judged(given).status is Status.PASSED


def test_what_is_to_be_done_to_all_while_one_is_down_is_not_the_experiment_that_was_asked_for() -> None:
    inputs = run_virtual(
        scenario(
            "{kill: gateway.1, for: 3s, on: {vendor: stripe, match: POST *, moment: committed}}",
            "{kill: gateway, for: 3s, on: {vendor: twilio, match: POST *, moment: committed, nth: 2}}",
        )
    )
    assert [(gap.kind, gap.detail) for gap in inputs.gaps] == [
        (GapKind.NOT_STAGED, "kill gateway was due, and gateway.1 is not running")
    ]


def test_the_same_seed_gives_the_same_run() -> None:
    first, again = (
        [list(one.tables.of(record)) for record in (EventRow, LedgerRow, OperationRow)]
        for one in (one_killed(), run_virtual(scenario("{at: 2s, kill: gateway.1, for: 3s}", faults=SLOW)))
    )
    assert first == again


def doubled(name: str, mutant: str = GOOD) -> Judgement:
    """A scenario of the library with two processes in place of one."""
    given = replace(checked_scenario(name, "virtual", None), replicas=2)
    inputs = run_virtual(given, replacements=None if mutant == GOOD else MUTANTS[mutant].replacements())
    return judge(evidence_of(given, inputs, {}), [*(each.check for each in given.expect), TelemetryTrue()])


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name",
    ["stripe-brownout", *(pytest.param(each, marks=pytest.mark.thorough) for each in (
        "commit-then-crash", "impatient-callers", "paused-holder", "token-endpoint-hangs", "twilio-rate-limited"))],
)  # fmt: skip
def test_two_good_processes_tell_nothing_that_is_contradicted(name: str) -> None:
    told = [each for each in doubled(name).results if each.name in {"telemetry_true", "breaker", "quiet_while_open"}]
    assert [each for each in told if each.status is not Status.PASSED] == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("mutant", "name", "expectation"),
    [
        ("tells-foreign-ids", "healthy", "telemetry_true"),
        *(pytest.param(*each, marks=pytest.mark.thorough) for each in (
            ("hides-retries", "stripe-lost-answers", "telemetry_true"),
            ("tells-all-done", "stripe-lost-answers", "telemetry_true"),
            ("blames-the-limiter", "grey-failure", "telemetry_true"),
            ("fakes-transitions", "stripe-brownout", "breaker"),
            ("admits-all-half-open", "stripe-brownout", "quiet_while_open"),
            ("waits-without-jitter", "stripe-lost-answers", "backoff"))),
    ],
)  # fmt: skip
def test_what_one_lies_two_lie_and_no_neighbour_covers_for_them(mutant: str, name: str, expectation: str) -> None:
    assert expectation in {each.name for each in doubled(name, mutant).results if each.status is Status.FAILED}


def test_who_is_starved_stands_still_for_so_much_of_each_tenth_of_a_second_until_it_is_fed() -> None:
    loops: list[tuple[float, str]] = []

    class Server:
        def pause(self) -> None:
            loops.append((round(asyncio.get_running_loop().time(), 3), "still"))

        def start(self) -> None:
            loops.append((round(asyncio.get_running_loop().time(), 3), "runs"))

    async def main() -> None:
        replicas = Replicas(["gateway"], lambda _name, _number: Server())  # type: ignore[arg-type, return-value]
        replicas.take(Action(starve="gateway", taken=0.8), ["gateway"])
        await asyncio.sleep(0.25)
        replicas.take(Action(feed="gateway"), ["gateway"])
        await asyncio.sleep(5.0)

    virtually(main())
    assert loops == [
        (0.0, "still"), (0.08, "runs"), (0.1, "still"), (0.18, "runs"), (0.2, "still"), (0.25, "runs"),
    ]  # fmt: skip
