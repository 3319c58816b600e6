"""The figure's colours: sentinels that become variables of the page's style sheet, which decides light, dark and print.

No line is green: on these pages green says "passed". The vendors' colours are apart also for whoever sees no red, no
green or no blue, and no vendor is told by its colour alone: its name stands beside it.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import product
from typing import Final, Literal, NamedTuple

Dash = Literal["-", "--", "-.", ":"]

INK, QUIET, RULE, SHADE, PALE = "#010101", "#020202", "#030303", "#040404", "#050505"
GOOD, WARM, HOT = "#060606", "#070707", "#080808"
"""What was done; what was put off or turned away; what went wrong. Each differs in dash too."""
_OF_VENDORS: Final = (
    "#0a0a0a", "#0b0b0b", "#0c0c0c", "#0d0d0d", "#0e0e0e", "#0f0f0f", "#101010", "#121212", "#131313", "#141414",
    "#151515", "#161616",
)  # fmt: skip
_DASHES: Final[tuple[Dash, ...]] = ("-", "--", ":", "-.")

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


class VendorLook(NamedTuple):
    """How a vendor is drawn."""

    colour: str
    """A sentinel."""
    dash: Dash


_LOOKS: Final = tuple(VendorLook(colour, dash) for dash, colour in product(_DASHES, _OF_VENDORS))


def looks_of(vendors: Iterable[str]) -> Mapping[str, VendorLook]:
    """How each vendor of a run is drawn: twelve by colour, those beyond by colour and dash.

    Its name alone says which colour a vendor has, so that it is mostly the same in every report. Of two that would have
    the same one in a run the second, by the alphabet, takes the next that is free. Beyond 48 looks are had twice.
    """
    names = sorted(set(vendors))
    wanted = {name: _wanted(name) for name in names}
    taken: dict[int, str] = {}
    for name in names:
        taken.setdefault(wanted[name], name)
    settled = set(taken.values())
    for name in names:
        if name not in settled:
            places = (len(_OF_VENDORS) * dash + place for dash in range(len(_DASHES)) for place in _from(wanted[name]))
            taken.setdefault(next((place for place in places if place not in taken), len(taken)), name)
    return {name: _LOOKS[place % len(_LOOKS)] for place, name in taken.items()}


def _wanted(vendor: str) -> int:
    return int.from_bytes(sha256(vendor.encode(errors="replace")).digest()[:4]) % len(_OF_VENDORS)


def _from(place: int) -> Iterable[int]:
    """Every colour, this one first."""
    return ((place + step) % len(_OF_VENDORS) for step in range(len(_OF_VENDORS)))
