"""`gate.sarif` (2.1.0), for code scanning: a result for each thing that is the matter, at its scenario's file."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import PurePath
from typing import Any, Final

from brownout_harness.gate.outcome import Gate, Result, Run

FILE: Final = "gate.sarif"
SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def render(gate: Gate) -> str:
    """The document as text, ending in a newline."""
    found = [result for run in gate.runs for result in _results(run)]
    rules = sorted({result["ruleId"] for result in found})
    tool = {"name": "Brownout", "version": version("brownout"), "rules": [{"id": each} for each in rules]}
    run = {"tool": {"driver": tool}, "results": found}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _results(run: Run) -> Iterator[dict[str, Any]]:
    for rule, text in _told(run):
        yield {
            "ruleId": rule,
            "level": "error",
            "message": {"text": f"{run.name} {run.result}: {text}. Replay: {run.replay}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(run)}, "region": {"startLine": 1}}}],
            # The same trouble of the same run is the same alert, whatever figures it is told with.
            "partialFingerprints": {"brownout/v1": f"{run.name}/{rule}"},
        }


def _told(run: Run) -> Iterator[tuple[str, str]]:
    if run.result is Result.FAILED and run.verdict is not None:
        for each in run.verdict.expectations:
            if each.status == Result.FAILED.value:
                yield each.name, f"{each.title}: {each.observed}"
    elif run.wrong:
        yield run.result.replace(" ", "-"), "; ".join(run.wrong[:3])


def _uri(run: Run) -> str:
    """Below the sources; a scenario of the library has no file there."""
    path = PurePath(run.source)
    is_file = path.suffix in {".yaml", ".yml"} and not path.is_absolute() and ".." not in path.parts
    return path.as_posix() if is_file else f"brownout/library/{run.scenario}.yaml"
