"""Several runs in one figure: the same panels as of one, a line for each run.

Phases, and what was done, are the first one's. Of the report's panels those are here that are read side by side.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from brownout_reports import letters
from brownout_reports.figure import svgs_of
from brownout_reports.palette import GOOD, HOT, INK, QUIET, WARM, Dash
from brownout_reports.panel import Key, Panel, from_zero
from brownout_reports.panels import LATENCY_FLOOR_S, MOST_VENDORS, STATES, draw_breakers, latency_axis
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import RunFolder
from brownout_reports.series import Band, Floats, Quantiles, Series, edges_of, end_of, series_of

LOOKS: Final[tuple[tuple[str, Dash], ...]] = (
    (INK, "-"), (HOT, "--"), (GOOD, "-."), (WARM, "-"), (QUIET, "--"), (HOT, "-."), (GOOD, "-"), (WARM, "--"),
)  # fmt: skip
MOST_ROWS: Final = 16
"""Of breakers: of many vendors and many runs the rest is in each run's own report."""


def overlay_svgs(runs: Mapping[str, RunFolder]) -> tuple[str, str]:
    """The figure of runs, by their labels, as two `<svg>` elements, wide and narrow. At most as many as there are
    `LOOKS`."""
    first = next(iter(runs))
    edges_s = edges_of(max(runs.values(), key=end_of))
    series = {label: series_of(run, edges_s) for label, run in runs.items()}
    return svgs_of(runs[first], series[first], tuple(_panels(runs, series, edges_s)))


def _panels(runs: Mapping[str, RunFolder], series: Mapping[str, Series], edges_s: Floats) -> Iterator[Panel]:
    keys = tuple(Key(label, *look) for label, look in zip(runs, LOOKS, strict=False))
    yield _lines(
        "operations done per second", 1.3, keys, {k: each.goodput_per_s for k, each in series.items()}, edges_s
    )
    for name in sorted({name for each in series.values() for name in each.latency}):
        of_done = {k: each.latency.get(name, {}).get(Outcome.DONE) for k, each in series.items()}
        if any(of_done.values()):
            yield _latency(name, keys, {k: lines for k, lines in of_done.items() if lines}, edges_s)
    bands = dict(_breakers(series))
    if bands:
        rows = dict(list(bands.items())[:MOST_ROWS])
        yield Panel("breakers", 0.1 + 0.26 * len(rows), lambda axes: draw_breakers(axes, bands=rows), STATES)
    for vendor in sorted({name for each in series.values() for name in each.vendors})[:MOST_VENDORS]:
        loads = {k: each.vendors[vendor].requests_per_s for k, each in series.items() if vendor in each.vendors}
        yield _lines(f"{vendor}: requests per second, by its own books", 0.8, keys, loads, edges_s)
    waiting = {label: letters.waiting(run.tables, edges_s) for label, run in runs.items()}
    if any(each is not None for each in waiting.values()):
        there = {k: np.zeros(len(edges_s)) if each is None else each for k, each in waiting.items()}
        yield _lines("dead letters waiting", 0.9, keys, {k: each[:-1] for k, each in there.items()}, edges_s)


def _breakers(series: Mapping[str, Series]) -> Iterator[tuple[str, tuple[Band, ...]]]:
    """A row for each run, of each vendor whose breaker moved in any of them."""
    moved = sorted({name for each in series.values() for name, bands in each.bands.items() if len(bands) > 1})
    for name in moved:
        for label, each in series.items():
            if name in each.bands:
                yield f"{label} {name}", each.bands[name]


def _lines(title: str, height_in: float, keys: tuple[Key, ...], values: Mapping[str, Floats], edges_s: Floats) -> Panel:
    shown = tuple(key for key in keys if key.label in values)

    def draw(axes: Axes) -> None:
        for key in shown:
            axes.stairs(values[key.label], edges_s, baseline=None, color=key.colour, linestyle=key.dash, linewidth=1.3)
        from_zero(axes, *(each.tolist() for each in values.values()))
        axes.yaxis.set_major_locator(MaxNLocator(3))

    return Panel(title, height_in, draw, shown)


def _latency(name: str, keys: tuple[Key, ...], lines: Mapping[str, Quantiles], edges_s: Floats) -> Panel:
    shown = tuple(key for key in keys if key.label in lines)
    middles = (edges_s[:-1] + edges_s[1:]) / 2

    def draw(axes: Axes) -> None:
        latency_axis(axes, lines.values())
        for key in shown:
            of_run = lines[key.label]
            axes.plot(middles, np.maximum(of_run.p99_s, LATENCY_FLOOR_S), color=key.colour, linestyle=key.dash,
                      linewidth=1.3, marker=".", markersize=3.5)  # fmt: skip
            axes.plot(
                middles, np.maximum(of_run.p50_s, LATENCY_FLOOR_S), color=key.colour, linestyle=":", linewidth=1.1
            )

    return Panel(f"{name}: latency of what was done, p99", 1.4, draw, (*shown, Key("p50", QUIET, ":", 1.1)))
