"""What an earlier audit found of each change, in a file that is kept with the sources: it may only become better.

What was noticed has to be noticed again, and is tried first with the scenario that noticed it: one run instead of
many. What was not noticed is not tried again and still counts as not noticed, until somebody writes the file anew.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from brownout_harness.audit.systematic.verdicts import Fate, Found
from brownout_harness.problems import BadInput

HEAD: Final = "# What `brownout audit --systematic` found: each change's fate, the scenario that noticed it, its name."


class Known(NamedTuple):
    """Of one change."""

    fate: Fate
    scenario: str
    """Empty where none noticed it."""


def baseline(found: Iterable[Found]) -> str:
    """A line for each change, in the order of the sources."""
    ordered = sorted(found, key=lambda each: (each.module, each.line, each.change))
    return "\n".join([HEAD, *(f"{each.fate}\t{each.scenario}\t{each.change}" for each in ordered)]) + "\n"


def read_baseline(file: Path) -> Mapping[str, Known]:
    """By the change's name.

    Raises:
        BadInput: there is none, or it is not what an audit wrote.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"--baseline {file}: {error}; an audit with --out writes one") from None
    known: dict[str, Known] = {}
    for at, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        try:
            fate, scenario, name = line.split("\t")
            known[name] = Known(Fate(fate), scenario)
        except ValueError:
            raise BadInput(f"{file}:{at}: not what an audit wrote: fate, scenario and change, by tabs") from None
    return known
