"""Many runs of the good core: what is kept, and what they come to."""

from pathlib import Path

import pytest
from rich.console import Console

from brownout_harness.audit import trust
from brownout_harness.audit.kept import sources
from brownout_harness.audit.trust import FILE, REAL, Kept, Ran, Wanted, for_real, in_virtual_time, run_all
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED, BadInput
from brownout_reports.run_folder import Status
from tests.support.commands import brownout_here

ONE, OTHER = Wanted("healthy", 1), Wanted("healthy", 2)


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, **statuses: Status) -> tuple[int, str, list[Wanted]]:
    """Seeds 1 and 2 of one scenario; `seed_2=…` is what comes of the second."""
    made: list[Wanted] = []

    def run_wanted(wanted: Wanted) -> Ran:
        made.append(wanted)
        return Ran(wanted, statuses.get(f"seed_{wanted.seed}", Status.PASSED), "")

    monkeypatch.setattr(trust, "run_wanted", run_wanted)
    console = Console(width=160)
    with console.capture() as captured:
        code = run_all(console, [ONE, OTHER], folder, workers=1)
    return code, captured.get(), made


def test_each_scenario_is_tried_on_one_seed_before_any_on_the_next() -> None:
    assert [(each.scenario, each.seed) for each in in_virtual_time(["a", "b"], 2)] == [
        ("a", 1), ("b", 1), ("a", 2), ("b", 2)
    ]  # fmt: skip
    assert [(each.scenario, each.seed, each.mode) for each in for_real(3, ["a", "b"])] == [
        ("a", 1, REAL), ("b", 1, REAL), ("a", 2, REAL)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code"), [(Status.PASSED, PASSED), (Status.FAILED, FAILED), (Status.INCONCLUSIVE, NOT_JUDGED)]
)
def test_one_run_that_did_not_pass_is_one_too_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: Status, code: int
) -> None:
    found, text, _ = run(monkeypatch, tmp_path, seed_2=status)
    assert found == code
    assert f"{1 + (status is Status.PASSED)} of 2 runs of the good core passed" in text


def test_what_is_kept_is_not_run_again_and_is_counted_with_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, sources())
    kept.add(Ran(ONE, Status.FAILED, "exactly_once: twice"))
    code, text, made = run(monkeypatch, tmp_path)
    assert (code, made) == (FAILED, [OTHER])
    assert "healthy, seed 1, virtual: failed (exactly_once: twice)" in text
    assert run(monkeypatch, tmp_path)[2] == []


def test_what_was_run_with_other_sources_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Kept(tmp_path, "others").add(Ran(ONE, Status.PASSED, ""))
    assert run(monkeypatch, tmp_path)[2] == [ONE, OTHER]


def test_a_line_that_was_cut_off_is_run_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Kept(tmp_path, sources()).add(Ran(ONE, Status.PASSED, ""))
    with (tmp_path / FILE).open("a") as file:
        file.write('{"wanted": {"scen')
    assert run(monkeypatch, tmp_path)[2] == [OTHER]
    assert run(monkeypatch, tmp_path)[2] == []


def test_what_cannot_be_kept_or_is_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="name a folder that can be written"):
        Kept(tmp_path / "file", "x")
    Kept(tmp_path, "x")
    with (tmp_path / FILE).open("a") as file:
        file.write('{"wanted": 7}\n')
    with pytest.raises(BadInput, match="not what `brownout trust` wrote"):
        Kept(tmp_path, "x")
    assert "nothing is to be run" in brownout_here("trust", "--seeds", "0", cwd=tmp_path).error


@pytest.mark.thorough
def test_the_command_runs_the_good_core_and_keeps_it(tmp_path: Path) -> None:
    ended = brownout_here("trust", "slow-payments", "--seeds", "1", "--out", "kept", "-j", "1", cwd=tmp_path)
    assert ended.exit_code == 0
    assert "1 of 1 runs of the good core passed" in ended.output
    assert len((tmp_path / "kept" / FILE).read_text().splitlines()) == 2
