"""Which expectation of which scenario has been seen to fail, and by what.

Saved are, in the folders of `brownout audit --out`: `evidence.json`, with the titles of what failed; `audit.json` and
the systematic audit's `found.jsonl`, with names. A name that several lines of a scenario share says of none of them
that it failed.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from brownout_harness.audit.corruption.show import EVIDENCE_FILE
from brownout_harness.audit.corruption.trial import Trial
from brownout_harness.judging.expectations.base import title_of
from brownout_harness.problems import BadInput
from brownout_scenarios.schema import Scenario

MUTANTS_FILE: Final = "audit.json"
SYSTEMATIC_FILE: Final = "found.jsonl"


class Trip(NamedTuple):
    """An expectation failed."""

    scenario: str
    expectation: str
    """Its title, or its name."""
    by: str
    """The damage, or the known-bad part."""
    is_part: bool = False
    """Whether that is one of the hand-written known-bad parts."""


def untripped(scenario: Scenario, trips: Iterable[Trip]) -> list[str]:
    """The titles of the scenario's own expectations that none of these tripped."""
    said = {trip.expectation for trip in trips if trip.scenario == scenario.name}
    names = Counter(item.name for item in scenario.expect)
    return [
        title_of(item.check)
        for item in scenario.expect
        if title_of(item.check) not in said and not (item.name in said and names[item.name] == 1)
    ]


def of_trials(trials: Iterable[Trial]) -> Iterator[Trip]:
    """What damaged evidence tripped."""
    for trial in trials:
        yield from (Trip(trial.scenario, title, trial.damage) for title in trial.tripped)


def saved_in(folders: Sequence[Path]) -> list[Trip]:
    """What audits found. Raises `BadInput` where a folder has nothing of one, or what cannot be read."""
    found: list[Trip] = []
    for folder in folders:
        files = [folder / name for name in READERS if (folder / name).is_file()]
        if not files:
            raise BadInput(f"{folder} holds no audit: name a folder of `brownout audit --out`")
        for file in files:
            try:
                found += READERS[file.name](file.read_text(encoding="utf-8"))
            except (OSError, ValueError, KeyError, TypeError) as wrong:
                raise BadInput(f"{file}: not what an audit wrote: {type(wrong).__name__}: {wrong}") from None
    return found


def _evidence(text: str) -> Iterator[Trip]:
    for row in json.loads(text)["rows"]:
        yield from (Trip(row["scenario"], title, row["operator"]) for title in row["tripped"])


def _mutants(text: str) -> Iterator[Trip]:
    for mutant in json.loads(text)["mutants"]:
        for cell in mutant["by"]:
            yield from (Trip(cell["scenario"], name, mutant["name"], True) for name in cell["expectations"])


def _systematic(text: str) -> Iterator[Trip]:
    rows: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    for row in rows:
        if row.get("scenario") and row.get("by"):  # the first line says what was audited
            yield Trip(row["scenario"], row["by"], row["change"])


READERS: Final = {EVIDENCE_FILE: _evidence, MUTANTS_FILE: _mutants, SYSTEMATIC_FILE: _systematic}
