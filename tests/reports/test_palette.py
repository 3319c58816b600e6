"""Colours: a vendor's own as far as may be, none of them green, and text that can be read on every paper."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_reports.palette import CSS_NAMES, looks_of
from brownout_reports.report import render
from brownout_simulators.vendors import VENDORS
from tests.reports.runs import a_run
from tests.support.examples import examples

Matrix = tuple[tuple[float, float, float], ...]

SEEN_BY: Final[dict[str, Matrix]] = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""What is left of linear red, green and blue (Machado, Oliveira, Fernandes 2009, severity 1)."""
OKLAB_CONES: Final[Matrix] = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
OKLAB: Final[Matrix] = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
APART: Final = 0.06
"""In Oklab, where black and white are 1 apart. Of the twelve colours before, two were 0.009 apart without green."""


@cache
def styles() -> list[dict[str, str]]:
    """The page's variables: on a light screen, a dark one, and on paper."""
    page = render(a_run())
    blocks = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    found = [dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]
    assert len(found) == 3
    return found


def test_a_vendor_has_the_same_colour_in_every_report_as_far_as_two_do_not_want_the_same() -> None:
    together, alone = looks_of(VENDORS), {name: looks_of([name])[name] for name in VENDORS}
    assert len(set(together.values())) == len(VENDORS)
    # Of those that would have the same colour one does have it, whoever else is there.
    assert sum(together[name] == alone[name] for name in VENDORS) == len(set(alone.values()))
    # Written down: the next version's reports are to look the same.
    assert [CSS_NAMES[alone[name].colour] for name in ("stripe", "twilio", "sales")] == [
        "--vendor-3",
        "--vendor-4",
        "--vendor-1",
    ]


@given(st.sets(st.text(max_size=4), min_size=1, max_size=40), st.randoms())
@examples(50)
def test_it_depends_on_nothing_but_who_is_there(names: set[str], random: Random) -> None:
    other_order = sorted(names)
    random.shuffle(other_order)
    assert looks_of(other_order) == looks_of(names)
    (alone,) = looks_of([other_order[0]] * 2).values()
    assert alone.dash == "-"


@pytest.mark.parametrize(("vendors", "dashes"), [(12, 1), (13, 2), (30, 3), (48, 4)])
def test_thirteen_and_thirty_vendors_are_told_apart(vendors: int, dashes: int) -> None:
    """Twelve by colour; the dashes are for those beyond."""
    looks = looks_of(f"vendor-{number}" for number in range(vendors))
    assert len(set(looks.values())) == len(looks) == vendors
    assert len({look.dash for look in looks.values()}) == dashes
    assert len({look.colour for look in looks.values()}) == 12


def test_more_vendors_than_there_are_looks_share_some() -> None:
    looks = looks_of(f"vendor-{number}" for number in range(100))
    assert len(looks) == 100
    assert max(Counter(looks.values()).values()) == 3


@pytest.mark.thorough
def test_the_vendors_colours_are_apart_for_the_colour_blind() -> None:
    """For whoever sees no red, no green or no blue at all: from each other, and from the ink of what is no vendor's."""
    for style in styles():
        colours = [style[name] for name in style if name.startswith("--vendor-")]
        assert len(colours) == 12
        for kind, matrix in SEEN_BY.items():
            seen = [oklab(colour, matrix) for colour in (*colours, style["--ink"])]
            nearest = min(math.dist(one, other) for one, other in combinations(seen, 2))
            assert nearest > APART, f"{kind}: {nearest:.3f}"


def test_every_sentinel_is_another_and_has_a_variable_in_every_style() -> None:
    assert len(set(CSS_NAMES.values())) == len(CSS_NAMES)
    for style in styles():
        assert set(CSS_NAMES.values()) <= style.keys()


@pytest.mark.thorough
def test_no_line_is_green() -> None:
    for style in styles():
        for name in set(CSS_NAMES.values()) - {"--ink", "--quiet", "--rule", "--paper"}:
            red, green, blue = (int(style[name][at : at + 2], 16) for at in (1, 3, 5))
            assert green <= 1.1 * max(red, blue), f"{name} {style[name]}"


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["--ink", "--quiet", "--passed", "--failed", "--inconclusive"])
def test_text_has_the_contrast_of_wcag_aa(name: str) -> None:
    for style in styles():
        assert contrast(style[name], style["--paper"]) >= 4.5
        assert contrast(style[name], style["--panel"]) >= 4.5


@pytest.mark.thorough
def test_lines_and_labels_stand_out_from_the_paper() -> None:
    for style in styles():
        for name in set(CSS_NAMES.values()) - {"--rule", "--shade", "--pale"}:
            # Labels of the figure are in ink, or in the colour of what went wrong.
            assert contrast(style[name], style["--paper"]) >= (4.5 if name == "--hot" else 3.0), name


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative, of an sRGB colour."""
    return weighed(linear(colour), (0.2126, 0.7152, 0.0722))


def linear(colour: str) -> tuple[float, ...]:
    """Red, green and blue without sRGB's curve."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def oklab(colour: str, matrix: Matrix) -> list[float]:
    """How light, how red, how yellow a colour is (Ottosson 2020), as somebody sees it."""
    seen = [min(1.0, max(0.0, weighed(linear(colour), row))) for row in matrix]
    cones = [weighed(seen, row) ** (1 / 3) for row in OKLAB_CONES]
    return [weighed(cones, row) for row in OKLAB]


def weighed(values: Sequence[float], weights: Sequence[float]) -> float:
    """The sum of each value times its weight."""
    return sum(value * weight for value, weight in zip(values, weights, strict=True))
