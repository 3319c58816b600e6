"""`python -m brownout_harness.audit.coverage docs/coverage.md`: runs the library, and writes the table."""

import sys
from pathlib import Path

from brownout_harness.audit.coverage.page import page
from brownout_harness.audit.coverage.table import cover, read_reasons
from brownout_scenarios import library


def main(target: Path) -> int:
    """0, or 1 where a cell is empty without a reason: the page is written all the same."""
    coverage, reasons = cover(library.names()), read_reasons()
    target.write_text(page(coverage, reasons), encoding="utf-8")
    missing = coverage.unexplained(reasons)
    for row, column in missing:
        print(f"{row} x {column}: no scenario, and no reason", file=sys.stderr)  # noqa: T201
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
