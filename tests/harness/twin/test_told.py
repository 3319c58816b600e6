"""How far the modes agree, in words."""

import pytest

from brownout_harness.comparing.seen import Move
from brownout_harness.twin.agreement import agreement_of
from brownout_harness.twin.told import Told, difference_text, markdown, remarks, told, value_text, within_text
from brownout_reports.run_folder import Status
from tests.harness.twin.runs import pair, seen, verdict


def a_telling() -> Told:
    virtual = seen(done=990, moves={"stripe": (Move("open", 24.0),)})
    real = seen(done=981, waits_s=[0.15] * 90, said=verdict(Status.FAILED, mode="real"))
    return told([agreement_of("stripe-brownout", [pair(virtual, real)])])


def test_what_is_written_is_read_again() -> None:
    found = a_telling()
    assert Told.model_validate_json(found.model_dump_json()) == found


def test_each_kind_of_figure_has_its_unit() -> None:
    figures = {each.what: each for each in told([agreement_of("x", [pair(real=seen(done=996))])]).scenarios[0].figures}
    assert [value_text(each, figures[each].virtual) for each in figures] == ["100.00 %", "100 ms", "1.1000"]
    assert difference_text(figures["success"]) == "-0.40 points"
    assert difference_text(figures["p99"]) == "+0 ms (+0.0 %)"
    assert value_text("breaker", 24.0501) == "24.050 s"
    assert value_text("breaker", None) == "-"


def test_differing_verdicts_are_said_first() -> None:
    said = list(remarks(a_telling().scenarios[0]))
    assert said[0] == "the verdicts differ: seed 7: passed in virtual time, failed for real"


def test_what_cannot_be_said_is_never_said_to_be_within() -> None:
    text = markdown(a_telling())
    rows = [line for line in text.splitlines() if line.startswith(("| success", "| p99", "| breaker"))]
    assert [row.rsplit("|", 2)[1].strip().partition(":")[0] for row in rows] == ["unsaid", "unsaid", "outside"]
    assert "| stripe-brownout | 7 | differs | 1 | 0 | 1 | 2 | not known |" in text


@pytest.mark.parametrize(("within", "text"), [(True, "within"), (False, "outside"), (None, "unsaid")])
def test_a_figure_says_what_it_is(within: bool | None, text: str) -> None:
    figure = a_telling().scenarios[0].figures[0].model_copy(update={"within": within, "why": ""})
    assert within_text(figure) == text
    assert within_text(figure.model_copy(update={"in_spread": True})) == "in the spread"


def test_the_machine_is_told_where_the_real_run_tells_it() -> None:
    said = verdict(mode="real").model_copy(
        update={"notes": ("machine: 2 cores, load 1.0 before the run and 2.0 after it",)}
    )
    assert "2 cores, load 1.0 before" in markdown(told([agreement_of("x", [pair(real=seen(said=said))])]))
