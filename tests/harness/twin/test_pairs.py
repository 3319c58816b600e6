"""Which runs are a pair, and where one comes from."""

import json
import shutil
from pathlib import Path

import pytest

from brownout_core.gateway.parts import PARTS
from brownout_harness.problems import BadInput
from brownout_harness.running.execute import execute
from brownout_harness.running.orders import prepare
from brownout_harness.twin import pairs
from brownout_harness.twin.agreement import agreement_of
from brownout_harness.twin.pairs import both_ways, comparable, made, pair_of
from brownout_reports.publish import publish
from brownout_reports.run_folder import Status
from tests.support.commands import brownout_here
from tests.support.shop_scenario import write_shop
from tests.support.verdicts import a_run

SHORT = """
name: short
about: A few payments, of which some have to be sent again.
seed: 5
target: gateway
workload:
  arrivals: {rate: 100/s}
  operations: [{name: pay}]
phases:
  - {name: steady, for: 5s}
expect:
  - exactly_once: {effect: stripe.charge}
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def short(folder: Path) -> str:
    path = folder / "short.yaml"
    path.write_text(SHORT)
    return str(path)


def run_at(name: str, folder: Path, seed: int = 5) -> Path:
    (order,) = prepare([name], mode="virtual", time="", seed=seed, out=folder, environment={})
    return execute(order).folder


def told_as_real(run: Path, folder: Path, **changed: object) -> Path:
    """The same run, its verdict saying that it was a real one, and what is changed of it."""
    shutil.copytree(run, folder)
    document = json.loads((folder / "verdict.json").read_text())
    (folder / "verdict.json").write_text(json.dumps({**document, "mode": "real", **changed}))
    return folder


@pytest.mark.thorough
def test_two_runs_of_one_mode_are_no_pair(tmp_path: Path) -> None:
    one, other = (publish(a_run(tmp_path / name)) for name in ("one", "other"))
    with pytest.raises(BadInput, match="both virtual: compare a virtual run with a real one"):
        pair_of(one, other)


@pytest.mark.parametrize("changed", [{"seed": 8}, None])
def test_runs_of_different_experiments_are_no_pair(tmp_path: Path, changed: dict[str, object] | None) -> None:
    one = publish(a_run(tmp_path / "one"))
    other = told_as_real(one, tmp_path / "other", **(changed or {}))
    if changed is None:
        (other / "scenario.yaml").write_text("name: another\n")
    with pytest.raises(BadInput, match="not the same scenario on the same seed"):
        pair_of(one, other)


def test_what_only_one_mode_can_run_is_not_compared(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="only real mode can run it: there is nothing to compare"):
        both_ways(str(write_shop(tmp_path)), None)
    assert comparable(["healthy", "killed-at-every-stage"]) == ["healthy"]


@pytest.mark.thorough
def test_a_run_agrees_with_itself_in_everything(tmp_path: Path) -> None:
    run = run_at(short(tmp_path), tmp_path / "virtual")
    found = agreement_of("short", [pair_of(told_as_real(run, tmp_path / "real"), run)])
    assert found.status is Status.PASSED
    assert len(found.figures) == 3


@pytest.mark.thorough
def test_runs_with_different_parts_are_no_pair(tmp_path: Path) -> None:
    run = run_at(short(tmp_path), tmp_path / "virtual")
    part = {PARTS: "brownout_harness.audit.mutants.waits_without_jitter:MUTANT.replacements"}
    (order,) = prepare([short(tmp_path)], mode="virtual", time="", out=tmp_path / "other", environment=part)
    real = told_as_real(execute(order).folder, tmp_path / "real")
    with pytest.raises(BadInput, match="ran with different parts"):
        pair_of(run, real)


@pytest.mark.thorough
def test_runs_that_are_there_are_taken_and_those_that_say_nothing_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = both_ways(short(tmp_path), None)
    run = run_at(short(tmp_path), tmp_path / "short-5-virtual")
    told_as_real(run, tmp_path / "short-5-real", verdict="inconclusive", reasons=["the load fell behind"])
    told_as_real(run, tmp_path / "short-5-real-2")
    monkeypatch.setattr(pairs, "execute", lambda *_: pytest.fail("a run that is there was made again"))
    found = made(short(tmp_path), scenario, tmp_path)
    assert found.real.verdict.verdict is Status.PASSED
    (tmp_path / "short-6-virtual").symlink_to(run)
    other = both_ways(short(tmp_path), 6)
    with pytest.raises(BadInput, match="is a run of another short"):
        made(short(tmp_path), other, tmp_path)


@pytest.mark.thorough
def test_the_command_compares_two_finished_runs(tmp_path: Path) -> None:
    run = run_at(short(tmp_path), tmp_path / "virtual")
    real = told_as_real(run, tmp_path / "real")
    ended = brownout_here("twin", str(run), str(real), cwd=tmp_path)
    assert ended.exit_code == 0
    assert "short: agrees (3 within, 0 in the spread, 0 outside, 0 unsaid)" in ended.output
    differing = told_as_real(run, tmp_path / "differing", verdict="failed")
    ended = brownout_here("twin", str(run), str(differing), "--json", cwd=tmp_path)
    assert ended.exit_code == 1
    assert (
        "passed in virtual time, failed for real"
        in json.loads(ended.output)["scenarios"][0]["pairs"][0]["differing"][0]
    )
    assert brownout_here("twin", str(run), str(real), "--seed", "3", cwd=tmp_path).exit_code == 2


@pytest.mark.real
@pytest.mark.slow
def test_a_short_scenario_is_run_both_ways(tmp_path: Path) -> None:
    ended = brownout_here("twin", short(tmp_path), "--out", "twin", "--json", cwd=tmp_path)
    (found,) = json.loads(ended.output)["scenarios"]
    assert found["pairs"][0]["virtual"] == "passed"
    assert found["pairs"][0]["machine"]
    assert {each["what"] for each in found["figures"]} <= {"success", "p99", "amplification"}
    assert (tmp_path / "twin" / "twin.md").read_text().startswith("| scenario |")
