"""`brownout gate`, typed: what passes, what drifts, what is left of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brownout_harness.commands.gating import _Ended, _not_run
from brownout_harness.gate.outcome import Result, read_gate
from brownout_harness.running.orders import prepare
from brownout_scenarios.target import Target
from tests.harness.commands.test_many import written
from tests.harness.gate.measureds import a_run, lines_of
from tests.reports.runs import a_verdict
from tests.support.commands import Ended, brownout_here


def gate(folder: Path, *arguments: str, parts: str = "") -> Ended:
    environment = {"BROWNOUT_GATEWAY_PARTS": parts} if parts else None
    return brownout_here("gate", *arguments, "-j", "1", "--out", "out", cwd=folder, environment=environment)


def nothing_is_run(*_: object) -> Iterator[Any]:
    yield from ()


@pytest.mark.thorough
def test_a_red_gate_names_what_broke_and_what_replays_it_from_its_folder_alone(tmp_path: Path) -> None:
    ended = gate(tmp_path, *written(tmp_path, "good", "wrong", "unclear"))
    assert ended.exit_code == 1, ended.errors
    assert "of 3: 1 passed, 1 failed, 1 inconclusive" in ended.output
    told = read_gate(tmp_path / "out")
    (wrong,) = [each for each in told.runs if each.result is Result.FAILED]
    assert (wrong.name, wrong.replay) == ("wrong-virtual", "brownout run wrong-virtual --mode virtual")
    (tmp_path / "wrong.yaml").unlink()
    again = brownout_here(*wrong.replay.split()[1:], "--out", "again", cwd=tmp_path / "out")
    assert again.exit_code == 1
    verdict = json.loads((tmp_path / "out" / "again" / "verdict.json").read_text())
    assert wrong.verdict is not None
    assert verdict["expectations"] == [each.model_dump(mode="json") for each in wrong.verdict.expectations]


@pytest.mark.thorough
def test_what_goes_otherwise_than_the_baseline_says_is_red_though_it_passes(tmp_path: Path) -> None:
    names = written(tmp_path, "good")
    assert gate(tmp_path, *names, "--baseline", "base").exit_code == 3, "nothing to compare with is no pass"
    assert gate(tmp_path, *names, "--baseline", "base", "--update").exit_code == 0
    assert gate(tmp_path, *names, "--baseline", "base").exit_code == 0
    (tmp_path / "good.yaml").write_text((tmp_path / "good.yaml").read_text().replace("seed: 3", "seed: 4"))
    ended = gate(tmp_path, *names, "--baseline", "base")
    assert ended.exit_code == 1
    assert "good-virtual: drifted" in ended.output
    assert (tmp_path / "out" / "good-virtual" / "report.html").exists(), "it is there to be looked at"


@pytest.mark.thorough
def test_a_run_that_is_red_is_not_written_into_the_baseline(tmp_path: Path) -> None:
    ended = gate(tmp_path, *written(tmp_path, "good", "wrong"), "--baseline", "base", "--update")
    assert ended.exit_code == 1
    assert [each.name for each in (tmp_path / "base").iterdir()] == ["good-virtual.txt"]


@pytest.mark.thorough
def test_what_was_not_run_never_passed(tmp_path: Path) -> None:
    ended = gate(tmp_path, *written(tmp_path, "wrong", "good"), "--fail-fast")
    assert ended.exit_code == 1
    assert [each.result for each in read_gate(tmp_path / "out").runs] == [Result.FAILED, Result.NOT_RUN]


@pytest.mark.thorough
def test_shares_are_merged_and_one_that_is_missing_is_said(tmp_path: Path) -> None:
    names = written(tmp_path, "good", "wrong")
    for number in "12":
        brownout_here("gate", *names, "--shard", f"{number}/2", "--out", number, "-j", "1", cwd=tmp_path)
    ended = brownout_here("gate", "--merge", "1", "--merge", "2", "--json", cwd=tmp_path)
    assert ended.exit_code == 1
    assert {each["name"]: each["result"] for each in json.loads(ended.output)["runs"]} == {
        "good-virtual": "passed",
        "wrong-virtual": "failed",
    }
    assert (tmp_path / "runs" / "gate" / "wrong-virtual" / "verdict.json").exists()
    missing = brownout_here("gate", "--merge", "1", "--out", "other", cwd=tmp_path)
    assert (missing.exit_code, missing.error) == (
        2,
        "error: --merge: shard 2/2 is missing; name each of the 2 once",
    )


def test_what_a_mode_cannot_run_is_said_and_kept_with_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a green gate of the others looks like one of all."""
    (name,) = written(tmp_path, "good")
    (order,) = prepare([str(tmp_path / name)], mode="virtual", time="T", environment={})
    chosen = ({"good": order.scenario}, ("needs-processes",))
    monkeypatch.setattr("brownout_harness.commands.gating.selected", lambda *_: chosen)
    monkeypatch.setattr("brownout_harness.commands.gating.in_processes", nothing_is_run)
    ended = gate(tmp_path, "--all")
    said = "left out, for this mode cannot run them: needs-processes"
    assert f"- {said}" in ended.output.splitlines()
    assert read_gate(tmp_path / "out").remarks == (said,)


def test_records_of_runs_that_are_gone_are_said_of_the_whole_and_of_no_selection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brownout_harness.commands.gating.in_processes", nothing_is_run)
    (tmp_path / "own").mkdir()
    (name,) = written(tmp_path / "own", "good")
    (tmp_path / "base").mkdir()
    for gone in ("gone-virtual", "gone-real"):
        (tmp_path / "base" / f"{gone}.txt").write_text("# brownout gate: gone")
    gate(tmp_path, "own", "--baseline", "base", "--update")
    assert read_gate(tmp_path / "out").unmade == ("gone-virtual",)
    for some in (["own", "--shard", "1/1"], [f"own/{name}"]):
        gate(tmp_path, *some, "--baseline", "base", "--update")
        assert read_gate(tmp_path / "out").unmade == ()


def test_a_line_of_the_log_begins_with_a_dash_and_is_not_folded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub's runner obeys a line that begins with `::`, and what was seen may be anybody's."""
    (name,) = written(tmp_path, "good")
    said = f"{'x' * 200} ::add-mask::secret"

    def ending(work: Any, wanted: Any, jobs: Any) -> Iterator[Any]:
        for order, *_ in wanted:
            run = _not_run(order).model_copy(update={"result": Result.NOT_JUDGED, "problem": said})
            yield _Ended(run)

    monkeypatch.setattr("brownout_harness.commands.gating.in_processes", ending)
    ended = gate(tmp_path, name)
    assert f"- {said}" in ended.output.splitlines()
    assert not [line for line in ended.output.splitlines() if line.lstrip().startswith(("::", "replay"))]


def test_a_scenario_with_an_application_of_its_own_says_that_a_replay_needs_it(tmp_path: Path) -> None:
    (name,) = written(tmp_path, "good")
    (order,) = prepare([str(tmp_path / name)], mode="virtual", time="T", environment={})
    assert _not_run(order).needs == ""
    own = replace(order, scenario=replace(order.scenario, target=Target(url="http://127.0.0.1:1")))
    assert _not_run(own).needs == "the application that is its target"
    assert _not_run(replace(order, parts="own:parts")).needs == "the parts own:parts"


def test_real_runs_are_compared_when_all_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed with runs that are made up: nothing is started."""
    (name,) = written(tmp_path, "good")

    def ending(moods: int, times: float) -> Any:
        def ended(console: Any, orders: Any, asked: Any, before: Any) -> Iterator[Any]:
            for seed, order in enumerate(orders):
                lines = lines_of(a_run(seed, moods, times=times))
                verdict = a_verdict().model_copy(update={"mode": "real"})
                run = _not_run(order).model_copy(update={"result": Result.PASSED, "verdict": verdict})
                yield _Ended(run, lines)

        return ended

    def real(moods: int, times: float, *arguments: str) -> Ended:
        monkeypatch.setattr("brownout_harness.commands.gating._ended", ending(moods, times))
        real_mode = ["--mode", "real", "--repeat", "5", "--baseline", "base", "--out", "out"]
        return brownout_here("gate", name, *real_mode, *arguments, cwd=tmp_path)

    assert real(1, 1.0).exit_code == 3, "nothing to compare with is no pass"
    assert real(1, 1.0, "--update").exit_code == 0
    same, slower = real(2, 1.0), real(2, 1.2)
    assert (same.exit_code, slower.exit_code) == (0, 1), same.output
    assert "- p99 of pay: was " in slower.output
    told = read_gate(tmp_path / "out")
    assert {each.result for each in told.runs} == {Result.DRIFTED}
    (tmp_path / "base" / "good-real-3.txt").write_text("# brownout gate: good, real, seed 3\n{}\n")
    broken = real(2, 1.0)
    assert (broken.exit_code, "good-real-3.txt:2: no line of a real run's record" in broken.error) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name scenarios or folders"),
        (["healthy", "--all"], "one of the three"),
        (["healthy", "--update"], "--update writes a baseline"),
        (["healthy", "--mode", "real", "--baseline", "base"], "--baseline in real mode needs --repeat 3 or more"),
        (
            ["healthy", "--mode", "real", "--baseline", "base", "--repeat", "3", "--shard", "1/2"],
            "--shard parts the runs",
        ),
        (["healthy", "--mode", "real", "-j", "2"], "-j is for virtual mode"),
        (["healthy", "--merge", "a"], "--merge runs nothing"),
        (["healthy", "--shard", "3/2"], "--shard 3/2: write NUMBER/OF"),
        (["healthy", "--shard", "2/2"], "none is left"),
        (["helthy"], "healthy"),
        (["--merge", "nowhere"], "name the folder of a gate"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(tmp_path: Path, arguments: list[str], told: str) -> None:
    ended = brownout_here("gate", *arguments, cwd=tmp_path)
    assert ended.exit_code == 2
    assert told in ended.error
    assert not list(tmp_path.iterdir())


def test_a_folder_of_somebody_else_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").touch()
    ended = gate(tmp_path, "healthy")
    assert (ended.exit_code, "no gate wrote" in ended.error) == (2, True)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["thesis.txt"]
