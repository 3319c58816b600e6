"""Several runs in one figure."""

import re
from functools import cache

from brownout_reports.overlay import LOOKS, overlay_svgs
from brownout_reports.palette import CSS_NAMES
from brownout_reports.run_folder import RunFolder
from brownout_reports.tables import Tables
from tests.reports.runs import a_run


@cache
def drawn() -> tuple[str, str]:
    return overlay_svgs({"A": a_run(rate_per_s=5), "B": longer(a_run(rate_per_s=8, telemetry=False))})


def longer(run: RunFolder) -> RunFolder:
    return run.model_copy(update={"verdict": run.verdict.model_copy(update={"duration_s": 140.0})})


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_each_run_has_a_line_in_each_panel_and_its_name_in_the_key() -> None:
    shown = words(drawn()[0])
    assert {
        "operations done per second",
        "stripe: requests per second, by its own books",
        "dead letters waiting",
    } <= set(shown)
    assert shown.count("A") == shown.count("B") >= 4
    assert "A stripe" in shown, "its breaker"
    assert "B stripe" not in shown, "which tells nothing of its own"


def test_the_axis_is_as_long_as_the_longest_run() -> None:
    assert "140" in words(drawn()[0])


def test_colours_are_variables_and_the_same_runs_give_the_same_figure() -> None:
    for svg in drawn():
        assert not [sentinel for sentinel in CSS_NAMES if sentinel in svg]
    assert len(set(LOOKS)) == len(LOOKS) == 8


def test_runs_of_nothing_have_a_figure_too() -> None:
    empty = a_run(rate_per_s=5).model_copy(update={"tables": Tables()})
    wide, _ = overlay_svgs({"A": empty, "B": empty})
    assert "operations done per second" in words(wide)
