"""The picture of a report in the documents, taken of a real run: `make picture` gives the page and where to put it."""

import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image

SIZE = (1120, 1475)
"""Down to the vendors' own books; the rest of a report is tables."""
COLOURS = 256


def take(report: Path, to: Path) -> None:
    """The head of the report, as a browser draws it, in few colours: so it is a third as large."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    if browser is None:
        sys.exit("a picture needs a browser: on Debian, apt-get install chromium")
    window = f"--window-size={SIZE[0]},{SIZE[1]}"
    plain = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    subprocess.run(  # noqa: S603 - of a file of ours
        [browser, *plain, window, f"--screenshot={to.resolve()}", report.resolve().as_uri()],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    Image.open(to).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(to, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
