"""A vendor is data and dialect in a fixed set of files, and whatever is not a vendor's package knows of none."""

import ast
from collections.abc import Iterator

import pytest

from brownout_simulators.vendors import VENDORS, load_vendor
from tests.layout.sources import ROOT, SOURCES, place_of, tree_of

PACKAGE = ROOT / "simulators" / "brownout_simulators"
EVERY_VENDOR_HAS = {"actions", "errors", "limits", "resources"}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendors_package_has_the_files_that_every_other_has(vendor: str) -> None:
    declared = load_vendor(vendor)
    more = {name for name in ("magic", "webhooks") if getattr(declared, name)}
    assert {entry.stem for entry in (PACKAGE / "vendors" / vendor).iterdir()} >= EVERY_VENDOR_HAS | more


def test_the_engine_holds_no_vendors_name() -> None:
    sources = [path for path in SOURCES if PACKAGE in path.parents and PACKAGE / "vendors" not in path.parents]
    assert sources
    assert [(place_of(source), text) for source in sources for text in _texts(tree_of(source)) if _named(text)] == []


def _named(text: str) -> bool:
    return any(vendor in text.lower() for vendor in VENDORS)


def _texts(tree: ast.AST) -> Iterator[str]:
    """The strings that the program works with; what documents it may give examples."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not isinstance(node, ast.Expr):
                yield child.value
