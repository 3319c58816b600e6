"""The house keeps its shape: every source file has its test, every package its map, the repository only sources."""

import ast
import re
import subprocess
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "core": "brownout_core",
    "simulators": "brownout_simulators",
    "scenarios": "brownout_scenarios",
    "harness": "brownout_harness",
    "reports": "brownout_reports",
}
SOURCES = sorted(chain.from_iterable((ROOT / folder / package).rglob("*.py") for folder, package in PACKAGES.items()))

# A vendor's files are tested by its conformance, a known-bad part by the audit that catches it, a command by typing it.
TESTED_TOGETHER = [
    *(
        (f"/vendors/{folder.name}/", ROOT / "tests" / "simulators" / "vendors" / folder.name)
        for folder in (ROOT / "simulators" / "brownout_simulators" / "vendors").iterdir()
        if folder.is_dir()
    ),
    ("/brownout_harness/commands/", ROOT / "tests" / "harness" / "test_cli.py"),
    ("/audit/mutants/", ROOT / "tests" / "harness" / "audit" / "test_matrix.py"),
]


def _tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout: what is tracked cannot be told")
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def _test_of(source: Path) -> Path:
    folder, _, *middle, name = source.relative_to(ROOT).parts
    return ROOT.joinpath("tests", folder, *middle, f"test_{name.strip('_').replace('.py', '')}.py".replace("__", "_"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_source_file_has_its_test_file(source: Path) -> None:
    places = [_test_of(source), *(place for mark, place in TESTED_TOGETHER if mark in source.as_posix())]
    tested = any(place.exists() for place in places)
    assert tested or not _decides(source), f"no test at {places[0].relative_to(ROOT)}"


def _decides(source: Path) -> bool:
    """Whether a module does more than declare: a vocabulary of records and protocols has nothing to test."""
    decisions = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.IfExp, ast.BoolOp, ast.ListComp)
    return any(isinstance(node, decisions) for node in ast.walk(ast.parse(source.read_text())))


@pytest.mark.parametrize("package", [ROOT / folder / name for folder, name in PACKAGES.items()], ids=lambda p: p.name)
def test_every_package_opens_with_a_map(package: Path) -> None:
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    missing = [
        entry.name
        for entry in sorted(package.iterdir())
        if not entry.name.startswith(("_", ".", "py.typed", "templates")) and entry.stem not in text
    ]
    assert not missing, f"the map of {package.name} does not name {', '.join(missing)}"


@pytest.mark.parametrize(
    "source", [path for path in SOURCES if path.name == "__init__.py"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_map_names_what_is_gone(source: Path) -> None:
    text = ast.get_docstring(ast.parse(source.read_text())) or ""
    named = re.findall(r"`((?:\w+/)*(?:\w+\.py|\w+/))`", text)
    around = (ROOT, source.parent.parent)
    there = [
        name for name in named if any(source.parent.rglob(name)) or any((place / name).exists() for place in around)
    ]
    assert named == there


def test_nothing_generated_and_no_path_of_one_machine_is_tracked() -> None:
    forbidden = re.compile(
        r"/(?:home|root|Users|work)/[\w.-]+/|https?://(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org)"
    )
    found = []
    for path in _tracked():
        if path.suffix in {".parquet", ".pyc", ".html"} or "runs" in path.relative_to(ROOT).parts[:1]:
            found.append(f"{path.relative_to(ROOT)} is generated")
        elif path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in forbidden.finditer(text)]
    assert not found
