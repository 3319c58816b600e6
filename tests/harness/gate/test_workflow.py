"""What GitHub's runner reads."""

from pathlib import Path

import pytest

from brownout_harness.gate.outcome import Gate, Result
from brownout_harness.gate.workflow import SUMMARY, add_summary, annotations, harmless
from brownout_harness.problems import BadInput
from tests.harness.gate.gates import a_gate, a_run


def test_each_run_that_did_not_pass_is_one_line() -> None:
    lines = list(annotations(a_gate(*Result)))
    assert len(lines) == len(Result) - 1
    assert lines[0] == (
        "::error title=failed-virtual%3A failed::exactly_once: effect `stripe.charge`: 2,997 once, 3 twice"
        "%0AReplay: brownout run failed-virtual --mode virtual"
    )


def test_nothing_that_was_seen_can_give_the_runner_a_command() -> None:
    run = a_run(result=Result.NOT_JUDGED).model_copy(update={"problem": "50%\r\n::add-mask::x", "name": "a,b::c"})
    (line,) = annotations(Gate(runs=(run,)))
    assert "\n" not in line
    assert line.startswith("::error title=a%2Cb%3A%3Ac%3A not judged::50%25%0D%0A::add-mask")


@pytest.mark.parametrize("seen", ["::add-mask::x", "  ::add-mask::x", "a\r\n::add-mask::x", "a ##[add-mask]x"])
def test_no_line_of_the_log_is_a_command_either(seen: str) -> None:
    line = harmless(seen)
    assert len(line.splitlines()) == 1
    assert not line.lstrip().startswith("::")
    assert "##[" not in line


def test_what_else_is_to_be_known_is_a_warning() -> None:
    gate = a_gate(Result.PASSED).model_copy(update={"left_out": ("own-shop",)})
    assert list(annotations(gate)) == [
        "::warning title=brownout gate::left out, for this mode cannot run them: own-shop"
    ]


def test_the_summary_is_added_to_what_is_there(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")
    add_summary("words\n", {SUMMARY: str(page)})
    assert page.read_text() == "before\nwords\n"
    add_summary("words\n", {})
    with pytest.raises(BadInput, match=SUMMARY):
        add_summary("words\n", {SUMMARY: str(tmp_path)})
