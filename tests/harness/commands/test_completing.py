"""What a shell is offered on Tab."""

import io
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from brownout_harness.cli import main
from brownout_harness.commands import completing
from brownout_harness.words.tags import known_tags
from brownout_scenarios import library
from brownout_simulators.vendors import VENDORS
from tests.support.absent import unpublished


def offered(typed: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As bash asks for it, of the words so far; the last one may be empty."""
    words = typed.split(" ")
    monkeypatch.setenv("_BROWNOUT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    monkeypatch.setattr(sys, "argv", ["brownout"])
    output = io.StringIO()
    with redirect_stdout(output), pytest.raises(SystemExit):
        main()
    return output.getvalue().split()


def test_names_of_scenarios_vendors_tags_and_runs_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("mine.yaml", "notes.txt", "runs/1/verdict.json", "runs/2/verdict.json", ".git/x.yaml"):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).touch()
    monkeypatch.chdir(tmp_path)
    assert offered("brownout run stripe-brow", monkeypatch) == ["stripe-brownout"]
    assert offered("brownout run mi", monkeypatch) == ["mine.yaml"]
    assert offered("brownout gate ", monkeypatch) == [*library.names(), "mine.yaml", "runs/"]
    assert offered("brownout run --tag mon", monkeypatch) == ["money"]
    assert offered("brownout up stripe tw", monkeypatch) == ["twilio"]
    assert offered("brownout vendors ", monkeypatch) == list(VENDORS)
    assert offered("brownout show ", monkeypatch) == ["last", "runs/2", "runs/1", "runs/"]
    assert offered("brownout judge runs/", monkeypatch) == ["runs/2", "runs/1", "runs/1/", "runs/2/"]
    assert offered("brownout scenarios ne", monkeypatch) == ["new"]
    assert offered("brownout audit healt", monkeypatch) == ["healthy"]


def test_commands_options_and_words_of_options_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("brownout sc", monkeypatch) == ["scenarios"]
    assert offered("brownout run --fa", monkeypatch) == ["--fail-fast"]
    assert offered("brownout run healthy --mode r", monkeypatch) == ["real"]


def test_the_tags_are_those_that_scenarios_are_found_by() -> None:
    assert tuple(completing.tags("")) == known_tags()


@pytest.mark.parametrize(("shell", "word"), [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete --")])
def test_each_shell_has_its_script_and_takes_it(
    shell: str, word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("_BROWNOUT_COMPLETE", f"source_{shell}")
    monkeypatch.setattr(sys, "argv", ["brownout"])
    output = io.StringIO()
    with redirect_stdout(output), pytest.raises(SystemExit):
        main()
    assert word in output.getvalue()
    if shutil.which(shell) is None:
        unpublished(f"no {shell} here")
    script = tmp_path / "script"
    script.write_text(output.getvalue())
    assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0
