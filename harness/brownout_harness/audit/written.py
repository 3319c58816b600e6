"""What the audit found, as files: `audit.json` for programs, `audit.md` for people. The same finds, the same bytes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from brownout_harness.audit.matrix import Matrix
from brownout_harness.audit.mutant import Mutant
from brownout_harness.audit.steadiness import Steadiness

SCHEMA: Final = 1
"""Raised whenever a program that reads it would have to be changed."""
JSON_FILE: Final = "audit.json"
MARKDOWN_FILE: Final = "audit.md"


def write(folder: Path, matrix: Matrix, mutants: Mapping[str, Mutant], steadiness: Steadiness | None = None) -> None:
    """Both files, into a folder that is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    found = as_json(matrix, mutants, steadiness)
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    (folder / JSON_FILE).write_bytes(orjson.dumps(found, option=options))
    (folder / MARKDOWN_FILE).write_text(as_markdown(found), encoding="utf-8")


def as_json(matrix: Matrix, mutants: Mapping[str, Mutant], steadiness: Steadiness | None = None) -> dict[str, Any]:
    """Everything that was found, sorted by name. Of `seeds` None is the scenario's own."""
    return {
        "schema": SCHEMA,
        "scenarios": sorted(matrix.scenarios),
        "seeds": [None] if steadiness is None else list(steadiness.seeds),
        "mutants": [_mutant(matrix, mutants[name], steadiness) for name in sorted(matrix.mutants)],
        "survivors": sorted(matrix.survivors),
        "false_alarms": [
            {"scenario": each.scenario, "status": each.status.value, "observed": each.observed}
            for each in sorted(matrix.false_alarms, key=lambda each: each.scenario)
        ],
        "false_alarms_of_seeds": [
            {"scenario": scenario, "seed": seed}
            for scenario, seed in (() if steadiness is None else steadiness.false_alarms)
        ],
        "unsteady": [] if steadiness is None else sorted(steadiness.unsteady),
    }


def _mutant(matrix: Matrix, mutant: Mutant, steadiness: Steadiness | None) -> dict[str, Any]:
    return {
        "name": mutant.name,
        "part": mutant.part.value,
        "about": mutant.about,
        "meant": {"scenario": mutant.scenario, "expectation": mutant.expectation},
        "caught": matrix.catch(mutant).value,
        "by": [
            {"scenario": cell.scenario, "expectations": list(cell.failed), "observed": cell.observed}
            for cell in sorted(matrix.caught_by(mutant.name), key=lambda cell: cell.scenario)
        ],
        "caught_at_seeds": None if steadiness is None else steadiness.caught.get(mutant.name),
    }


def as_markdown(found: Mapping[str, Any]) -> str:
    """The same as a table."""
    seeds = len(found["seeds"])
    lines = [
        "# What catches which known-bad part",
        "",
        "| part | known-bad part | caught | by | of seeds |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in sorted(found["mutants"], key=lambda each: (each["part"], each["name"])):
        by = "; ".join(f"{cell['scenario']}: {', '.join(cell['expectations'])}" for cell in each["by"])
        at = "-" if each["caught_at_seeds"] is None else f"{each['caught_at_seeds']} of {seeds}"
        lines.append(f"| {each['part']} | {each['name']} | {each['caught']} | {by or '-'} | {at} |")
    caught = len(found["mutants"]) - len(found["survivors"])
    lines += ["", f"{caught} of {len(found['mutants'])} are caught."]
    lines += [f"The good core does not pass {each['scenario']}: {each['status']}." for each in found["false_alarms"]]
    return "\n".join(lines) + "\n"
