"""`summary.md`: the gate for a pull request. What is wrong comes first, with the one command that replays it."""

from collections.abc import Iterator
from typing import Final

from brownout_harness.gate.outcome import Gate, Result, Run
from brownout_reports.summary import code, plain

FILE: Final = "summary.md"
MARKS: Final = {Result.PASSED: "✓", Result.FAILED: "✗", Result.DRIFTED: "≠"}
SHOWN: Final = 6
"""So many lines of what is the matter with one run; the rest is in its folder."""


def render(gate: Gate) -> str:
    """The document as text, ending in a newline."""
    return "\n".join(_lines(gate)) + "\n"


def _lines(gate: Gate) -> Iterator[str]:
    part = f" (shard {gate.shard})" if gate.shard else ""
    yield f"## {_mark(gate.result)} Brownout gate{part}: {gate.result}"
    yield ""
    yield f"{gate.counted}."
    yield ""
    yield from (f"- {plain(remark)}" for remark in gate.remarks)
    yield from [""] * bool(gate.remarks)
    for run in gate.runs:
        if run.result is not Result.PASSED:
            yield from _wrong(run)
    yield "| | run | verdict | expectations |"
    yield "| --- | --- | --- | --- |"
    for run in gate.runs:
        count = "" if run.verdict is None else str(len(run.verdict.expectations))
        yield f"| {_mark(run.result)} | {plain(run.name)} | {run.result} | {count} |"


def _wrong(run: Run) -> Iterator[str]:
    yield f"### {_mark(run.result)} {plain(run.name)}: {run.result}"
    yield ""
    for line in run.wrong[:SHOWN]:
        yield f"- {plain(line)}"
    if len(run.wrong) > SHOWN:
        yield f"- and {len(run.wrong) - SHOWN} more"
    yield ""
    yield f"Replay, {plain(run.replayed)}: {code(run.replay)}"
    yield ""


def _mark(result: Result) -> str:
    return MARKS.get(result, "?")
