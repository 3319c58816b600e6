"""What docs/ci.md and action.yml say runs, as far as that goes without their servers."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from brownout_harness.beginning.first_files import WORKFLOW_TEXTS
from brownout_harness.gate.outcome import Result, read_gate
from tests.harness.commands.test_many import written
from tests.support.commands import brownout_here

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
COMMANDS = sorted(set(re.findall(r"brownout gate [^`\n',]*[^`\n', ]", TEXT)))


@pytest.mark.thorough
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_the_gate_takes(command: str, tmp_path: Path) -> None:
    """Its words are known: what it complains about is what is not there."""
    words = shlex.split(command.replace("$CI_NODE_INDEX/$CI_NODE_TOTAL", "1/4"))[1:]
    if "--tag" in words:
        words += ["--shard", "9999/9999"]
    ended = brownout_here(*words, cwd=tmp_path)
    assert ended.exit_code == 2
    assert re.search(r"scenarios|none is left|name the folder of a gate", ended.error), ended.errors


def test_every_workflow_on_the_page_is_one() -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
    assert len(blocks) == 3
    inputs = set(ACTION["inputs"])
    (uses,) = [step for step in blocks[0]["jobs"]["gate"]["steps"] if "with" in step]
    assert set(uses["with"]) <= inputs
    assert {name for name, each in ACTION["inputs"].items() if each.get("required")} <= set(uses["with"])
    assert blocks[2]["gate"]["artifacts"]["reports"]["junit"] == "runs/gate/junit.xml"


def test_what_is_installed_has_the_gate() -> None:
    """The bare package has none: it would end with exit code 2, and say what to install."""
    installed = re.findall(r"pip install ([^\n\"]+)", TEXT)
    assert installed == ["'brownout[run]'"] * 3
    assert ACTION["inputs"]["version"]["default"] == "brownout[run]"
    for workflow in WORKFLOW_TEXTS.values():
        assert re.findall(r"pip install (.+)", workflow) == ["'brownout[run]'"]


def test_no_input_of_the_action_is_a_part_of_a_command() -> None:
    """Who may open a pull request may say what they are."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


@pytest.mark.thorough
def test_the_action_s_own_script_runs_the_gate(tmp_path: Path) -> None:
    (script,) = [step["run"] for step in ACTION["runs"]["steps"] if "brownout gate" in step.get("run", "")]
    names = written(tmp_path, "good", "wrong")
    command = tmp_path / "bin" / "brownout"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from brownout_harness.cli import main; main()" "$@"\n')
    command.chmod(0o755)
    summary = tmp_path / "page.md"
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "SCENARIOS": " ".join(names)}
    environment |= {"BASELINE": "base", "SHARD": "1/1", "GITHUB_STEP_SUMMARY": str(summary)}
    ended = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stderr
    told = read_gate(tmp_path / "runs" / "gate")
    assert [each.result for each in told.runs] == [Result.NOT_COMPARED, Result.FAILED]
    assert "::error title=wrong-virtual%3A failed::" in ended.stdout
    assert summary.read_text().startswith("## ✗ Brownout gate")
