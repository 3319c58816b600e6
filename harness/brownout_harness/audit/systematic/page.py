"""`python -m brownout_harness.audit.systematic.page PAGE DIR` writes what audits found into that page.

DIR is what `brownout audit --systematic --out DIR` wrote, of one package or of several.
"""

import sys
from pathlib import Path
from typing import Final

from brownout_harness.figures import replaced

BEGIN: Final = "<!-- figures: written by `brownout audit --systematic`; do not edit by hand -->"
END: Final = "<!-- end of the figures -->"


def main(arguments: list[str]) -> int:
    """0: written; 2: no such page, no place in it, or nothing found."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m brownout_harness.audit.systematic.page PAGE DIR\n")
        return 2
    page, folder = map(Path, arguments)
    found = sorted(folder.glob("systematic-*.md"))
    if not found:
        sys.stderr.write(f"{folder}: nothing that `brownout audit --systematic --out` wrote\n")
        return 2
    try:
        figures = "\n".join(each.read_text(encoding="utf-8") for each in found)
        page.write_text(replaced(page.read_text(encoding="utf-8"), BEGIN, END, figures), encoding="utf-8")
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"{page}: {wrong}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
