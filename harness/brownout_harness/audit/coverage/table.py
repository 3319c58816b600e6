"""The whole table: rows, columns, and which scenarios have both; and why the other cells are empty."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import yaml

from brownout_harness.audit.coverage import strikes, surroundings
from brownout_harness.audit.coverage.policies import COLUMNS
from brownout_harness.audit.coverage.seen import Seen, Struck
from brownout_harness.audit.processes import in_processes
from brownout_harness.running.execute import run_virtually_for

Cell = tuple[str, str]
"""Row and column."""

ROWS: Final[Mapping[str, str]] = {**strikes.ROWS, **surroundings.ROWS}
REASONS_FILE: Final = Path(__file__).parent / "empty_cells.yaml"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why cells are empty. Rows and columns are globs."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    why: str

    def explains(self, cell: Cell) -> bool:
        """Whether it is about this cell."""
        return any(fnmatchcase(cell[0], each) for each in self.rows) and any(
            fnmatchcase(cell[1], each) for each in self.columns
        )


def read_reasons(path: Path = REASONS_FILE) -> tuple[Reason, ...]:
    """As they were reviewed; of several that explain a cell the first holds."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(Reason(tuple(each["rows"]), tuple(each["columns"]), each["why"]) for each in written)


def cells_of(seen: Seen) -> frozenset[Cell]:
    """Which cells a run has."""
    found: set[Cell] = set()
    for struck in (*strikes.strikes(seen), *surroundings.surroundings(seen)):
        found |= {(struck.row, column) for column in _open_columns(struck, found) if COLUMNS[column][1](seen, struck)}
    return frozenset(found)


def _open_columns(struck: Struck, found: set[Cell]) -> Iterable[str]:
    """Those that this row has not been seen with: most strikes of a run say what the first of them said."""
    possible = strikes.columns_of(struck.row) or COLUMNS
    return [column for column in COLUMNS if column in possible and (struck.row, column) not in found]


def rows_seen(seen: Seen) -> frozenset[str]:
    """Which rows a run has, met by a policy or not."""
    return frozenset(struck.row for struck in (*strikes.strikes(seen), *surroundings.surroundings(seen)))


def look(scenario: str) -> tuple[str, frozenset[Cell], frozenset[str]]:
    """A scenario, run in this process: its cells, and its rows."""
    seen = Seen(*run_virtually_for(scenario))
    return scenario, cells_of(seen), rows_seen(seen)


@dataclass(frozen=True)
class Coverage:
    """The table."""

    cells: Mapping[Cell, tuple[str, ...]]
    """The scenarios that have it, sorted; empty cells are left out."""
    rows: Mapping[str, tuple[str, ...]]
    """The scenarios in which a row happens at all."""

    def unexplained(self, reasons: Sequence[Reason]) -> list[Cell]:
        """Empty cells for which nobody gives a reason."""
        empty = [(row, column) for row in ROWS for column in COLUMNS if (row, column) not in self.cells]
        return [cell for cell in empty if not any(reason.explains(cell) for reason in reasons)]

    def idle(self, reasons: Sequence[Reason]) -> list[Reason]:
        """Reasons for cells that are not empty, all of them: they explain nothing any more."""
        empty = [(row, column) for row in ROWS for column in COLUMNS if (row, column) not in self.cells]
        used = [next((reason for reason in reasons if reason.explains(cell)), None) for cell in empty]
        return [reason for reason in reasons if reason not in used]


def cover(scenarios: Sequence[str], workers: int | None = None) -> Coverage:
    """Run all of them, and see what they have."""
    cells: dict[Cell, list[str]] = defaultdict(list)
    rows: dict[str, list[str]] = defaultdict(list)
    for scenario, found, happened in in_processes(look, [(each,) for each in scenarios], workers):
        for cell in found:
            cells[cell].append(scenario)
        for row in happened:
            rows[row].append(scenario)
    return Coverage(
        {cell: tuple(sorted(each)) for cell, each in cells.items()},
        {row: tuple(sorted(each)) for row, each in rows.items()},
    )
