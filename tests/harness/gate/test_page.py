"""The page of a gate."""

from brownout_harness.gate.outcome import Result
from brownout_harness.gate.page import render
from tests.harness.gate.gates import a_gate


def test_what_is_wrong_comes_first_with_a_way_to_its_report() -> None:
    text = render(a_gate(Result.PASSED, Result.FAILED))
    assert text.index("failed-virtual") < text.index("passed-virtual")
    assert '<a href="failed-virtual/report.html">failed-virtual</a>' in text
    assert 'href="passed-virtual' not in text, "nothing of it was kept"
    assert "2,997 once, 3 twice" in text


def test_nothing_in_it_is_markup_or_asks_the_network() -> None:
    text = render(a_gate(*Result))
    assert "<b>port taken</b>" not in text
    assert "&lt;b&gt;port taken&lt;/b&gt;" in text
    assert "http" not in text
    assert "<script" not in text


def test_what_was_left_out_and_what_a_replay_takes_is_said() -> None:
    gate = a_gate(Result.FAILED).model_copy(update={"left_out": ("own-shop",)})
    run = gate.runs[0].model_copy(update={"needs": "the application that is its target"})
    text = render(gate.model_copy(update={"runs": (run,)}))
    assert "left out, for this mode cannot run them: own-shop" in text
    assert "Replay, where its scenario is, with the application that is its target: " in text
