"""Colours: one per vendor for good, none of them green, and text that can be read on every paper."""

import re

import pytest

from brownout_reports.palette import CSS_NAMES, colour_of
from brownout_reports.report import render
from brownout_simulators.vendors import VENDORS
from tests.reports.runs import a_run


def styles() -> list[dict[str, str]]:
    """The page's variables: on a light screen, a dark one, and on paper."""
    page = render(a_run())
    blocks = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    found = [dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]
    assert len(found) == 3
    return found


def test_a_vendor_has_one_colour_whoever_stands_beside_it() -> None:
    assert len({colour_of(name) for name in VENDORS}) == len(VENDORS)
    # Written down: the next version's reports are to look the same.
    assert [CSS_NAMES[colour_of(name)] for name in ("stripe", "twilio", "sales")] == [
        "--vendor-4",
        "--vendor-5",
        "--vendor-6",
    ]


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
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
