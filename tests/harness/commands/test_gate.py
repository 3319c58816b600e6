"""`brownout gate`, typed: what passes, what drifts, what is left of it."""

import json
from pathlib import Path

import pytest

from brownout_harness.gate.outcome import Result, read_gate
from tests.harness.commands.test_many import written
from tests.support.commands import Ended, brownout_here


def gate(folder: Path, *arguments: str, parts: str = "") -> Ended:
    environment = {"BROWNOUT_GATEWAY_PARTS": parts} if parts else None
    return brownout_here("gate", *arguments, "-j", "1", "--out", "out", cwd=folder, environment=environment)


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name scenarios or folders"),
        (["healthy", "--all"], "one of the three"),
        (["healthy", "--update"], "--update writes a baseline"),
        (["healthy", "--mode", "real", "--baseline", "base"], "--baseline is for virtual mode"),
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
