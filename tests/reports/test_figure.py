"""The figure: themed, deterministic, complete."""

import re
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest

from brownout_reports.figure import CSS_NAMES, LATENCY_FLOOR_S, _decades, seconds_text, timeline_svg
from brownout_reports.run_folder import StallSpan
from tests.reports.runs import a_run


@cache
def drawn() -> str:
    """The figure of one run: drawing it takes long."""
    return timeline_svg(a_run())


def test_the_same_run_draws_the_same_bytes() -> None:
    assert timeline_svg(a_run()) == drawn()


def test_settings_of_the_folder_or_of_the_user_do_not_change_it() -> None:
    """A `matplotlibrc` is read when matplotlib is imported, and may even ask for LaTeX."""
    with mpl.rc_context({"text.usetex": True, "axes.facecolor": "red", "figure.figsize": (1.0, 1.0)}):
        assert timeline_svg(a_run()) == drawn()


def test_every_colour_is_a_variable_of_the_page() -> None:
    svg = drawn()
    assert not re.findall(r"#(?!font|[A-Za-z]*[g-zG-Z])[0-9a-f]{6}\b(?=[;\"])", svg)
    assert {f"var({name})" for name in CSS_NAMES.values()} & set(re.findall(r"var\(--[\w-]+\)", svg))


def test_text_stays_text() -> None:
    svg = drawn()
    for word in ("brownout", "goodput (done)", "p99", "stripe", "seconds since the start", "half-open"):
        assert word in svg


def test_each_fault_window_is_shaded_in_all_four_panels() -> None:
    with_faults = drawn()
    run = a_run()
    without = timeline_svg(run.model_copy(update={"verdict": run.verdict.model_copy(update={"faults": ()})}))
    assert with_faults.count("var(--shade)") - without.count("var(--shade)") == 4


def test_a_process_of_our_own_that_stood_still_is_hatched_and_named() -> None:
    run = a_run()
    stall = StallSpan(process="simulator-$stripe$", start_s=30.0, end_s=32.5)
    svg = timeline_svg(run.model_copy(update={"verdict": run.verdict.model_copy(update={"stalls": (stall,)})}))
    assert "simulator-$stripe$ stood still" in svg
    assert "stood still" not in drawn()
    assert svg.count("url(#") > drawn().count("url(#")


def test_the_latency_axis_spans_whole_decades_however_little_the_latency_moves() -> None:
    low_s, high_s = _decades(np.array([0.0010001, 0.001, np.nan]))
    assert low_s <= 0.001 / 9
    assert high_s >= 0.001 * 9
    assert _decades(np.array([0.004, 0.3])) == pytest.approx((0.001, 1.0))
    assert _decades(np.array([np.nan])) == pytest.approx((LATENCY_FLOOR_S, 1.0))


def test_a_target_without_telemetry_says_so() -> None:
    assert "the target reports no breakers" in timeline_svg(a_run(telemetry=False))


@pytest.mark.parametrize(("value_s", "text"), [(3, "3 s"), (0.02, "20 ms"), (0.00025, "250 µs")])
def test_durations_read_as_a_person_says_them(value_s: float, text: str) -> None:
    assert seconds_text(value_s) == text
