"""`python -m brownout_harness.twin.page docs/twin.md DIR/twin.json` writes the measured figures into that page."""

import sys
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from brownout_harness.figures import replaced
from brownout_harness.twin.told import Told, markdown

BEGIN: Final = "<!-- figures: written by `make twin`; do not edit by hand -->"
END: Final = "<!-- end of the figures -->"


def main(arguments: list[str]) -> int:
    """0: written; 2: no such page, no place in it, or no figures."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m brownout_harness.twin.page PAGE FIGURES\n")
        return 2
    page, figures = map(Path, arguments)
    try:
        found = Told.model_validate_json(figures.read_bytes())
        page.write_text(replaced(page.read_text(encoding="utf-8"), BEGIN, END, markdown(found)), encoding="utf-8")
    except ValidationError as wrong:
        sys.stderr.write(f"{figures}: not what `brownout twin --out` wrote: {wrong.errors()[0]['msg']}\n")
        return 2
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"{page}: {wrong}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
