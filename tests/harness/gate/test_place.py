"""The gate's folder makes room for the next one, and for nothing else."""

from pathlib import Path

import pytest

from brownout_harness.gate.outcome import Gate, Result
from brownout_harness.gate.place import take_over, write
from brownout_harness.problems import BadInput
from tests.harness.gate.gates import a_gate, a_run


def test_what_the_gate_before_left_is_gone_and_what_somebody_else_did_stays(tmp_path: Path) -> None:
    out = tmp_path / "gate"
    take_over(out, ["summary.md"])
    write(out, a_gate(Result.PASSED), {"summary.md": "words"})
    assert (out / "summary.md").read_text() == "words"
    (out / "passed-virtual").mkdir()
    (out / "passed-virtual" / "report.html").touch()
    (out / "notes.txt").touch()
    take_over(out, ["gate.json", "summary.md"])
    assert [each.name for each in out.iterdir()] == ["notes.txt"]


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(BadInput, match="no gate wrote"):
        take_over(tmp_path, [])
    with pytest.raises(BadInput, match="no gate wrote"):
        take_over(tmp_path / "mine", [])


@pytest.mark.parametrize("name", ["../mine", "..", ".", "", "a/b"])
def test_a_gate_that_names_what_is_not_its_own_is_refused(tmp_path: Path, name: str) -> None:
    out = tmp_path / "gate"
    (tmp_path / "mine").mkdir()
    write(out, Gate(runs=(a_run(name),)), {})
    with pytest.raises(BadInput, match="none of its own"):
        take_over(out, [])
    assert (tmp_path / "mine").is_dir()


def test_a_link_in_the_place_of_a_run_is_not_followed(tmp_path: Path) -> None:
    out = tmp_path / "gate"
    (tmp_path / "mine").mkdir()
    write(out, Gate(runs=(a_run("one"),)), {})
    (out / "one").symlink_to(tmp_path / "mine")
    with pytest.raises(BadInput, match="no gate wrote this"):
        take_over(out, [])
    assert (tmp_path / "mine").is_dir()
