"""The page of a comparison: several runs in one figure, a table of what differs, the operations that went otherwise.

One file, no network. It shows what it is handed: what may be compared with what, and how far a difference may be
chance, others have decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from brownout_reports.overlay import overlay_svgs
from brownout_reports.report import STATUS_WORDS, make_environment
from brownout_reports.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of all runs, in words."""

    figure: str
    of: str
    values: tuple[str, ...]
    """One for each run."""
    differences: tuple[str, ...]
    """Of each run after the first."""
    stands_out: tuple[bool, ...]
    """Whether that is more than chance."""


@dataclass(frozen=True, slots=True)
class Told:
    """An operation that went differently, as it was in both runs."""

    operation_id: str
    why: str
    stories: tuple[tuple[str, tuple[str, ...]], ...]
    """By the run's label, its story line by line."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on it, beside the runs."""

    unsound: tuple[str, ...]
    """Why of some of them nothing can be said."""
    headline: str
    remarks: tuple[str, ...]
    tables: Mapping[str, Sequence[Row]]
    """By their headings; the first one is open."""
    otherwise: tuple[str, ...]
    """Of each run after the first, how many operations went differently, in words."""
    told: tuple[Told, ...]
    method: tuple[str, ...]
    """How the intervals were made, and what they do not tell."""


def render(runs: Mapping[str, RunFolder], page: Page) -> str:
    """The whole page as text, of runs by their labels. The same runs give the same text."""
    wide, narrow = (Markup(svg) for svg in overlay_svgs(runs))  # noqa: S704 - drawn by us; matplotlib escapes its text
    template = make_environment().get_template("comparison.html.j2")
    return template.render(runs=runs, page=page, words=STATUS_WORDS, wide=wide, narrow=narrow)
