"""A run folder is judged again as it was judged, and by other demands; whoever wrote it."""

import os
from pathlib import Path

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.running.execute import judge_again
from brownout_harness.running.recorded import KEPT_FILE, find
from brownout_reports.run_folder import Status, read
from tests.support.commands import brownout, brownout_here

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual run, whole."""
    folder = tmp_path_factory.mktemp("recorded")
    ended = brownout("run", "stripe-lost-answers", "--out", "A", cwd=folder)
    assert ended.exit_code == 0, ended.errors
    return folder / "A"


def copied(run: Path, to: Path) -> Path:
    to.mkdir()
    for path in run.iterdir():
        if path.is_file():
            (to / path.name).write_bytes(path.read_bytes())
    return to


def test_it_comes_to_the_same_verdict_and_writes_nothing(run: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    again = judge_again(str(run))
    assert again.verdict == read(run).verdict
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_another_demand_is_judged_on_the_same_evidence_and_may_be_written(run: Path, tmp_path: Path) -> None:
    stricter = tmp_path / "stricter.yaml"
    stricter.write_text("expect:\n  - amplification: {vendor: stripe, max: 1.0}\n")
    ended = brownout_here("judge", str(run), "--expect", "stricter.yaml", "--out", "B", cwd=tmp_path)
    assert ended.exit_code == 1, ended.errors
    assert "failed stripe-lost-answers (virtual, seed " in ended.output
    back = read(tmp_path / "B")
    assert [each.name for each in back.verdict.expectations][:2] == ["amplification", "no_defects"]
    assert back.verdict.verdict is Status.FAILED
    assert (tmp_path / "B" / "report.html").exists()
    assert judge_again(str(tmp_path / "B")).verdict == back.verdict


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("expect:\n  - exactly_once: {efect: stripe.charge}\n", "x.yaml:2: expect[0].exactly_once.efect: unknown key"),
        ("expect:\n  - latency: {operation: pay, p99_below: 1s, during: never}\n", "x.yaml:2: expect[0]"),
        ("expect: [}\n", "x.yaml:1:"),
        ("nothing: 1\n", "x.yaml:"),
    ],
)
def test_a_mistake_in_the_demands_is_one_line_with_its_place(run: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    ended = brownout_here("judge", str(run), "--expect", "x.yaml", cwd=tmp_path)
    assert ended.exit_code == 2
    assert said in ended.errors
    assert "Traceback" not in ended.errors


def test_gaps_deaths_and_deeds_are_kept(run: Path, tmp_path: Path) -> None:
    """Else a run that was inconclusive would pass when it is judged again."""
    folder = copied(run, tmp_path / "C")
    text = (folder / KEPT_FILE).read_text()
    stall = (
        '{"kind": "stalled", "detail": "redis did not run for 5.0 s", "at_s": 1.0, "until_s": 6.0, "process": "redis"}'
    )
    (folder / KEPT_FILE).write_text(text.replace('"gaps": []', f'"gaps": [{stall}]'))
    again = judge_again(str(folder)).verdict
    assert again.verdict is Status.INCONCLUSIVE
    gap, *deeds = again.marks
    assert (gap.kind, gap.at_s, gap.until_s) == ("gap", 1.0, 6.0)
    assert deeds
    assert deeds == list(read(run).verdict.marks)


def test_what_is_no_evidence_is_one_line(run: Path, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "C")
    (folder / KEPT_FILE).write_text('{"gaps": 3}')
    with pytest.raises(BadInput, match=r"not evidence that this version reads: shows_dead_letters"):
        judge_again(str(folder))
    (folder / KEPT_FILE).unlink()
    with pytest.raises(BadInput, match=r"evidence\.json is missing; an earlier version recorded it: run it again"):
        judge_again(str(folder))
    os.mkfifo(folder / KEPT_FILE)
    with pytest.raises(BadInput, match=r"evidence\.json is no regular file"):
        judge_again(str(folder))


def test_links_among_somebody_elses_logs_are_neither_read_nor_copied(run: Path, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "C")
    (folder / "logs").mkdir()
    (tmp_path / "mine").write_text("my own diary")
    (folder / "logs" / "diary.log").symlink_to(tmp_path / "mine")
    (folder / "logs" / "target.log").write_text("hello\n")
    judge_again(str(folder), out=tmp_path / "D")
    assert [path.name for path in (tmp_path / "D" / "logs").iterdir()] == ["target.log"]


def test_the_last_run_is_the_newest_below_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="there is no last run"):
        find("last")
    for number, name in enumerate(("b", "a", "c")):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "verdict.json").touch()
        os.utime(tmp_path / "runs" / name / "verdict.json", (number % 2, number % 2))
    assert find("last") == Path("runs/a")
    assert find("other") == Path("other")


def test_a_run_is_shown_and_so_is_one_operation_of_it(run: Path) -> None:
    ended = brownout_here("show", "A", cwd=run.parent)
    assert (ended.exit_code, ended.errors) == (0, "")
    first = ended.output.splitlines()[0]
    assert first.startswith("passed stripe-lost-answers (virtual, seed ")
    operation_id = ended.output.splitlines()[-1].split()[0]
    ended = brownout_here("show", "A", operation_id, cwd=run.parent)
    told = ended.output.splitlines()
    assert told[0].startswith(f"{operation_id} in stripe-lost-answers")
    assert [line.split()[2] for line in told[1:]].count("driver") >= 3
    assert any(" EFFECT stripe.charge " in line for line in told)
    assert any(" FAULT " in line for line in told)
    instants = [float(line.split()[0]) for line in told[1:]]
    assert instants == sorted(instants)
    ended = brownout_here("show", "A", "no-such", cwd=run.parent)
    assert ended.exit_code == 2
    assert ended.error.startswith("error: nobody saw an operation no-such: there are ")
    assert brownout_here("show", "nowhere", cwd=run.parent).exit_code == 2


def test_a_run_is_made_again_from_its_folder_and_the_files_that_it_names_are_in_it(tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "measured.txt").write_text("0.01\n0.02\n0.03\n0.04\n0.05\n")
    (beside / "other.txt").write_text("0.01\n0.02\n0.03\n0.04\n0.05\n")
    (beside / "mine.yaml").write_text(MEASURED)
    first = brownout("run", "beside/mine.yaml", "--seed", "5", "--out", "A", cwd=tmp_path)
    assert first.exit_code == 0, first.output + first.errors
    assert (tmp_path / "A" / "measured.txt").read_text() == "0.01\n0.02\n0.03\n0.04\n0.05\n"
    for path in beside.iterdir():
        path.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = brownout("run", str(tmp_path / "A"), "--out", "B", cwd=elsewhere)
    assert again.exit_code == 0, again.output + again.errors
    assert (elsewhere / "B" / "ledger.parquet").read_bytes() == (tmp_path / "A" / "ledger.parquet").read_bytes()


MEASURED = """
name: measured
about: Stripe is as slow as somebody measured it to be.
workload:
  arrivals: {rate: 10/s}
  operations: [{name: pay}]
phases:
  - {name: slow, for: 5s, faults: [{vendor: stripe, latency: {empirical: {file: measured.txt}}}]}
always:
  - {vendor: twilio, latency: {empirical: {file: other.txt}}, expect_struck: 0}
expect:
  - exactly_once: {effect: stripe.charge}
"""
