"""The page of a comparison."""

import pytest

from brownout_harness.comparing.comparison import Comparison, comparison_of
from brownout_harness.comparing.page import page_of
from brownout_harness.comparing.told import told
from brownout_reports import comparison as drawn
from brownout_reports.run_folder import RunFolder, Status


def page(found: Comparison, monkeypatch: pytest.MonkeyPatch) -> str:
    """Without its figure, which takes long to draw and has tests of its own."""
    monkeypatch.setattr(drawn, "overlay_svgs", lambda runs: ("<svg></svg>", "<svg></svg>"))
    return page_of(found, told(found))


def test_figures_and_stories_are_on_it(shops: dict[str, RunFolder], monkeypatch: pytest.MonkeyPatch) -> None:
    found = comparison_of([shops["usual"], shops["no-retries"]])
    text = page(found, monkeypatch)
    assert "what differs is policies" in text
    assert "In outage" in text
    other = found.otherwise[0]
    assert other is not None
    for each in other.shown:
        assert text.count(f"{each.operation_id} in shop (virtual, seed 3)") == 2
    assert page(found, monkeypatch) == text


def test_an_inconclusive_run_is_said_before_anything_else(
    shops: dict[str, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = shops["again"].verdict.model_copy(update={"verdict": Status.INCONCLUSIVE, "reasons": ("<b>late</b>",)})
    unsure = shops["again"].model_copy(update={"verdict": verdict})
    text = page(comparison_of([shops["usual"], unsure]), monkeypatch)
    assert "<b>late" not in text
    assert text.index("B is inconclusive: &lt;b&gt;late") < text.index("Nothing can be said of any difference.")
