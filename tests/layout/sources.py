"""What there is to be looked at: the source files of the packages, each parsed once."""

import ast
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = tuple(
    ROOT / folder / f"brownout_{folder}" for folder in ("core", "simulators", "scenarios", "harness", "reports")
)
SOURCES: Final = tuple(sorted(chain.from_iterable(package.rglob("*.py") for package in PACKAGES)))


@cache
def tree_of(source: Path) -> ast.Module:
    """A source file, parsed."""
    return ast.parse(source.read_text(encoding="utf-8"))


def place_of(path: Path) -> str:
    """A file as a person would name it: from the project's root."""
    return path.relative_to(ROOT).as_posix()
