"""How a gate reads, for people and for the programs of a CI: each document a pure function of what came of it.

To add one: a module with `FILE` and `render`, and a line here.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_harness.gate import cases, page, sarif, summary
from brownout_harness.gate.outcome import Gate

DOCUMENTS: Final[Mapping[str, Callable[[Gate], str]]] = {
    summary.FILE: summary.render,
    cases.FILE: cases.render,
    sarif.FILE: sarif.render,
    page.FILE: page.render,
}


def documents(gate: Gate) -> dict[str, str]:
    """All of them, by the file's name."""
    return {name: render(gate) for name, render in DOCUMENTS.items()}
