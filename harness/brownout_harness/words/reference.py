"""`python -m brownout_harness.words.reference docs/scenarios.md` writes the reference part of that page anew."""

import sys
from pathlib import Path

from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.reference import replaced


def main(arguments: list[str]) -> int:
    """0: written; 2: no such page, or it has no place for the reference."""
    page = Path(arguments[0] if arguments else "docs/scenarios.md")
    try:
        page.write_text(replaced(page.read_text(encoding="utf-8"), vocabulary()), encoding="utf-8")
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"{page}: {wrong}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
