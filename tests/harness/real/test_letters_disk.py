"""A small disk of the gateway's own: full when it is to be, seen by nobody else, gone with the run."""

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.problems import NotJudged
from brownout_harness.real.letters_disk import FOLDER, LettersDisk, is_filled, objection
from brownout_harness.real.processes import Processes, wait_until
from brownout_scenarios.load import load_text
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from tests.support.absent import unpublished
from tests.support.processes import is_running
from tests.support.toy_vocabulary import SCENARIO, vocabulary

FILL, FREE = Action(fill="dead_letters"), Action(free="dead_letters")


def scenario(*actions: Action) -> Scenario:
    """The toy one, with these in its first phase."""
    whole = load_text(SCENARIO, vocabulary())
    first, *others = whole.phases
    return dataclasses.replace(whole, phases=(dataclasses.replace(first, actions=actions), *others))


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LettersDisk, Path]]:
    """One that is mounted, and where it is."""
    if why := objection():
        unpublished(f"no disk of one's own on this machine: {why}")
    scratch, logs = tmp_path_factory.mktemp("scratch"), tmp_path_factory.mktemp("logs")
    with Processes(logs) as processes:
        made = LettersDisk(scenario(FILL), processes, scratch=scratch, environment=os.environ)
        assert made.holder is not None
        wait_until(made.is_ready, made.holder, float("inf"), "the disk")
        yield made, scratch / FOLDER
    assert not is_running(made.holder.pid)


def write(disk: LettersDisk, file: Path) -> str:
    """What a process that sees the disk is told when it writes there."""
    command = disk.under(["sh", "-c", 'head -c 4096 /dev/zero > "$0"', str(file)])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr


@pytest.mark.real
def test_while_it_is_full_nothing_can_be_written_and_what_is_there_can_be_read(disk: tuple[LettersDisk, Path]) -> None:
    letters, folder = disk
    assert write(letters, folder / "before") == ""
    assert letters.act(FILL, 1.0) == []
    assert "No space left" in write(letters, folder / "meanwhile")
    seen = subprocess.run(
        letters.under(["wc", "-c", str(folder / "before")]), capture_output=True, text=True, check=True
    )
    assert seen.stdout.split()[0] == "4096"
    assert letters.act(FREE, 2.0) == []
    assert write(letters, folder / "after") == ""


@pytest.mark.real
def test_whatever_is_taken_away_on_a_full_one_makes_room_for_nobody(disk: tuple[LettersDisk, Path]) -> None:
    letters, folder = disk
    write(letters, folder / "large")
    letters.act(FILL, 1.0)
    subprocess.run(letters.under(["rm", str(folder / "large")]), check=True)
    letters.look()
    assert "No space left" in write(letters, folder / "large")
    letters.act(FREE, 2.0)
    letters.look()
    assert write(letters, folder / "large") == ""


@pytest.mark.real
def test_nobody_else_sees_what_is_on_it(disk: tuple[LettersDisk, Path]) -> None:
    letters, folder = disk
    write(letters, folder / "own")
    assert list(folder.iterdir()) == []


@pytest.mark.real
def test_what_cannot_be_done_to_it_is_a_gap(disk: tuple[LettersDisk, Path]) -> None:
    letters, _ = disk
    (gap,) = letters.act(FREE, 7.0)
    assert (gap.kind, gap.at_s) == (GapKind.NOT_STAGED, 7.0)


def test_without_a_scenario_that_fills_it_it_is_a_folder_and_nothing_is_started(tmp_path: Path) -> None:
    assert not is_filled(scenario())
    with Processes(tmp_path) as processes:
        letters = LettersDisk(scenario(), processes, scratch=tmp_path, environment={})
        assert (letters.holder, letters.is_ready(), list(letters.under(["true"]))) == (None, True, ["true"])
        assert (tmp_path / FOLDER).is_dir()
        with pytest.raises(NotJudged, match="it cannot be filled"):
            letters.act(FILL, 1.0)


def test_a_machine_that_lacks_something_says_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "nsenter" else f"/bin/{name}")
    assert objection() == "there is no nsenter here"
    refused = subprocess.CompletedProcess([], 1, "", "unshare: unshare failed: Operation not permitted\n")
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", lambda *_given, **_more: refused)
    assert objection() == "unshare: unshare failed: Operation not permitted"
