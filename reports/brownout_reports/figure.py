"""The one figure: load, latency, breakers and attempts on one time axis, fault windows shaded across all of them.

Drawn once, as SVG with real text. Every colour is a sentinel that `_themed` turns into a CSS variable, so the page's
style sheet decides light, dark and print, and the figure follows. The palette is Okabe and Ito's, which readers with
any colour vision tell apart; states also differ in height and hatching, lines in dash.
"""

import io
import re
from collections.abc import Mapping
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from brownout_reports.run_folder import FaultSpan, PhaseSpan, RunFolder, StallSpan
from brownout_reports.series import Band, Floats, Series, series_of

# Sentinel colours (any unused value does), and the CSS variable that each becomes.
INK, QUIET, RULE, SHADE = "#010101", "#020202", "#030303", "#040404"
LINES: Final = ("#050505", "#060606", "#070707", "#080808", "#090909", "#0a0a0a")
CSS_NAMES: Final[Mapping[str, str]] = {
    INK: "--ink",
    QUIET: "--quiet",
    RULE: "--rule",
    SHADE: "--shade",
    **{colour: f"--line-{number}" for number, colour in enumerate(LINES, 1)},
}

OFFERED, ACHIEVED, GOODPUT = QUIET, LINES[0], LINES[2]
STATE_LOOK: Final[Mapping[str, tuple[str, float, str]]] = {  # colour, height of the band, hatch
    "closed": (LINES[2], 0.12, ""),
    "half_open": (LINES[1], 0.5, "////"),
    "open": (LINES[3], 0.9, ""),
}
DASHES: Final = ("-", "--", "-.", ":")
# Legends stand beside their axes, where no line and no phase's name can run into them.
BESIDE: Final[dict[str, Any]] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.04), "borderaxespad": 0.3}

# An answer within a microsecond happens in virtual time; a log axis needs a floor.
LATENCY_FLOOR_S: Final = 1e-4

STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "brownout",  # ids in the file depend on it: the same run draws the same bytes
    "font.family": "sans-serif",
    "font.size": 9,
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
    "legend.frameon": False,
    "legend.fontsize": 8,
    "hatch.linewidth": 0.8,
}


def timeline_svg(run: RunFolder) -> str:
    """The figure of a run as an `<svg>` element whose colours are CSS variables."""
    series = series_of(run)
    with mpl.rc_context():
        mpl.rcdefaults()  # a matplotlibrc of the folder, or of the user's, is none of this figure's
        mpl.rcParams.update(STYLE)
        figure = _draw(series, run)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _themed(out.getvalue())


def _draw(series: Series, run: RunFolder) -> Figure:
    bands = max(len(series.bands), 1)
    figure = Figure(figsize=(10.4, 6.6 + 0.32 * bands), layout="constrained")
    load, latency, breaker, attempts = figure.subplots(
        4, 1, sharex=True, gridspec_kw={"height_ratios": [3.0, 3.0, 0.55 + 0.5 * bands, 2.6]}
    )
    _draw_load(load, series)
    _draw_latency(latency, series)
    _draw_breakers(breaker, series.bands)
    _draw_attempts(attempts, series)
    for axes in (load, latency, breaker, attempts):
        _shade(axes, run.verdict.faults)
        _mark_phases(axes, run.verdict.phases)
        _mark_stalls(axes, run.verdict.stalls)
    _name_phases(load, run.verdict.phases)
    _name_stalls(load, run.verdict.stalls)
    attempts.set_xlabel("seconds since the start")
    attempts.set_xlim(0, float(series.edges_s[-1]))
    return figure


def _draw_load(axes: Axes, series: Series) -> None:
    for values, colour, dash, label in (
        (series.offered_per_s, OFFERED, "--", "offered"),
        (series.achieved_per_s, ACHIEVED, "-", "achieved"),
        (series.goodput_per_s, GOODPUT, "-", "goodput (done)"),
    ):
        # Without a baseline: a line that drops to nothing at the figure's edge would read as an outage.
        axes.stairs(values, series.edges_s, baseline=None, color=colour, linestyle=dash, linewidth=1.4, label=label)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("operations / s")
    axes.legend(**BESIDE)


def _draw_latency(axes: Axes, series: Series) -> None:
    middles = (series.edges_s[:-1] + series.edges_s[1:]) / 2
    for (name, values), dash, colour in zip(series.latency_s.items(), ("-", "--", ":"), LINES[:3], strict=True):
        axes.plot(middles, np.maximum(values, LATENCY_FLOOR_S), color=colour, linestyle=dash, linewidth=1.5, label=name)
    axes.set_yscale("log")
    axes.set_ylim(*_decades(np.concatenate([*series.latency_s.values()])))
    axes.yaxis.set_major_locator(LogLocator(base=10))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: seconds_text(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("latency")
    axes.legend(**BESIDE)


def _decades(values: Floats) -> tuple[float, float]:
    """Whole decades around the values: on a narrower axis the jitter of nothing would look like a mountain."""
    seen = np.maximum(values[~np.isnan(values)], LATENCY_FLOOR_S)
    if not seen.size:
        return LATENCY_FLOOR_S, 1.0
    low, high = np.floor(np.log10(seen.min() * 0.999)), np.ceil(np.log10(seen.max() * 1.001))
    return float(10.0**low), float(10.0**high)


def _draw_breakers(axes: Axes, bands: Mapping[str, tuple[Band, ...]]) -> None:
    axes.set_ylabel("breakers")
    axes.grid(visible=False)
    if not bands:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "the target reports no breakers", transform=axes.transAxes, ha="center", va="center",
                  color=QUIET)  # fmt: skip
        return
    for row, stretches in enumerate(bands.values()):
        for band in stretches:
            colour, height, hatch = STATE_LOOK[band.state]
            axes.add_patch(
                Rectangle((band.start_s, row - height / 2), band.end_s - band.start_s, height, linewidth=0.6,
                          facecolor="none" if hatch else colour, edgecolor=colour, hatch=hatch)
            )  # fmt: skip
    axes.set_yticks(range(len(bands)), list(bands))
    axes.set_ylim(len(bands) - 0.4, -0.6)
    for number, (state, (colour, _, hatch)) in enumerate(STATE_LOOK.items()):
        axes.text(1.005, 1 - (number + 0.5) / 3, ("▨ " if hatch else "■ ") + state.replace("_", "-"),
                  transform=axes.transAxes, color=colour, fontsize=8, va="center")  # fmt: skip


def _draw_attempts(axes: Axes, series: Series) -> None:
    for (name, load), colour, dash in zip(series.vendors.items(), _cycle(LINES), _cycle(DASHES), strict=False):
        look: dict[str, Any] = {"color": colour, "linewidth": 1.4, "linestyle": dash, "label": name}
        axes.stairs(load.requests_per_s, series.edges_s, baseline=None, **look)
        axes.stairs(load.operations_per_s, series.edges_s, color=colour, linewidth=0, fill=True, alpha=0.18)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("requests / s")
    if series.vendors:
        axes.legend(**BESIDE)
    axes.text(0.0, 1.03, "line: requests at the vendor; area: operations behind them", transform=axes.transAxes,
              color=QUIET, fontsize=8)  # fmt: skip


def _cycle(items: tuple[str, ...], times: int = 4) -> tuple[str, ...]:
    return items * times


def _shade(axes: Axes, faults: tuple[FaultSpan, ...]) -> None:
    for start_s, end_s in sorted({(fault.start_s, fault.end_s) for fault in faults}):
        axes.axvspan(start_s, end_s, facecolor=SHADE, alpha=0.13, linewidth=0, zorder=0)


def _mark_phases(axes: Axes, phases: tuple[PhaseSpan, ...]) -> None:
    for phase in phases[1:]:
        axes.axvline(phase.start_s, color=QUIET, linewidth=0.8, linestyle=(0, (2, 2)))


def _name_phases(axes: Axes, phases: tuple[PhaseSpan, ...]) -> None:
    for phase in phases:
        axes.text(phase.start_s, 1.04, f" {phase.name}", transform=axes.get_xaxis_transform(), fontsize=9,
                  fontweight="bold", color=INK)  # fmt: skip


def _mark_stalls(axes: Axes, stalls: tuple[StallSpan, ...]) -> None:
    """Hatched, as no fault is: what was seen meanwhile is partly the harness's own doing."""
    for stall in stalls:
        axes.axvspan(stall.start_s, stall.end_s, facecolor="none", edgecolor=LINES[3], alpha=0.6, hatch="xx", zorder=0)


def _name_stalls(axes: Axes, stalls: tuple[StallSpan, ...]) -> None:
    for stall in stalls:
        text = f" {stall.process} stood still"
        axes.text(stall.start_s, 0.98, text, transform=axes.get_xaxis_transform(), fontsize=8, rotation=90, va="top",
                  ha="right", color=LINES[3], parse_math=False)  # fmt: skip


def seconds_text(value_s: float) -> str:
    """`0.02` as `20 ms`, `3` as `3 s`: what a reader says."""
    if value_s >= 1:
        return f"{value_s:g} s"
    if value_s >= 0.001:
        return f"{value_s * 1000:g} ms"
    return f"{value_s * 1_000_000:g} µs"


def _themed(svg: str) -> str:
    """The bare `<svg>` element, sentinels replaced, sized by its container."""
    svg = svg[svg.index("<svg") :]
    for sentinel, name in CSS_NAMES.items():
        svg = svg.replace(sentinel, f"var({name})")
    return re.sub(r'<svg [^>]*?viewBox="([^"]+)"[^>]*>', _svg_head, svg, count=1)


def _svg_head(match: re.Match[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-label="Load, latency, breaker states and requests over time" viewBox="{match.group(1)}" width="100%">'
    )
