"""The page of a comparison shows what it is handed."""

import pytest

from brownout_reports import comparison
from brownout_reports.comparison import Page, Row, Told, render
from tests.reports.runs import a_run


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(comparison, "overlay_svgs", lambda runs: ("<svg>wide</svg>", "<svg>narrow</svg>"))
    row = Row("p99", "pay<", ("10 ms", "12 ms", "9 ms"), ("+2 ms", "-1 ms"), (True, False))
    page = Page(
        unsound=("C is inconclusive: `gone`",),
        headline="1 differs.",
        remarks=("A and C differ in the seed: 7, 8",),
        tables={"The whole run": [row], "In steady": []},
        otherwise=("1 of 9 operations went differently",),
        told=(Told("pay-1", "outcome: <done>", (("A", ("0.1 s driver asks", "0.2 s driver is told")), ("B", ()))),),
        method=("By a bootstrap.",),
    )
    return render({label: a_run(rate_per_s=1) for label in "ABC"}, page)


def test_a_figure_has_a_cell_for_each_run_and_each_difference(text: str) -> None:
    assert "B less A" in text
    assert "C less A" in text
    assert '<td class="wrap out">+2 ms</td><td class="wrap">-1 ms</td>' in text
    assert "In steady" not in text, "of which there is nothing"


def test_what_keeps_it_from_saying_anything_is_at_the_top(text: str) -> None:
    assert (
        text.index("C is inconclusive: <code>gone</code>") < text.index("1 differs.") < text.index("differ in the seed")
    )


def test_nothing_in_it_is_markup_or_asks_the_network(text: str) -> None:
    assert "pay&lt;" in text
    assert "&lt;done&gt;" in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert "<script" not in text
    assert "0.1 s driver asks\n0.2 s driver is told" in text
