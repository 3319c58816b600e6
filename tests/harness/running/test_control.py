"""The control run is the same load without what goes wrong, made where it is compared with."""

from dataclasses import replace
from pathlib import Path

import pytest

from brownout_harness.asked.plan import plan
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.progress import Progress
from brownout_harness.running.control import control_of, is_wanted, shown, was_interrupted, with_control
from brownout_harness.running.execute import execute, judge_again
from brownout_harness.running.orders import checked_scenario, prepare
from brownout_reports.run_folder import Status, read
from brownout_reports.tables import Tables
from brownout_scenarios.schema import Scenario
from tests.support.shop_scenario import write_shop

COMPARED = "grey-failure"


def loaded(name: str = COMPARED) -> Scenario:
    return checked_scenario(name, "virtual", None)


def never(_scenario: Scenario) -> RunInputs:
    raise AssertionError("no control run was wanted")


@pytest.mark.parametrize("name", [COMPARED, "sales-hard-down", "late-commits", "quota-lowered", "metastable"])
def test_nothing_goes_wrong_in_it_and_the_same_is_asked_for_at_the_same_instants(name: str) -> None:
    scenario = loaded(name)
    control = control_of(scenario)
    assert (control.fault_rules(), control.actions(), control.triggers(), control.limit_changes()) == ((), (), (), ())
    assert (control.spans()[-1].end_s, control.serve) == (scenario.spans()[-1].end_s, scenario.serve)
    assert list(plan(control)) == list(plan(scenario))


def test_an_incident_is_not_played_in_it() -> None:
    scenario = loaded("incident-openai-2023")
    assert scenario.fault_rules()
    assert control_of(scenario).fault_rules() == ()


def test_it_is_made_only_where_an_expectation_compares() -> None:
    assert is_wanted(loaded())
    alone = RunInputs(tables=Tables())
    assert with_control(loaded("healthy"), alone, never) is alone


def test_it_is_not_made_of_a_run_that_was_interrupted() -> None:
    cut = RunInputs(tables=Tables(), gaps=(Gap(GapKind.INTERRUPTED, "by SIGINT"),))
    assert with_control(loaded(), cut, never).no_control == "the run was interrupted"
    assert was_interrupted(cut)


def test_one_that_came_to_nothing_leaves_the_run_as_it_was() -> None:
    def fails(_scenario: Scenario) -> RunInputs:
        raise NotJudged("the load generator ended")

    whole = with_control(loaded(), RunInputs(tables=Tables(), duration_s=3), fails)
    assert (whole.control, whole.no_control, whole.duration_s) == (None, "the load generator ended", 3)


def test_one_that_was_interrupted_interrupts_the_command() -> None:
    cut = RunInputs(tables=Tables(), gaps=(Gap(GapKind.INTERRUPTED, "by SIGINT"),))
    whole = with_control(loaded(), RunInputs(tables=Tables()), lambda _: cut)
    assert was_interrupted(whole)
    assert not was_interrupted(replace(whole, control=None))


def test_its_progress_says_that_it_is_one() -> None:
    seen: list[Progress] = []
    show = shown(seen.append)
    assert show is not None
    show(Progress(phase="steady", at_s=3))
    assert (seen[0].phase, seen[0].at_s) == ("control run: steady", 3)
    assert shown(None) is None


def test_a_target_that_runs_already_cannot_be_compared(tmp_path: Path) -> None:
    text = write_shop(tmp_path).read_text()
    started = text.replace("nothing_lost: {}", "blast_radius: {}")
    (tmp_path / "started.yaml").write_text(started)
    assert is_wanted(checked_scenario(str(tmp_path / "started.yaml"), "real", None))
    running = "\n".join(line for line in started.splitlines() if "command:" not in line and "ready:" not in line)
    (tmp_path / "running.yaml").write_text(running.replace("{{port}}", "8080"))
    with pytest.raises(BadInput, match=r"blast_radius compares with a control run.*say how it is started"):
        checked_scenario(str(tmp_path / "running.yaml"), "real", None)


@pytest.mark.thorough
def test_it_is_kept_and_judged_again_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [order] = prepare([COMPARED], mode="virtual", time="T", out=Path("A"), environment={})
    finished = execute(order)
    assert finished.verdict.verdict is Status.PASSED
    assert any(note.startswith("compared with a control run") for note in finished.verdict.notes)
    kept = read(Path("A"))
    assert kept.control is not None
    again = judge_again("A", out=Path("B"))
    assert again.verdict == finished.verdict
    assert judge_again("B").verdict == finished.verdict
    for table in Path("A", "control").iterdir():
        table.unlink()
    Path("A", "control").rmdir()
    assert judge_again("A").verdict.verdict is Status.INCONCLUSIVE
