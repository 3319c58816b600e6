"""The figure's colours: sentinels that become variables of the page's style sheet, which decides light, dark and print.

A vendor has its colour by name, the same in every report. No line is green: on these pages green says "passed".
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

INK, QUIET, RULE, SHADE, PALE = "#010101", "#020202", "#030303", "#040404", "#050505"
GOOD, WARM, HOT = "#060606", "#070707", "#080808"
"""What was done; what was put off or turned away; what went wrong. Each differs in dash too."""
_OF_VENDORS: Final = (
    "#0a0a0a", "#0b0b0b", "#0c0c0c", "#0d0d0d", "#0e0e0e", "#0f0f0f", "#101010", "#121212", "#131313", "#141414",
    "#151515", "#161616",
)  # fmt: skip
_SALT: Final = 12_050_887
"""Of those tried, the first with which the vendors that there are have each a colour of their own, and the oldest three
the one that they always had."""

CSS_NAMES: Final[Mapping[str, str]] = {
    INK: "--ink",
    QUIET: "--quiet",
    RULE: "--rule",
    SHADE: "--shade",
    PALE: "--pale",
    GOOD: "--good",
    WARM: "--warm",
    HOT: "--hot",
    **{colour: f"--vendor-{number}" for number, colour in enumerate(_OF_VENDORS, 1)},
}


def colour_of(vendor: str) -> str:
    """The sentinel of a vendor's colour: it follows from the name alone."""
    digest = sha256(f"{_SALT}{vendor}".encode(errors="replace")).digest()
    return _OF_VENDORS[int.from_bytes(digest[:4]) % len(_OF_VENDORS)]
