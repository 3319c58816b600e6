"""The table as a page: how many scenarios have a cell, which ones, and why others are empty."""

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import Final

from brownout_harness.audit.coverage import strikes, surroundings
from brownout_harness.audit.coverage.policies import COLUMNS
from brownout_harness.audit.coverage.table import Coverage, Reason

SHOWN: Final = 3
"""Of the scenarios that have a cell, so many are named."""
SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "What a vendor can do": strikes.ROWS,
    "What callers and machines can do": surroundings.ROWS,
}

HEAD: Final = """\
# What the library covers

Written by `python -m brownout_harness.audit.coverage docs/coverage.md`, which runs every scenario of the library in
virtual time; do not edit it by hand. Rows are what can happen to an operation, columns what a policy did about it. A
scenario stands in a cell if, in its run, an operation was struck so, by the vendor's books, and had this done to it
from then on, by the application's telemetry or by those books. A number says how many scenarios have a cell; below
each table they are named. A letter is the reason why a cell is empty; the reasons are at the end.
"""


def page(coverage: Coverage, reasons: Sequence[Reason]) -> str:
    """The whole page."""
    letters = dict(zip(reasons, _letters(), strict=False))
    lines = [HEAD, *_columns()]
    for title, rows in SECTIONS.items():
        lines += _section(title, rows, coverage, letters)
    lines += ["## Why cells are empty", ""]
    lines += [f"- **{letter}**: {reason.why}" for reason, letter in letters.items()]
    return "\n".join([*lines, ""])


def _letters() -> Iterator[str]:
    yield from ascii_lowercase
    yield from (f"a{letter}" for letter in ascii_lowercase)


def _columns() -> Iterator[str]:
    yield "| column | is |"
    yield "| --- | --- |"
    yield from (f"| {key.replace('_', ' ')} | {words} |" for key, (words, _) in COLUMNS.items())
    yield ""


def _section(title: str, rows: Mapping[str, str], coverage: Coverage, letters: Mapping[Reason, str]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield f"| | {' | '.join(key.replace('_', ' ') for key in COLUMNS)} |"
    yield f"| --- |{' --- |' * len(COLUMNS)}"
    for row, words in rows.items():
        cells = (_cell((row, column), coverage, letters) for column in COLUMNS)
        yield f"| {words} | {' | '.join(cells)} |"
    yield ""
    for row, words in rows.items():
        named = [
            f"{column.replace('_', ' ')} ({_named(found)})"
            for column in COLUMNS
            if (found := coverage.cells.get((row, column), ()))
        ]
        if named:
            yield f"- **{words}**: {'; '.join(named)}"
        elif coverage.rows.get(row):
            yield f"- **{words}**: happens in {_named(coverage.rows[row])}, and no policy had a part in it"
    yield ""


def _cell(cell: tuple[str, str], coverage: Coverage, letters: Mapping[Reason, str]) -> str:
    if found := coverage.cells.get(cell):
        return str(len(found))
    return next((f"*{letter}*" for reason, letter in letters.items() if reason.explains(cell)), "?")


def _named(scenarios: Sequence[str]) -> str:
    shown = ", ".join(scenarios[:SHOWN])
    return shown if len(scenarios) <= SHOWN else f"{shown}, {len(scenarios) - SHOWN} more"
