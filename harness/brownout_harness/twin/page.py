"""`python -m brownout_harness.twin.page docs/twin.md DIR/twin.json` writes the measured figures into that page."""

import sys
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from brownout_harness.twin.told import Told, markdown

BEGIN: Final = "<!-- figures: written by `make twin`; do not edit by hand -->"
END: Final = "<!-- end of the figures -->"


def replaced(text: str, found: Told) -> str:
    """A page with its figures written anew. Raises `ValueError` where it has no place for them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has no place for the figures")
    return f"{before}{BEGIN}\n\n{markdown(found)}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """0: written; 2: no such page, no place in it, or no figures."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m brownout_harness.twin.page PAGE FIGURES\n")
        return 2
    page, figures = map(Path, arguments)
    try:
        found = Told.model_validate_json(figures.read_bytes())
        page.write_text(replaced(page.read_text(encoding="utf-8"), found), encoding="utf-8")
    except ValidationError as wrong:
        sys.stderr.write(f"{figures}: not what `brownout twin --out` wrote: {wrong.errors()[0]['msg']}\n")
        return 2
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"{page}: {wrong}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
