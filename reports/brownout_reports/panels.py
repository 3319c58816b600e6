"""The panels of the figure: of everything that the evidence holds one, and none of what it does not hold."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, PercentFormatter

from brownout_reports import holding, letters, told
from brownout_reports.palette import GOOD, HOT, INK, PALE, QUIET, WARM, Dash, VendorLook
from brownout_reports.panel import Key, Panel, fitted, from_zero, text_in
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.run_folder import RunFolder
from brownout_reports.series import Band, Floats, Quantiles, Series, VendorLoad

# An answer within a microsecond happens in virtual time; a log axis needs a floor.
LATENCY_FLOOR_S: Final = 1e-4
MOST_VENDORS: Final = 8
NAMES_IN: Final = 0.5
"""For the name of a vendor beside its breaker."""
NAMES_PT: Final = 7.5

# One inside the other, so that none hides another where they are equal.
LOAD: Final = (Key("offered", PALE, "-", 5.0), Key("achieved", QUIET, "-", 2.6), Key("goodput (done)", GOOD, "-", 1.1))
OF_OUTCOMES: Final[Mapping[str, Key]] = {
    Outcome.DONE: Key("done", GOOD, "-"),
    Outcome.ACCEPTED: Key("accepted", INK, "-"),
    Outcome.REFUSED: Key("refused", WARM, "-"),
    Outcome.UNKNOWN: Key("unknown", HOT, "-"),
}
OF_STATES: Final[Mapping[str, tuple[str, float, str]]] = {  # colour, height of the band, hatch
    "closed": (QUIET, 0.1, ""),
    "half_open": (WARM, 0.6, "////"),
    "open": (HOT, 0.9, ""),
}
COLOURS: Final = (GOOD, WARM, HOT, QUIET)
DASHES: Final[tuple[Dash, ...]] = ("-", "--", "-.", ":")


def panels(run: RunFolder, series: Series) -> Iterator[Panel]:
    """From top to bottom."""
    events, edges_s = run.tables.of(EventRow), series.edges_s
    yield Panel("operations per second", 1.5, partial(_draw_load, series=series), LOAD)
    for name, latency in series.latency.items():
        yield _latency(name, latency, series)
    if series.bands:
        rows = len(series.bands)
        yield Panel(_title_of(series.bands), 0.1 + 0.26 * rows, partial(draw_breakers, bands=series.bands), STATES)
    for vendor, judged in told.judged(events, run.verdict.settings, series.bands, edges_s).items():
        yield _judged(vendor, judged)
    for vendor, load in list(series.vendors.items())[:MOST_VENDORS]:
        yield _vendor(vendor, load, edges_s, series.looks[vendor])
    for panel in told.KINDS:
        if rates := told.rates(events, panel, edges_s):
            yield _rates(f"{panel}, per second", rates, edges_s)
    if (waiting := letters.waiting(run.tables, edges_s)) is not None:
        yield Panel("dead letters waiting", 0.9, partial(_draw_waiting, waiting=waiting, edges_s=edges_s))
    yield from holding.panels(run.verdict.held)


def _draw_load(axes: Axes, *, series: Series) -> None:
    lines = (series.offered_per_s, series.achieved_per_s, series.goodput_per_s)
    for values, key in zip(lines, LOAD, strict=True):
        # Without a baseline: a line that drops to nothing at the figure's edge would read as an outage.
        axes.stairs(values, series.edges_s, baseline=None, color=key.colour, linestyle=key.dash, linewidth=key.width)
    from_zero(axes, *(values.tolist() for values in lines))


def _latency(name: str, latency: Mapping[str, Quantiles], series: Series) -> Panel:
    keys = [OF_OUTCOMES[outcome] for outcome in OF_OUTCOMES if outcome in latency]
    keys += [Key("p99", QUIET, "-", 1.4), Key("p50", QUIET, ":", 1.4)]
    draw = partial(_draw_latency, latency=latency, series=series)
    return Panel(f"{name}: latency by outcome", 1.4, draw, tuple(keys))


def _draw_latency(axes: Axes, *, latency: Mapping[str, Quantiles], series: Series) -> None:
    middles = (series.edges_s[:-1] + series.edges_s[1:]) / 2
    latency_axis(axes, latency.values())
    for outcome, lines in latency.items():
        look: dict[str, Any] = {
            "color": OF_OUTCOMES.get(outcome, OF_OUTCOMES[Outcome.UNKNOWN]).colour,
            "marker": ".",
            "markersize": 3.5,
        }
        axes.plot(middles, np.maximum(lines.p99_s, LATENCY_FLOOR_S), linestyle="-", linewidth=1.3, **look)
        axes.plot(middles, np.maximum(lines.p50_s, LATENCY_FLOOR_S), linestyle=":", linewidth=1.3, **look)


def latency_axis(axes: Axes, lines: Iterable[Quantiles]) -> None:
    """Before anything is drawn: what matplotlib would choose by itself for a single value has no height."""
    axes.set_yscale("log")
    axes.set_ylim(*_decades(np.concatenate([value for each in lines for value in (each.p50_s, each.p99_s)])))
    axes.yaxis.set_major_locator(LogLocator(base=10, numticks=6))
    axes.yaxis.set_major_formatter(FuncFormatter(_latency_text))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _latency_text(value_s: float, _place: int | None = None) -> str:
    return f"≤ {seconds_text(LATENCY_FLOOR_S)}" if value_s <= LATENCY_FLOOR_S * 1.01 else seconds_text(value_s)


def _decades(values: Floats) -> tuple[float, float]:
    """Whole decades around the values: on a narrower axis the jitter of nothing would look like a mountain. Below the
    floor there is nothing but room for its line."""
    seen = np.maximum(values[~np.isnan(values)], LATENCY_FLOOR_S)
    if not seen.size:
        return LATENCY_FLOOR_S, 1.0
    low, high = np.floor(np.log10(seen.min() * 0.999)), np.ceil(np.log10(seen.max() * 1.001))
    return max(float(10.0**low), LATENCY_FLOOR_S / 2), float(10.0**high)


STATES: Final = (
    Key("closed", QUIET, "-", 1.5),
    Key("half-open (▲ begins)", WARM, "-", 5.0),
    Key("open", HOT, "-", 7.0),
)


def _title_of(bands: Mapping[str, tuple[Band, ...]]) -> str:
    cut = any(len(each) > told.MOST_STRETCHES for each in bands.values())
    return f"breakers (the first {told.MOST_STRETCHES} stretches)" if cut else "breakers"


def draw_breakers(axes: Axes, *, bands: Mapping[str, tuple[Band, ...]]) -> None:
    """A row for each, what it spent its time in."""
    axes.grid(visible=False)
    for row, stretches in enumerate(bands.values()):
        shown = stretches[: told.MOST_STRETCHES]
        for band in shown:
            colour, height, hatch = OF_STATES.get(band.state, OF_STATES["open"])
            axes.add_patch(
                Rectangle((band.start_s, row - height / 2), band.end_s - band.start_s, height,
                          linewidth=1.2 if hatch else 0.0, facecolor="none" if hatch else colour, edgecolor=colour,
                          hatch=hatch, zorder=3 if hatch else 2)
            )  # fmt: skip
        # A stretch of milliseconds is narrower than a pixel.
        probed = [band.start_s for band in shown if band.state == "half_open"]
        axes.plot(probed, [row + 0.5] * len(probed), color=WARM, marker="^", markersize=4, linestyle="none", zorder=4)
    axes.set_yticks(range(len(bands)), [_name(each) for each in bands])
    axes.set_ylim(len(bands) - 0.3, -0.6)


def _name(breaker: str) -> str:
    """Cut where it is long; but not the number that says whose it is, `stripe.1`."""
    vendor, dot, number = breaker.rpartition(".")
    if not (dot and number.isdecimal() and len(number) <= 2):
        return fitted(breaker, NAMES_IN, size_pt=NAMES_PT)
    whose = dot + number
    return fitted(vendor, NAMES_IN - text_in(whose, size_pt=NAMES_PT), size_pt=NAMES_PT) + whose


def _judged(vendor: str, judged: told.Judged) -> Panel:
    ratios = [
        (judged.failing, judged.failure_ratio, "failing", HOT),
        (judged.slow, judged.slow_call_ratio, "slow", WARM),
    ]
    told_of = [(values, limit, name, colour) for values, limit, name, colour in ratios if limit is not None]

    def draw(axes: Axes) -> None:
        for values, limit, _, colour in told_of:
            axes.plot(judged.at_s, values, color=colour, linewidth=1.3, marker=".", markersize=4)
            axes.axhline(limit, color=colour, linewidth=0.9, linestyle="--")
        axes.set_ylim(0.0, 1.05)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.yaxis.set_major_locator(MaxNLocator(3))

    keys = [key for _, limit, name, colour in told_of
            for key in (Key(name, colour), Key(f"opens at {limit:.0%}", colour, "--", 0.9))]  # fmt: skip
    return Panel(f"{vendor}: attempts in its breaker's window", 0.8, draw, tuple(keys))


def _vendor(vendor: str, load: VendorLoad, edges_s: Floats, look: VendorLook) -> Panel:
    colour, dash = look

    def draw(axes: Axes) -> None:
        axes.stairs(load.operations_per_s, edges_s, color=colour, linewidth=0, fill=True, alpha=0.3)
        axes.stairs(load.requests_per_s, edges_s, baseline=None, color=colour, linestyle=dash, linewidth=1.3)
        from_zero(axes, load.requests_per_s.tolist(), load.operations_per_s.tolist())
        axes.yaxis.set_major_locator(MaxNLocator(3))

    keys = (Key("requests", colour, dash, 1.3), Key("first ones of an operation", colour, "-", 5.0))
    return Panel(f"{vendor}: per second, by its own books", 0.8, draw, keys)


def _rates(title: str, rates: Mapping[str, Floats], edges_s: Floats) -> Panel:
    looks = [(colour, dash) for dash in DASHES for colour in COLOURS]
    keys = tuple(Key(name, *look) for name, look in zip(rates, looks, strict=False))

    def draw(axes: Axes) -> None:
        for values, key in zip(rates.values(), keys, strict=True):
            axes.stairs(values, edges_s, baseline=None, color=key.colour, linestyle=key.dash, linewidth=key.width)
        from_zero(axes, *(values.tolist() for values in rates.values()))
        axes.yaxis.set_major_locator(MaxNLocator(3))

    return Panel(title, 0.9, draw, keys)


def _draw_waiting(axes: Axes, *, waiting: Floats, edges_s: Floats) -> None:
    axes.plot(edges_s, waiting, color=HOT, linewidth=1.3, drawstyle="steps-post")
    from_zero(axes, waiting.tolist())
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def seconds_text(value_s: float) -> str:
    """`0.02` as `20 ms`, `3` as `3 s`: what a reader says."""
    if value_s >= 1:
        return f"{value_s:g} s"
    if value_s >= 0.001:
        return f"{value_s * 1000:g} ms"
    return f"{value_s * 1_000_000:g} µs"
