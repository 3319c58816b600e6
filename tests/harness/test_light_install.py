"""The bare package as somebody installs it: its wheel, at the lowest and the newest versions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.absent import absent

ROOT = Path(__file__).parents[2]
LOWEST = ROOT / "constraints-lowest.txt"
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "pytest.md").read_text(), re.DOTALL)
EXAMPLE, IN_VIRTUAL_TIME = EXAMPLES[0], next(each for each in EXAMPLES if "virtual=True" in each)
PACKAGES_AT_MOST = 25
MEGABYTES_AT_MOST = 60

SIZES = """
import importlib.metadata as found
own = [one for one in found.distributions() if one.name not in ("pip", "setuptools")]
files = [(file, file.locate()) for one in own for file in one.files or [] if not file.name.endswith(".pyc")]
print(len(own), sum(place.stat().st_size for file, place in files if place.exists()))
"""


def run(*command: object, within: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(word) for word in command], cwd=within, capture_output=True, text=True, check=False)


def test_the_lowest_versions_are_those_of_the_project() -> None:
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    lowest = sorted(re.sub(r">=([\d.]+).*", r"==\1", line) for line in needs)
    assert [line for line in LOWEST.read_text().splitlines() if not line.startswith("#")] == lowest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    made = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, within=folder)
    if made.returncode != 0:
        absent(f"no wheel can be built here: {made.stderr.strip()[-200:]}")
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("versions", ["newest", "lowest"])
def test_a_test_of_stripe_runs_with_the_bare_package_alone(wheel: Path, tmp_path: Path, versions: str) -> None:
    run(sys.executable, "-m", "venv", "venv", within=tmp_path)
    python, brownout = tmp_path / "venv" / "bin" / "python", tmp_path / "venv" / "bin" / "brownout"
    pins = ["-c", LOWEST] if versions == "lowest" else []
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *pins]
    installed = run(*pip, wheel, within=tmp_path)
    assert installed.returncode == 0, installed.stderr
    packages, size = map(int, run(python, "-c", SIZES, within=tmp_path).stdout.split())
    assert packages <= PACKAGES_AT_MOST
    assert size <= MEGABYTES_AT_MOST * 1_000_000

    assert "twilio" in run(brownout, "vendors", within=tmp_path).stdout
    refused = run(brownout, "run", "healthy", within=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: brownout run needs brownout[run]: pip install 'brownout[run]' (no ")

    assert run(*pip, "pytest", "stripe", "httpx", within=tmp_path).returncode == 0
    (tmp_path / "test_it.py").write_text(EXAMPLE)
    (tmp_path / "test_virtual.py").write_text(IN_VIRTUAL_TIME)
    tested = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", within=tmp_path)
    assert "2 passed" in tested.stdout, tested.stdout
