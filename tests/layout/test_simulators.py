"""A vendor is data and dialect in a fixed set of files, and whatever is not a vendor's package knows of none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_simulators.vendors import VENDORS

PACKAGE = Path(__file__).parents[2] / "simulators" / "brownout_simulators"
EVERY_VENDOR_HAS = {"actions", "errors", "limits", "magic", "resources", "webhooks"}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendors_package_has_the_files_that_every_other_has(vendor: str) -> None:
    assert {entry.stem for entry in (PACKAGE / "vendors" / vendor).iterdir()} >= EVERY_VENDOR_HAS


@pytest.mark.parametrize(
    "source",
    [path for path in sorted(PACKAGE.rglob("*.py")) if "vendors" not in path.relative_to(PACKAGE).parts],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_the_engine_holds_no_vendors_name(source: Path) -> None:
    texts = [text.lower() for text in _texts(ast.parse(source.read_text()))]
    assert not [text for text in texts if any(vendor in text for vendor in VENDORS)]


def _texts(tree: ast.AST) -> Iterator[str]:
    """The strings that the program works with; what documents it may give examples."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not isinstance(node, ast.Expr):
                yield child.value


@pytest.mark.parametrize("source", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_is_too_long_to_be_read_nor_a_function(source: Path) -> None:
    text = source.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name
