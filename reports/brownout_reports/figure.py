"""The one figure: what was done and what came of it, panel under panel, on one time axis.

As SVG with real text, once for a screen and once for a telephone. Every colour is a sentinel that `_themed` turns into
a CSS variable, so the page's style sheet decides light, dark and print, and the figure follows.
"""

import io
import re
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from brownout_reports.marks import LABEL_PT, LANE_IN, draw_through, lanes, phase_names
from brownout_reports.palette import CSS_NAMES, INK, QUIET, RULE
from brownout_reports.panel import ROW_IN, Panel
from brownout_reports.panels import panels
from brownout_reports.run_folder import RunFolder
from brownout_reports.series import Series, series_of

WIDE_IN: Final = 10.8
NARROW_IN: Final = 4.6
LEFT_IN: Final = 0.62
RIGHT_IN: Final = 0.12
TOP_IN: Final = 0.06
BOTTOM_IN: Final = 0.42
APART_IN: Final = 0.13

STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar in a phase's name is a dollar
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "hatch.linewidth": 0.8,
}


def timeline_svgs(run: RunFolder) -> tuple[str, str]:
    """The figure of a run as two `<svg>` elements, wide and narrow, whose colours are CSS variables."""
    series = series_of(run)
    return svgs_of(run, series, tuple(panels(run, series)))


def svgs_of(run: RunFolder, series: Series, below: tuple[Panel, ...]) -> tuple[str, str]:
    """The same, of these panels below what was done to that run."""
    with mpl.rc_context():
        mpl.rcdefaults()  # a matplotlibrc of the folder, or of the user's, is none of this figure's
        mpl.rcParams.update(STYLE)
        return _svg(draw(run, series, below, WIDE_IN), "wide"), _svg(draw(run, series, below, NARROW_IN), "narrow")


def _svg(figure: Figure, name: str) -> str:
    out = io.StringIO()
    # Ids in the file depend on the salt: the same run draws the same bytes, and two in one page have other ids.
    with mpl.rc_context({"svg.hashsalt": f"brownout {name}"}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _themed(out.getvalue(), name)


def draw(run: RunFolder, series: Series, below: tuple[Panel, ...], width_in: float) -> Figure:
    """The figure at that width: as high as its panels are together."""
    end_s, inner_in = float(series.edges_s[-1]), width_in - LEFT_IN - RIGHT_IN
    first = lanes(run.verdict, series.looks, end_s, inner_in)
    rows = below if first is None else (first, *below)
    heads_in = [row.head_rows(inner_in) * ROW_IN if row is not first else 0.0 for row in rows]
    names = phase_names(run.verdict, end_s, inner_in)
    names_in = LANE_IN * max((place.lane + 1 for _, _, place in names), default=0)
    height_in = TOP_IN + names_in + BOTTOM_IN + sum(heads_in) + sum(row.height_in + APART_IN for row in rows)
    figure = Figure(figsize=(width_in, height_in))
    for phase, name, place in names:
        x_in = LEFT_IN + phase.start_s / end_s * inner_in
        y_in = height_in - TOP_IN - names_in + LANE_IN * (place.lane + 0.5)
        figure.text(x_in / width_in, y_in / height_in, name, fontsize=LABEL_PT, fontweight="bold", color=INK,
                    va="center", ha="right" if place.on_left else "left")  # fmt: skip
    top_in = height_in - TOP_IN - names_in
    for row, head_in in zip(rows, heads_in, strict=True):
        if row is not first:
            row.draw_head(figure, LEFT_IN, top_in, inner_in)
        top_in -= head_in + row.height_in
        axes = figure.add_axes((LEFT_IN / width_in, top_in / height_in, inner_in / width_in, row.height_in / height_in))
        if row is not first:
            draw_through(axes, run.verdict, end_s)
        row.draw(axes)
        axes.set_xlim(0.0, end_s)
        top_in -= APART_IN
        is_last = row is rows[-1]
        axes.tick_params(labelbottom=is_last, bottom=is_last, length=2.5, labelsize=7.5)
        if is_last:
            axes.set_xlabel("seconds since the start", fontsize=8)
    return figure


def _themed(svg: str, name: str) -> str:
    """The bare `<svg>` element, sentinels replaced, sized by its container."""
    svg = svg[svg.index("<svg") :]
    for sentinel, variable in CSS_NAMES.items():
        svg = svg.replace(sentinel, f"var({variable})")
    box = re.search(r'viewBox="([^"]+)"', svg)
    head = (
        f'<svg class="{name}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-label="What was done and what came of it, over time" viewBox="{box[1] if box else ""}" width="100%">'
    )
    return head + svg[svg.index(">") + 1 :]
