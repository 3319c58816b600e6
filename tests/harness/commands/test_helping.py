"""Each command says at the end of its help how it is typed, and what is said there can be typed."""

import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from brownout_harness.cli import app
from brownout_harness.commands import COMMANDS
from brownout_harness.commands.helping import help_of
from brownout_scenarios import library
from tests.support.commands import brownout_here

HELP = {name: help_of(command) for name, command in COMMANDS.items()}
GROUP = typer.main.get_command(app)
assert isinstance(GROUP, TyperGroup)
TYPED = GROUP.commands
EXAMPLES = [(name, example) for name, told in HELP.items() for example in told.examples]


def test_every_command_has_examples_and_a_line_that_fits() -> None:
    assert all(2 <= len(told.examples) <= 4 for told in HELP.values())
    assert [name for name, told in HELP.items() if len(told.text.partition("\n")[0]) > 60] == []


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda value: value)
def test_every_example_can_be_typed(name: str, example: str) -> None:
    program, command, *words = shlex.split(example, comments=True)
    assert (program, command) == ("brownout", name)
    # Reads the words and runs nothing; an option or a value that there is not is an error here.
    context = TYPED[name].make_context(name, words)
    named = context.params.get("scenarios") or []
    assert [each for each in named if "/" not in each and each not in library.names()] == []


@pytest.mark.parametrize("name", HELP)
def test_the_help_ends_with_them_as_they_are_written(name: str, tmp_path: Path) -> None:
    ended = brownout_here(name, "--help", cwd=tmp_path)
    assert ended.exit_code == 0
    lines = [line.strip() for line in ended.output.splitlines()]
    assert lines[-len(HELP[name].examples) :] == list(HELP[name].examples)
