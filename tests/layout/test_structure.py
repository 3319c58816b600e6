"""The house keeps its shape: every source file has its test, every package its map, the repository only sources."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.layout.sources import PACKAGES, ROOT, SOURCES, place_of, tree_of

# A vendor's files are tested by its conformance, a known-bad part by the audit that catches it, a damage by who notices
# it, a command by typing it, a check of scenarios by a file that fails it.
TESTED_TOGETHER = [
    *(
        (f"/vendors/{folder.name}/", ROOT / "tests" / "simulators" / "vendors" / folder.name)
        for folder in (ROOT / "simulators" / "brownout_simulators" / "vendors").iterdir()
        if folder.is_dir()
    ),
    ("/brownout_harness/commands/", ROOT / "tests" / "harness" / "test_cli.py"),
    ("/brownout_scenarios/checks/", ROOT / "tests" / "scenarios" / "test_checks.py"),
    ("/audit/corruption/", ROOT / "tests" / "harness" / "audit" / "corruption" / "test_trial.py"),
    ("/audit/coverage/", ROOT / "tests" / "harness" / "audit" / "coverage" / "test_table.py"),
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


def test_every_source_file_has_its_test_file() -> None:
    assert [place_of(_test_of(source)) for source in SOURCES if not _is_tested(source) and _decides(source)] == []


def _is_tested(source: Path) -> bool:
    places = [_test_of(source), *(place for mark, place in TESTED_TOGETHER if mark in source.as_posix())]
    return any(place.exists() for place in places)


def _decides(source: Path) -> bool:
    """Whether a module does more than declare: a vocabulary of records and protocols has nothing to test."""
    decisions = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.IfExp, ast.BoolOp, ast.ListComp)
    return any(isinstance(node, decisions) for node in ast.walk(tree_of(source)))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_package_opens_with_a_map(package: Path) -> None:
    text = ast.get_docstring(tree_of(package / "__init__.py")) or ""
    missing = [
        entry.name
        for entry in sorted(package.iterdir())
        if not entry.name.startswith(("_", ".", "py.typed", "templates")) and entry.stem not in text
    ]
    assert not missing, f"the map of {package.name} does not name {', '.join(missing)}"


def test_no_map_names_what_is_gone() -> None:
    maps = [path for path in SOURCES if path.name == "__init__.py"]
    assert [(place_of(source), name) for source in maps for name in _named_and_gone(source)] == []


def _named_and_gone(source: Path) -> list[str]:
    named = re.findall(r"`((?:\w+/)*(?:\w+\.py|\w+/))`", ast.get_docstring(tree_of(source)) or "")
    around = (ROOT, source.parent.parent)
    return [
        name for name in named if not any(source.parent.rglob(name)) and not any((at / name).exists() for at in around)
    ]


def test_no_file_is_too_long_to_be_read_nor_a_function() -> None:
    assert [place_of(source) for source in SOURCES if len(source.read_text(encoding="utf-8").splitlines()) > 400] == []
    assert [(place_of(source), name) for source in SOURCES for name in _long_functions(source)] == []


def _long_functions(source: Path) -> list[str]:
    functions = (node for node in ast.walk(tree_of(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [node.name for node in functions if (node.end_lineno or node.lineno) - node.lineno >= 60]


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
