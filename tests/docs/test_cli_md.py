"""Every command and option of `brownout` is in docs/cli.md, and nothing else is."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from brownout_harness.cli import app
from brownout_harness.commands.modes import Mode
from brownout_simulators.vendors import VENDORS, load_vendor

TEXT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
GROUP = typer.main.get_command(app)
assert isinstance(GROUP, TyperGroup)
COMMANDS = GROUP.commands


def section(name: str) -> str:
    """What the page says of one command."""
    found = re.search(rf"^## `brownout {name}\b.*?(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, f"no section on brownout {name}"
    return found[0]


def options_of(command: Any) -> set[str]:
    """By their long names."""
    named = (name for each in command.params if each.param_type_name == "option" for name in each.opts)
    return {name for name in named if name.startswith("--")}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_explained_and_no_other(name: str) -> None:
    named = set(re.findall(r"^\| `(--[a-z-]+)", section(name), re.MULTILINE))
    assert named == options_of(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_of_a_command_is_in_its_heading(name: str) -> None:
    heading = section(name).splitlines()[0]
    arguments = [each for each in COMMANDS[name].params if each.param_type_name == "argument"]
    assert len(re.findall(r"[A-Z_]{3,}", heading)) == len(arguments)


def test_no_command_is_explained_that_does_not_exist() -> None:
    assert set(re.findall(r"^## `brownout ([a-z]+)", TEXT, re.MULTILINE)) == set(COMMANDS)
    assert options_of(GROUP) <= set(re.findall(r"--[a-z-]+", TEXT))


def test_modes_ports_and_exit_codes_are_those_of_the_code() -> None:
    assert all(f"`--mode {mode}`" in TEXT for mode in Mode)
    assert all(f"| {name} | {load_vendor(name).port} |" in TEXT for name in VENDORS)
    assert [int(code) for code in re.findall(r"^\| (\d) \|", TEXT, re.MULTILINE)] == [0, 1, 2, 3]
