"""From an order to a verdict: what a run leaves, and what it comes to."""

import signal
from pathlib import Path

import pytest

from brownout_core.gateway.parts import PARTS
from brownout_core.presets import policies_for
from brownout_harness.commands.signals import ending_in_order
from brownout_harness.judging.evidence import Deed, Gap, GapKind
from brownout_harness.judging.expectations import ALWAYS
from brownout_harness.judging.expectations.finished_later import FinishedLater
from brownout_harness.judging.inputs import FaultCount, RunInputs
from brownout_harness.judging.leaves import Leaves
from brownout_harness.problems import NotJudged
from brownout_harness.running import execute as executing
from brownout_harness.running.execute import Finished, evidence_of, execute, judge_again, judged_virtually
from brownout_harness.running.orders import Order, checked_scenario, prepare
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import RunFolderError, Status
from brownout_reports.run_folder import read as read_run
from brownout_reports.tables import Rows, Tables
from brownout_scenarios.load import load
from brownout_simulators.capacity import Capacity
from tests.support.shop_scenario import AGREED, write_shop


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def prepared(name: str, out: Path) -> list[Order]:
    return prepare([name], mode="real", time="T", out=out, environment={})


def operation(number: int) -> OperationRow:
    at_s = number / 10
    return OperationRow(f"buy-{number}", "buy", at_s, at_s, at_s + 0.1, 0.1, 1, 200, Outcome.DONE)


def effect(number: int) -> LedgerRow:
    at_s = number / 10
    return LedgerRow("effect", number, "stripe", "a", f"buy-{number}", at_s, at_s, "stripe.charge", f"ch_{number}")


def inputs(*effects: LedgerRow, **more: object) -> RunInputs:
    """A run of forty operations, each with its effect; `effects` are more of them."""
    numbers = range(40)
    given: dict[str, object] = {
        "tables": Tables(
            Rows.of(OperationRow, map(operation, numbers)), Rows.of(LedgerRow, [*map(effect, numbers), *effects])
        ),
        "shows_dead_letters": False,
        "fault_counts": {"trouble.0": FaultCount(matched=20, struck=9)},
        "duration_s": 4.5,
        **more,
    }
    return RunInputs(**given)  # type: ignore[arg-type]


def test_what_a_foreign_targets_operation_leaves_is_what_the_scenario_says(tmp_path: Path) -> None:
    scenario = load(write_shop(tmp_path), vocabulary())
    evidence = evidence_of(scenario, inputs(), {})
    assert evidence.leaves == {"buy": Leaves.of(["stripe.charge"])}
    assert evidence.dead_letters is None
    assert not evidence.telemetry
    assert [(fault.id, fault.matched, fault.struck) for fault in evidence.faults] == [("trouble.0", 20, 9)]
    assert [phase.name for phase in evidence.phases] == ["steady", "trouble"]


def test_of_the_reference_application_the_settings_are_known_and_of_another_one_not(tmp_path: Path) -> None:
    foreign = evidence_of(load(write_shop(tmp_path), vocabulary()), inputs(), {})
    assert foreign.policies == {}
    ours = evidence_of(checked_scenario("sales-hard-down", "virtual", None), inputs(), {})
    assert ours.policies["sales"].timeout.deadline_s == 8.0  # the scenario's own
    assert ours.policies["stripe"] == policies_for("stripe")


@pytest.mark.thorough
def test_what_is_always_demanded_is_so_of_those_who_have_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    always = {each.NAME for each in ALWAYS}
    of_foreign = {each.name for each in executed(monkeypatch, inputs()).verdict.expectations}
    assert always - of_foreign == {"telemetry_true", "as_asked", "finished_later", "notices_taken", "desk_true"}
    of_ours = {each.name for each in judged_virtually("healthy").results}
    assert always - of_ours == {"finished_later", "notices_taken", "desk_true"}


def test_whoever_asks_for_states_demands_that_ends_stay(tmp_path: Path) -> None:
    path = write_shop(tmp_path)
    until = 'until: {get: "/{{operation_id}}", at: body.state, done: [done], within: 7s}'
    path.write_text(path.read_text().replace("done: [200]", f"done: [200]\n      {until}"))
    (order,) = prepared(str(path), out=tmp_path / "A")
    evidence = evidence_of(order.scenario, inputs(), {})
    assert evidence.finish_within_s == {"buy": 7.0}
    assert FinishedLater() in executing._checks(order.scenario, evidence)


def test_what_is_always_demanded_is_left_out_where_no_operation_says_what_effects_are_to_hold(tmp_path: Path) -> None:
    always: list[list[str]] = []
    for agreed in ("", AGREED):
        scenario = load(write_shop(tmp_path, agreed=agreed), vocabulary())
        evidence = evidence_of(scenario, inputs(), {})
        always.append([each.NAME for each in executing._checks(scenario, evidence)])
    assert always == [["exactly_once", "nothing_lost", "no_defects"], [*always[0], "as_asked"]]
    assert evidence.terms["buy"].holds == {"stripe.charge": ("amount", "currency")}


def test_a_runs_folder_holds_no_credential_by_what_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    leaking = effect(1)._replace(id="re_1", route="stripe.refund", fields='{"reason": "sk_test_secret"}')
    finished = executed(monkeypatch, inputs(leaking, secrets=frozenset({"sk_test_secret"})))
    kept = [each.fields for each in read_run(finished.folder).tables.of(LedgerRow) if each.fields]
    assert kept == ['{"reason": "*****"}']


def executed(monkeypatch: pytest.MonkeyPatch, given: RunInputs) -> Finished:
    monkeypatch.setattr(executing, "_run", lambda _order, _work, _progress: given)
    (order,) = prepared(str(write_shop(Path.cwd())), out=Path("A"))
    return execute(order)


def test_a_run_leaves_a_whole_folder_that_can_be_read_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "target.log").write_text("hello\n")
    deeds = (Deed(2.5, "kill target"),)
    finished = executed(
        monkeypatch, inputs(logs=logs, secrets=frozenset({"sk_test_secret"}), notes=("a note",), deeds=deeds)
    )
    assert finished.exit_code == 0
    back = read_run(finished.folder)
    assert back.verdict.verdict is Status.PASSED
    assert back.verdict.target.endswith("--port {{port}}")
    assert "a note" in back.verdict.notes
    assert [(mark.kind, mark.at_s, mark.text) for mark in back.verdict.marks] == [("action", 2.5, "kill target")]
    assert back.verdict.settings is None
    assert ">kill target<" in (finished.folder / "report.html").read_text()
    assert len(back.tables.of(OperationRow)) == 40
    names = {path.name for path in finished.folder.iterdir()}
    assert names >= {"scenario.yaml", "verdict.json", "report.html", "junit.xml", "summary.md", "logs"}
    assert (finished.folder / "logs" / "target.log").read_text() == "hello\n"


def broken(*_anything: object) -> str:
    raise RuntimeError("latex could not be found")


def test_a_report_that_cannot_be_drawn_costs_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brownout_reports.report.render", broken)
    finished = executed(monkeypatch, inputs())
    assert finished.exit_code == 0
    assert finished.undrawn == "the report could not be drawn: RuntimeError: latex could not be found"
    assert read_run(finished.folder).verdict.verdict is Status.PASSED
    assert not (finished.folder / "report.html").exists()


def test_who_ends_a_run_while_it_is_drawn_does_not_lose_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a real one it would be the minutes that it took."""

    def drawn(_run: object) -> str:
        signal.raise_signal(signal.SIGINT)
        return "<p>whole</p>"

    monkeypatch.setattr("brownout_reports.report.render", drawn)
    with ending_in_order():
        finished = executed(monkeypatch, inputs())
    assert finished.is_interrupted
    assert read_run(finished.folder).verdict.verdict is Status.PASSED
    assert (finished.folder / "report.html").read_text() == "<p>whole</p>"


@pytest.mark.thorough
def test_a_verdict_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_run: object, **_files: object) -> Path:
        raise RunFolderError("cannot write the run to A: No space left on device")

    monkeypatch.setattr(executing, "publish", full)
    with pytest.raises(NotJudged, match=r"No space left on device; the verdict was: failed \(exactly_once: effect"):
        executed(monkeypatch, inputs(effect(1)._replace(id="ch_again")))


def test_a_secret_in_a_log_fails_a_run_that_demands_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "target.log").write_text("charging with sk_test_secret_51H\n")
    path = write_shop(Path.cwd())
    path.write_text(path.read_text() + "  - no_secrets: {}\n")
    monkeypatch.setattr(
        executing, "_run", lambda _order, _work, _progress: inputs(logs=logs, secrets=frozenset({"sk_test_secret_51H"}))
    )
    (order,) = prepared(str(path), out=Path("A"))
    finished = execute(order)
    assert finished.exit_code == 1
    assert "logs/target.log" in str(finished.verdict.expectations)
    assert "sk_test_secret_51H" not in finished.verdict.model_dump_json()
    again = judge_again(str(finished.folder)).verdict
    assert again == finished.verdict


def test_an_effect_too_many_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    finished = executed(monkeypatch, inputs(effect(3)._replace(seq=99, id="ch_again")))
    assert finished.exit_code == 1


@pytest.mark.thorough
def test_a_fault_that_struck_less_than_the_scenario_asks_makes_the_run_inconclusive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_shop(Path.cwd())
    monkeypatch.setattr(executing, "_run", lambda _order, _work, _progress: inputs())
    for asked, exit_code in ((9, 0), (10, 3)):
        text = path.read_text().replace("share: 50%", f"share: 50%, expect_struck: {asked}")
        assert "expect_struck" in text
        mine = path.with_name(f"asked-{asked}.yaml")
        mine.write_text(text)
        (order,) = prepared(str(mine), out=Path(f"out-{asked}"))
        assert execute(order).exit_code == exit_code


def test_a_harness_that_fell_short_makes_the_run_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    finished = executed(monkeypatch, inputs(gaps=(Gap(GapKind.LEDGER_OVERFLOW, "stripe: 5 rows"),)))
    assert finished.exit_code == 3
    assert "stripe: 5 rows" in finished.verdict.reasons[0]


# -- capacities ------------------------------------------------------------------------------------------------------

QUEUES = """\
name: queues
about: A vendor that works on so many calls at a time.
workload:
  arrivals: {rate: 10/s}
  operations: [{name: OPERATION}]
serve: {stripe: {at_once: AT_ONCE, each: {fixed: 50ms}}}
phases:
  - {name: steady, for: 3s}
  - {name: halved, for: 3s, faults: FAULTS}
expect: [nothing_lost]
"""


def queued(*, at_once: int = 100, faults: str = "[]", operation: str = "pay", mode: str = "virtual") -> Finished:
    text = QUEUES.replace("AT_ONCE", str(at_once)).replace("FAULTS", faults).replace("OPERATION", operation)
    Path("queues.yaml").write_text(text)
    (order,) = prepare(["queues.yaml"], mode=mode, time="T", out=Path("run"), environment={})  # type: ignore[arg-type]
    return execute(order)


@pytest.mark.thorough
def test_a_capacity_that_no_run_reached_is_said_to_be() -> None:
    verdict = queued().verdict
    [note] = verdict.notes
    requests = next(each.requests for each in verdict.vendor_metrics if each.vendor == "stripe")
    assert verdict.verdict is Status.PASSED
    assert note.startswith("stripe made nobody wait (serve at_once 100, each {fixed 50ms}): ")
    assert requests > 0


@pytest.mark.thorough
def test_one_that_was_reached_is_not_and_the_books_tell_who_waited() -> None:
    finished = queued(at_once=1)
    assert finished.verdict.verdict is Status.PASSED
    assert finished.verdict.notes == ()
    requests = [row for row in read_run(finished.folder).tables.of(LedgerRow) if row.entry == "request"]
    assert any(row.queued_s > 0 for row in requests)
    assert all(row.given_work_s == pytest.approx(0.05) for row in requests)
    assert all("serve.stripe" in row.faults for row in requests if row.queued_s)


@pytest.mark.thorough
def test_a_capacity_as_a_fault_that_made_nobody_wait_was_no_experiment() -> None:
    verdict = queued(faults="[{vendor: stripe, serve: {at_once: 50, each: {fixed: 50ms}}}]").verdict
    assert verdict.verdict is Status.INCONCLUSIVE
    [reason] = verdict.reasons
    assert reason.startswith("fault halved.0 (serve at_once 50, each {fixed 50ms} on every request at stripe) struck 0")


@pytest.mark.thorough
def test_nor_was_one_of_a_vendor_that_nobody_asks() -> None:
    fault = "[{vendor: stripe, serve: {at_once: 1, each: {fixed: 50ms}}}]"
    verdict = queued(faults=fault, operation="notify").verdict
    assert verdict.verdict is Status.INCONCLUSIVE
    assert "struck 0 requests of 0 that it matched" in verdict.reasons[0]


@pytest.mark.thorough
def test_a_machine_that_took_the_capacity_away_itself_leaves_the_run_inconclusive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "brownout_simulators.capacity.Capacity.worked",
        lambda self, turn, given_s: WORKED(self, turn, given_s * 1.5),
    )
    verdict = queued(at_once=1).verdict
    assert verdict.verdict is Status.INCONCLUSIVE
    assert "the machine was slow, and not the vendor's capacity small" in verdict.reasons[0]


WORKED = Capacity.worked


@pytest.mark.thorough
def test_a_run_with_other_parts_has_them_and_says_so(tmp_path: Path) -> None:
    name = "brownout_harness.audit.mutants.tells_foreign_ids:MUTANT.replacements"
    (order,) = prepare(["healthy"], mode="virtual", time="T", out=tmp_path / "run", environment={PARTS: name})
    verdict = execute(order).verdict
    assert verdict.verdict is Status.FAILED
    assert f"the gateway ran with other parts than its own: {name}" in verdict.notes
    again = judge_again(str(tmp_path / "run")).verdict
    assert f"the gateway ran with other parts than its own: {name}" in again.notes
