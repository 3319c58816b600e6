"""Many scenarios by one command: which are run, what is kept of them, what is said at the end, and the exit code."""

from pathlib import Path

import pytest

from brownout_harness.commands.many import one
from brownout_harness.running.keep import Keep
from brownout_harness.running.orders import prepare
from tests.support.commands import Ended, brownout_here

SHORT = """\
name: {name}
about: Payments.
seed: 3
workload:
  arrivals: {{rate: 10/s}}
  operations: [{{name: pay}}]
phases:
  - {{name: steady, for: 5s}}
expect:
  - exactly_once: {{effect: stripe.charge}}
  - {demand}
"""
DEMANDS = {
    "good": "success_rate: {operation: pay, at_least: 99%}",
    "wrong": "requests: {vendor: stripe, count: {at_most: 1}}",
    "unclear": "retry_after_respected: {vendor: stripe}",
}


def written(folder: Path, *names: str) -> list[str]:
    for name in names:
        kind = name.partition("-")[0]
        (folder / f"{name}.yaml").write_text(SHORT.format(name=name, demand=DEMANDS[kind]))
    return [f"{name}.yaml" for name in names]


def run(folder: Path, *arguments: str) -> Ended:
    return brownout_here("run", *arguments, "-j", "1", "--out", "runs", cwd=folder)


def told(ended: Ended) -> list[str]:
    return [line for line in ended.output.splitlines() if line.startswith(("of ", "look at "))]


@pytest.mark.thorough
def test_each_has_its_line_and_the_worst_counts(tmp_path: Path) -> None:
    ended = run(tmp_path, *written(tmp_path, "good", "unclear", "wrong"), "--keep", "none")
    assert ended.exit_code == 1, ended.errors
    assert told(ended)[0] == "of 3: 1 passed, 1 inconclusive, 1 failed"
    assert told(ended)[1:] == [
        "look at unclear: brownout run unclear.yaml --mode virtual --seed 3",
        "look at wrong: brownout run wrong.yaml --mode virtual --seed 3",
    ]
    assert not (tmp_path / "runs").exists()
    ended = run(tmp_path, "good.yaml", "unclear.yaml", "--keep", "none")
    assert (ended.exit_code, told(ended)[0]) == (3, "of 2: 1 passed, 1 inconclusive")


@pytest.mark.thorough
def test_of_those_that_did_not_pass_a_folder_is_kept(tmp_path: Path) -> None:
    ended = run(tmp_path, *written(tmp_path, "good", "wrong"), "--keep", "wrong")
    assert ended.exit_code == 1
    assert [each.name.split("-", 1)[1] for each in (tmp_path / "runs").iterdir()] == ["wrong-virtual"]
    (folder,) = (tmp_path / "runs").iterdir()
    assert {"verdict.json", "report.html", "ledger.parquet"} <= {each.name for each in folder.iterdir()}
    assert f"look at wrong: brownout show {folder.relative_to(tmp_path)}" in told(ended)


@pytest.mark.thorough
def test_the_first_that_does_not_pass_may_be_the_last(tmp_path: Path) -> None:
    ended = run(tmp_path, *written(tmp_path, "wrong", "good-1", "good-2"), "--keep", "none", "--fail-fast")
    assert (ended.exit_code, told(ended)[0]) == (1, "of 3: 1 failed, 2 not run")


def test_one_that_breaks_is_told_by_its_name_and_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (order,) = prepare(written(tmp_path, "good"), mode="virtual", time="T")

    def broken(*_: object) -> object:
        raise RuntimeError("nobody expected this")

    monkeypatch.setattr("brownout_harness.commands.many.execute_keeping", broken)
    ended = one(order, 4, Keep.NONE)
    assert (ended.scenario, ended.status, ended.exit_code, ended.place) == ("good", None, 3, 4)
    assert ended.observed == "RuntimeError: nobody expected this"


@pytest.mark.thorough
def test_the_same_runs_in_processes_come_to_the_same_table(tmp_path: Path) -> None:
    names = written(tmp_path, "wrong", "good", "unclear")
    tables = []
    for jobs in ("1", "2"):
        ended = brownout_here("run", *names, "--keep", "none", "-j", jobs, cwd=tmp_path)
        tables.append(ended.output[ended.output.index("scenario") :])
    assert tables[0] == tables[1]
