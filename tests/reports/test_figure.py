"""The figure: themed, deterministic, complete, and no word of it cut off, whatever the run was."""

import re
from collections.abc import Callable, Iterator
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from brownout_reports.figure import NARROW_IN, STYLE, WIDE_IN, draw, timeline_svgs
from brownout_reports.palette import CSS_NAMES
from brownout_reports.panels import panels
from brownout_reports.rows import EventRow, OperationRow, Outcome
from brownout_reports.run_folder import Mark, RunFolder
from brownout_reports.series import series_of
from brownout_reports.spans import FaultSpan, PhaseSpan
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run

LONG = "a name that is longer than any figure is wide, and than anybody would like to read " * 3


@cache
def drawn() -> tuple[str, str]:
    """The figures of one run: drawing them takes long."""
    return timeline_svgs(a_run())


def told(run: RunFolder, **changes: object) -> RunFolder:
    """The same run with another verdict."""
    return run.model_copy(update={"verdict": run.verdict.model_copy(update=changes)})


def of(*operations: OperationRow) -> RunFolder:
    """A run of these alone, to which nothing was done."""
    run = told(a_run(), marks=(), faults=(), settings=None)
    return run.model_copy(update={"tables": Tables(Rows.of(OperationRow, operations))})


ONE = OperationRow("pay-1", "pay", 10.0, 10.0, 10.5, 0.5, 1, 200, Outcome.DONE)

RUNS: dict[str, Callable[[], RunFolder]] = {
    "usual": lambda: a_run(rate_per_s=5),
    "no telemetry, no dead letters": lambda: told(a_run(rate_per_s=5, telemetry=False), settings=None),
    "nothing asked": of,
    "one operation": lambda: of(ONE),
    "answered in no time": lambda: of(ONE._replace(finished_s=10.0)),
    "200 phases": lambda: told(of(ONE), phases=tuple(PhaseSpan(f"phase-{n}", n / 2, (n + 1) / 2) for n in range(200))),
    "100 faults, 300 actions": lambda: told(
        of(ONE),
        faults=tuple(
            FaultSpan(id=f"f.{n}", vendor="stripe", text=LONG, start_s=n, end_s=n + 3, matched=1, struck=1)
            for n in range(100)
        ),
        marks=tuple(Mark(kind="action", text=f"kill gateway.{n}", at_s=n / 3) for n in range(300)),
    ),
    "long names": lambda: told(
        of(ONE._replace(name=LONG)),
        phases=(PhaseSpan(LONG, 0, 90), PhaseSpan(LONG, 90, 100)),
        marks=(Mark(kind="gap", text=LONG, at_s=99.0), Mark(kind="death", text=LONG, at_s=0.0)),
    ),
    "a vendor with a long name": lambda: of(ONE).model_copy(
        update={
            "tables": Tables(
                Rows.of(
                    EventRow,
                    [
                        EventRow(5.0, "breaker_transition", LONG, outcome="open"),
                        EventRow(5.0, "call_rejected", LONG, outcome=LONG),
                    ],
                ),
            )
        }
    ),
    "an outcome of another version": lambda: of(ONE._replace(outcome="postponed")),  # type: ignore[arg-type]
    "a fault beyond the end": lambda: told(
        of(ONE),
        faults=(FaultSpan(id="f", vendor="x", text="503", start_s=500, end_s=900, matched=0, struck=0),),
        marks=(Mark(kind="action", text="kill gateway", at_s=500.0),),
    ),
}


def figures(run: RunFolder) -> list[Figure]:
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        series = series_of(run)
        below = tuple(panels(run, series))
        return [draw(run, series, below, width_in) for width_in in (WIDE_IN, NARROW_IN)]


def texts(figure: Figure) -> Iterator[Text]:
    """Those that are drawn: an axis keeps labels for ticks outside of what it shows, too."""
    yield from figure.texts
    for axes in figure.axes:
        yield from axes.texts
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.label
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if low <= tick.get_loc() <= high and tick.label1.get_visible():
                    yield tick.label1


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(RUNS))
def test_no_word_is_cut_off(name: str) -> None:
    for figure in figures(RUNS[name]()):
        figure.draw_without_rendering()
        inside = figure.bbox
        for text in texts(figure):
            if not text.get_text().strip():
                continue
            box = text.get_window_extent()
            fits = box.x0 >= inside.x0 and box.x1 <= inside.x1 and box.y0 >= inside.y0 and box.y1 <= inside.y1
            assert fits, f"{text.get_text()!r} at {box} is not within {inside}"


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(RUNS))
def test_every_axis_has_finite_ends(name: str) -> None:
    for figure in figures(RUNS[name]()):
        for axes in figure.axes:
            assert np.isfinite([*axes.get_xlim(), *axes.get_ylim()]).all()
            assert axes.get_ylim()[0] != axes.get_ylim()[1]


def test_names_above_the_figure_do_not_run_into_each_other() -> None:
    run = told(of(ONE), phases=tuple(PhaseSpan(f"phase-{n}", n * 4, (n + 1) * 4) for n in range(25)))
    for figure in figures(run):
        figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in figure.texts if "phase-" in text.get_text()]
        assert boxes
        assert not any(a.overlaps(b) for place, a in enumerate(boxes) for b in boxes[place + 1 :])


@pytest.mark.thorough
def test_the_same_run_draws_the_same_bytes() -> None:
    assert timeline_svgs(a_run()) == drawn()


@pytest.mark.thorough
def test_settings_of_the_folder_or_of_the_user_do_not_change_it() -> None:
    """A `matplotlibrc` is read when matplotlib is imported, and may even ask for LaTeX."""
    with mpl.rc_context({"text.usetex": True, "axes.facecolor": "red", "figure.figsize": (1.0, 1.0)}):
        assert timeline_svgs(a_run()) == drawn()


@pytest.mark.thorough
def test_every_colour_is_a_variable_of_the_page() -> None:
    for svg in drawn():
        assert not re.findall(r"#(?!font|[A-Za-z]*[g-zG-Z])[0-9a-f]{6}\b(?=[;\"])", svg)
        assert {f"var({name})" for name in CSS_NAMES.values()} & set(re.findall(r"var\(--[\w-]+\)", svg))


@pytest.mark.thorough
def test_the_two_figures_share_no_id() -> None:
    wide, narrow = (set(re.findall(r'\bid="(\w+)"', svg)) for svg in drawn())
    clips = [{each for each in ids if re.fullmatch(r"[pm][0-9a-f]{10}", each)} for ids in (wide, narrow)]
    assert clips[0]
    assert not clips[0] & clips[1]


def test_text_stays_text() -> None:
    for svg in drawn():
        for word in ("brownout", "goodput (done)", "p99", "stripe", "seconds since the start", "half-open"):
            assert word in svg


def test_all_that_was_done_is_named() -> None:
    for svg in drawn():
        for word in (
            "latency, p50 400 ms",
            "503 on half",
            "kill gateway",
            "gateway ended unasked",
            "stripe stood still",
        ):
            assert word in svg


@pytest.mark.thorough
def test_a_process_of_our_own_that_stood_still_is_hatched_and_named() -> None:
    stall = Mark(kind="gap", text="simulator-$stripe$ stood still", at_s=30.0, until_s=32.5)
    one, none = timeline_svgs(told(of(ONE), marks=(stall,))), timeline_svgs(of(ONE))
    for with_it, without in zip(one, none, strict=True):
        assert "simulator-$stripe$ stood still" in with_it
        assert "stood still" not in without
        assert with_it.count("url(#") > without.count("url(#")


def test_what_the_target_tells_is_drawn() -> None:
    for svg in drawn():
        for word in ("retries suppressed", "rejected by breaker", "replayed", "dead letters waiting", "opens at 50%"):
            assert word in svg


@pytest.mark.thorough
def test_what_there_was_none_of_has_no_panel() -> None:
    for svg in timeline_svgs(told(a_run(rate_per_s=5, telemetry=False), settings=None)):
        for word in ("breakers", "dead letters", "idempotency", "policies"):
            assert word not in svg


def test_a_dollar_in_a_name_is_a_dollar() -> None:
    run = told(of(ONE), phases=(PhaseSpan(r"$\frac{", 0, 100),))
    assert all(r"$\frac{" in svg for svg in timeline_svgs(run))


@pytest.mark.thorough
def test_each_fault_window_is_shaded_in_every_panel() -> None:
    run = a_run(rate_per_s=5)
    with_faults, without = figures(run)[0], figures(told(run, faults=()))[0]
    below = len(with_faults.axes) - 1
    shades = [sum(len(axes.patches) for axes in figure.axes[1:]) for figure in (with_faults, without)]
    assert shades[0] - shades[1] == below
