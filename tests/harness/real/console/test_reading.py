"""What the console makes of what a simulator tells."""

from typing import Any

import pytest

from brownout_harness.real.console import reading
from brownout_harness.real.console.reading import Doing, shown


def row(at_s: float, took_s: float = 0.1, status: int = 200, entry: str = "request") -> dict[str, Any]:
    return {"entry": entry, "at_s": at_s, "finished_s": at_s + took_s, "status": status}


def test_of_no_requests_there_are_no_figures() -> None:
    nothing = {"rate_per_s": 0.0, "p50_s": None, "p95_s": None, "failed_share": None}
    assert Doing().figures(5.0) == nothing


def test_figures_are_those_of_the_last_ten_seconds_effects_left_out() -> None:
    doing = Doing()
    doing.add([row(1.0, status=500), *(row(20.0 + n / 10, took_s=(n + 1) / 100) for n in range(20))])
    doing.add([row(21.0, entry="effect", status=0)])
    figures = doing.figures(25.0)
    assert (figures["rate_per_s"], figures["failed_share"]) == (2.0, 0.0)
    assert figures["p50_s"] == pytest.approx(0.105)
    assert figures["p95_s"] == pytest.approx(0.1905)


@pytest.mark.parametrize(("status", "share"), [(0, 1.0), (500, 1.0), (429, 1.0), (404, 0.0), (201, 0.0)])
def test_no_answer_a_vendors_fault_and_too_many_requests_count_as_failed(status: int, share: float) -> None:
    doing = Doing()
    doing.add([row(1.0, status=status)])
    assert doing.figures(2.0)["failed_share"] == share


def test_a_rate_that_fills_the_window_is_not_told_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WINDOW_ROWS", 100)
    doing = Doing()
    doing.add(row(10.0 + n / 100, took_s=0.0) for n in range(200))
    assert doing.figures(12.0)["rate_per_s"] == pytest.approx(100.0, rel=0.02)


def test_a_rate_is_of_the_time_since_a_gap_and_not_too_low_for_it() -> None:
    doing = Doing()
    doing.add([row(2.0, took_s=0.0)])
    doing.skip()
    doing.add(row(10.0 + n / 100, took_s=0.0) for n in range(100))
    assert doing.figures(11.0)["rate_per_s"] == pytest.approx(100.0)
    assert doing.figures(18.0)["rate_per_s"] == pytest.approx(100 / 8)


def test_a_row_is_shown_without_what_is_empty_and_with_its_secrets_hidden() -> None:
    full = dict.fromkeys(reading._SHOWN, "") | {"entry": "request", "seq": 0, "status": 0, "faults": [], "amount": 0}
    full |= {"at_s": 2.0, "finished_s": 2.5, "references": '{"a": "secret"}', "fields": "", "replayed": False}
    said = shown(full, 1000.0, lambda text: text.replace("secret", "*"))
    assert said == {
        "entry": "request", "seq": 0, "status": 0, "amount": 0, "references": '{"a": "*"}', "at": 1002.0, "took_s": 0.5,
    }  # fmt: skip
