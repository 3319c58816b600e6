"""What a bare installation has, and the one line that names what it has not."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from brownout_harness.commands import COMMANDS
from brownout_harness.commands.extras import BARE, EXTRAS

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL, BARE_NEEDS = PROJECT["optional-dependencies"], PROJECT["dependencies"]
HELD_BACK = sorted({*(library for libraries in EXTRAS.values() for library in libraries), "uvloop", "gevent"})

WITHOUT = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HELD_BACK!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
"""
"""No library of an extra can be imported: as in an environment that has none of them."""


def without_extras(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WITHOUT + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_is_looked_for_is_what_the_extra_brings(extra: str) -> None:
    distributions = packages_distributions()
    found = {canonicalize_name(distributions[library][0]) for library in EXTRAS[extra]}
    brought = {canonicalize_name(Requirement(line).name) for line in OPTIONAL[extra]}
    bare = {canonicalize_name(Requirement(line).name) for line in BARE_NEEDS}
    # lupa comes with fakeredis[lua]; without uvloop all works, and slower.
    assert found - {"lupa"} == brought - {"uvloop"} - bare


def test_the_extra_of_everything_has_every_other() -> None:
    assert OPTIONAL["all"] == [f"brownout[{','.join(EXTRAS)}]"]


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in BARE])
def test_a_command_whose_extra_is_missing_is_one_line(name: str) -> None:
    code = "import sys; from importlib.util import find_spec as found; from brownout_harness.commands import extras\n"
    code += "extras.find_spec = lambda name: None if name in ('polars', 'locust') else found(name)\n"
    code += f"from brownout_harness.cli import main; sys.argv = ['brownout', {name!r}]; main()"
    words = {"check": "x", "compare": "x", "show": "x", "judge": "x", "report": "x"}.get(name)
    code = code.replace(f"{name!r}]", f"{name!r}, {words!r}]") if words else code
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    line = f"error: brownout {name} needs brownout[run]: pip install 'brownout[run]' (no locust here)\n"
    assert (done.returncode, done.stderr, done.stdout) == (2, line, "")


@pytest.mark.thorough
def test_what_the_bare_package_offers_imports_without_any_extra() -> None:
    code = """
import brownout_harness.cli, brownout_harness.real.up, brownout_simulators.__main__, brownout_simulators.hosts.posting
import brownout_harness.virtual.loop, brownout_harness.wire.serving, brownout_scenarios.load
from brownout_simulators.vendors import VENDORS, load_vendor
print(len([load_vendor(name) for name in VENDORS]), len(VENDORS))
"""
    done = without_extras(code)
    assert done.stderr == ""
    here, there = done.stdout.split()
    assert here == there


def test_help_is_there_without_any_extra() -> None:
    code = "from brownout_harness.cli import main; sys.argv = ['brownout', 'run', '--help']; main()"
    done = without_extras(code)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Runs" in done.stdout or "Usage" in done.stdout
